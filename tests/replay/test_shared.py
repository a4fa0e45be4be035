"""What searches begin with alike is worked out once for a store, and each gets its rows as if it had done so itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.replay.conftest import INDEX, MakeApp, MakeContext, MakeStore
from workbench.replay import engine, mstats, shared
from workbench.replay.context import SearchContext, Window

POINTS = [{"_time": 60.0 * number, "host": f"host-{number % 3}", "x": float(number)} for number in range(12)]
SENT = f"| mstats sum(x) as x where index={INDEX} by host span=60s | eval x=x+1 | where x>2 | stats sum(x) as x by host"
SUMS = [{"host": "host-0", "x": 21.0}, {"host": "host-1", "x": 24.0}, {"host": "host-2", "x": 30.0}]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that read points, as they are run."""
    statements: list[str] = []
    reads = mstats._rows

    def noted(statement: Any, *more: Any) -> Iterator[Any]:
        statements.append(statement.sql)
        yield from reads(statement, *more)

    monkeypatch.setattr(mstats, "_rows", noted)
    return statements


@pytest.fixture
def context(make_store: MakeStore, make_context: MakeContext) -> SearchContext:
    return make_context(store=make_store(POINTS, ["host"], ["x"]), window=Window(0.0, 3600.0))


def again(context: SearchContext, **changed: Any) -> SearchContext:
    """The context of another run, in which nothing was read so far."""
    return replace(context, messages=[], points_read=0, **changed)


def test_the_second_search_that_begins_so_reads_no_points_and_counts_them_all_the_same(
    context: SearchContext, read: list[str]
) -> None:
    second = again(context)
    assert engine.run_text(SENT, context) == SUMS
    assert engine.run_text(f"{SENT} | eval y=x*2", second) == [{**row, "y": 2 * float(str(row["x"]))} for row in SUMS]
    assert (len(read), context.points_read, second.points_read) == (1, 12, 12)


def test_what_a_search_does_to_its_rows_no_other_sees(context: SearchContext) -> None:
    changed = [engine.run_text(f"{SENT} | eval x=0, z=1", again(context)) for _ in range(2)]
    assert changed == [[{"host": row["host"], "x": 0, "z": 1} for row in SUMS]] * 2
    assert engine.run_text(SENT, again(context)) == SUMS


def test_a_subsearch_shares_it_too(context: SearchContext, read: list[str]) -> None:
    rows = engine.run_text(f"{SENT} | append [{SENT[0:1]} {SENT[2:]}] | stats sum(x) as x", again(context))
    assert rows == [{"x": 2 * 75.0}]
    assert len(read) == 1


@pytest.mark.parametrize(
    "changed", [{"window": Window(60.0, 3600.0)}, {"now": 7.0}, {"clock": 8.0}, {"mv_ne": "any"}, {"rates": "lenient"}]
)
def test_another_time_or_reading_is_another_beginning(
    context: SearchContext, read: list[str], changed: dict[str, Any]
) -> None:
    engine.run_text(SENT, context)
    engine.run_text(SENT, again(context, **changed))
    assert len(read) == 2


def test_another_store_is_another_beginning(context: SearchContext, make_store: MakeStore, read: list[str]) -> None:
    engine.run_text(SENT, context)
    other = again(context, store=make_store(POINTS[:4], ["host"], ["x"]))
    assert engine.run_text(SENT, other) == [{"host": "host-0", "x": 4.0}, {"host": "host-2", "x": 3.0}]
    assert len(read) == 2


@pytest.mark.parametrize(
    "command",
    [
        "lookup names.csv host OUTPUT name as host",
        "where host!=name | inputlookup append=t names.csv",
        "search [| inputlookup names.csv | fields host]",
        "eventstats sum(x) as x by host",
    ],
)
def test_what_knows_more_than_the_points_is_not_shared(
    make_app: MakeApp, context: SearchContext, read: list[str], command: str
) -> None:
    app = make_app({"lookups/names.csv": "host,name\nhost-0,web\n"})
    text = f"| mstats sum(x) as x where index={INDEX} by host | {command} | stats count as n"
    for _ in range(2):
        engine.run_text(text, again(context, app=app))
    assert len(read) == 2


def test_the_rows_met_last_are_kept(context: SearchContext, read: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "MOST_ROWS", 2 * len(SUMS))
    by_window = [again(context, window=Window(0.0, latest)) for latest in (3600.0, 3601.0, 3602.0)]
    for number in (0, 1, 0, 2, 0, 1):  # 1 gives way to 2, and then has to be read again
        engine.run_text(SENT, by_window[number])
    assert len(read) == 4


def test_more_rows_than_that_are_not_kept(
    context: SearchContext, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "MOST_ROWS", len(SUMS) - 1)
    assert [engine.run_text(SENT, again(context)) for _ in range(2)] == [SUMS] * 2
    assert len(read) == 2
