"""The functions of stats, and stats, eventstats and streamstats: rows in, exact rows out."""

import statistics
from collections.abc import Iterable
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.replay.given_rows import context, run_on
from workbench.replay.context import Message
from workbench.replay.errors import ReplayError


def aggregate(function: str, values: Iterable[Any]) -> Any:
    """What a function of stats makes of the values of field v."""
    (row,) = run_on([{"v": value} for value in values], f"stats {function} as out")
    return row["out"]


@pytest.mark.parametrize(
    ("function", "values", "result"),
    [
        ("count", [1, None, "x"], 3),
        ("count(v)", [1, None, "", "x"], 3),
        ("count(v)", [("a", "b"), "c"], 3),
        ("c(v)", [], 0),
        ("sum(v)", [1, "2", "x", None, ("3", "4")], 10),
        ("sum(v)", ["x", None], None),
        ("avg(v)", [1, 2], 1.5),
        ("mean(v)", [("1", "3")], 2),
        ("min(v)", ["10", "9", None], 9),
        ("max(v)", ["10", "9"], 10),
        ("max(v)", ["10", "9", "x"], "x"),
        ("min(v)", ["b", "B", 3], "3"),
        ("range(v)", [3, 10, 5], 7),
        ("sumsq(v)", [1, 2, 3], 14),
        ("stdev(v)", [2, 4, 4, 4, 5, 5, 7, 9], statistics.stdev([2, 4, 4, 4, 5, 5, 7, 9])),
        ("stdevp(v)", [2, 4, 4, 4, 5, 5, 7, 9], 2),
        ("var(v)", [1, 2, 3, 4], 5 / 3),
        ("varp(v)", [1, 2, 3, 4], 1.25),
        ("stdev(v)", [5], 0),
        ("var(v)", [5], 0),
        ("stdev(v)", [], None),
        ("median(v)", [4, 1, 3, 2], 2.5),
        ("perc95(v)", list(range(101)), 95),
        ("p50(v)", [7], 7),
        ("median(v)", [], None),
        ("values(v)", ["b", "B", "a", "True", "false", "10", "9", "a"], ("10", "9", "B", "True", "a", "b", "false")),
        ("values(v)", ["a", None, "a"], "a"),
        ("values(v)", [("b", "a"), "c", 5], ("5", "a", "b", "c")),
        ("values(v)", [], None),
        ("list(v)", ["b", "a", None, "b"], ("b", "a", "b")),
        ("dc(v)", ["a", "A", "a", None, 5, "5"], 3),
        ("distinct_count(v)", [], 0),
        ("mode(v)", ["a", "b", "b", "a", "b"], "b"),
        ("mode(v)", [], None),
        ("first(v)", [None, 2, 3], 2),
        ("last(v)", [1, 2, None], 2),
    ],
)  # fmt: skip
def test_a_function_of_stats(function: str, values: Any, result: Any) -> None:
    found = aggregate(function, values)
    assert found == (pytest.approx(result) if isinstance(result, float) else result)


def test_the_spread_of_large_numbers_keeps_its_digits() -> None:
    assert aggregate("stdev(v)", [1e9 + 1, 1e9 + 2, 1e9 + 3]) == pytest.approx(1)


def test_the_edges_of_a_group_follow_time_not_row_order() -> None:
    rows = [{"_time": 20, "v": "b"}, {"_time": 10, "v": "a"}, {"_time": "30", "v": "c"}, {"_time": 40}, {"v": "x"}]
    text = "stats earliest(v) as e latest(v) as l earliest_time(v) as et latest_time(v) as lt"
    assert run_on(rows, text) == [{"e": "a", "l": "c", "et": 10, "lt": 30}]


def test_stats_drops_rows_with_a_null_by_field_and_orders_groups() -> None:
    rows = [{"k": "b", "v": 1}, {"k": None, "v": 5}, {"v": 6}, {"k": "a", "v": 2}, {"k": "b", "v": 3}]
    assert run_on(rows, "stats sum(v) as s count by k") == [
        {"k": "a", "s": 2, "count": 1},
        {"k": "b", "s": 4, "count": 2},
    ]


def test_groups_with_numbers_are_ordered_as_numbers() -> None:
    rows = [{"k": 10}, {"k": "9"}, {"k": 10.0}, {"k": "x"}]
    assert [row["k"] for row in run_on(rows, "stats count by k")] == ["9", 10, "x"]


def test_a_row_counts_in_the_group_of_each_value_of_a_multivalue() -> None:
    rows = [{"k": ("a", "b"), "v": 1}, {"k": "a", "v": 2}]
    assert run_on(rows, "stats sum(v) as s by k") == [{"k": "a", "s": 3}, {"k": "b", "s": 1}]


def test_stats_of_nothing_is_one_row_without_by_and_none_with_it() -> None:
    assert run_on([], "stats count sum(v) as s") == [{"count": 0, "s": None}]
    assert run_on([], "stats count by k") == []


def test_count_of_a_condition_counts_where_it_is_true() -> None:
    rows = [{"v": 1}, {"v": 5}, {"v": None}]
    assert run_on(rows, "stats count(eval(v>2)) as n sum(eval(v*2)) as s") == [{"n": 1, "s": 12}]


