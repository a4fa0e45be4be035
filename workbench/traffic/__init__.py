"""Metrics to run on: a metrics store on disk, and what fills it (a simulator, a converter of real data)."""
