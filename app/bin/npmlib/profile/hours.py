"""One closed hour of one series and metric, as native SPL sums it up, and what of it the profile looks at.

The sums are of intervals of 30 seconds, or longer ones where data points come less often; an interval without a data
point is one in which nothing was sent. Logarithms are of 1 + x/unit, so that nothing sent is 0; unit is a constant of
the metric, below which differences mean little.
"""

from math import log, sqrt
from typing import NamedTuple

INTERVALS = 120  # in an hour
SHARE_FOR_PEAK = 0.05  # with fewer of the intervals present, the 95th percentile of all of them is 0


class Hour(NamedTuple):
    """``n`` intervals present, their ``total``, the sum of their logarithms, the 95th percentile, and ``spread``.

    ``spread`` is the sample standard deviation of the logarithms, 0 for a single interval.
    """

    n: float
    total: float
    logs: float
    peak: float
    spread: float


SILENT = Hour(0, 0, 0, 0, 0)


class Measures(NamedTuple):
    """What is learned, all natural logarithms over the unit.

    ``floor`` is the mean of the logarithms, which bursts hardly move; ``volume`` the logarithm of the mean; ``peak``
    the logarithm of the 95th percentile; ``spread`` the standard deviation of the logarithms within the hour.
    """

    floor: float
    volume: float
    peak: float
    spread: float


def measures(hour: Hour, unit: float, intervals: float = INTERVALS) -> Measures:
    """Take the intervals without a data point as zeros, and give what the profile learns of the hour.

    ``intervals`` is how many were observed: fewer than 120 where data points come every minute or every five, or where
    the collector was away for part of the hour.

    >>> measures(Hour(n=120, total=120e3, logs=120 * log(2), peak=1000, spread=0), unit=1000)
    Measures(floor=0.6931471805599453, volume=0.6931471805599453, peak=0.6931471805599453, spread=0.0)
    >>> measures(SILENT, unit=1000)
    Measures(floor=0.0, volume=0.0, peak=0.0, spread=0.0)
    """
    n, total, logs, peak, spread = hour
    intervals = max(intervals, n, 2)
    missing = intervals - n
    squares = max(n - 1, 0) * spread * spread  # about the mean, of the intervals present
    if missing > 0 and n:
        squares += logs * logs / n * missing / intervals  # Chan's update with zeros, whose mean and spread are 0
    return Measures(
        floor=logs / intervals,
        volume=log(1 + total / intervals / unit),
        peak=log(1 + peak / unit) if n >= SHARE_FOR_PEAK * intervals else 0.0,
        spread=sqrt(squares / (intervals - 1)),
    )
