"""Acceptance of a new level: from some hour on, what a series sends is its new normal.

The level is measured over the six hours learned next, and everything the profile expects is moved to it. A level that
a person accepted is taken as it is, up or down. One that goes with a deploy only raises what is expected, up to a
limit, and only if the series was within its usual range before.
"""

from typing import NamedTuple, Optional, Sequence

from npmlib.profile import peaks, seasonal, slow
from npmlib.profile.seasonal import Seasonal
from npmlib.profile.state import (
    ACCEPT_LIMIT,
    ACCEPTANCE_HOURS,
    ACCEPTED,
    ACCEPTING,
    FLOOR,
    FORGET_HOURS,
    HOLD,
    VOLUME,
    State,
)


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


def measure(state: State, floor: Seasonal, volume: Seasonal) -> None:
    """Adapt the expected values to the hour just learned, one of the six over which an accepted level is measured.

    ``floor`` and ``volume`` are how these channels saw the hour.

    >>> from npmlib.profile.state import blank
    >>> state, seen = blank(), Seasonal(9.0, 1.0, 5.0, 0.1, 10.0, 1.2, 0.75)
    >>> accept_level(state, 480000)
    >>> measure(state, floor=seen, volume=seen)
    >>> state[FLOOR], state[VOLUME], state[ACCEPTING]
    (1.0, 1.0, 5.0)
    """
    if state[ACCEPT_LIMIT]:
        _excuse(state, floor, volume)
    else:
        _average(state, floor.residual, volume.residual)


def _average(state: State, floor: float, volume: float) -> None:
    """Move the expected values by the residuals of one hour, so that after n hours they have moved by the mean of n."""
    share = 1 / (ACCEPTANCE_HOURS + 1 - state[ACCEPTING])
    _shift(state, floor * share, volume * share)
    state[ACCEPTING] -= 1


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
    peaks.shift(state, volume)
    slow.forget(state)
    state[HOLD] = 0
