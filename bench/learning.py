"""What npmlearn costs: one hour of many series and their profiles in, the new table out."""

from __future__ import annotations

import csv
import io
import math
import random
from collections.abc import Iterable, Iterator, Sequence

from npmlib.anomaly.options import DEFAULT_BY, DEFAULT_METRICS
from npmlib.learn.options import PARTS

from bench.processes import BenchError, answers, run
from bench.scoring import Bench, BenchSize, Row
from bench.workload import FINISH, getinfo, rows_chunk
from workbench.replay.chunk_csv import quoted

COLUMNS = (*DEFAULT_BY, "hour", *(f"{part}_{metric}" for metric in DEFAULT_METRICS for part in PARTS))
FIRST_HOUR = 480_000  # since 1970
KNOWN_HOURS = 28 * 24  # that each profile has learned, so that its record is full
KNOWN_SERIES = 5  # whose profiles differ; the others have the same ones
CHUNK_ROWS = 50_000


def _header(columns: Sequence[str]) -> str:
    return ",".join(map(quoted, (*columns, *(f"__mv_{name}" for name in columns)))) + "\n"


HEADER = _header(COLUMNS)


def learning(bench: Bench, sizes: BenchSize) -> list[Row]:
    """Measure how the profiles of many series learn an hour after four weeks."""
    rows: list[Row] = []
    known = {release: Known(bench, release) for release in bench.pythons}
    for count in sizes.learned:
        for release in bench.pythons:
            header, profiles = known[release].table(count)
            target = bench.output("learn")
            stream = tables_stream((HEADER, hour_rows(count, KNOWN_HOURS)), (header, profiles))
            usage = run(bench.command(release, "npmlearn"), stream, target)
            size = sum(map(len, answers(target)))
            rows.append(
                (
                    count,
                    len(profiles),
                    release,
                    round(usage.cpu, 2),
                    round(usage.rss / 1e6),
                    round(size / 1e6, 1),
                    round(size / len(profiles)),
                )
            )
        bench.report(f"{count} series learned")
    return rows


class Known:
    """Profiles that have learned KNOWN_HOURS from FIRST_HOUR on; a few, as that takes long, under as many names."""

    def __init__(self, bench: Bench, release: str) -> None:
        target = bench.output("known")
        hours = [line for hour in range(KNOWN_HOURS) for line in hour_rows(KNOWN_SERIES, hour)]
        run(bench.command(release, "npmlearn"), tables_stream((HEADER, hours)), target)
        self._columns, *rows = csv.reader(io.StringIO("".join(answers(target))))
        profiles = [row for row in rows if row[self._columns.index("kind")] == "profile"]
        by = len(DEFAULT_BY)
        self._cells = [[row[by:] for row in profiles if row[:by] == names(n)] for n in range(KNOWN_SERIES)]
        if list(map(len, self._cells)) != [len(DEFAULT_METRICS)] * KNOWN_SERIES:
            raise BenchError(f"npmlearn made {len(profiles)} profiles of {KNOWN_SERIES} series")

    def table(self, count: int) -> tuple[str, list[str]]:
        """Return the table of ``count`` series: header and lines."""
        rows = [_line([*names(n), *cells]) for n in range(count) for cells in self._cells[n % KNOWN_SERIES]]
        return _header(self._columns), rows


def names(number: int) -> list[str]:
    """Return the names of a series, in the order of DEFAULT_BY."""
    return [f"cluster-{number % 20}", f"team-{number // 100}", f"workload-{number // 5}", f"process_{number}"]


def hour_rows(count: int, hour: int) -> Iterator[str]:
    """Yield the rows of one hour, counted from FIRST_HOUR; the same for the same numbers."""
    chance = random.Random(hour)  # noqa: S311  # not a secret
    for number in range(count):
        cells = [*names(number), str((FIRST_HOUR + hour) * 3600)]
        for metric in DEFAULT_METRICS:
            unit = 1000.0 if metric.endswith(".bytes") else 1.0
            amount = chance.lognormvariate(math.log(5 * unit), 0.3)  # in each of 120 intervals
            logs = 120 * math.log(1 + amount / unit) * chance.uniform(0.9, 1)  # they vary, so the mean is less
            cells += ["120", f"{120 * amount:.6f}", f"{logs:.9f}", f"{amount * 1.6:.6f}"]
        yield _line(cells)


def _line(cells: Sequence[str]) -> str:
    return ",".join(map(quoted, cells)) + "," * len(cells) + "\n"


def tables_stream(*tables: tuple[str, Iterable[str]]) -> Iterator[bytes]:
    """Yield what Splunk sends of these tables, each a header and its lines, from getinfo to the end."""
    yield getinfo()
    for header, rows in tables:
        lines = list(rows)
        for first in range(0, len(lines), CHUNK_ROWS):
            yield rows_chunk(header + "".join(lines[first : first + CHUNK_ROWS]))
    yield FINISH
