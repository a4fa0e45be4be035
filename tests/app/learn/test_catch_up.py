"""Which hours are learned: in order and once each, whatever the runs they come in."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from npmlib.profile.state import HOURS_SEEN, LAST_HOUR, LAST_SENT, unpack

from tests.app.learn.learning import START, WEB, Answer, days, learn, sent
from tests.examples import examples
from workbench.replay.rows import Row

DB = ("prod", "db")
ELSEWHERE = ("test", "web")
HOURS = 24


def hours_seen(answer: Answer, series: tuple[str, ...] = WEB, metric: str = "tx.bytes") -> int:
    return int(unpack(str(answer.profile(series, metric)["profile"]))[HOURS_SEEN])


def last(answer: Answer, series: tuple[str, ...] = WEB) -> tuple[int, int]:
    """Hours, counted from our first, that were learned last and had data last."""
    state = unpack(str(answer.profile(series)["profile"]))
    return int(state[LAST_HOUR]) - START, int(state[LAST_SENT]) - START


estates = st.lists(
    st.builds(
        sent,
        hour=st.integers(0, HOURS - 1),
        series=st.sampled_from([WEB, DB, ELSEWHERE]),
        n=st.sampled_from([0, 1, 5, 60, 120]),
        each=st.sampled_from([0, 3, 5000, 5100, 90_000]),
        conns=st.sampled_from([None, 1, 2.5, 400]),
    ),
    max_size=60,
    unique_by=lambda row: (row["cluster"], row["process"], row["hour"]),
)


def with_all_columns(rows: list[Row]) -> list[Row]:
    return [dict.fromkeys(sent(0)) | row for row in rows]


def in_runs(rows: list[Row], borders: list[int]) -> Answer:
    """Learn the hours up to each border in a run of its own."""
    answer = Answer([], [])
    for low, high in zip([0, *borders], [*borders, 10_000], strict=True):
        part = [row for row in rows if low <= int(str(row["hour"])) // 3600 - START < high]
        answer = learn(part, answer.rows)
    return answer


@settings(max_examples=examples(30, 600))
@given(estates, st.lists(st.integers(1, HOURS - 1), max_size=4, unique=True).map(sorted))
def test_how_the_hours_are_shared_out_to_runs_changes_nothing(rows: list[Row], borders: list[int]) -> None:
    rows = with_all_columns(rows)
    assert in_runs(rows, borders).rows == learn(rows).rows


@settings(max_examples=examples(30, 600))
@given(estates, st.lists(st.integers(0, 80), max_size=5).map(sorted), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_the_borders_of_chunks_change_nothing(
    rows: list[Row], borders: list[int], shuffle: random.Random
) -> None:
    first, second = with_all_columns(rows[::2]), with_all_columns(rows[1::2])
    mixed = [*second, *learn(first).rows]
    once = learn(mixed)
    shuffle.shuffle(mixed)
    chunks = [mixed[low:high] for low, high in zip([0, *borders], [*borders, None], strict=True)]
    assert learn(*chunks).rows == once.rows


def test_24_runs_of_an_hour_are_one_run_of_a_day() -> None:
    table = learn(history := days(9)).rows
    day = [*days(1, start=216), *days(0.5, DB, start=220)]
    day[9] = sent(225, each=80_000)
    day[10:12] = []
    runs = Answer(table, [])
    for hour in range(216, 240):
        runs = learn([row for row in day if int(str(row["hour"])) == (START + hour) * 3600], runs.rows)
    assert runs.hours
    assert runs.rows == learn(day, table).rows == learn([*history, *day]).rows


def test_a_run_that_is_repeated_changes_nothing() -> None:
    rows = [*days(9), *days(2, DB, start=100), sent(216, each=90_000)]
    once = learn(rows)
    again = learn(rows, once.rows)
    assert once.hours
    assert again.rows == once.rows
    assert again.messages == [("INFO", "0 hours of series learned, 530 had been learned before")]


def test_windows_that_overlap_learn_each_hour_once() -> None:
    rows = days(3)
    table: list[Row] = []
    for hour in range(0, 72, 4):
        table = learn(rows[max(0, hour - 4) : hour + 4], table).rows
    assert table == learn(rows).rows


def test_a_gap_is_caught_up() -> None:
    table = learn(days(1)).rows
    answer = learn(days(3, start=24), table)
    assert last(answer) == (95, 95)
    assert hours_seen(answer) == 96


def test_a_series_that_is_silent_learns_that_it_was() -> None:
    answer = learn([*days(2), *days(1, DB)])
    assert hours_seen(answer, DB) == 48
    assert last(answer, DB) == (47, 23)
    assert answer.profile(DB)["actual"] == "0"


def test_no_intervals_are_as_silent_as_no_row() -> None:
    silent = [{**sent(hour, DB, n=0), "n_tx.bytes": zeros} for hour, zeros in ((24, "0"), (25, ""), (26, None))]
    assert learn([*days(2), *days(1, DB), *silent]).rows == learn([*days(2), *days(1, DB)]).rows


def test_hours_that_were_not_observed_are_left_out() -> None:
    answer = learn([*days(1), *days(1, start=30), *days(3, ELSEWHERE)])
    assert hours_seen(answer) == 48
    assert hours_seen(answer, ELSEWHERE) == 72


def test_a_new_series_begins_with_its_first_data() -> None:
    late_start = [sent(hour, DB, n=0) for hour in range(40)] + days(0.5, DB, start=40)
    answer = learn([*days(3), *late_start])
    assert hours_seen(answer, DB) == 72 - 40


def test_a_metric_that_was_never_sent_has_no_profile() -> None:
    answer = learn([sent(hour, conns=None) for hour in range(5)], [sent(6, DB)])
    assert set(answer.profiles) == {(*WEB, "tx.bytes"), (*DB, "tx.bytes"), (*DB, "tx.conns")}


def test_late_hours_are_refused_and_counted() -> None:
    table = learn([*days(1), sent(30)]).rows
    late = [sent(29), sent(3, DB), sent(5)]
    answer = learn(late, table)
    assert answer.rows == table
    assert answer.messages == [
        (
            "WARN",
            f"2 hours of series refused, as later ones were learned (first: tx.bytes of prod, db in the hour"
            f" {(START + 3) * 3600})",
        ),
        ("INFO", "0 hours of series learned, 4 had been learned before"),
    ]


def test_an_hour_learned_as_silent_is_too_late() -> None:
    table = learn([*days(1), *days(1.5, DB)]).rows
    answer = learn([sent(30)], table)
    assert answer.rows == table
    assert answer.messages_of("WARN") == [
        f"2 hours of series refused, as later ones were learned (first: tx.bytes of prod, web in the hour"
        f" {(START + 30) * 3600})"
    ]


def test_the_intervals_of_an_hour_are_those_in_which_the_cluster_was_seen() -> None:
    full = learn(days(2), days(2, DB))
    half = learn(days(2), days(2, DB), [sent(48, n=60), sent(48, DB, n=60)])
    profile = half.profile(WEB)
    assert float(str(profile["ratio"])) == pytest.approx(1, abs=0.1)
    assert float(str(profile["expected"])) < 0.6 * float(str(full.profile(WEB)["expected"]))
    alone = learn(days(2), days(2, DB), [sent(48, n=60), sent(48, DB)]).profile(WEB)
    assert float(str(alone["ratio"])) < 0.6


@pytest.mark.parametrize("n", [1, 2, 30])
def test_where_one_series_is_all_that_was_seen_its_sums_are_those_it_sent(n: int) -> None:
    profile = learn([sent(0, n=n, conns=None)]).profile(WEB)
    assert (profile["expected"], profile["actual"], profile["ratio"]) == (str(n * 5000), str(n * 5000), "1")


def test_an_hour_in_which_all_are_silent_was_observed_as_a_whole() -> None:
    answer = learn([*days(2), {**sent(48, n=0), "n_tx.bytes": "0"}])
    profile = answer.profile(WEB)
    assert profile["actual"] == "0"
    assert float(str(profile["expected"])) == pytest.approx(600_000, rel=0.1)


def test_profiles_without_data_for_30_days_are_dropped() -> None:
    table = learn(days(3), days(1, DB)).rows
    later = learn([sent(24 + 718)], table)
    assert later.profile(DB)["state"] == "stale"
    gone = learn([sent(24 + 719)], later.rows)
    assert set(gone.profiles) == {(*WEB, "tx.bytes"), (*WEB, "tx.conns")}
    assert ("INFO", "2 profiles dropped: no data for 30 days") in gone.messages


def test_a_series_that_comes_back_after_30_days_begins_anew() -> None:
    rows = [*days(40), *days(1, DB), *days(1, DB, start=24 * 35)]
    at_once = learn(rows)
    assert hours_seen(at_once, DB) == 5 * 24
    assert at_once.rows == in_runs(rows, [24 * 20, 24 * 34, 24 * 36]).rows


def test_hours_that_stand_out_are_kept_for_a_day() -> None:
    table = learn([*days(9), sent(216, each=90_000)]).rows
    kept = learn(days(23 / 24, start=217), table)
    assert [row["hour"] for row in kept.hours] == [str((START + 216) * 3600)]
    assert learn(days(1, start=240), kept.rows).hours == []
    assert learn(days(2, start=217), table).hours == []


def test_a_newest_hour_that_no_profile_learned_makes_others_stale_in_that_run_only() -> None:
    """The table does not hold the newest hour, so the next run without new hours cannot know it."""
    silent = {**dict.fromkeys(sent(0)), **sent(200, ("lab", "web"), n=0)}
    answer = learn([sent(0), silent])
    again = learn(answer.rows)
    assert [row["state"] for row in answer.rows] == ["stale", "stale"]
    assert again.rows == [{**row, "state": "silent"} for row in answer.rows]
    assert learn(again.rows) == again


def test_metrics_that_are_not_named_stay_as_they_are() -> None:
    table = learn(days(2)).rows
    answer = learn(days(1, start=48), table, args=["by=cluster,process", "metrics=tx.bytes"])
    old = next(row for row in table if row["metric"] == "tx.conns")
    assert answer.profile(WEB, "tx.conns") == old
    assert hours_seen(answer) == 72
