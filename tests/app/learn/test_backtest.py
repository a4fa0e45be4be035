"""The column backtest: on which days of four weeks a series would have been reported at any point."""

from __future__ import annotations

import math

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.app.learn.learning import ARGS, START, days, learn, refusal, sent
from tests.examples import examples
from workbench.replay.rows import Row, Value

DAYS_KNOWN = 9
TODAY = START // 24 + DAYS_KNOWN
KNOWN = learn(days(DAYS_KNOWN)).rows
FLOORS = (*ARGS, "floors=tx.bytes=500000")
ORACLE = """
select coalesce(string_agg(note, ' ' order by note), '') from (
    select (hour::bigint // 86400) || ':' || arg_max(times_limit, times_limit::double) as note
    from hours where metric = 'tx.bytes' and times_limit::double >= 0.5 and excess::double >= 500000
    group by hour::bigint // 86400
)
"""


def notes(rows: list[Row], metric: str = "tx.bytes") -> Value:
    return next(row["backtest"] for row in rows if row["kind"] == "profile" and row["metric"] == metric)


def spike(hour: int, times: float) -> Row:
    return sent(24 * DAYS_KNOWN + hour, each=5000 * times)


def test_a_day_has_the_hour_that_stood_out_most() -> None:
    first = learn([spike(0, 4)], KNOWN)
    (hour,) = first.hours
    assert notes(first.rows) == f"{TODAY}:{hour['times_limit']}"
    second = learn([spike(1, 20)], first.rows)
    assert notes(second.rows) == f"{TODAY}:{second.hours[1]['times_limit']}"
    assert notes(learn([spike(2, 4)], second.rows).rows) == notes(second.rows)


def test_each_day_has_its_own_note_and_quiet_ones_have_none() -> None:
    quiet = [
        row for row in days(4, start=24 * DAYS_KNOWN) if row["hour"] not in (spike(30, 9)["hour"], spike(80, 9)["hour"])
    ]
    answer = learn([*quiet, spike(30, 9), spike(80, 9)], KNOWN)
    assert [note.split(":")[0] for note in str(notes(answer.rows)).split()] == [str(TODAY + 1), str(TODAY + 3)]
    assert notes(learn(days(4, start=24 * DAYS_KNOWN), KNOWN).rows) is None


def test_an_excess_below_the_floor_of_the_metric_does_not_count() -> None:
    (hour,) = learn([spike(0, 4)], KNOWN).hours
    for floor, noted in ((str(hour["excess"]), True), (f"{hour['excess']}.5", False)):
        answer = learn([spike(0, 4)], KNOWN, args=(*ARGS, f"floors=tx.conns=1,tx.bytes={floor}"))
        assert (notes(answer.rows) is not None, len(answer.hours)) == (noted, 1)


def test_after_four_weeks_a_note_is_dropped() -> None:
    rows = learn([spike(0, 9)], KNOWN).rows
    for day, kept in ((28, True), (29, False)):
        assert (notes(learn([spike(24 * day, 1)], rows).rows) is not None) == kept


def test_history_that_is_learned_at_once_has_the_same_notes() -> None:
    assert notes(learn([*days(DAYS_KNOWN), spike(0, 9), spike(50, 9)]).rows) == notes(
        learn([spike(50, 9)], learn([spike(0, 9)], KNOWN).rows).rows
    )


def test_a_table_from_before_the_column_is_learned_on() -> None:
    older = [{name: value for name, value in row.items() if name != "backtest"} for row in KNOWN]
    assert learn([spike(0, 9)], older).rows == learn([spike(0, 9)], KNOWN).rows


@pytest.mark.parametrize("text", ["x", "20512", "20512:", "20512:1.3 ", "20512:-1", "2026-03-01:1.3", "1:1  2:2"])
def test_other_notes_end_the_search(text: str) -> None:
    row, *others = KNOWN
    assert "'backtest' does not hold notes such as 20512:1.3" in refusal([{**row, "backtest": text}, *others])


@settings(max_examples=examples(10, 200))
@given(st.lists(st.floats(0, 4).map(math.exp), min_size=30, max_size=60))
def test_the_notes_are_what_sql_counts_in_the_hours_that_stood_out(sizes: list[float]) -> None:
    table, seen = KNOWN, []
    for hour, size in enumerate(sizes):
        table = learn([spike(hour, size)], table, args=FLOORS).rows
        seen += [row for row in table if row["kind"] == "hour" and row["hour"] == spike(hour, 1)["hour"]]
    with duckdb.connect() as database:
        database.execute("create table hours (metric text, hour text, times_limit text, excess text)")
        for row in seen:
            cells = [row[name] for name in ("metric", "hour", "times_limit", "excess")]
            database.execute("insert into hours values (?, ?, ?, ?)", cells)
        ((expected,),) = database.execute(ORACLE).fetchall()
    assert (notes(table) or "") == expected
