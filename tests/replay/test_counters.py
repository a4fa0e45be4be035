"""Counters that grow: rate, rate_avg and rate_sum by hand, and against SQL of another shape on random series."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Literal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.replay.conftest import INDEX, MakeContext, MakeStore
from tests.stores import Point
from workbench.replay import engine
from workbench.replay.context import SearchContext, Window
from workbench.replay.rows import Row, Value

Reading = Literal["strict", "lenient"]
READINGS: tuple[Reading, ...] = ("strict", "lenient")
COUNTER = "flow.bytes"
OTHER = "flow.packets"
DIMENSIONS = ("workload", "peer")


def series(values: dict[float, float], workload: str = "web", peer: str | None = "db") -> list[Point]:
    """The points of one time series, from its values by time."""
    return [{"_time": time, "workload": workload, "peer": peer, COUNTER: value} for time, value in values.items()]


@pytest.fixture
def counted(make_store: MakeStore, make_context: MakeContext) -> _Counted:
    return _Counted(make_store, make_context)


class _Counted:
    """Runs mstats over points: the rows, or one column by the time of its span."""

    def __init__(self, make_store: MakeStore, make_context: MakeContext) -> None:
        self._make_store = make_store
        self._make_context = make_context

    def context(self, points: Sequence[Point], rates: Reading = "strict") -> SearchContext:
        store = self._make_store(points, DIMENSIONS, (COUNTER, OTHER))
        return self._make_context(store=store, window=Window(0, 3600), now=3600.0, rates=rates)

    def rows(self, points: Sequence[Point], spl: str, rates: Reading = "strict") -> list[Row]:
        return engine.run_text(f"| mstats {spl}", self.context(points, rates))

    def rate_sum(self, points: Sequence[Point], rates: Reading, where: str = "") -> dict[Value, Value]:
        """rate_sum of the counter in spans of 30 s, by the start of the span."""
        spl = f"rate_sum({COUNTER}) as r where index={INDEX} {where} by workload span=30s"
        return {row["_time"]: row["r"] for row in self.rows(points, spl, rates)}


@pytest.mark.parametrize("rates", READINGS)
def test_one_point_a_span_is_measured_from_the_span_before(counted: _Counted, rates: Reading) -> None:
    points = series({0: 600, 30: 900, 60: 1800, 90: 1800})
    assert counted.rate_sum(points, rates) == {0: None, 30: 10.0, 60: 30.0, 90: 0.0}


@pytest.mark.parametrize("rates", READINGS)
def test_the_first_span_of_a_search_reads_nothing_before_it(counted: _Counted, rates: Reading) -> None:
    points = series({0: 600, 30: 900, 60: 1800})
    assert counted.rate_sum(points, rates, "earliest=30") == {30: None, 60: 30.0}


@pytest.mark.parametrize("rates", READINGS)
def test_two_points_in_the_first_span_are_measured_from_each_other(counted: _Counted, rates: Reading) -> None:
    assert counted.rate_sum(series({2: 100, 12: 150, 32: 350}), rates) == {0: 5.0, 30: 10.0}


@pytest.mark.parametrize("rates", READINGS)
def test_a_series_with_one_point_has_no_rate_but_is_counted(counted: _Counted, rates: Reading) -> None:
    spl = f"rate_sum({COUNTER}) as r rate_avg({COUNTER}) as a count({COUNTER}) as n where index={INDEX} by peer"
    assert counted.rows(series({60: 4000}), spl, rates) == [{"peer": "db", "r": None, "a": None, "n": 1}]


@pytest.mark.parametrize(("rates", "restart"), [("strict", (100 - 90_000) / 30), ("lenient", 100 / 30)])
def test_a_counter_that_restarts(counted: _Counted, rates: Reading, restart: float) -> None:
    points = series({0: 60_000, 30: 90_000, 60: 100, 90: 400})
    assert counted.rate_sum(points, rates) == {0: None, 30: 1000.0, 60: pytest.approx(restart), 90: 10.0}


@pytest.mark.parametrize(("rates", "restart"), [("strict", (100 - 60_000) / 30), ("lenient", 30_100 / 30)])
def test_a_counter_that_restarts_within_a_span(counted: _Counted, rates: Reading, restart: float) -> None:
    points = series({29: 60_000, 40: 90_000, 59: 100})
    assert counted.rate_sum(points, rates)[30] == pytest.approx(restart)


@pytest.mark.parametrize("rates", READINGS)
def test_a_restart_never_looks_like_more_than_was_sent(counted: _Counted, rates: Reading) -> None:
    """Two replicas under one workload, each restarts once."""
    first = series({0: 1e9, 30: 1e9 + 300, 60: 20, 90: 320}, peer="db")
    second = series({0: 5e6, 30: 10, 60: 310, 90: 610}, peer="cache")
    measured = counted.rate_sum(first + second, rates)
    assert all(rate is not None and rate <= 20 for time, rate in measured.items() if time != 0)  # type: ignore[operator]
    assert measured[90] == 20.0


@pytest.mark.parametrize(("rates", "after"), [("strict", None), ("lenient", 20.0)])
def test_after_a_missed_scrape(counted: _Counted, rates: Reading, after: float | None) -> None:
    points = series({0: 0, 30: 600, 90: 1800, 120: 2400})
    assert counted.rate_sum(points, rates) == {0: None, 30: 20.0, 90: after, 120: 20.0}


@pytest.mark.parametrize("rates", READINGS)
def test_a_late_point_counts_where_its_time_says(counted: _Counted, rates: Reading) -> None:
    """The order in which points arrive does not matter; before it arrives, its span is missing."""
    points = series({0: 0, 30: 600, 60: 1500, 90: 1800})
    late = [points[0], points[1], points[3], points[2]]
    assert counted.rate_sum(late, rates) == counted.rate_sum(points, rates) == {0: None, 30: 20.0, 60: 30.0, 90: 10.0}
    assert 60 not in counted.rate_sum(late[:3], rates)


@pytest.mark.parametrize("rates", READINGS)
def test_each_series_of_a_group_has_a_rate_of_its_own(counted: _Counted, rates: Reading) -> None:
    points = series({0: 0, 30: 300}, peer="db") + series({0: 1e9, 30: 1e9 + 600}, peer=None)
    points += series({0: 7, 30: 7}, "batch")
    columns = f"rate_sum({COUNTER}) as s rate_avg({COUNTER}) as a count({COUNTER}) as n"
    spl = f"{columns} where index={INDEX} by workload span=30s"
    assert counted.rows(points, spl, rates) == [
        {"_time": 0, "workload": "batch", "s": None, "a": None, "n": 1},
        {"_time": 0, "workload": "web", "s": None, "a": None, "n": 2},
        {"_time": 30, "workload": "batch", "s": 0.0, "a": 0.0, "n": 1},
        {"_time": 30, "workload": "web", "s": 30.0, "a": 15.0, "n": 2},
    ]


def test_a_new_series_of_a_known_group_adds_nothing_before_its_second_point(counted: _Counted) -> None:
    points = series({0: 0, 30: 300, 60: 600}, peer="db") + series({30: 90_000, 60: 90_300}, peer="new")
    assert counted.rate_sum(points, "strict") == {0: None, 30: 10.0, 60: 20.0}


def test_points_without_a_by_dimension_are_left_out_unless_filled(counted: _Counted) -> None:
    points = series({0: 0, 30: 300}) + series({0: 0, 30: 600}, peer=None)
    spl = f"rate_sum({COUNTER}) as r where index={INDEX} by peer"
    assert counted.rows(points, spl) == [{"peer": "db", "r": 10.0}]
    filled = counted.rows(points, f'fillnull_value="-" {spl}')
    assert filled == [{"peer": "-", "r": 20.0}, {"peer": "db", "r": 10.0}]


def test_rate_takes_all_points_of_a_group_for_one_counter(counted: _Counted) -> None:
    """Two series mixed look like a counter that falls; rate adds back the largest value it fell from."""
    single = series({0: 100, 20: 300, 30: 10, 40: 210})
    spl = f"rate({COUNTER}) as r where index={INDEX} by workload"
    assert counted.rows(single, spl) == [{"workload": "web", "r": (210 - 100 + 300) / 40}]
    mixed = series({0: 100, 30: 400}) + series({10: 5000, 40: 5300}, peer="cache")
    assert counted.rows(mixed, spl) == [{"workload": "web", "r": (5300 - 100 + 5000) / 40}]
    assert counted.rows(series({5: 100}), spl) == [{"workload": "web", "r": None}]


def test_rate_does_not_look_across_spans(counted: _Counted) -> None:
    rows = counted.rows(series({0: 0, 20: 100, 40: 400}), f"rate({COUNTER}) as r where index={INDEX} span=30s")
    assert rows == [{"_time": 0, "r": 5.0}, {"_time": 30, "r": None}]


def test_without_a_span_the_search_is_one_span(counted: _Counted) -> None:
    (row,) = counted.rows(series({0: 0, 20: 100, 40: 400}), f"rate_sum({COUNTER}) as r where index={INDEX}")
    assert row == {"r": 10.0}


def test_metrics_beside_each_other_keep_their_own_counters(counted: _Counted) -> None:
    points = [
        {"_time": time, "workload": "web", "peer": "db", COUNTER: bytes_, OTHER: packets}
        for time, bytes_, packets in ((0.0, 0, None), (30.0, 3000, 1), (60.0, None, 31), (90.0, 9000, 61))
    ]
    context = counted.context(points, "lenient")
    rows = engine.run_text(
        f"| mstats rate_sum(flow.*) as r_* max({COUNTER}) as top where index={INDEX} span=30s", context
    )
    assert rows == [
        {"_time": 0, "r_bytes": None, "r_packets": None, "top": 0.0},
        {"_time": 30, "r_bytes": 100.0, "r_packets": None, "top": 3000.0},
        {"_time": 60, "r_bytes": None, "r_packets": 1.0, "top": None},
        {"_time": 90, "r_bytes": 100.0, "r_packets": 1.0, "top": 9000.0},
    ]
    assert context.points_read == 4


def test_by_timeseries_tells_series_apart_that_share_all_other_fields(counted: _Counted) -> None:
    points = series({0: 5, 30: 7}) + series({0: 9}, peer=None) + series({0: 1}, peer="it's")
    spl = f"latest({COUNTER}) as v where index={INDEX} by workload _timeseries"
    rows = counted.rows(points, spl)
    assert sorted(str(row["v"]) for row in rows) == ["1.0", "7.0", "9.0"]
    assert len({row["_timeseries"] for row in rows}) == 3


times = st.integers(0, 239).map(float)
values = st.integers(0, 1000).map(float)
random_series = st.lists(
    st.builds(
        series, st.dictionaries(times, values, max_size=8), st.sampled_from("ab"), st.sampled_from(["x", "y", None])
    ),
    max_size=5,
).map(lambda several: list({(p["_time"], p["workload"], p["peer"]): p for part in several for p in part}.values()))


@settings(max_examples=examples(25, 1000))
@given(points=random_series, span=st.sampled_from([7, 30, 60]), rates=st.sampled_from(READINGS))
def test_random_series_agree_with_sql_that_asks_for_each_span_and_series(
    counted: _Counted, points: list[Point], span: int, rates: Reading
) -> None:
    """The oracle knows no windows: it looks up the ends of each span of each series one by one."""
    context = counted.context(points, rates)
    columns = f"rate_sum({COUNTER}) as s rate_avg({COUNTER}) as a rate({COUNTER}) as r"
    rows = engine.run_text(f"| mstats {columns} where index={INDEX} by workload span={span}s", context)
    gap = span if rates == "strict" else 10_000
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            CREATE TABLE p AS SELECT _time AS t, workload AS w, coalesce(peer, '') AS peer, "{COUNTER}" AS v,
                _time - _time % {span} AS b FROM '{context.store.root}/{INDEX}/*.parquet';
            CREATE MACRO value_at(w_, peer_, t_) AS (SELECT v FROM p WHERE w = w_ AND peer = peer_ AND t = t_);
            """
        )
        records = connection.execute(
            f"""
            WITH ends AS (SELECT w, peer, b, min(t) AS first, max(t) AS last FROM p GROUP BY ALL),
            based AS (
                SELECT *, coalesce((SELECT max(q.t) FROM p q WHERE q.w = ends.w AND q.peer = ends.peer
                    AND q.t < ends.b AND q.t >= ends.b - {gap}), first) AS base FROM ends),
            fallen AS (
                SELECT w, peer, b, (SELECT max(q.v) FROM p q, p n WHERE q.w = based.w AND q.peer = based.peer
                    AND n.w = q.w AND n.peer = q.peer AND q.t >= base AND n.t <= last AND n.t > q.t AND n.v < q.v
                    AND NOT EXISTS (SELECT 1 FROM p m WHERE m.w = q.w AND m.peer = q.peer AND m.t > q.t AND m.t < n.t)
                    ) AS top FROM based)
            SELECT based.w, based.b,
                CASE WHEN last > base THEN (value_at(based.w, based.peer, last) - value_at(based.w, based.peer, base)
                    + {1 if rates == "lenient" else 0} * coalesce(top, 0)) / (last - base) END
            FROM based JOIN fallen USING (w, peer, b) ORDER BY based.b, based.w
            """
        ).fetchall()
    expected = [
        (bin_, workload, [rate for *_, rate in group if rate is not None])
        for (bin_, workload), group in groupby(records, key=lambda record: (record[1], record[0]))
    ]
    assert [(row["_time"], row["workload"]) for row in rows] == [(bin_, workload) for bin_, workload, _ in expected]
    for row, (bin_, workload, each) in zip(rows, expected, strict=True):
        assert row["s"] == (pytest.approx(sum(each)) if each else None)
        assert row["a"] == (pytest.approx(sum(each) / len(each)) if each else None)
        assert row["r"] == pytest.approx(_rate(points, workload, bin_, span))


def _rate(points: Sequence[Point], workload: str, start: float, span: int) -> float | None:
    """The documented formula over all points of a group in one span."""
    group = sorted(
        (p["_time"], p[COUNTER]) for p in points if p["workload"] == workload and start <= p["_time"] < start + span
    )
    (first_time, first), (last_time, last) = group[0], group[-1]
    if first_time == last_time:
        return None
    fallen = [before for (_, before), (_, after) in pairwise(group) if after < before]
    return float((last - first + max(fallen, default=0)) / (last_time - first_time))
