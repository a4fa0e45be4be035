"""Measures the search command as whole processes, beside the SDK alone and DuckDB; `make bench` runs it."""
