"""How cost grows: memory with rows, time and memory with series, and what a start costs."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.processes import Usage, run
from bench.stage import install_baseline
from bench.workload import Shape, Workload, prepare

DUCKDB_START = Path(__file__).with_name("contenders") / "duckdb_start.py"


@dataclass(frozen=True)
class Extent:
    """How far it goes: rows of one stream, how often it is repeated for the long one, and numbers of series."""

    rows: int = 1_000_000
    chunk_rows: int = 50_000
    repeats: int = 10
    series: tuple[int, ...] = (200, 2_000, 20_000, 200_000)
    starts: int = 15


@dataclass(frozen=True)
class Site:
    """Where the measurements happen: app folder, cache of workloads, folder for outputs, rounds, and who is told."""

    app: Path
    cache: Path
    outputs: Path
    rounds: int
    tell: Callable[[str], None]

    def run(self, interpreter: Path, source: Path | None, workload: Workload, times: int = 1) -> Usage:
        """Run npmanomaly on ``source``, or on the stream of ``workload`` through a pipe, ``times`` over."""
        command = (str(interpreter), str(self.app / "bin" / "npmanomaly.py"))
        return run(command, source or workload.repeated(times), self.outputs / "scale.out")


def measure(site: Site, pythons: Mapping[str, Path], extent: Extent) -> list[dict[str, Any]]:
    """The figures of each Python, as they stand in the JSON."""
    workloads = [
        prepare(site.cache, Shape("decimals", extent.rows, count, extent.chunk_rows)) for count in extent.series
    ]
    for workload in workloads:
        install_baseline(site.app, workload)
    found: list[dict[str, Any]] = []
    for release, interpreter in pythons.items():
        found.append(
            {
                "python": release,
                "memory": _memory(site, interpreter, workloads[min(1, len(workloads) - 1)], extent),
                "series": [_series(site, interpreter, workload) for workload in workloads],
                "start": _start(site, interpreter, workloads[0], extent.starts),
            }
        )
        site.tell(f"scale: Python {release} done")
    return found


def _memory(site: Site, interpreter: Path, workload: Workload, extent: Extent) -> dict[str, Any]:
    """Peak memory for the rows once and ``extent.repeats`` times, both through a pipe."""
    once = [site.run(interpreter, None, workload) for _ in range(min(3, site.rounds))]
    often = site.run(interpreter, None, workload, extent.repeats)
    short = statistics.median(usage.rss for usage in once)
    return {
        "rows": extent.rows,
        "peak_megabytes": round(short / 1e6, 1),
        "many_rows": extent.rows * extent.repeats,
        "many_peak_megabytes": round(often.rss / 1e6, 1),
        "growth": round(often.rss / short, 3),
    }


def _series(site: Site, interpreter: Path, workload: Workload) -> dict[str, Any]:
    """Cost of loading the baseline (a stream of one row, less a start), of a row beyond that, and of a later one."""
    starts, loads, wholes = [], [], []
    for _ in range(min(3, site.rounds)):
        starts.append(site.run(interpreter, workload.folder / "getinfo", workload))
        loads.append(site.run(interpreter, workload.folder / "one-row", workload))
        wholes.append(site.run(interpreter, workload.stream, workload))
    loading = _median(loads, "cpu")
    return {
        "series": workload.shape.series,
        "load_cpu_seconds": round(loading - _median(starts, "cpu"), 3),
        "load_wall_seconds": round(_median(loads, "wall") - _median(starts, "wall"), 3),
        "load_peak_megabytes": round(_median(loads, "rss") / 1e6, 1),
        "peak_megabytes": round(_median(wholes, "rss") / 1e6, 1),
        "microseconds_per_row": round((_median(wholes, "cpu") - loading) / workload.shape.rows * 1e6, 3),
        "microseconds_per_later_row": later_row(site, interpreter, workload),
    }


def later_row(site: Site, interpreter: Path, workload: Workload) -> float:
    """Microseconds for a row when all series are known well: what the stream costs four times, less what thrice."""
    thrice, often = (site.run(interpreter, None, workload, times) for times in (3, 4))
    return round((often.cpu - thrice.cpu) / workload.shape.rows * 1e6, 3)


def _start(site: Site, interpreter: Path, workload: Workload, starts: int) -> dict[str, Any]:
    """From the start of the process to its end with getinfo answered, beside Python that only imports the SDK."""
    library = f"import sys; sys.path.insert(0, {str(site.app / 'lib')!r}); import splunklib.searchcommands"
    bare, sdk, answer = [], [], []
    for _ in range(starts + 1):
        bare.append(run((str(interpreter), "-c", "pass"), Path("/dev/null"), site.outputs / "start.out"))
        sdk.append(run((str(interpreter), "-c", library), Path("/dev/null"), site.outputs / "start.out"))
        answer.append(site.run(interpreter, workload.folder / "getinfo", workload))
    return {
        f"{name}_{what}_milliseconds": round(_median(usages[1:], what) * 1000, 1)  # the first one fills the caches
        for name, usages in (("python", bare), ("sdk_import", sdk), ("getinfo", answer))
        for what in ("cpu", "wall")
    }


def duckdb_start(site: Site, starts: int) -> dict[str, float]:
    """What DuckDB costs before its first row, to judge the comparison with it."""
    command = (sys.executable, str(DUCKDB_START))
    usages = [run(command, Path("/dev/null"), site.outputs / "start.out") for _ in range(starts + 1)]
    return {f"{what}_milliseconds": round(_median(usages[1:], what) * 1000, 1) for what in ("cpu", "wall")}


def _median(usages: Sequence[Usage], what: str) -> float:
    return float(statistics.median(getattr(usage, what) for usage in usages))
