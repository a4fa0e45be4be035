"""When a profile may alert by its age, and that a quiet point never alerts where a louder one does not."""

from itertools import pairwise
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npmlib.profile.learning import Scores
from npmlib.profile.points import GUARD, PEAK_GUARD, POINTS, Point, channels, guarded_scores, state_name
from npmlib.profile.seasonal import Seasonal

DAY = 24
JUST_OVER = 0.01
ZERO = Point(0, 0, 0, 0, 0)
numbers = st.floats(-20, 20)


def scores(
    floor: float = 0, volume: float = 0, slow: float = 0, peak: float = 0, burst: float = 0, hold: float = 0
) -> Scores:
    """Scores of an hour with twice of what was expected."""
    seen = Seasonal(0, log(2), 5, 0.1, 7, 1.2, 0.75)
    return Scores(seen._replace(score=floor), seen._replace(score=volume), slow, peak, burst, hold)


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


@pytest.mark.parametrize(("ratio", "alerts"), [(1.24, ()), (1.26, ("volume",))])
def test_less_than_a_quarter_more_than_expected_never_alerts(ratio: float, alerts: tuple[str, ...]) -> None:
    calm = scores(volume=9)
    residuals = {name: getattr(calm, name)._replace(residual=log(ratio)) for name in ("floor", "volume")}
    assert channels(calm._replace(**residuals), 30 * DAY, ZERO) == alerts


@given(st.tuples(*[numbers] * 5), st.integers(0, 40 * DAY), st.integers(0, 3))
def test_whatever_alerts_at_a_point_alerts_at_every_louder_point(found: tuple[float, ...], age: int, hold: int) -> None:
    hour = scores(*found)._replace(hold=hold)
    by_point = [set(channels(hour, age, point)) for point in POINTS.values()]
    assert all(quiet <= loud for loud, quiet in pairwise(by_point))


@given(st.tuples(*[numbers] * 5), st.integers(0, 40 * DAY))
def test_guarded_scores_are_compared_with_thresholds(found: tuple[float, ...], age: int) -> None:
    hour = scores(*found)
    for point in POINTS.values():
        pairs = zip(Point._fields, guarded_scores(hour, age), point, strict=True)
        assert set(channels(hour, age, point)) == {name for name, score, limit in pairs if score > limit}


@pytest.mark.parametrize(
    ("seen", "without", "name"),
    [
        (0, 0, "silent"),
        (23, 0, "silent"),
        (24, 0, "provisional"),
        (167, 0, "provisional"),
        (168, 0, "ready"),
        (500, 167, "ready"),
        (500, 168, "stale"),
        (3, 168, "stale"),
    ],
)
def test_the_state_of_a_profile(seen: int, without: int, name: str) -> None:
    assert state_name(seen, without) == name
