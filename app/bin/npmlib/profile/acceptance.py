"""The acceptance of a new level: what a series sends is normal from some hour on, says a person or a deploy.

The level is then measured over the next hours, and all that is expected moves by it. A person is believed. A deploy
only excuses: what stands out after it, up to a limit, and if nothing did before.
"""

from typing import NamedTuple, Optional, Sequence

from npmlib.profile import peaks, seasonal, slow
from npmlib.profile.seasonal import Seasonal
from npmlib.profile.state import ACCEPT_LIMIT, ACCEPTED, ACCEPTING, FLOOR, HOLD, VOLUME, State

HOURS = 6  # over which an accepted level is measured
OLDEST = 30 * 24  # hours


class Level(NamedTuple):
    """A level accepted from ``hour`` (since 1970) on, up to ``limit`` over the old one (natural logarithm; 0: any)."""

    hour: int
    limit: float = 0.0


def taken_over(state: State, hour: int, levels: Sequence[Level]) -> Optional[Level]:
    """Return that of ``levels`` which ``hour``, yet to be learned, is the first to be taken for; None for none.

    A level without a limit is what somebody wrote: it holds from any of the last 30 days on, also from the hour from
    which another was taken over with a limit. One with a limit goes with a deploy: it holds only if the series was
    within its limits before, so that a deploy does not make an attack normal that began earlier, and if the deploy is
    not older than the hours that a level is measured over.

    >>> from npmlib.profile.state import blank
    >>> taken_over(blank(), 480007, [Level(480001, limit=1.1), Level(480003, limit=1.1)])
    Level(hour=480003, limit=1.1)
    """
    taken, limited = state[ACCEPTED], state[ACCEPT_LIMIT] > 0
    for level in levels:
        age = hour - level.hour
        if level.limit:
            if 0 <= age < HOURS and taken < level.hour and state[HOLD] <= age:
                return level
        elif 0 <= age <= OLDEST and (taken < level.hour or (limited and taken == level.hour)):
            return level
    return None


def accept_level(state: State, hour: int, limit: float = 0.0) -> None:
    """Take what the series sends from ``hour`` on for its new level; it is measured over the next six hours learned.

    With a ``limit``, a natural logarithm, only hours over their usual range move what is expected, and the first that
    is further over it than the limit ends that.

    >>> from npmlib.profile.state import blank
    >>> state = blank()
    >>> accept_level(state, 480000)
    >>> state[ACCEPTED], state[ACCEPTING]
    (480000.0, 6.0)
    """
    state[ACCEPTED] = hour
    state[ACCEPTING] = HOURS
    state[ACCEPT_LIMIT] = limit


def measure(state: State, floor: Seasonal, volume: Seasonal) -> None:
    """Move what is expected by the hour just learned, one of the six over which an accepted level is measured.

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
    """Move what is expected, and the peaks, by the mean of the residuals since the level was accepted."""
    part = 1 / (HOURS + 1 - state[ACCEPTING])
    _shift(state, floor * part, volume * part)
    state[ACCEPTING] -= 1


def _excuse(state: State, floor: Seasonal, volume: Seasonal) -> None:
    """Move what is expected up until the hour is just within its usual range; less traffic needs no excuse.

    Most deploys change nothing, and the mean of six hours would move the level by chance (docs/detection-quality.md).
    """
    if max(floor.residual, volume.residual) > state[ACCEPT_LIMIT]:
        state[ACCEPTING] = 0
        return
    steps = [max(one.score, 0.0) * one.width * one.scale for one in (floor, volume)]
    if any(steps):
        _shift(state, *steps)
    state[ACCEPTING] -= 1


def _shift(state: State, floor: float, volume: float) -> None:
    seasonal.shift(state, FLOOR, floor)
    seasonal.shift(state, VOLUME, volume)
    peaks.shift(state, volume)
    slow.forget(state)
    state[HOLD] = 0
