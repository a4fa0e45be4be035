"""Measures npmanomaly and npmlearn as whole processes, beside the SDK alone and DuckDB; `make bench` runs it."""

import workbench  # noqa: F401  # makes npmlib importable