def test_wildcards_stand_for_the_fields_that_are_met() -> None:
    rows = [{"k": "a", "tcp.bytes": 1, "_time": 0}, {"k": "b", "tcp.packets": 5, "tcp.bytes": 3}]
    assert run_on(rows, "stats max(tcp.*) as top_* count(*) as n_* by k") == [
        {"k": "a", "top_bytes": 1, "top_packets": None, "n_tcp.bytes": 1, "n_tcp.packets": 0},
        {"k": "b", "top_bytes": 3, "top_packets": 5, "n_tcp.bytes": 1, "n_tcp.packets": 1},
    ]


def test_a_list_that_is_cut_is_said() -> None:
    running = context()
    (row,) = run_on([{"v": str(i)} for i in range(101)], "stats list(v) as l", running)
    assert isinstance(row["l"], tuple)
    assert len(row["l"]) == 100
    assert running.messages == [Message("WARN", "stats: l keeps 100 values, others are lost")]


def test_eventstats_keeps_rows_with_a_null_by_field_as_they_are() -> None:
    rows = [{"k": "a", "v": "x"}, {"k": None, "v": "y"}, {"k": "a", "v": "z"}]
    assert run_on(rows, "eventstats values(v) as v count by k") == [
        {"k": "a", "v": ("x", "z"), "count": 2},
        {"k": None, "v": "y"},
        {"k": "a", "v": ("x", "z"), "count": 2},
    ]


def test_beyond_its_limit_eventstats_adds_nothing_and_says_so() -> None:
    running = context(eventstats_rows=2)
    found = run_on([{"v": 1}] * 3, "eventstats count", running)
    assert found == [{"v": 1, "count": 3}, {"v": 1, "count": 3}, {"v": 1}]
    assert running.messages == [Message("WARN", "eventstats: stopped adding fields after 2 of 3 rows")]


@pytest.mark.parametrize(
    ("options", "sums"),
    [("", [1, 3, 4, 7]), ("current=f ", [None, 1, None, 3]), ("window=1 global=f ", [1, 2, 4, 4])],
)
def test_streamstats_runs_along_the_rows(options: str, sums: Any) -> None:
    rows = [{"k": "a", "v": 1}, {"k": "a", "v": 2}, {"k": "b", "v": 4}, {"k": "a", "v": 4}]
    found = run_on(rows, f"streamstats {options}sum(v) as s by k")
    assert [row["s"] for row in found] == sums


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("stats frobnicate(v)", "the replay has no function 'frobnicate'"),
        ("stats perc101(v)", "the replay has no function 'perc101'"),
        ("stats allnum=t count", "the replay does not act on option allnum=t"),
        ("stats sum(v) as k by k", "two columns of the result are called 'k'"),
        ("stats sum(eval(v>1)) as n", "sum() takes values, not a condition"),
        ("stats max(*) as top", "'*' and 'top' differ in their number of wildcards"),
        ("streamstats window=2 count by k", "window= with BY is replayed with global=f only"),
    ],
)
def test_what_is_not_replayed_is_an_error(text: str, message: str) -> None:
    with pytest.raises(ReplayError) as caught:
        run_on([{"k": "a", "v": 1}], text)
    assert message in caught.value.message
    assert caught.value.command == text.split()[0]
    assert caught.value.position is not None


# stats against DuckDB.

cells = st.none() | st.integers(-50, 50)
tables = st.lists(st.tuples(st.none() | st.sampled_from("abAB"), st.none() | st.sampled_from("xy"), cells), max_size=30)
CONNECTION = duckdb.connect()
SQL = """
    SELECT j, k, count(*), count(v), sum(v), avg(v), min(v), max(v), max(v) - min(v), median(v), quantile_cont(v, 0.9),
           CASE count(v) WHEN 1 THEN 0 ELSE stddev_samp(v) END, stddev_pop(v), var_pop(v), count(DISTINCT v),
           list_sort(list(DISTINCT v::VARCHAR) FILTER (v IS NOT NULL))
    FROM rows WHERE j IS NOT NULL AND k IS NOT NULL GROUP BY j, k ORDER BY j, k
"""
SPL = """
    stats count as n count(v) as c sum(v) as s avg(v) as a min(v) as lo max(v) as hi range(v) as r median(v) as m
          perc90(v) as p stdev(v) as sd stdevp(v) as sdp varp(v) as vp dc(v) as d values(v) as vs by j k
"""


@given(tables)
def test_stats_agrees_with_duckdb(table: Any) -> None:
    CONNECTION.execute("CREATE OR REPLACE TABLE rows (j VARCHAR, k VARCHAR, v INTEGER)")
    if table:
        CONNECTION.executemany("INSERT INTO rows VALUES (?, ?, ?)", table)
    expected = CONNECTION.execute(SQL).fetchall()
    found = run_on([{"j": j, "k": k, "v": v} for j, k, v in table], SPL)
    assert len(found) == len(expected)
    for row, (j, k, *numbers, texts) in zip(found, expected, strict=True):
        values = list(row.values())
        assert values[:2] == [j, k]
        assert values[2:-1] == [None if n is None else pytest.approx(float(n)) for n in numbers]
        assert row["vs"] == (None if not texts else texts[0] if len(texts) == 1 else tuple(texts))
