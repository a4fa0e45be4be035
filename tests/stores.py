"""Small metrics stores written point by point, for tests that know every number in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from workbench.traffic.store import quote_identifier

Point = dict[str, Any]


def write_index(folder: Path, points: Sequence[Point], dimensions: Sequence[str], measures: Sequence[str]) -> None:
    """Write ``points`` as the one Parquet file of a metrics index; what a point lacks is NULL."""
    folder.mkdir(parents=True, exist_ok=True)
    kinds = {"_time": "DOUBLE"} | dict.fromkeys(dimensions, "VARCHAR") | dict.fromkeys(measures, "DOUBLE")
    columns = ", ".join(f"{quote_identifier(name)} {kind}" for name, kind in kinds.items())
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE points ({columns})")
        if points:
            marks = ", ".join("?" * len(kinds))
            values = [[point.get(name) for name in kinds] for point in points]
            connection.executemany(f"INSERT INTO points VALUES ({marks})", values)
        connection.execute(f"COPY points TO '{folder}/points.parquet' (FORMAT parquet)")
