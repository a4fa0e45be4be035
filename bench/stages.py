"""Where the time of a row goes: nanoseconds on the fast path, by what is done with it."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.processes import run
from bench.scale import Site
from bench.stage import install_baseline
from bench.workload import Notation, Shape, prepare

ROW_STAGES = Path(__file__).with_name("contenders") / "row_stages.py"
NOTATIONS: tuple[Notation, ...] = ("integers", "decimals")


def measure(site: Site, pythons: Mapping[str, Path], shape: Shape) -> list[dict[str, Any]]:
    """The figures of each Python and notation, as they stand in the JSON; medians of the rounds."""
    found: list[dict[str, Any]] = []
    for notation in NOTATIONS:
        workload = prepare(site.cache, Shape(notation, shape.rows, shape.series, shape.chunk_rows, shape.over))
        install_baseline(site.app, workload)
        for release, interpreter in pythons.items():
            target = site.outputs / "stages.out"
            command = (str(interpreter), str(ROW_STAGES), str(site.app), str(workload.stream))
            rounds: list[dict[str, int]] = []
            for _ in range(site.rounds):
                run(command, Path("/dev/null"), target)
                rounds.append(json.loads(target.read_text(encoding="utf-8")))
            stages = {stage: round(statistics.median(one[stage] for one in rounds)) for stage in rounds[0]}
            found.append({"python": release, "rows": notation, "nanoseconds_to": stages})
    site.tell("stages of a row done")
    return found
