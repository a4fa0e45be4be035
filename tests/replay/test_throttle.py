"""Throttling: what counts, and what is held back because something like it counted not long ago."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from workbench.replay.rows import Row
from workbench.replay.savedsearch import SavedSearch, Throttling
from workbench.replay.throttle import Throttle

HOUR = 3600.0


def search(*fields: str, name: str = "s", period: int = 86400) -> SavedSearch:
    return SavedSearch(name, "", None, "0", "now", True, throttling=Throttling(fields, period))


def admitted(throttle: Throttle, saved: SavedSearch, hour: float, *rows: Row) -> list[Row]:
    return throttle.admit(saved, rows, hour * HOUR)[0]


def test_like_results_count_once_in_a_period_that_starts_with_the_one_that_counted() -> None:
    throttle, saved = Throttle(), search("host")
    row: Row = {"host": "a", "count": 1}
    assert [bool(admitted(throttle, saved, hour, row)) for hour in (0, 1, 23, 24, 25, 47, 48)] == [
        True, False, False, True, False, False, True,
    ]  # fmt: skip


def test_results_are_alike_when_all_the_fields_are() -> None:
    throttle, saved = Throttle(), search("host", "process")
    rows: list[Row] = [{"host": "a", "process": "x"}, {"host": "a", "process": "y"}, {"host": "a"}]
    assert admitted(throttle, saved, 0, *rows) == rows
    assert admitted(throttle, saved, 1, *rows, {"host": "b"}) == [{"host": "b"}]


def test_of_two_like_results_of_one_run_the_first_counts() -> None:
    rows: list[Row] = [{"host": "a", "n": 1}, {"host": "a", "n": 2}]
    assert Throttle().admit(search("host"), rows, 0) == (rows[:1], rows[1:])


def test_without_fields_the_whole_alert_is_held_back() -> None:
    throttle, saved = Throttle(), search()
    rows: list[Row] = [{"host": "a"}, {"host": "b"}]
    assert admitted(throttle, saved, 0) == []  # no results: nothing counted yet
    assert admitted(throttle, saved, 1, *rows) == rows
    assert admitted(throttle, saved, 2, {"host": "c"}) == []


def test_searches_do_not_throttle_each_other_and_some_are_not_throttled() -> None:
    throttle = Throttle()
    row: Row = {"host": "a"}
    free = SavedSearch("free", "", None, "0", "now", True)
    assert [admitted(throttle, saved, 0, row) for saved in (search("host"), search("host", name="t"), free, free)] == [
        [row], [row], [row], [row],
    ]  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 100), st.sampled_from("ab")), max_size=30), st.integers(1, 40))
def test_between_two_that_count_there_is_always_a_period(results: list[tuple[int, str]], period: int) -> None:
    throttle, saved = Throttle(), search("host", period=period)
    counted: dict[str, list[int]] = {"a": [], "b": []}
    for at, host in sorted(results):
        for row in throttle.admit(saved, [{"host": host}], float(at))[0]:
            counted[str(row["host"])].append(at)
    for host, times in counted.items():
        assert all(later - earlier >= period for earlier, later in pairwise(times))
        seen = [at for at, other in results if other == host]
        assert (min(seen) in times) if seen else not times
