"""Hostile input for the readers of the app, and what must hold for any input; docs/fuzzing.md says how to run it."""
