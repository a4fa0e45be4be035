"""What a run of each search costs our commands, by the number of processes that are watched."""

from __future__ import annotations

from dataclasses import replace

from bench.learning import HEADER, KNOWN_HOURS, Known, hour_rows, tables_stream
from bench.processes import Usage, run
from bench.scoring import Bench, BenchSize, Row

INTERVALS = 120  # an hour has; every process sends in each
HOURS = {"Profile": 2, "Learn History, a day": 25}  # that a run reads; the first of them is learned already


def runs(bench: Bench, sizes: BenchSize) -> list[Row]:
    """Run the command of each search that has one, on the rows that it would get."""
    rows: list[Row] = []
    known = {release: Known(bench, release) for release in bench.pythons}
    for count in sizes.processes:
        shape = replace(sizes.shape, notation="decimals", rows=INTERVALS * count, series=count)
        hour = bench.workload(shape).folder / "stream"
        for release in bench.pythons:
            usage = run(bench.command(release), hour, bench.output("run"))
            rows.append(_row("Outbound detection", count, shape.rows, release, usage))
        hours = [list(hour_rows(count, KNOWN_HOURS - 1 + number)) for number in range(max(HOURS.values()))]
        for name, read in HOURS.items():
            given = [line for one in hours[:read] for line in one]
            for release in bench.pythons:
                command, target = bench.command(release, "npmlearn"), bench.output("run")
                header, profiles = known[release].table(count)
                usage = run(command, tables_stream((HEADER, given), (header, profiles)), target)
                rows.append(_row(name, count, len(given) + len(profiles), release, usage))
        bench.report(f"runs over {count} processes done")
    return rows


def _row(name: str, count: int, rows: int, release: str, usage: Usage) -> Row:
    return name, count, rows, release, round(usage.cpu, 1), round(usage.wall, 1), round(usage.rss / 1e6)
