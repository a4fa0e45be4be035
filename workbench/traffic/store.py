"""The metrics store: metric data points as Parquet files, one folder per metrics index, read with DuckDB.

Layout: ``<root>/<index>/*.parquet``. A row is one data point, as a Splunk metrics index holds it: ``_time``
(DOUBLE, seconds since the epoch), the dimensions (VARCHAR, NULL when the point lacks one) and the measures
(DOUBLE, NULL when not measured). What is a dimension and what a measure follows from the column type alone, so
that any file with this shape can be dropped in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb

TIME = "_time"
INDEX_NAME = re.compile(r"[a-z0-9_][a-z0-9_-]*\Z")


class StoreError(Exception):
    """The store, an index or a file in it cannot be used; the text says which and what to do."""


def quote_identifier(name: str) -> str:
    """Quote a column name for DuckDB SQL; dots and quotes inside stay part of the name."""
    return '"' + name.replace('"', '""') + '"'


@cache
def database(threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """Return the in-memory database of this process for all who ask for so many threads; take a cursor of it.

    To open a database takes 15 ms, a cursor nothing.
    """
    return duckdb.connect(":memory:", config={} if threads is None else {"threads": threads})


@dataclass(frozen=True)
class IndexColumns:
    """Column names of one metrics index, in file order."""

    dimensions: tuple[str, ...]
    measures: tuple[str, ...]


class MetricsStore:
    """Read access to the indexes below ``root``; one DuckDB connection serves all queries.

    Raises StoreError when ``root`` is not a folder.
    """

    def __init__(self, root: Path, threads: int | None = None) -> None:
        if not root.is_dir():
            raise StoreError(f"{root}: no metrics store here; make one with 'python -m workbench.traffic'")
        self.root = root
        self.connection = database(threads).cursor()
        self._columns: dict[str, IndexColumns] = {}

    def indexes(self) -> tuple[str, ...]:
        """Names of the metrics indexes, sorted."""
        return tuple(sorted(path.name for path in self.root.iterdir() if any(path.glob("*.parquet"))))

    def relation(self, index: str) -> str:
        """Return SQL text that stands for all data points of ``index`` in a FROM clause; StoreError if unknown."""
        if not INDEX_NAME.match(index) or index not in self.indexes():
            known = ", ".join(self.indexes()) or "none"
            raise StoreError(f"{self.root}: no metrics index '{index}' (there are: {known})")
        pattern = str(self.root / index / "*.parquet").replace("'", "''")
        return f"read_parquet('{pattern}', union_by_name = true)"

    def columns(self, index: str) -> IndexColumns:
        """Dimensions and measures of ``index``; StoreError when a file has another shape."""
        if index not in self._columns:
            described = self.connection.execute(f"DESCRIBE SELECT * FROM {self.relation(index)}").fetchall()
            types = {str(row[0]): str(row[1]) for row in described}
            if types.pop(TIME, None) != "DOUBLE":
                raise StoreError(f"{self.root / index}: column {TIME} must be there and DOUBLE")
            odd = sorted(name for name, kind in types.items() if kind not in ("VARCHAR", "DOUBLE"))
            if odd:
                raise StoreError(f"{self.root / index}: columns neither VARCHAR nor DOUBLE: {', '.join(odd)}")
            self._columns[index] = IndexColumns(
                tuple(name for name, kind in types.items() if kind == "VARCHAR"),
                tuple(name for name, kind in types.items() if kind == "DOUBLE"),
            )
        return self._columns[index]

    def close(self) -> None:
        """Close the DuckDB connection."""
        self.connection.close()
