"""A seasonal channel: the value expected at this hour of a weekday or a weekend day, and how far off the actual one is.

The expected value is a season plus a level that follows the last day. The season has a cell for each hour of weekdays
and of weekends. While a cell has learned few days, it is averaged with the same hour of the other kind of day and with
a mean over two weeks, the slow level. The scale is the usual size of a residual, at first the geometric mean of a scale
of all hours and one of the quarter of the day, and more and more that of the hour of the day alone: a job that is of a
different size each night makes its own hour uncertain, and no other. Hours that vary less than is believed
(SMALLEST_SCALE) say nothing about the tail, which hours that vary more are measured by.
"""

from math import inf, sqrt
from typing import NamedTuple

from npmlib.profile import tail
from npmlib.profile.state import CLOCKS, DAYS_SEEN, HOURS_SEEN, LEVEL, QUARTERS, SCALE, SLOW_LEVEL, TAIL, State

MOST_DAYS = 10  # weight of the past in a cell, in days of its kind
SLOW_HOURS = 14 * 24  # over which slow levels and scales are means
LEVEL_HOURS = 24  # over which the level follows the residuals
LEVEL_FADES = 96  # hours in which the level decays to 1/e
SMALLEST_SCALE = 0.08  # in natural logarithms: 8 %
DAYS_OF_SCALE = 20  # over which the scale of an hour of the day is a mean
DAYS_FOR_SCALE = 3  # weight of the other scales beside that of the hour, in days
MEAN_TO_DEVIATION = 1.2533  # sqrt(pi/2): from the mean absolute to the standard deviation of normal values


class Seasonal(NamedTuple):
    """How a channel saw an hour: ``residual`` is value - ``expected``, both logarithms.

    ``standardised`` is the residual in scales. The score is 0 at ``limit`` scales above the expected value, and grows
    by 1 with every ``width`` scales more.
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
    """Score ``value`` of the hour ``clock`` (0 to 23, UTC) against a channel, then learn it.

    ``channel`` is the position of its numbers in ``state``: FLOOR or VOLUME. ``follow`` says whether the level follows
    the value, ``steady`` whether the scales are learned. The counts of hours and days in ``state`` do not yet include
    this hour.

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
    of_hour = channel + CLOCKS + clock
    days = weekdays + weekends
    around = max(sqrt(state[channel + SCALE] * state[quarter]), SMALLEST_SCALE)
    own = max(state[of_hour], SMALLEST_SCALE)
    scale = around * (own / around) ** (days / (days + DAYS_FOR_SCALE))
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
    if own > SMALLEST_SCALE:
        tail.learn(state, channel + TAIL, standardised, hours_seen)
    if steady:
        size = abs(residual)
        learn_scale(state, channel + SCALE, size, max(1 / SLOW_HOURS, 1 / (hours_seen + 5)))
        learn_scale(state, quarter, size, max(2 / SLOW_HOURS, 1 / ((hours_seen + 1) / 4 + 4)))
        learn_scale(state, of_hour, size, max(1 / DAYS_OF_SCALE, 1 / (days + 1)))
    return Seasonal((standardised - limit) / width, residual, expected, scale, standardised, limit, width)


def shift(state: State, channel: int, step: float) -> None:
    """Raise the value expected at every hour by ``step``, for good: the season and the slow level."""
    for position in range(channel, channel + SLOW_LEVEL + 1):
        state[position] += step


def learn_scale(state: State, position: int, size: float, gain: float, smallest: float = 0.04) -> None:
    """Move the scale at ``position`` towards the ``size`` of a residual, which is taken to be ten scales at most.

    >>> scales = [0.2]
    >>> learn_scale(scales, 0, 1.0, gain=0.5)
    >>> round(scales[0], 5)
    0.72665
    """
    scale = state[position]
    state[position] = scale + gain * (MEAN_TO_DEVIATION * min(size, 10 * max(scale, smallest)) - scale)
