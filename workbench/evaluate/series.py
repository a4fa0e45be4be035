"""The series that detectors are tested on: traffic in 30 s intervals, cut into hours, and which hours are normal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from npmlib.profile.acceptance import Level
from npmlib.profile.hours import INTERVALS, Hour

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

ACCEPTED_RATIO = 3.0  # up to which the search of deploys lets the profile take over a new level
UNIT = 1000.0  # bytes in 30 s, as the profile of tcp.bytes and udp.bytes has it
HOURS_A_DAY = 24
LONGEST_LEARNING = 30 * HOURS_A_DAY  # hours
SETTLED_FROM = 14 * HOURS_A_DAY  # hours


@dataclass(frozen=True)
class TrafficSeries:
    """Traffic of one process: bytes in each interval of consecutive whole hours, NaN where there is no data point.

    ``first_hour`` is in hours since 1970; all other hours are positions in the series. ``values`` has a row for each
    hour and a column for each interval. ``normal`` is true for hours at least a day away from any labelled event. From
    ``tested_from`` on false alerts are counted and attacks are injected; before, all methods learn. ``observed`` is
    false for hours in which nothing was recorded of any process; nothing is learned from them. ``deploys`` are the
    hours in which the image of the process changed.
    """

    name: str
    first_hour: int
    values: Floats
    normal: Booleans
    tested_from: int
    observed: Booleans | None = None
    deploys: tuple[int, ...] = ()

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """The rows that the search of deploys writes into the lookup of accepted levels."""
        return tuple(Level(self.first_hour + at, math.log(ACCEPTED_RATIO)) for at in self.deploys)

    @cached_property
    def hours(self) -> list[Hour]:
        """Each hour as native SPL sums it up."""
        return hours_of(self.values)

    @property
    def tested(self) -> Booleans:
        """The hours in which an alert is a false one."""
        later: Booleans = np.arange(len(self.values)) >= self.tested_from
        return later & self.normal

    @property
    def settled(self) -> Booleans:
        """The tested hours from day 15 on, for which the operating points promise their findings."""
        later: Booleans = np.arange(len(self.values)) >= SETTLED_FROM
        return self.tested & later


def learning_hours(length: int) -> int:
    """Return how many of ``length`` hours only teach: 30 days, or half of a shorter series."""
    return min(LONGEST_LEARNING, length // 2)


def hours_of(values: Floats, unit: float = UNIT) -> list[Hour]:
    """Sum up each hour (last axis: its intervals, NaN where absent) as ``stats`` does, into npmlib.profile.hours.Hour.

    The percentile interpolates between neighbours.
    """
    flat = values.reshape(-1, INTERVALS)
    present = ~np.isnan(flat)
    count = present.sum(axis=1)
    filled = np.where(present, flat, 0.0)
    logs = np.log1p(filled / unit)
    log_sum = logs.sum(axis=1)
    columns = (count.astype(float), filled.sum(axis=1), log_sum, percentile(flat, count, 0.95))
    return [Hour(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def percentile(flat: Floats, count: Integers, share: float) -> Floats:
    """Return the percentile of the intervals present, interpolated between neighbours; 0 where there are none."""
    ordered = np.sort(flat, axis=1)  # NaN comes last
    rank = np.maximum(count - 1, 0) * share
    below = np.floor(rank).astype(int)
    rows = np.arange(len(flat))
    low = ordered[rows, below]
    high = ordered[rows, np.minimum(below + 1, np.maximum(count - 1, 0))]
    return np.where(count > 0, low + (high - low) * (rank - below), 0.0)


def marked_normal(hours: int, first_hour: int, windows: Sequence[tuple[float, float]]) -> Booleans:
    """Return true for each hour of which no moment is within a day of a labelled window (epoch seconds)."""
    day = HOURS_A_DAY * 3600
    begins = (first_hour + np.arange(hours)) * 3600.0
    normal = np.ones(hours, dtype=bool)
    for begin, end in windows:
        normal &= (begins + 3600 <= begin - day) | (begins > end + day)
    return normal
