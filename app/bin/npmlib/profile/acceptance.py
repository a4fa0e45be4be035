"""Acceptance of a new level: from some hour on, what a series sends is its new normal.

The level is measured over the six hours learned next, and everything the profile expects is moved to it. A level that
a person accepted is taken as it is, up or down. Where the series returns to its old level within the six hours, what
was accepted was a job: only its hours are expected to be as high in future. One that goes with a deploy only raises
what is expected, up to a limit, and only if the series was within its usual range before.
"""

from typing import NamedTuple, Optional, Sequence

from npmlib.profile import record, recurring, seasonal, slow
from npmlib.profile.seasonal import Seasonal
from npmlib.profile.state import (
    ACCEPT_LIMIT,
    ACCEPT_STEP,
    ACCEPTANCE_HOURS,
    ACCEPTED,
    ACCEPTING,
    FLOOR,
    FORGET_HOURS,
    HOLD,
    VOLUME,
    State,
)

RETURNED = 0.5  # share of the way back to the old level
SMALLEST_STEP = 0.2231  # log(1.25)
OVER = 2.0  # score


class Level(NamedTuple):
    """A level accepted from ``hour`` (since 1970) on.

    ``limit`` is the natural logarithm of its largest ratio to the old level; 0 is no limit, as a person accepts it.
    """

    hour: int
    limit: float = 0.0


def level_taking_effect(state: State, hour: int, levels: Sequence[Level]) -> Optional[Level]:
    """Return the accepted level that takes effect at ``hour``, which is about to be learned, or None.

    A level takes effect once, and not after a later one has. A level without a limit, accepted by a person, takes
    effect if its hour is at most 30 days ago, even at the hour of a level with a limit that already has. One with a
    limit goes with a deploy. It takes effect only within six hours of the deploy, and only if the series was within
    its usual range at the deploy, so that a deploy does not make an attack normal that began before it.

    >>> from npmlib.profile.state import blank
    >>> level_taking_effect(blank(), 480007, [Level(480001, limit=1.1), Level(480003, limit=1.1)])
    Level(hour=480003, limit=1.1)
    """
    last, last_is_limited = state[ACCEPTED], state[ACCEPT_LIMIT] > 0
    for level in levels:
        age = hour - level.hour
        if level.limit:
            if 0 <= age < ACCEPTANCE_HOURS and last < level.hour and state[HOLD] <= age:
                return level
        elif 0 <= age <= FORGET_HOURS and (last < level.hour or (last_is_limited and last == level.hour)):
            return level
    return None


def accept_level(state: State, hour: int, limit: float = 0.0) -> None:
    """Begin to accept what the series sends from ``hour`` on as its new level, measured over the next six hours.

    ``limit`` is that of Level. Where it is not 0, only hours above their usual range raise the expected values, and
    the first hour that exceeds what was expected by more than the limit ends the acceptance.

    >>> from npmlib.profile.state import blank
    >>> state = blank()
    >>> accept_level(state, 480000)
    >>> state[ACCEPTED], state[ACCEPTING]
    (480000.0, 6.0)
    """
    state[ACCEPTED] = hour
    state[ACCEPTING] = ACCEPTANCE_HOURS
    state[ACCEPT_LIMIT] = limit
    state[ACCEPT_STEP] = 0
    if not limit:
        record.forget_recent(state)
        recurring.expect_jobs(state)


def measure(state: State, clock: int, floor: Seasonal, volume: Seasonal) -> None:
    """Adapt the expected values to the hour just learned, one of the six over which an accepted level is measured.

    ``floor`` and ``volume`` are how these channels saw the hour, ``clock`` is its hour of the day.

    >>> from npmlib.profile.state import blank
    >>> state, seen = blank(), Seasonal(9.0, 1.0, 5.0, 0.1, 10.0, 1.2, 0.75)
    >>> accept_level(state, 480000)
    >>> measure(state, clock=0, floor=seen, volume=seen)
    >>> state[FLOOR], state[VOLUME], state[ACCEPTING]
    (1.0, 1.0, 5.0)
    """
    if state[ACCEPT_LIMIT]:
        _excuse(state, floor, volume)
    else:
        _average(state, clock, floor, volume)


def _average(state: State, clock: int, floor: Seasonal, volume: Seasonal) -> None:
    """Move the expected values by the residuals of one hour, so that after n hours they have moved by the mean of n.

    An hour clearly off those before it counts for itself: for all hours if the series has returned by more than half of
    the way, where only the hours measured before stay as they are; a part of the way down for that hour alone; and up
    for that hour in full.
    """
    measured, step = int(ACCEPTANCE_HOURS - state[ACCEPTING]), state[ACCEPT_STEP]
    clearly = measured and (abs(volume.standardised) - volume.limit) / volume.width > OVER
    returned = clearly and abs(step) > SMALLEST_STEP and -volume.residual / step > RETURNED
    down = clearly and volume.residual < 0
    share = 1.0 if returned else 0.0 if down else 1 / (measured + 1)
    _shift(state, floor.residual * share, volume.residual * share)
    if returned:
        for before in range(1, measured + 1):
            _shift_hour(state, clock - before, -floor.residual, -volume.residual)
            recurring.expect_to_vary(state, (clock - before) % 24)
    elif clearly:
        _shift_hour(state, clock, floor.residual * (1 - share), volume.residual * (1 - share))
    state[ACCEPT_STEP] += volume.residual * share
    state[ACCEPTING] -= 1


def _shift_hour(state: State, clock: int, floor: float, volume: float) -> None:
    """Raise what is expected at one hour of all days."""
    for cell in (clock % 24, clock % 24 + 24):
        state[FLOOR + cell] += floor
        state[VOLUME + cell] += volume


def _excuse(state: State, floor: Seasonal, volume: Seasonal) -> None:
    """Raise the expected value so that the hour counts as normal. Hours below it are already normal.

    The mean of six hours, as for a level that a person accepted, would be worse: most deploys change nothing, and the
    mean would move the level by chance (docs/detection-quality.md).
    """
    if max(floor.residual, volume.residual) > state[ACCEPT_LIMIT]:
        state[ACCEPTING] = 0
        return
    steps = [max(seen.score, 0.0) * seen.width * seen.scale for seen in (floor, volume)]
    if any(steps):
        _shift(state, *steps)
    state[ACCEPTING] -= 1


def _shift(state: State, floor: float, volume: float) -> None:
    """Raise all expected values by these steps; the hours before no longer say that the series is over its limits."""
    seasonal.shift(state, FLOOR, floor)
    seasonal.shift(state, VOLUME, volume)
    slow.forget(state)
    state[HOLD] = 0
