"""Small metrics stores written point by point, for tests that know every number in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.traffic.store import database, quote_identifier

Point = dict[str, Any]


def write_index(folder: Path, points: Sequence[Point], dimensions: Sequence[str], measures: Sequence[str]) -> None:
    """Write ``points`` as the one Parquet file of a metrics index; what a point lacks is NULL."""
    folder.mkdir(parents=True, exist_ok=True)
    columns: dict[str, npt.NDArray[Any]] = {}
    chosen = []
    for number, name in enumerate(("_time", *dimensions, *measures)):
        kind = "VARCHAR" if name in dimensions else "DOUBLE"
        values = [point.get(name) for point in points]
        present = np.array([value is not None for value in values], dtype=bool)
        empty: Any = "" if kind == "VARCHAR" else 0.0
        filled = [empty if value is None else value for value in values]
        columns[f"c{number}"] = np.array(filled, dtype=object if kind == "VARCHAR" else float)
        columns[f"p{number}"] = present
        chosen.append(f"CASE WHEN p{number} THEN c{number}::{kind} END AS {quote_identifier(name)}")
    with database(threads=1).cursor() as connection:
        connection.register("points", columns)
        connection.execute(
            f"COPY (SELECT {', '.join(chosen)} FROM points) TO '{folder}/points.parquet' (FORMAT parquet)"
        )
