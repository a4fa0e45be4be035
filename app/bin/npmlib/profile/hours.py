"""One closed hour of one series and metric: its sums, made in SPL, and the three measures that the profile learns.

The sums are over intervals of 30 seconds, or longer ones where data points come less often. In an interval without a
data point nothing was sent. Logarithms are of 1 + x/unit, so that nothing sent is 0; unit is a constant of the metric,
an amount in an interval below which differences mean little.
"""

from math import log
from typing import NamedTuple

INTERVALS = 120  # in an hour
SHARE_FOR_PEAK = 0.05  # if fewer of the intervals are present, the 95th percentile of all of them is 0


class Hour(NamedTuple):
    """The ``n`` intervals with a data point: their sum ``total``, the sum of their ``logs``, their 95th percentile."""

    n: float
    total: float
    logs: float
    peak: float


SILENT = Hour(0, 0, 0, 0)


class Measures(NamedTuple):
    """What is learned, all natural logarithms over the unit.

    ``floor`` is the mean of the logarithms, which bursts hardly move; ``volume`` the logarithm of the mean; ``peak``
    the logarithm of the 95th percentile.
    """

    floor: float
    volume: float
    peak: float


def measures(hour: Hour, unit: float, intervals: float = INTERVALS) -> Measures:
    """Return the measures of an hour; intervals without a data point count as zeros.

    ``intervals`` is how many were observed: fewer than 120 where data points come every minute or every five, or where
    the collector was down for part of the hour.

    >>> measures(Hour(n=120, total=120e3, logs=120 * log(2), peak=1000), unit=1000)
    Measures(floor=0.6931471805599453, volume=0.6931471805599453, peak=0.6931471805599453)
    >>> measures(SILENT, unit=1000)
    Measures(floor=0.0, volume=0.0, peak=0.0)
    """
    intervals = max(intervals, hour.n, 1)
    return Measures(
        floor=hour.logs / intervals,
        volume=log(1 + hour.total / intervals / unit),
        peak=log(1 + hour.peak / unit) if hour.n and hour.n >= SHARE_FOR_PEAK * intervals else 0.0,
    )
