"""When a profile may alert by its age, and that a quiet point never alerts where a louder one does not."""

from itertools import pairwise
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npmlib.profile.learning import Scores
from npmlib.profile.points import (
    CALM,
    GUARD,
    PEAK_GUARD,
    POINTS,
    SHIPPED,
    YOUNG,
    Point,
    Thresholds,
    channels,
    guarded_scores,
    limits,
    rarity,
    state_name,
)
from npmlib.profile.seasonal import Seasonal

DAY = 24
JUST_OVER = 0.01
ZERO = Point(Thresholds(0, 0, 0, 0, 0), rank=3, factor=0.0)
NO_RECORD = ((0.0,) * 8,) * 5
numbers = st.floats(-20, 20)


def scores(
    floor: float = 0, volume: float = 0, slow: float = 0, peak: float = 0, burst: float = 0, hold: float = 0
) -> Scores:
    """Scores of an hour with twice of what was expected."""
    seen = Seasonal(0, log(2), 5, 0.1, 7, 1.2, 0.75)
    return Scores(seen._replace(score=floor), seen._replace(score=volume), slow, peak, burst, hold, NO_RECORD)


def first_day(channel: str, score: float) -> int | None:
    """The first day on which an hour with this score in one channel alerts, where the threshold is 0."""
    alerts = (day for day in range(40) if channels(scores(**{channel: score}), day * DAY, ZERO) == (channel,))
    return next(alerts, None)


@pytest.mark.parametrize(
    ("channel", "guard", "spoken", "plain"),
    [
        ("volume", GUARD, 1, 5),
        ("floor", GUARD, 1, 5),
        ("slow", GUARD, 3, 5),
        ("peak", PEAK_GUARD, 7, 14),
        ("burst", 0.0, 7, 7),
    ],
)
def test_a_channel_begins_to_alert_and_its_guard_ends(channel: str, guard: float, spoken: int, plain: int) -> None:
    assert first_day(channel, guard + JUST_OVER) == spoken
    assert first_day(channel, JUST_OVER) == plain


def test_in_the_first_week_only_the_first_hour_over_the_limits_alerts() -> None:
    assert channels(scores(volume=9, hold=1), 7 * DAY - 1, ZERO) == ()
    assert channels(scores(volume=9, hold=0), 7 * DAY - 1, ZERO) == ("volume",)
    assert channels(scores(volume=9, hold=1), 7 * DAY, ZERO) == ("volume",)


def test_an_hour_without_records_never_alerts() -> None:
    assert channels(scores(volume=9)._replace(records=()), 30 * DAY, ZERO) == ()


@pytest.mark.parametrize(
    ("hours", "scale", "alerts"), [(7, 0.1, False), (8, 0.1, True), (8, 0.2, False), (24, 0.2, True)]
)
def test_on_the_first_day_only_calm_processes_are_reported(hours: int, scale: float, alerts: bool) -> None:
    found = scores(volume=9)
    found = found._replace(**{name: getattr(found, name)._replace(scale=scale) for name in ("floor", "volume")})
    assert 0.1 < CALM < 0.2
    assert bool(channels(found, hours, ZERO)) is alerts


highs = st.lists(st.floats(0, 20), min_size=8, max_size=8).map(lambda high: sorted(high, reverse=True))
records = st.tuples(*[highs] * 5)


@given(st.tuples(*[numbers] * 5), st.integers(0, 40 * DAY), st.integers(0, 3), records)
def test_whatever_alerts_at_a_point_alerts_at_every_louder_point(
    values: tuple[float, ...], age: int, hold: int, high: tuple[list[float], ...]
) -> None:
    hour = scores(*values)._replace(hold=hold, records=high)
    by_point = [set(channels(hour, age, point)) for point in POINTS.values()]
    assert all(quiet <= loud for loud, quiet in pairwise(by_point))


@given(st.tuples(*[numbers] * 5), st.integers(0, 40 * DAY), records)
def test_a_limit_is_the_threshold_or_what_the_record_says(
    values: tuple[float, ...], age: int, high: tuple[list[float], ...]
) -> None:
    hour = scores(*values)._replace(records=high)
    days = min(age // DAY, 28)
    for point in POINTS.values():
        index = min(point.rank, 1 + round(point.rank * (days + 1) / 29)) - 1
        lowest = (
            [max(pair) for pair in zip(point.least, YOUNG, strict=True)] if point.factor and days < 5 else point.least
        )
        expected = [max(least, point.factor * record[index]) for least, record in zip(lowest, high, strict=True)]
        assert list(limits(hour, age, point)) == expected
        over = zip(Thresholds._fields, guarded_scores(hour, age), expected, strict=True)
        assert set(channels(hour, age, point)) == {name for name, score, limit in over if score > limit}


def test_how_rare_an_hour_is_comes_from_the_channel_furthest_above_its_limit() -> None:
    high = [[12.0, 9.0, 8.0, *[0.0] * 5], *[[2.0, 1.0, 0.5, *[0.0] * 5]] * 4]
    rare = rarity(scores(volume=10, floor=7)._replace(records=tuple(high)), 30 * DAY)
    least = POINTS[SHIPPED].least.floor
    assert rare[:2] == ("floor", 7)
    assert rare.times_limit == pytest.approx(7 / least)
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
