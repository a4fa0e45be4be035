"""The command npmlearn: scores each new hour of each series against its learned profile, then learns the hour."""
