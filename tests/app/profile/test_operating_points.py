"""When a profile may alert by its age, and that a quiet point never alerts where a louder one does not."""

from itertools import pairwise
from math import log

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from npmlib.profile.hours import Measures
from npmlib.profile.learning import Scores, score_and_learn
from npmlib.profile.points import (
    CALM,
    GUARD,
    LEAST,
    LEAST_TIMES,
    POINTS,
    TIMES,
    YOUNG,
    Thresholds,
    channels,
    guarded_scores,
    limits,
    rarity,
    state_name,
)
from npmlib.profile.seasonal import Seasonal
from npmlib.profile.state import HOURS_SEEN, blank

DAY = 24
JUST_OVER = 0.01
ANY = 0.0  # a point at which every score above 0 alerts
NO_RECORD = ((0.0,) * 8,) * 6
numbers = st.floats(-20, 20)


def scores(
    floor: float = 0,
    volume: float = 0,
    slow: float = 0,
    day: float = 0,
    peak: float = 0,
    burst: float = 0,
    hold: float = 0,
) -> Scores:
    """Scores of an hour with twice of what was expected."""
    seen = Seasonal(0, log(2), 5, 0.1, 7, 1.2, 0.75)
    return Scores(seen._replace(score=floor), seen._replace(score=volume), slow, day, peak, burst, hold, NO_RECORD)


def first_day(channel: str, score: float) -> int | None:
    """The first day on which an hour with this score in one channel alerts, where the limit is 0."""
    alerts = (day for day in range(40) if channels(scores(**{channel: score}), day * DAY, ANY) == (channel,))
    return next(alerts, None)


@pytest.mark.parametrize(
    ("channel", "guard", "spoken", "plain"),
    [
        ("volume", GUARD, 1, 5),
        ("floor", GUARD, 1, 5),
        ("slow", GUARD, 3, 5),
        ("day", 0.0, 7, 7),
        ("peak", 0.0, 7, 7),
        ("burst", 0.0, 7, 7),
    ],
)
def test_a_channel_begins_to_alert_and_its_guard_ends(channel: str, guard: float, spoken: int, plain: int) -> None:
    assert first_day(channel, guard + JUST_OVER) == spoken
    assert first_day(channel, JUST_OVER) == plain


def test_in_the_first_week_only_the_first_hour_over_the_limits_alerts() -> None:
    assert channels(scores(volume=9, hold=1), 7 * DAY - 1, ANY) == ()
    assert channels(scores(volume=9, hold=0), 7 * DAY - 1, ANY) == ("volume",)
    assert channels(scores(volume=9, hold=1), 7 * DAY, ANY) == ("volume",)


def test_an_hour_without_records_never_alerts() -> None:
    assert channels(scores(volume=9)._replace(records=()), 30 * DAY, ANY) == ()


@pytest.mark.parametrize(
    ("hours", "scale", "alerts"), [(7, 0.1, False), (8, 0.1, True), (8, 0.2, False), (24, 0.2, True)]
)
def test_on_the_first_day_only_calm_processes_are_reported(hours: int, scale: float, alerts: bool) -> None:
    found = scores(volume=9)
    found = found._replace(**{name: getattr(found, name)._replace(scale=scale) for name in ("floor", "volume")})
    assert 0.1 < CALM < 0.2
    assert bool(channels(found, hours, ANY)) is alerts


highs = st.lists(st.floats(0, 20), min_size=8, max_size=8).map(lambda high: sorted(high, reverse=True))
records = st.tuples(*[highs] * 6)


@given(st.tuples(*[numbers] * 6), st.integers(0, 40 * DAY), st.integers(0, 3), records)
def test_whatever_alerts_at_a_point_alerts_at_every_louder_point(
    values: tuple[float, ...], age: int, hold: int, high: tuple[list[float], ...]
) -> None:
    hour = scores(*values)._replace(hold=hold, records=high)
    by_point = [set(channels(hour, age, point)) for point in POINTS.values()]
    assert all(quiet <= loud for loud, quiet in pairwise(by_point))


@given(st.tuples(*[numbers] * 6), st.integers(0, 40 * DAY), records)
def test_a_limit_grows_with_the_record_and_is_never_less_than_it_says(
    values: tuple[float, ...], age: int, high: tuple[list[float], ...]
) -> None:
    hour = scores(*values)._replace(records=high)
    days = min(age // DAY, 28)
    index = min(3, 1 + round(3 * (days + 1) / 29)) - 1
    least = LEAST if days >= 5 else YOUNG
    expected = [
        max(low + times * record[index], LEAST_TIMES * record[index])
        for low, times, record in zip(least, TIMES, high, strict=True)
    ]
    assert list(limits(hour, age)) == expected
    for point in POINTS.values():
        over = zip(Thresholds._fields, guarded_scores(hour, age), expected, strict=True)
        assert set(channels(hour, age, point)) == {name for name, score, limit in over if score > point * limit}


@given(st.tuples(*[numbers] * 6), st.integers(0, 40 * DAY), records)
def test_a_point_is_how_many_times_its_limit_an_hour_scores(
    values: tuple[float, ...], age: int, high: tuple[list[float], ...]
) -> None:
    hour = scores(*values)._replace(records=high)
    times = rarity(hour, age).times_limit
    for point in POINTS.values():
        assume(times != pytest.approx(point))  # nan, where nothing may alert, is not
        assert bool(channels(hour, age, point)) == (times > point)


def test_how_rare_an_hour_is_comes_from_the_channel_furthest_above_its_limit() -> None:
    high = [[12.0, 9.0, 8.0, *[0.0] * 5], *[[2.0, 1.0, 0.5, *[0.0] * 5]] * 5]
    rare = rarity(scores(volume=10, floor=7)._replace(records=tuple(high)), 30 * DAY)
    assert rare[:2] == ("floor", 7)
    assert rare.times_limit == pytest.approx(7 / (LEAST.floor + 0.5 * TIMES.floor))
    assert rare[3:] == (2.0, 0.5, 28)
    assert rarity(scores(floor=7)._replace(records=tuple(high)), 10 * DAY).days == 9


@pytest.mark.parametrize(
    ("seen", "without", "name"),
    [
        (0, 0, "silent"),
        (7, 0, "silent"),
        (8, 0, "provisional"),
        (167, 0, "provisional"),
        (168, 0, "ready"),
        (500, 167, "ready"),
        (500, 168, "stale"),
        (3, 168, "stale"),
    ],
)
def test_the_state_of_a_profile(seen: int, without: int, name: str) -> None:
    assert state_name(seen, without) == name


@pytest.mark.parametrize("days", [1, 3, 9])
def test_an_hour_in_which_nothing_is_sent_never_alerts(days: int) -> None:
    """What is expected, a logarithm, may fall below 0 where a series has ended."""
    state = blank()
    for hour in range((days + 30) * DAY):
        value = 1.8 + 0.2 * (hour % 24 > 8) if hour < days * DAY else 0.0
        age = state[HOURS_SEEN]
        seen = score_and_learn(state, 480_000 + hour, Measures(value, value, value))
        if not value:
            assert channels(seen, age, 0.0) == ()
