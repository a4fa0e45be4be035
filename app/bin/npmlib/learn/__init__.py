"""The command npmlearn: goes on with the learned profile of each series, hour by hour, and scores each hour before."""
