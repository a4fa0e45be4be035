"""What npmlearn costs: one hour of many series and their profiles in, the new table out."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator

from npmlib.anomaly.options import DEFAULT_BY, DEFAULT_METRICS
from npmlib.learn.options import PARTS

from bench.processes import BenchError, answers, run
from bench.scoring import Bench, BenchSize, Row
from bench.workload import FINISH, getinfo, rows_chunk
from workbench.replay.chunk_csv import quoted

COLUMNS = (*DEFAULT_BY, "hour", *(f"{part}_{metric}" for metric in DEFAULT_METRICS for part in PARTS))
HEADER = ",".join(map(quoted, (*COLUMNS, *(f"__mv_{name}" for name in COLUMNS)))) + "\n"
FIRST_HOUR = 480_000  # since 1970
CHUNK_ROWS = 50_000


def learning(bench: Bench, sizes: BenchSize) -> list[Row]:
    """Learn a first hour, which makes the table, and measure how a second one is learned."""
    rows: list[Row] = []
    for count in sizes.learned:
        for release in bench.pythons:
            command, target = bench.command(release, "npmlearn"), bench.output("learn")
            run(command, tables_stream((HEADER, hour_rows(count, 0))), target)
            header, *profiles = "".join(answers(target)).splitlines(keepends=True)
            if len(profiles) != count * len(DEFAULT_METRICS):
                raise BenchError(f"npmlearn made {len(profiles)} profiles of {count} series")
            usage = run(command, tables_stream((HEADER, hour_rows(count, 1)), (header, profiles)), target)
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


def hour_rows(count: int, hour: int) -> Iterator[str]:
    """Yield the rows of one hour, counted from FIRST_HOUR; the same for the same numbers."""
    chance = random.Random(hour)  # noqa: S311  # not a secret
    for number in range(count):
        cells = [f"cluster-{number % 20}", f"team-{number // 100}", f"workload-{number // 5}", f"process_{number}"]
        cells.append(str((FIRST_HOUR + hour) * 3600))
        for metric in DEFAULT_METRICS:
            unit = 1000.0 if metric.endswith(".bytes") else 1.0
            amount = chance.lognormvariate(math.log(5 * unit), 0.3)  # in each of 120 intervals
            logs = 120 * math.log(1 + amount / unit)
            cells += ["120", f"{120 * amount:.6f}", f"{logs:.9f}", f"{amount * 1.6:.6f}"]
        yield ",".join(map(quoted, cells)) + "," * len(COLUMNS) + "\n"


def tables_stream(*tables: tuple[str, Iterable[str]]) -> Iterator[bytes]:
    """Yield what Splunk sends of these tables, each a header and its lines, from getinfo to the end."""
    yield getinfo()
    for header, rows in tables:
        lines = list(rows)
        for first in range(0, len(lines), CHUNK_ROWS):
            yield rows_chunk(header + "".join(lines[first : first + CHUNK_ROWS]))
    yield FINISH
