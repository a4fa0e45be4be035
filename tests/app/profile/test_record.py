"""The record keeps the highest score of each four days before today, as a plain list of days has it."""

from __future__ import annotations

from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st
from npmlib.profile import record
from npmlib.profile.hours import Measures
from npmlib.profile.learning import score_and_learn
from npmlib.profile.state import CHANNELS, DAY, HOURS_SEEN, blank

FIRST = 20_000  # days since 1970, the first of a block
UP = [0.0, 1.0, 5.0, 9.0]
scored_days = st.lists(  # what each channel scores in some hours of each day; None is a day that was not observed
    st.none() | st.lists(st.tuples(*[st.integers(-5, 50).map(float)] * CHANNELS), max_size=3), max_size=60
)


def model(days: list[list[tuple[float, ...]] | None]) -> list[list[float]]:
    """The highest of each block of observed days, the last eight, without the last day; the highest first."""
    observed = [(FIRST + number, hours) for number, hours in enumerate(days) if hours is not None]
    before = observed[:-1]
    blocks = [
        [max([0.0, *(hour[channel] for _, hours in block for hour in hours)]) for channel in range(CHANNELS)]
        for block in (list(group) for _, group in groupby(before, lambda day: day[0] // record.DAYS_OF_BLOCK))
    ]
    if observed and before and observed[-1][0] // 4 != before[-1][0] // 4:
        blocks.append([0.0] * CHANNELS)  # the block that begins today
    kept = [[0.0] * CHANNELS] * 8 + blocks
    return [sorted((block[channel] for block in kept[-8:]), reverse=True) for channel in range(CHANNELS)]


@given(scored_days)
def test_it_is_that_of_a_plain_list_of_days(days: list[list[tuple[float, ...]] | None]) -> None:
    state = blank()
    state[HOURS_SEEN] = 500
    for number, hours in enumerate(days, FIRST):
        if hours is None:
            continue
        record.end_days(state, number)
        state[DAY] = number
        for scores in hours:
            record.learn(state, scores)
    assert [list(high) for high in record.highest(state)] == model(days)


def test_today_does_not_raise_the_limits_of_today() -> None:
    state = blank()
    highest = []
    for hour in range(FIRST * 24, FIRST * 24 + 20 * 24):
        raised = hour >= FIRST * 24 + 19 * 24
        level = 5.0 + 0.1 * (hour % 5) + 2 * raised
        scores = score_and_learn(state, hour, Measures(level, level, level + 1))
        if scores.records:
            highest.append((hour - FIRST * 24, scores.records[0][0], scores.volume.score))
    of_the_day = [(high, score) for hour, high, score in highest if hour >= 19 * 24]
    assert len(of_the_day) == 24
    assert len({high for high, _ in of_the_day}) == 1
    assert all(score > high for high, score in of_the_day[:6])


def test_hours_that_are_reported_count_and_those_of_the_first_day_do_not() -> None:
    state = blank()
    state[HOURS_SEEN] = record.FROM_HOURS - 1
    record.learn(state, [*UP, 2.0, 3.0])
    assert not any(map(max, record.highest(state)))
    state[HOURS_SEEN], state[DAY] = record.FROM_HOURS, FIRST
    record.learn(state, [*UP, 2.0, 3.0])
    record.end_days(state, FIRST + 1)
    assert [high[0] for high in record.highest(state)] == [0.0, 1.0, 5.0, 9.0, 2.0, 3.0]
