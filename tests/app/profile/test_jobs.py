"""A job that is new, moves, stops or comes weekly is reported a few times, and hides no theft after that."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import lru_cache
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npmlib.profile.acceptance import accept_level
from npmlib.profile.hours import Hour, measures
from npmlib.profile.learning import begin, score_and_learn
from npmlib.profile.points import POINTS, SHIPPED, channels
from npmlib.profile.recurring import set_streak, streak
from npmlib.profile.state import HOURS_SEEN, blank

FIRST = 20_485  # days since 1970, a Sunday
SHIFT = 21  # the day on which a job begins or moves
RATE = 20_000.0  # bytes in an interval
INTERVALS = 120

Job = Callable[[int, float], float]  # by day and hour of the day: how many times the rate


def nightly(
    before: float | None, after: float | None, times: float = 10, minutes: float = 40, shift: int = SHIFT
) -> Job:
    """A job that begins at an hour of the day until the shift, and at another from then on."""

    def job(day: int, hour: float) -> float:
        begins = before if day < shift else after
        return times if begins is not None and begins <= hour < begins + minutes / 60 else 1.0

    return job


def hour_of(job: Job, day: int, clock: int) -> Hour:
    return sent(day, clock, tuple([job(day, clock + i / INTERVALS) for i in range(INTERVALS)]))


@lru_cache(maxsize=10_000)  # most hours have no job
def sent(day: int, clock: int, times: tuple[float, ...]) -> Hour:
    values = sorted(RATE * each * (1 + 0.2 * math.sin(i * 1.7 + clock + 3 * day) ** 2) for i, each in enumerate(times))
    return Hour(INTERVALS, sum(values), sum(math.log1p(value / 1000) for value in values), values[113])


def reported(
    job: Job, days: int, accepted: tuple[int, int] | None = None, point: str = SHIPPED
) -> set[tuple[int, int]]:
    """Days since the shift and hours of the day that alert; the hour from which on a level is accepted never does."""
    reports = set()
    seen = measures(hour_of(job, 0, 0), 1000.0)
    state = begin(FIRST * 24, seen)
    for day in range(days):
        for clock in range(24):
            hour = (FIRST + day) * 24 + clock
            if (day, clock) == accepted:
                accept_level(state, hour)
            age = state[HOURS_SEEN]
            scores = score_and_learn(state, hour, measures(hour_of(job, day, clock), 1000.0))
            if (day, clock) != accepted and channels(scores, age, POINTS[point]):
                reports.add((day - SHIFT, clock))
    return reports


def nights(reports: Iterable[tuple[int, int]]) -> list[int]:
    return sorted({day for day, _ in reports if day >= 0})


@pytest.mark.parametrize("times", [10, 100])
@pytest.mark.parametrize("shift", range(SHIFT, SHIFT + 7, 2))
def test_a_new_nightly_job_is_reported_on_a_few_nights(times: float, shift: int) -> None:
    assert 1 <= len(nights(reported(nightly(None, 1, times, shift=shift), shift + 30))) <= 5


@pytest.mark.parametrize(("before", "after"), [(1.5, 0.5), (1.0, 2.0), (3.0, 1.0), (1.5, 3.5)])
def test_a_job_that_moves_by_an_hour_or_two_is_reported_on_a_few_nights(before: float, after: float) -> None:
    found = nights(reported(nightly(before, after), 50))
    assert 1 <= len(found) <= 4
    assert found[-1] < 5


def test_a_whole_hour_that_moves_is_reported_once() -> None:
    assert reported(nightly(1, 2, minutes=50), 50) == {(0, 2)}


@pytest.mark.parametrize("minutes", [20, 40, 180])
@pytest.mark.parametrize("accepted", [(SHIFT, 1), (SHIFT, 9), (SHIFT + 1, 9)])
def test_once_accepted_a_job_is_reported_at_most_once_more(accepted: tuple[int, int], minutes: float) -> None:
    later = [
        night
        for night in nights(reported(nightly(None, 1.25, minutes=minutes), 40, accepted))
        if night > accepted[0] - SHIFT
    ]
    assert len(later) <= 1


def test_a_weekly_job_is_no_longer_reported_after_three_weeks() -> None:
    def weekly(day: int, hour: float) -> float:
        return 10.0 if day % 7 == 3 and 3 <= hour < 4 and day >= SHIFT else 1.0

    found = nights(reported(weekly, SHIFT + 60))
    assert 1 <= len(found) <= 3
    assert found[-1] < 21


def varying(seed: int, kind: str) -> Job:
    """A nightly job at 01:00 from the shift on, ten times the rate on average, whose size or length varies by 0.3."""
    random = Random(seed)
    lognormal = [math.exp(random.gauss(0, 0.3)) for _ in range(100)]
    uniform = [random.uniform(0.7, 1.3) for _ in range(100)]
    sizes = {"lognormal": lognormal, "uniform": uniform, "as long": [1.0] * 100}[kind]
    minutes = [40 * min(one, 1.5) if kind == "as long" else 40 for one in lognormal]

    def job(day: int, hour: float) -> float:
        return 10 * sizes[day] if day >= SHIFT and 1 <= hour < 1 + minutes[day] / 60 else 1.0

    return job


@pytest.mark.parametrize("kind", ["uniform", "lognormal", "as long"])
def test_a_job_of_another_size_each_night_is_reported_on_a_few_nights(kind: str) -> None:
    of_forty = [len(nights(reported(varying(seed, kind), SHIFT + 40))) for seed in range(6)]
    assert min(of_forty) >= 1
    assert max(of_forty) <= 5


@pytest.mark.parametrize(("kind", "most"), [("uniform", 1), ("as long", 1), ("lognormal", 2)])
def test_once_accepted_a_job_of_another_size_each_night_is_reported_once_more(kind: str, most: int) -> None:
    later = [len(nights(reported(varying(seed, kind), SHIFT + 40, (SHIFT, 9)))[1:]) for seed in range(6)]
    assert max(later) <= most
    assert sum(later) <= 6 + 1


@pytest.mark.parametrize("kind", ["uniform", "lognormal", "as long"])
@pytest.mark.parametrize("day", [7, 30])
@pytest.mark.parametrize(
    ("at", "accepted"),
    [(1, None), (1, (SHIFT, 9)), (14, (SHIFT, 9))],
    ids=["in its hour", "in its hour, once accepted", "at another hour, once accepted"],
)
def test_a_theft_of_several_times_a_varying_job_is_found(
    kind: str, day: int, at: int, accepted: tuple[int, int] | None
) -> None:
    job = varying(3, kind)

    def theft(on: int, hour: float) -> float:
        return job(on, hour) + (30 if on == SHIFT + day and at <= hour < at + 1 else 0)

    assert (day, at) in reported(theft, SHIFT + day + 1, accepted)


@pytest.mark.parametrize("day", [5, 12, 30])
@pytest.mark.parametrize(
    ("before", "after", "at", "times"),
    [(1.0, 2.0, 1, 10), (3.0, 1.0, 3, 10), (None, 1.0, 1, 40), (None, 1.0, 14, 10)],
    ids=["at the old hour", "at the old hour, moved by two", "several times the job", "at another hour"],
)
def test_a_theft_is_still_found(before: float | None, after: float, at: int, times: float, day: int) -> None:
    job = nightly(before, after)

    def theft(on: int, hour: float) -> float:
        return job(on, hour) + (times if on == SHIFT + day and at <= hour < at + 1 else 0)

    assert (day, at) in reported(theft, SHIFT + day + 1)


def test_a_job_of_weekdays_is_not_expected_on_weekends_for_long() -> None:
    def weekdays(day: int, hour: float) -> float:
        return 10.0 if day >= SHIFT and day % 7 not in (0, 6) and 1 <= hour < 2 else 1.0  # FIRST is a Sunday

    def theft(day: int, hour: float) -> float:
        return weekdays(day, hour) + (10 if day == SHIFT + 21 and 1 <= hour < 2 else 0)

    assert len(nights(reported(weekdays, SHIFT + 30))) <= 5
    assert (21, 1) in reported(theft, SHIFT + 22)


def test_an_attack_of_three_days_is_no_job() -> None:
    def theft(day: int, hour: float) -> float:
        return 2.0 if SHIFT <= day < SHIFT + 3 else 1.0

    found = reported(theft, SHIFT + 3)
    assert nights(found) == [0, 1, 2]


@given(st.lists(st.tuples(st.integers(0, 47), st.integers(-2, 2)), max_size=60))
def test_streaks_are_kept_apart(changes: list[tuple[int, int]]) -> None:
    state, model = blank(), {}
    for cell, days in changes:
        set_streak(state, cell, days)
        model[cell] = days
    assert [streak(state, cell) for cell in range(48)] == [model.get(cell, 0) for cell in range(48)]
