"""What was aimed at, and whether the figures of a run reach it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

IDENTITY_FACTOR = 8.0
DUCKDB_FACTOR = 1.5
MEMORY_GROWTH = 1.1
SLOWER_WITH_SERIES = 2.0
LOAD_SECONDS = 4.0
LOAD_MEGABYTES = 300.0
START_MILLISECONDS = 60.0
LEARN_SECONDS = 60.0
LEARN_MEGABYTES = 500.0
UPDATE_MICROSECONDS = 25.0
STATE_NUMBERS = 150.0


@dataclass(frozen=True)
class Target:
    """One aim: ``python`` and ``rows`` say where it was measured, ``goal`` and ``reached`` are texts for a table."""

    aim: str
    python: str
    rows: str
    goal: str
    reached: str
    met: bool


def judge(results: dict[str, Any]) -> list[Target]:
    """Hold the figures of a run (as they stand in the JSON) against every aim."""
    throughput = [
        target
        for notation, entries in results["throughput"].items()
        for entry in entries
        if entry["contender"] == "npmanomaly"
        for target in _speed(notation, entry)
    ]
    scale = [target for entry in results["scale"] for target in _scale(entry)]
    return [*throughput, *scale, *(target for entry in results["learning"] for target in _learning(entry))]


def _speed(notation: str, entry: dict[str, Any]) -> Iterable[Target]:
    factor, against = entry["throughput_against_identity"], entry["cpu_against_duckdb"]
    yield _target(
        "throughput against SDK identity", entry["python"], notation, factor, IDENTITY_FACTOR, "x", least=True
    )
    yield _target("CPU time against DuckDB", entry["python"], notation, against, DUCKDB_FACTOR, "x")


def _scale(entry: dict[str, Any]) -> Iterable[Target]:
    python, few, many = entry["python"], entry["series"][0], entry["series"][-1]
    memory, start = entry["memory"], entry["start"]
    rows = f"{memory['many_rows']:,} rows"
    series = f"{many['series']:,} series"
    both = f"{few['series']:,} and {series}"
    slower = many["microseconds_per_row"] / few["microseconds_per_row"]
    after = start["getinfo_wall_milliseconds"] - start["sdk_import_wall_milliseconds"]
    yield _target("memory against a tenth of the rows", python, rows, memory["growth"], MEMORY_GROWTH, "x")
    later = many["microseconds_per_later_row"] / few["microseconds_per_later_row"]
    yield _target("time per row, first million", python, both, slower, SLOWER_WITH_SERIES, "x")
    yield _target("time per row, fourth million", python, both, later, SLOWER_WITH_SERIES, "x")
    yield _target("baseline load", python, series, many["load_wall_seconds"], LOAD_SECONDS, " s")
    yield _target("memory with the baseline", python, series, many["load_peak_megabytes"], LOAD_MEGABYTES, " MB")
    yield _target("getinfo after SDK import", python, "-", after, START_MILLISECONDS, " ms")


def _learning(entry: dict[str, Any]) -> Iterable[Target]:
    python, most = entry["python"], entry["runs"][-1]
    profiles = f"{most['profiles']:,} profiles"
    yield _target("an hour learned", python, profiles, most["wall_seconds"], LEARN_SECONDS, " s")
    yield _target("memory while learning", python, profiles, most["peak_megabytes"], LEARN_MEGABYTES, " MB")
    yield _target("one update of a profile", python, "-", entry["update_microseconds"], UPDATE_MICROSECONDS, " µs")
    yield _target("numbers in a profile", python, "-", entry["state_numbers"], STATE_NUMBERS, "")


def _target(aim: str, python: str, rows: str, reached: float, goal: float, unit: str, *, least: bool = False) -> Target:
    compare: Callable[[float, float], bool] = float.__ge__ if least else float.__le__
    bound = "at least" if least else "at most"
    return Target(
        aim, python, rows, f"{bound} {goal:g}{unit}", f"{reached:.2f}{unit}", compare(float(reached), float(goal))
    )
