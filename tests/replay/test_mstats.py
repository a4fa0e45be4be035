"""mstats on small stores: against sums done by hand, and against SQL and numpy on random points."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.replay.conftest import INDEX, NOW, MakeContext, MakeStore
from tests.stores import Point, write_index
from workbench.replay import engine
from workbench.replay.context import SearchContext, Window
from workbench.replay.errors import ReplayError
from workbench.replay.rows import Row
from workbench.traffic.store import MetricsStore

DIMENSIONS = ("cluster", "workload")
MEASURES = ("tcp.bytes", "tcp.packets", "udp.bytes")


def point(second: float, cluster: str | None, workload: str | None, **measures: float | None) -> Point:
    """One data point; measures are written tcp_bytes for tcp.bytes."""
    named = {name.replace("_", "."): value for name, value in measures.items()}
    return {"_time": second, "cluster": cluster, "workload": workload, **named}


POINTS = [
    point(100, "a", "web", tcp_bytes=10, tcp_packets=1, udp_bytes=None),
    point(105, "a", "web", tcp_bytes=30, tcp_packets=3),
    point(110, "a", "web", tcp_bytes=50, tcp_packets=5),
    point(100, "a", "Db", tcp_bytes=7, tcp_packets=1),
    point(100, "b", "web", tcp_bytes=1000, udp_bytes=4),
    point(119, "b", None, tcp_bytes=9, udp_bytes=8),
    point(200, "b", "dns", udp_bytes=6),
]


@pytest.fixture
def context(make_store: MakeStore, make_context: MakeContext) -> SearchContext:
    return make_context(store=make_store(POINTS, DIMENSIONS, MEASURES), window=Window(0, 1000), now=1000.0)


def run(text: str, context: SearchContext) -> list[Row]:
    return engine.run_text(text, context)


def matching(context: SearchContext, where: str) -> list[Any]:
    """The workloads that have tcp.bytes or udp.bytes under a filter, sorted."""
    rows = run(f"| mstats count(tcp.bytes) count(udp.bytes) where index={INDEX} {where} by cluster workload", context)
    return sorted(f"{row['cluster']}/{row['workload']}" for row in rows)


def test_rows_are_wide_and_a_metric_without_points_in_a_group_is_null(context: SearchContext) -> None:
    rows = run(f"| mstats avg(tcp.bytes) as avg sum(udp.bytes) where index={INDEX} by cluster workload", context)
    assert rows == [
        {"cluster": "a", "workload": "Db", "avg": 7.0, "sum(udp.bytes)": None},
        {"cluster": "a", "workload": "web", "avg": 30.0, "sum(udp.bytes)": None},
        {"cluster": "b", "workload": "dns", "avg": None, "sum(udp.bytes)": 6.0},
        {"cluster": "b", "workload": "web", "avg": 1000.0, "sum(udp.bytes)": 4.0},
    ]


def test_a_point_without_a_by_dimension_is_left_out_but_was_read(context: SearchContext) -> None:
    rows = run(f"| mstats count(udp.bytes) as n where index={INDEX} by workload", context)
    assert rows == [{"workload": "dns", "n": 1}, {"workload": "web", "n": 1}]
    assert context.points_read == 3


def test_fillnull_value_keeps_that_point(context: SearchContext) -> None:
    rows = run(f'| mstats fillnull_value="(none)" count(udp.bytes) as n where index={INDEX} by workload', context)
    assert [row["workload"] for row in rows] == ["(none)", "dns", "web"]
    nowhere = run(f'| mstats fillnull_value="-" count(tcp.bytes) as n where index={INDEX} by nowhere', context)
    assert nowhere == [{"nowhere": "-", "n": 6}]


def test_bins_start_at_multiples_of_the_span_and_empty_ones_are_not_there(context: SearchContext) -> None:
    rows = run(f"| mstats avg(tcp.bytes) as v where index={INDEX} by workload span=10s", context)
    assert rows == [
        {"_time": 100, "workload": "Db", "v": 7.0},
        {"_time": 100, "workload": "web", "v": (10 + 30 + 1000) / 3},
        {"_time": 110, "workload": "web", "v": 50.0},
    ]
    assert list(rows[0]) == ["_time", "workload", "v"]


def test_bins_of_a_day_begin_at_midnight_and_hold_the_day_to_its_last_moment(
    make_store: MakeStore, make_context: MakeContext
) -> None:
    day = 86400
    points = [point(at, "a", "web", tcp_bytes=at) for at in (day, 2 * day - 0.5, 2 * day, 4 * day + 7)]
    context = make_context(store=make_store(points, DIMENSIONS, MEASURES), window=Window(0, 9 * day), now=9 * day)
    rows = run(f"| mstats count(tcp.bytes) as n where index={INDEX} by workload span=1d", context)
    assert [(row["_time"], row["n"]) for row in rows] == [(day, 2), (2 * day, 1), (4 * day, 1)]
    assert context.points_read == 4


def test_wildcards_give_one_column_for_each_metric_that_matches(context: SearchContext) -> None:
    (row,) = run(f"| mstats max(tcp.*) as peak_* min(*.bytes) where index={INDEX} cluster=a", context)
    assert row == {
        "peak_bytes": 50.0,
        "peak_packets": 5.0,
        "min(tcp.bytes)": 7.0,
        "min(udp.bytes)": None,
    }


def test_every_function_by_hand(context: SearchContext) -> None:
    expected = {
        "count": 3,
        "avg": 30.0,
        "sum": 90.0,
        "min": 10.0,
        "max": 50.0,
        "range": 40.0,
        "sumsq": 3500.0,
        "stdev": 20.0,
        "stdevp": pytest.approx(math.sqrt(800 / 3)),
        "var": 400.0,
        "varp": pytest.approx(800 / 3),
        "median": 30.0,
        "perc50": 30.0,
        "perc95": pytest.approx(48.0),
        "upperperc95": pytest.approx(48.0),
        "dc": 3,
        "earliest": 10.0,
        "latest": 50.0,
        "earliest_time": 100.0,
        "latest_time": 110.0,
    }
    columns = " ".join(f"{name}(tcp.bytes) as {name}" for name in expected)
    assert run(f"| mstats {columns} where index={INDEX} cluster=a workload=web", context) == [expected]


def test_one_point_has_no_spread(context: SearchContext) -> None:
    (row,) = run(f"| mstats stdev(tcp.bytes) var(tcp.bytes) where index={INDEX} workload=Db", context)
    assert row == {"stdev(tcp.bytes)": 0.0, "var(tcp.bytes)": 0.0}


def test_an_unknown_metric_is_null_and_an_unknown_dimension_has_no_rows(context: SearchContext) -> None:
    (row,) = run(f"| mstats avg(tcp.nowhere) as x avg(tcp.bytes) as y where index={INDEX} workload=Db", context)
    assert row == {"x": None, "y": 7.0}
    assert run(f"| mstats avg(tcp.nowhere) as x where index={INDEX}", context) == []
    assert run(f"| mstats avg(tcp.bytes) as x where index={INDEX} by nowhere", context) == []
    assert run(f"| mstats avg(icmp.*) as icmp.* where index={INDEX}", context) == []


def test_a_point_that_has_none_of_the_metrics_makes_no_row_and_is_not_read(context: SearchContext) -> None:
    rows = run(f"| mstats count(tcp.packets) as n where index={INDEX} by cluster", context)
    assert rows == [{"cluster": "a", "n": 4}]
    assert context.points_read == 4


@pytest.mark.parametrize(
    ("where", "workloads"),
    [
        ("cluster=a", ["a/Db", "a/web"]),
        ("cluster=A", []),
        ("workload=db", []),
        ("workload=d*", ["b/dns"]),
        ("workload=*b", ["a/Db", "a/web", "b/web"]),
        ("workload=_eb", []),
        ("workload=*", ["a/Db", "a/web", "b/dns", "b/web"]),
        ("workload!=web", ["a/Db", "b/dns"]),
        ("NOT workload=web", ["a/Db", "b/dns"]),
        ("workload IN (web, dns) cluster=b", ["b/dns", "b/web"]),
        ("(cluster=a OR workload=dns)", ["a/Db", "a/web", "b/dns"]),
        ("NOT (cluster=a OR workload=dns)", ["b/web"]),
        ("nowhere=x", []),
        ("NOT nowhere=x", ["a/Db", "a/web", "b/dns", "b/web"]),
        ("nowhere!=x", []),
        ("earliest=105 latest=200", ["a/web"]),
        ("earliest=200", ["b/dns"]),
        ("latest=105", ["a/Db", "a/web", "b/web"]),
        ("earliest=-880s", ["b/dns"]),
    ],
)
def test_filters(context: SearchContext, where: str, workloads: list[str]) -> None:
    assert matching(context, where) == workloads


def test_a_filter_that_nothing_can_pass_leaves_no_value_behind(context: SearchContext) -> None:
    assert matching(context, 'workload="web" nothere="a"') == []
    assert matching(context, '(workload="web" OR NOT nothere="a") cluster="b"') == ["b/dns", "b/web"]


def test_a_point_that_lacks_the_dimension_passes_not_but_not_unequal(context: SearchContext) -> None:
    count = "| mstats count(tcp.bytes) as n where index=kubernetes_metrics cluster=b"
    assert run(f"{count} NOT workload=web", context) == [{"n": 1}]
    assert run(f"{count} workload!=web", context) == []


def test_earliest_in_the_search_overrides_the_dispatch_window_up_to_now(context: SearchContext) -> None:
    context.window = Window(0, 101)
    text = f"| mstats count(tcp.bytes) as n where index={INDEX} {{}} by cluster"
    assert sum(row["n"] for row in run(text.format(""), context)) == 3  # type: ignore[misc]
    context.now = 110.0
    assert sum(row["n"] for row in run(text.format("earliest=-10s"), context)) == 4  # type: ignore[misc]


def test_the_window_is_half_open(context: SearchContext) -> None:
    context.window = Window(100, 110)
    assert run(f"| mstats count(tcp.bytes) as n where index={INDEX} cluster=a workload=web", context) == [{"n": 2}]


def test_not_a_number_is_no_value(make_store: MakeStore, make_context: MakeContext) -> None:
    points = [{"_time": 1.0, "host": "h", "x": value} for value in (math.nan, math.inf, 3.0, 1e308, 1e308)]
    context = make_context(store=make_store(points, ["host"], ["x"]))
    (row,) = run(f"| mstats count(x) as n min(x) as min sum(x) as sum where index={INDEX}", context)
    assert row == {"n": 3, "min": 3.0, "sum": None}  # a sum too large for a number is none


def test_several_indexes_are_read_together(tmp_path: Path, make_context: MakeContext) -> None:
    write_index(tmp_path / "m" / "one", [{"_time": 1.0, "host": "h", "x": 1.0}], ["host"], ["x"])
    write_index(tmp_path / "m" / "two", [{"_time": 1.0, "zone": "z", "x": 2.0, "y": 5.0}], ["zone"], ["x", "y"])
    context = make_context(store=MetricsStore(tmp_path / "m"))
    everything = [{"sum(x)": 3.0, "sum(y)": 5.0}]
    assert run("| mstats sum(x) sum(y) where index=*", context) == everything
    assert run("| mstats sum(x) sum(y) where index=one OR index=two", context) == everything
    assert run("| mstats sum(x) sum(y) where index IN (one, two)", context) == everything
    assert run("| mstats sum(x) sum(y) where index=* NOT index=one", context) == [{"sum(x)": 2.0, "sum(y)": 5.0}]
    assert run("| mstats sum(x) where (index=one host=h) OR (index=two zone=q)", context) == [{"sum(x)": 1.0}]
    assert run("| mstats sum(x) where index=* by host", context) == [{"host": "h", "sum(x)": 1.0}]


def test_a_search_inside_a_search_does_not_end_the_outer_one(context: SearchContext) -> None:
    rows = run(
        f"| mstats sum(tcp.bytes) as s where index={INDEX} by cluster workload "
        f"| join type=left workload [ mstats sum(udp.bytes) as u where index={INDEX} by workload ]",
        context,
    )
    assert {(row["cluster"], row["workload"]): row.get("u") for row in rows} == {
        ("a", "Db"): None,
        ("a", "web"): 4.0,
        ("b", "web"): 4.0,
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("avg(tcp.bytes) where cluster=a", "names no index"),
        ("avg(tcp.bytes) where index=nowhere", r"metrics index 'nowhere' is not in the store \(kubernetes_metrics\)"),
        ("avg(_value) where index=kubernetes_metrics", r"needs the name of a metric, as in avg\(tcp.bytes\)"),
        ("avg(tcp.bytes) where index=* metric_name=x", "metric_name / _value form is not replayed"),
        ("per_day(tcp.bytes) where index=*", "function per_day is not replayed; known are count"),
        ("avg(tcp.bytes) where index=* by metric_name", "by metric_name is not replayed"),
        ("avg(tcp.bytes) where index=* workload=CASE(Db)", r"mstats knows no CASE\(\); it compares with case anyway"),
        ("perc101(tcp.bytes) where index=*", "function perc101 is not replayed"),
        ("avg(tcp.bytes) where index=* loose", "bare word 'loose'"),
        ("avg(tcp.bytes) where index=* tcp.bytes>5", "cannot filter by tcp.bytes>"),
        ("avg(tcp.bytes) where index=* (earliest=5 OR cluster=a)", "earliest= inside OR or NOT"),
        ("avg(tcp.bytes) where index=* earliest=soon", "time modifier 'soon'"),
        ("avg(tcp.bytes) where index=* earliest=10 latest=5", "earliest must lie before latest"),
        ("avg(tcp.bytes) as x max(tcp.bytes) as x where index=*", "two columns of the result are called 'x'"),
        ("avg(tcp.*) as x where index=*", "must have the same number of wildcards"),
        ("avg(tcp.bytes) where index=* span=1mon", "span=1mon has no fixed length"),
        ("avg(tcp.bytes) where index=* earliest=0 latest=1000001 span=1s", "makes 1000001 bins, Splunk allows 1000000"),
        ("prestats=t avg(tcp.bytes) where index=*", "option prestats=t is not replayed"),
    ],
)
def test_what_is_not_known_is_an_error_with_a_place(context: SearchContext, text: str, said: str) -> None:
    with pytest.raises(ReplayError, match=f"(?s)line 1, column .*mstats: .*{said}|mstats: {said}"):
        run(f"| mstats {text}", context)


numbers = st.one_of(st.none(), st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda value: round(value, 3)))
labels = st.one_of(st.none(), st.sampled_from(["a", "b", "B", "a_c"]))
random_points = st.lists(
    st.builds(
        point, st.integers(0, 99).map(float), labels, labels, tcp_bytes=numbers, tcp_packets=numbers, udp_bytes=numbers
    ),
    max_size=40,
)
small = settings(max_examples=examples(30, 500))


def grouped(points: Sequence[Point], keys: Sequence[str], span: int, metric: str) -> dict[Any, list[float]]:
    """Values of ``metric`` by bin and keys; points that lack a key are out."""
    groups: dict[Any, list[float]] = defaultdict(list)
    for each in points:
        if all(each[key] is not None for key in keys) and each.get(metric) is not None:
            group = (each["_time"] // span * span, *(each[key] for key in keys))
            groups[group].append(each[metric])
    return groups


@small
@given(points=random_points, span=st.sampled_from([1, 7, 10, 60]), keys=st.sampled_from([("cluster",), DIMENSIONS]))
def test_aggregates_of_random_points_agree_with_numpy(
    make_store: MakeStore, make_context: MakeContext, points: list[Point], span: int, keys: tuple[str, ...]
) -> None:
    context = make_context(store=make_store(points, DIMENSIONS, MEASURES), window=Window(0, 100))
    functions = ("count", "avg", "sum", "min", "max", "stdev", "stdevp", "median", "sumsq")
    columns = " ".join(f"{name}({metric}) as {name}_{metric}" for name in functions for metric in MEASURES)
    rows = run(f"| mstats {columns} where index={INDEX} by {' '.join(keys)} span={span}s", context)
    by_metric = {metric: grouped(points, keys, span, metric) for metric in MEASURES}
    assert [tuple(row[key] for key in ("_time", *keys)) for row in rows] == sorted(
        {key for groups in by_metric.values() for key in groups}
    )
    for row in rows:
        for metric in MEASURES:
            values = np.array(by_metric[metric].get(tuple(row[key] for key in ("_time", *keys)), []))
            assert row[f"count_{metric}"] == len(values)
            if len(values) == 0:
                assert all(row[f"{name}_{metric}"] is None for name in functions[1:])
                continue
            expected = {
                "avg": values.mean(),
                "sum": values.sum(),
                "min": values.min(),
                "max": values.max(),
                "stdev": values.std(ddof=1) if len(values) > 1 else 0.0,
                "stdevp": values.std(),
                "median": np.median(values),
                "sumsq": (values**2).sum(),
            }
            for name, value in expected.items():
                assert row[f"{name}_{metric}"] == pytest.approx(value, rel=1e-9, abs=1e-6), name


@small
@given(points=random_points, earliest=st.integers(0, 99), length=st.integers(1, 99), pattern=st.sampled_from("ab*"))
def test_windows_and_filters_on_random_points_agree_with_sql_written_by_hand(
    make_store: MakeStore, make_context: MakeContext, points: list[Point], earliest: int, length: int, pattern: str
) -> None:
    store = make_store(points, DIMENSIONS, MEASURES)
    context = make_context(store=store, window=Window(0, 1), now=1000.0)
    rows = run(
        f"| mstats sum(tcp.bytes) as s count(udp.bytes) as n where index={INDEX} cluster={pattern} "
        f"earliest={earliest} latest={earliest + length} NOT workload=b by cluster",
        context,
    )
    with duckdb.connect() as connection:
        expected = connection.execute(
            f"""
            SELECT cluster, sum("tcp.bytes"), count("udp.bytes")
            FROM '{store.root}/{INDEX}/*.parquet'
            WHERE _time >= {earliest} AND _time < {earliest + length} AND cluster IS NOT NULL
              AND ('{pattern}' = '*' OR cluster = '{pattern}')
              AND (workload IS NULL OR workload <> 'b')
              AND ("tcp.bytes" IS NOT NULL OR "udp.bytes" IS NOT NULL)
            GROUP BY cluster ORDER BY cluster
            """
        ).fetchall()
    assert [(row["cluster"], row["n"]) for row in rows] == [(cluster, count) for cluster, _, count in expected]
    for row, (_, total, _) in zip(rows, expected, strict=True):
        assert row["s"] == (None if total is None else pytest.approx(total, abs=1e-6))


@small
@given(points=random_points)
def test_points_read_are_the_points_that_have_a_metric_asked_for(
    make_store: MakeStore, make_context: MakeContext, points: list[Point]
) -> None:
    assume(points)
    context = make_context(store=make_store(points, DIMENSIONS, MEASURES), now=NOW)
    run(f"| mstats avg(tcp.bytes) avg(udp.bytes) where index={INDEX} by cluster", context)
    having = [each for each in points if each["tcp.bytes"] is not None or each["udp.bytes"] is not None]
    assert context.points_read == len(having)
