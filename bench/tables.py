"""The figures as tables: title, column heads and cells, for the terminal and for the documentation alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

LABELS = {
    "npmanomaly": "npmanomaly",
    "sdk_scoring": "SDK command, same scoring",
    "sdk_identity": "SDK identity command",
    "duckdb": "DuckDB, one thread",
}
SECONDS_A_DAY = 86_400
# Clusters of the volume model: 1.3 processes a workload, each with a point every 30 s half of the time.
PROCESSES_PER_WORKLOAD = 1.3
ACTIVE = 0.5
POINT_SECONDS = 30


@dataclass(frozen=True)
class Table:
    """One table; ``name`` is how the documentation refers to it."""

    name: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(results: dict[str, Any]) -> list[Table]:
    """All tables of a run, from its JSON."""
    return [
        *_throughput(results),
        _series(results),
        _memory(results),
        _start(results),
        _volume(results),
        _stages(results),
        _learning(results),
        _targets(results),
    ]


def _throughput(results: dict[str, Any]) -> Iterator[Table]:
    heads = ("", "Python", "rows/s", "x identity", "x DuckDB's CPU", "CPU s", "wall s", "peak MB")
    for notation, entries in results["throughput"].items():
        rows = tuple(
            (
                LABELS[entry["contender"]],
                entry["python"],
                f"{entry['rows_per_second']:,}",
                _or_nothing(entry["throughput_against_identity"]),
                _or_nothing(entry["cpu_against_duckdb"]),
                f"{entry['cpu_seconds']:.2f}",
                f"{entry['wall_seconds']:.2f}",
                f"{entry['peak_megabytes']:.0f}",
            )
            for entry in entries
        )
        yield Table(notation, f"Throughput, {notation}", heads, rows)


def _or_nothing(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"


def _series(results: dict[str, Any]) -> Table:
    heads = ("series", "Python", "load s", "load CPU s", "peak MB, loaded", "peak MB, all rows", "µs per row", "later")
    rows = tuple(
        (
            f"{line['series']:,}",
            entry["python"],
            f"{line['load_wall_seconds']:.2f}",
            f"{line['load_cpu_seconds']:.2f}",
            f"{line['load_peak_megabytes']:.0f}",
            f"{line['peak_megabytes']:.0f}",
            f"{line['microseconds_per_row']:.2f}",
            f"{line['microseconds_per_later_row']:.2f}",
        )
        for entry in results["scale"]
        for line in entry["series"]
    )
    return Table("series", "Cost by number of series (decimals)", heads, rows)


def _memory(results: dict[str, Any]) -> Table:
    rows = tuple(
        (entry["python"], f"{memory[f'{many}rows']:,}", f"{memory[f'{many}peak_megabytes']:.1f}")
        for entry in results["scale"]
        for memory in (entry["memory"],)
        for many in ("", "many_")
    )
    return Table("memory", "Memory by number of rows (decimals)", ("Python", "rows", "peak MB"), rows)


def _start(results: dict[str, Any]) -> Table:
    labels = {"python": "Python alone", "sdk_import": "import of the SDK", "getinfo": "npmanomaly, getinfo answered"}
    rows = tuple(
        (
            label,
            entry["python"],
            f"{entry['start'][f'{name}_wall_milliseconds']:.0f}",
            f"{entry['start'][f'{name}_cpu_milliseconds']:.0f}",
        )
        for entry in results["scale"]
        for name, label in labels.items()
    )
    alone = results["duckdb_start"]
    duckdb = ("DuckDB, one trivial query", "-", f"{alone['wall_milliseconds']:.0f}", f"{alone['cpu_milliseconds']:.0f}")
    return Table("start", "A start, whole process", ("", "Python", "wall ms", "CPU ms"), (*rows, duckdb))


def _volume(results: dict[str, Any]) -> Table:
    """What an hourly search costs for the clusters of the volume model, from the figures for decimals."""
    rows = []
    for workloads in (500, 10_000):
        series = round(workloads * PROCESSES_PER_WORKLOAD)
        points = series * ACTIVE * 3600 / POINT_SECONDS
        for entry in results["scale"]:
            line = min(entry["series"], key=lambda one: abs(one["series"] - series))
            load = line["load_cpu_seconds"] / line["series"] * series
            start = entry["start"]["getinfo_cpu_milliseconds"] / 1000
            cost = [load + start + many * line["microseconds_per_row"] / 1e6 for many in (points, 3 * points)]
            rows.append(
                (
                    f"{workloads:,}",
                    f"{series:,}",
                    entry["python"],
                    f"{points:,.0f}",
                    f"{cost[0]:.2f}",
                    f"{3 * points:,.0f}",
                    f"{cost[1]:.2f}",
                )
            )
    heads = ("workloads", "series", "Python", "rows/h, one in 30 s", "CPU s/h", "rows/h, one in 10 s", "CPU s/h")
    return Table("volume", "One hourly search", heads, tuple(rows))


def _stages(results: dict[str, Any]) -> Table:
    """What each stage of a row adds to the ones before."""
    heads = ("rows", "Python", "lines and shapes", "names and cells", "series", "comparisons, rows over", "all")
    rows = []
    for entry in results["stages"]:
        upto = list(entry["nanoseconds_to"].values())
        added = (end - begin for begin, end in zip((0, *upto), upto, strict=False))
        rows.append((entry["rows"], entry["python"], *map(str, added), str(upto[-1])))
    return Table("stages", "A row on the fast path, nanoseconds", heads, tuple(rows))


def _learning(results: dict[str, Any]) -> Table:
    heads = ("series", "profiles", "Python", "CPU s", "wall s", "peak MB", "table MB", "bytes each", "µs per update")
    rows = tuple(
        (
            f"{line['series']:,}",
            f"{line['profiles']:,}",
            entry["python"],
            f"{line['cpu_seconds']:.2f}",
            f"{line['wall_seconds']:.2f}",
            f"{line['peak_megabytes']:.0f}",
            f"{line['table_megabytes']:.1f}",
            f"{line['table_bytes_per_profile']:,}",
            f"{entry['update_microseconds']:.1f}",
        )
        for entry in results["learning"]
        for line in entry["runs"]
    )
    return Table("learning", "One hour learned by npmlearn, with the profiles before it", heads, rows)


def _targets(results: dict[str, Any]) -> Table:
    rows = tuple(
        (one["aim"], one["python"], one["rows"], one["goal"], one["reached"], "yes" if one["met"] else "**no**")
        for one in results["targets"]
    )
    return Table("targets", "Targets", ("target", "Python", "on", "goal", "reached", "met"), rows)
