"""Days of points, the tables that the fold of detection 1's baseline keeps, and exact statistics to hold them against.

The oracle is rational arithmetic on the points themselves (fractions), which knows no rounding. Days are counted back
from NOW: day 1 is yesterday. A nightly run is at 03:17, as scheduled.
"""

from __future__ import annotations

import csv
import io
import math
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

import pytest

from tests.detections.world import DAY, HOUR, METRICS, MINUTE, NOW, TRAFFIC_BASELINE, World, point
from workbench.replay.rows import Row, as_number

MIDNIGHT = NOW // DAY * DAY  # that NOW's day begins with
KEY = ("cluster", "namespace", "workload", "process")
DIMENSIONS = ("k8s.cluster.name", "source.namespace.name", "source.workload.name", "source.process.name")
INTERVAL = 30
TABLES = ("npm_days", "npm_baseline")

Series = tuple[str, ...]


def on_day(day: int, process: str, values: Iterable[float], metric: str = "tcp_bytes") -> Iterator[dict[str, Any]]:
    """Points of a process, a minute apart from 01:00 of the day on."""
    for number, value in enumerate(values):
        at = MIDNIGHT - day * DAY + HOUR + number * MINUTE
        sent: dict[str, Any] = {metric: value}
        yield point(at, "prod", "web", process=process, **sent)


def nightly(world: World, day: int = 0) -> list[Row]:
    """The run of the night that ends this day before NOW's, 0 is the last one: it reads the day before it."""
    return world.rows(TRAFFIC_BASELINE, MIDNIGHT - day * DAY + 3 * HOUR + 17 * MINUTE)


def file(world: World, table: str) -> str:
    return (world.app.root / "lookups" / f"{table}.csv").read_text()


def rows_of(world: World, table: str) -> list[dict[str, str]]:
    """The table as it is on disk, in an order of its own, without what its last run says of itself."""
    return rows_in(file(world, table))


def rows_in(text: str) -> list[dict[str, str]]:
    """The rows of a table that was read before, as rows_of gives them."""
    rows = [
        {name: cell for name, cell in row.items() if name != "read_until"} for row in csv.DictReader(io.StringIO(text))
    ]
    return sorted(rows, key=lambda row: sorted(row.items()))


def folded(world: World) -> dict[Series, Row]:
    """npm_baseline, by series."""
    return {tuple(str(row[name]) for name in KEY): row for row in world.app.lookups.read("npm_baseline")[1]}


def numbers(row: Row, metric: str) -> tuple[float | None, ...]:
    return tuple(as_number(row.get(f"{part}_{metric}")) for part in ("count", "avg", "stdev"))


def in_one_read(
    points: Iterable[dict[str, Any]], days: Iterable[int] = range(1, 31)
) -> dict[tuple[Series, str], list[float]]:
    """What was sent in each interval of these days, by series and metric."""
    sent: dict[tuple[Series, str], dict[float, list[float]]] = defaultdict(lambda: defaultdict(list))
    wanted = set(days)
    for each in points:
        if math.ceil((MIDNIGHT - each["_time"]) / DAY) in wanted:
            for metric in METRICS:
                if each.get(metric) is not None:
                    interval = each["_time"] // INTERVAL
                    sent[tuple(each[name] for name in DIMENSIONS), metric][interval].append(each[metric])
    return {key: [math.fsum(values) for values in intervals.values()] for key, intervals in sent.items()}


def exact(values: list[float]) -> tuple[Fraction, Fraction]:
    """Average and sample variance, without any rounding; the variance of one value is 0."""
    mean = sum(map(Fraction, values), Fraction(0)) / len(values)
    squares = sum(((Fraction(value) - mean) ** 2 for value in values), Fraction(0))
    return mean, squares / max(1, len(values) - 1)


def assert_equal(
    table: dict[Series, Row], points: Iterable[dict[str, Any]], days: Iterable[int] = range(1, 31)
) -> None:
    """The table holds exactly these series, and their statistics to a relative 1e-9.

    A day's average is kept as a double, so its last digit limits what can be known of a spread that is tiny beside the
    average: beyond a million times smaller, 1e-9 grows in proportion.
    """
    wanted = in_one_read(points, days)
    assert set(table) == {series for series, _ in wanted}
    for series, row in table.items():
        for metric in METRICS:
            values = wanted.get((series, metric), [])
            count, average, stdev = numbers(row, metric)
            assert count == len(values)
            if not values:
                assert (average, stdev) == (None, None)
                continue
            mean, variance = exact(values)
            spread = math.sqrt(variance)
            assert average == pytest.approx(float(mean), rel=1e-9, abs=0)
            if not spread:
                assert stdev == pytest.approx(0, abs=1e-15 * abs(mean))
                continue
            tolerance = 1e-9 * max(1.0, float(abs(mean)) / spread / 1e6)
            assert stdev == pytest.approx(spread, rel=tolerance, abs=0)


def busy(world: World, days: Iterable[int]) -> None:
    """Two processes, one with a measure that comes and goes."""
    draw = random.Random(3)
    for day in days:
        world.add(on_day(day, "nginx", (draw.gauss(1000, 50) for _ in range(5))))
        world.add(on_day(day, "agent", (draw.gauss(7, 2) for _ in range(day % 3)), "udp_packets"))
