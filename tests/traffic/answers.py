"""Asking DuckDB about a metrics store in tests, and the size of the one that most of them ask."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from workbench.traffic.simulated_store import Order

SMALL = Order(days=4, seed=7)
ONE_CLUSTER = Order(days=2, clusters=1, seed=7)
VISITED = r"^198\.18\.|cdn"  # names outside that are met without harm, as a pattern


@dataclass(frozen=True)
class Answers:
    """A store, asked in SQL: ``p`` stands for all its points."""

    root: Path

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        connection = duckdb.connect(":memory:")
        connection.execute(f"CREATE VIEW p AS SELECT * FROM read_parquet('{self.root}/kubernetes_metrics/*.parquet')")
        found = connection.execute(sql).fetchall()
        connection.close()
        return found

    def value(self, sql: str) -> Any:
        return self.rows(sql)[0][0]

    def truth(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.root / "truth.json").read_text())
        return content

    def differs_from(self, other: Answers) -> int:
        """How many points are in one of the stores only, whatever the order of rows and columns."""
        names = ", ".join(f'"{row[0]}"' for row in sorted(self.rows("DESCRIBE SELECT * FROM p")))
        mine, theirs = (
            f"SELECT {names} FROM read_parquet('{store.root}/kubernetes_metrics/*.parquet')" for store in (self, other)
        )
        return int(
            self.value(f"SELECT count(*) FROM (({mine} EXCEPT ALL {theirs}) UNION ALL ({theirs} EXCEPT ALL {mine}))")
        )
