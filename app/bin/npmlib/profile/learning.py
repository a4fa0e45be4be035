"""Scores an hour against the profile of its series, then learns the hour.

A profile has six channels, each with a score: two seasonal ones (floor and volume of the traffic), two of the floor
over six hours and over a day, one for peaks and one for bursts. As an hour is scored before it is learned, the scores
are calibrated on hours that the profile had not seen.

A hold begins when a series goes over its limits and ends when it is back. During a hold, for 72 hours at most, the
level does not follow the traffic, and from the thirteenth hour on the scales are not learned either. This, more than
clipping, keeps an attack out of the profile. docs/detection-quality.md has measurements of what each part is worth.
"""

from math import log
from typing import NamedTuple, Tuple

from npmlib.profile import acceptance, burst, record, recurring, seasonal, slow
from npmlib.profile.hours import Measures
from npmlib.profile.record import Records
from npmlib.profile.seasonal import Seasonal
from npmlib.profile.state import (
    ACCEPTED,
    ACCEPTING,
    DAY,
    DAYS_SEEN,
    FLOOR,
    HOLD,
    HOURS_SEEN,
    LAST_HOUR,
    VOLUME,
    State,
    blank,
)

LONGEST_HOLD = 72  # hours
STEADY = 12  # hours of a hold in which the scales are still learned
SLOW_FOLLOWS = 12  # hours of a hold in which the tail of the slow channel is still learned
SMALLEST_RATIO = 1.25  # of what was sent to what was expected, to be reported or recorded
START_SCALES = 0.1, 0.35  # smallest and largest scale of a new profile
_SMALLEST_RISE = log(SMALLEST_RATIO)


class Scores(NamedTuple):
    """How unusual an hour was.

    A score is 0 where the upper tenth of the hours begins, and 1 at the mean of that tenth. Two have another unit, and
    their records say what is usual: ``day`` is a mean of standardised residuals, ``peak`` the natural logarithm of the
    ratio of the 95th percentile to the volume that was expected. ``hold``: for how many hours before
    this one the series was over its limits. ``records``: those of npmlib.profile.record, in the order of ``channels``;
    empty where the hour is below 1.25 times what was expected, which is never reported.
    """

    floor: Seasonal
    volume: Seasonal
    slow: float
    day: float
    peak: float
    burst: float
    hold: float
    records: Records = ()

    @property
    def channels(self) -> Tuple[float, ...]:
        """The scores of all channels, in the order of npmlib.profile.points.Thresholds."""
        return self.volume.score, self.floor.score, self.slow, self.day, self.peak, self.burst


def begin(hour: int, seen: Measures) -> State:
    """Return the new profile of a series whose first hour is ``seen``, without having learned that hour.

    Levels accepted before that hour have no effect. The scales begin with a guess: hours vary about 0.4 times as much
    as the intervals within them (measured, docs/detection-quality.md), and the 95th percentile of a normal
    distribution, here of the logarithms, lies 1.645 standard deviations above the mean.

    >>> round(begin(480000, Measures(floor=5.0, volume=5.1, peak=5.8))[FLOOR + 50], 3)
    0.195
    """
    smallest, largest = START_SCALES
    state = blank(min(max(0.4 * (seen.peak - seen.floor) / 1.645, smallest), largest))
    state[ACCEPTED] = hour
    return state


def score_and_learn(state: State, hour: int, seen: Measures) -> Scores:
    """Score ``hour`` (hours since 1970, UTC), measured as ``seen``, against ``state``, then learn it into ``state``.

    Hours must come in order, each once; hours that were not observed are left out.

    >>> state = blank()
    >>> for hour in range(480000, 480100):
    ...     scores = score_and_learn(state, hour, Measures(floor=5.0, volume=5.0, peak=6.0))
    >>> score_and_learn(state, 480100, Measures(floor=6.0, volume=6.0, peak=7.0)).volume.residual
    1.0
    """
    clock, day = hour % 24, hour // 24
    weekend = (day + 3) % 7 >= 5  # 1970-01-01 was a Thursday
    hold = state[HOLD]
    follow = hold == 0 or hold > LONGEST_HOLD
    steady = follow or hold <= STEADY

    if day != state[DAY]:
        record.end_days(state, day)
        state[DAY] = day
    floor = seasonal.score_and_learn(state, FLOOR, seen.floor, clock, weekend, follow, steady)
    volume = seasonal.score_and_learn(state, VOLUME, seen.volume, clock, weekend, follow, steady)
    slow_score = slow.score_and_learn(state, floor.standardised, follow or hold <= SLOW_FOLLOWS)
    day_score = slow.learn_day(state, floor.standardised)
    peak_score = seen.peak - volume.expected
    burst_score = burst.score_and_learn(state, seen.peak - seen.volume, follow)
    rises = seen.volume > 0 and max(floor.residual, volume.residual) >= _SMALLEST_RISE
    records = record.highest(state) if rises else ()
    scores = Scores(floor, volume, slow_score, day_score, peak_score, burst_score, hold, records)
    record.learn(state, scores.channels, rises)
    if state[HOURS_SEEN] >= recurring.FROM_HOURS and not state[ACCEPTING]:
        recurring.learn(state, clock, weekend, floor, volume)

    state[DAYS_SEEN + weekend] += 1
    state[HOURS_SEEN] += 1
    state[LAST_HOUR] = hour
    state[HOLD] = hold + 1 if floor.score > 2 or volume.score > 2 or slow_score > 1.8 else 0
    if state[ACCEPTING]:
        acceptance.measure(state, clock, floor, volume)
    return scores
