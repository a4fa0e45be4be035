"""One battery for all parts of the profile: what holds of each of them, whatever it estimates.

None of them can be merged: hours must come in order. What can be merged are the daily statistics of detection 1, see
tests/detections.
"""

from collections.abc import Callable, Sequence
from math import isfinite
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npmlib.profile import burst, seasonal, slow
from npmlib.profile.state import DAYS_SEEN, FLOOR, HOURS_SEEN, VOLUME, State, blank, pack, unpack


class Estimator(NamedTuple):
    """``feed`` scores a value of an hour and learns it; ``first`` is the score of the first value, whatever it is."""

    feed: Callable[[State, int, float], float]
    first: Callable[[float], float]


def feed_seasonal(channel: int) -> Callable[[State, int, float], float]:
    def feed(state: State, hour: int, value: float) -> float:
        weekend = (hour // 24 + 3) % 7 >= 5
        score = seasonal.score_and_learn(state, channel, value, hour % 24, weekend, follow=True).score
        state[DAYS_SEEN + weekend] += 1
        state[HOURS_SEEN] += 1
        return score

    return feed


def feed_slow(state: State, hour: int, value: float) -> float:
    state[HOURS_SEEN] += 1
    return slow.score_and_learn(state, value, learn=True)


def feed_day(state: State, hour: int, value: float) -> float:
    return slow.learn_day(state, value - 10)  # residuals, around 0


def feed_burst(state: State, hour: int, value: float) -> float:
    score = burst.score_and_learn(state, value, learn=True)
    state[HOURS_SEEN] += 1
    return score


ESTIMATORS = {
    "floor": Estimator(feed_seasonal(FLOOR), lambda value: -1.6),
    "volume": Estimator(feed_seasonal(VOLUME), lambda value: -1.6),
    "slow": Estimator(feed_slow, lambda value: (-9 - 0.25) / 0.42),
    "day": Estimator(feed_day, lambda value: min(max(value - 10, -3), 8) / 24),
    "burst": Estimator(feed_burst, lambda value: -1.6),
}


def these(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("estimator", [ESTIMATORS[name] for name in names], ids=names)


each = these(*ESTIMATORS)
logs = st.floats(0, 40)
streams = st.lists(logs, min_size=1, max_size=200)


def scores(estimator: Estimator, values: Sequence[float], state: State, start: int = 480_000) -> list[float]:
    return [estimator.feed(state, hour, value) for hour, value in enumerate(values, start)]


@each
@given(logs)
def test_empty_it_says_nothing_of_the_first_value(estimator: Estimator, value: float) -> None:
    [score] = scores(estimator, [value], blank())
    assert score == pytest.approx(estimator.first(value), abs=1e-4)
    assert score < 0.5


@these("floor", "volume", "burst")  # slow and day are given residuals, of which a constant one is not quiet
@given(logs)
def test_a_constant_never_alerts(estimator: Estimator, value: float) -> None:
    assert max(scores(estimator, [value] * 400, blank())) <= 1e-5


@each
@given(streams)
def test_scores_are_finite(estimator: Estimator, values: list[float]) -> None:
    assert all(map(isfinite, scores(estimator, values, blank())))


@each
@given(streams, streams)
def test_it_goes_on_where_it_was_written_down(estimator: Estimator, before: list[float], after: list[float]) -> None:
    state = blank()
    scores(estimator, before, state)
    then = 480_000 + len(before)
    assert scores(estimator, after, unpack(pack(state)), then) == scores(estimator, after, state, then)


@each
@given(streams, logs, logs)
def test_more_never_scores_less(estimator: Estimator, values: list[float], first: float, second: float) -> None:
    state = blank()
    scores(estimator, values, state)
    then = 480_000 + len(values)
    low, high = (scores(estimator, [value], unpack(pack(state)), then)[0] for value in sorted((first, second)))
    assert low <= high


@these("floor", "volume", "burst")
@given(streams, st.floats(1, 20))
def test_the_unit_of_the_values_does_not_matter(estimator: Estimator, values: list[float], shift: float) -> None:
    """A value is a logarithm: twice the traffic adds the same to all of them."""
    plain = scores(estimator, values, list(blank()))
    shifted = scores(estimator, [value + shift for value in values], list(blank()))
    assert shifted == pytest.approx(plain, abs=1e-6)


@these("floor", "volume")
def test_calm_hours_do_not_make_one_that_varies_stand_out(estimator: Estimator) -> None:
    """It is above the start of its upper tenth on about a tenth of the days, as if all hours varied as it does."""
    random = Random(1)
    values = [random.gauss(10, 0.3) if hour % 24 == 1 else 10.0 for hour in range(24 * 200)]
    above = [score > 0 for score in scores(estimator, values, blank())[1::24]][30:]
    assert 0.05 <= sum(above) / len(above) <= 0.2


@pytest.mark.parametrize("name", ["floor", "volume", "slow", "day", "burst"])
def test_the_order_of_the_hours_matters(name: str) -> None:
    values = [5.0 + hour % 7 for hour in range(100)]
    forwards, backwards = blank(), blank()
    scores(ESTIMATORS[name], values, forwards)
    scores(ESTIMATORS[name], values[::-1], backwards)
    assert forwards != backwards
