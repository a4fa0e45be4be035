"""What DuckDB's Python module costs before the first row: import, connect, one trivial query."""

import duckdb

duckdb.connect(config={"threads": 1}).execute("SELECT 1").fetchall()
