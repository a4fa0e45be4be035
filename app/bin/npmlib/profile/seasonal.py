"""A seasonal channel: what a value should be at this hour of the day, weekday or weekend, and how far off it is.

A cell for each hour of weekdays and of weekends is drawn towards the other kind of day and towards a slow level by
as much as it lacks days; a faster level is added. A scale of the residuals is kept over all hours and by quarter of
the day.
"""

from math import inf, sqrt
from typing import NamedTuple

from npmlib.profile import tail
from npmlib.profile.state import DAYS_SEEN, HOURS_SEEN, LEVEL, QUARTERS, SCALE, SLOW_LEVEL, TAIL, State

MOST_DAYS = 10  # of a kind, that a cell remembers
SLOW_HOURS = 336
LEVEL_HOURS = 24
LEVEL_FADES = 96  # hours
SMALLEST_SCALE = 0.08  # of a residual, in natural logarithms: 8 %
MEAN_TO_DEVIATION = 1.2533  # sqrt(pi/2): from the mean absolute to the standard deviation of normal values


class Seasonal(NamedTuple):
    """How a channel saw an hour; ``residual`` is value - ``expected``, both logarithms.

    The tail of the channel begins ``limit`` scales over what was expected; ``width`` scales more add 1 to the score.
    """

    score: float
    residual: float
    expected: float
    scale: float
    standardised: float
    limit: float
    width: float


def score_and_learn(
    state: State, channel: int, value: float, clock: int, weekend: bool, follow: bool = True, steady: bool = True
) -> Seasonal:
    """Score ``value`` of the hour ``clock`` (0 to 23, UTC) against the channel at that place, then learn it.

    ``follow``: whether the level may follow; ``steady``: whether the scales may. The counts in ``state`` are of the
    hours before.

    >>> from npmlib.profile.state import FLOOR, blank
    >>> seen = score_and_learn(blank(), FLOOR, 5.0, clock=0, weekend=False)
    >>> seen.expected, seen.residual, round(seen.score, 4)
    (5.0, 0.0, -1.6)
    """
    hours_seen = state[HOURS_SEEN]
    if not hours_seen:
        state[channel + SLOW_LEVEL] = value
    weekdays = min(state[DAYS_SEEN] // 24, MOST_DAYS)
    weekends = min(state[DAYS_SEEN + 1] // 24, MOST_DAYS)
    slow_level, level = state[channel + SLOW_LEVEL], state[channel + LEVEL]
    of_day = channel + clock
    cell, known = (of_day + 24, weekends) if weekend else (of_day, weekdays)
    any_day = (weekdays * state[of_day] + weekends * state[of_day + 24] + slow_level) / (weekdays + weekends + 1)
    season = (known * state[cell] + any_day) / (known + 1)

    expected = season + level
    residual = value - expected
    quarter = channel + QUARTERS + clock // 6
    scale = max(sqrt(state[channel + SCALE] * state[quarter]), SMALLEST_SCALE)
    standardised = residual / scale
    limit, width = state[channel + TAIL], state[channel + TAIL + 1]

    warm = hours_seen >= tail.WARM_UP
    clip = 3 * scale if warm else inf
    target = season + min(max(residual, -clip), clip)
    state[channel + SLOW_LEVEL] = slow_level + (target - slow_level) / min(hours_seen + 1, SLOW_HOURS)
    state[cell] += (target - state[cell]) / min(known + 1, MOST_DAYS)
    if warm and follow:
        level += min(max(residual, -2 * scale), 2 * scale) / LEVEL_HOURS
        state[channel + LEVEL] = level * (1 - 1 / LEVEL_FADES)
    tail.learn(state, channel + TAIL, standardised, hours_seen)
    if steady:
        size = abs(residual)
        learn_scale(state, channel + SCALE, size, max(1 / 336, 1 / (hours_seen + 5)))
        learn_scale(state, quarter, size, max(2 / 336, 1 / ((hours_seen + 1) / 4 + 4)))
    return Seasonal((standardised - limit) / width, residual, expected, scale, standardised, limit, width)


def shift(state: State, channel: int, step: float) -> None:
    """Raise what is expected at every hour by ``step``, for good: the season and the slow level, not the fast one."""
    for place in range(channel, channel + SLOW_LEVEL + 1):
        state[place] += step


def learn_scale(state: State, place: int, size: float, gain: float, smallest: float = 0.04) -> None:
    """Move a scale towards the size of a residual, which counts for ten scales at most.

    >>> scales = [0.2]
    >>> learn_scale(scales, 0, 1.0, gain=0.5)
    >>> round(scales[0], 5)
    0.72665
    """
    scale = state[place]
    state[place] = scale + gain * (MEAN_TO_DEVIATION * min(size, 10 * max(scale, smallest)) - scale)
