"""Hostile input for the search command, and what must hold whatever comes; `make fuzz` runs it."""
