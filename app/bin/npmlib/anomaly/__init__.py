"""The command npmanomaly: scores rows against the baseline of their series, and reports what is over its limit."""
