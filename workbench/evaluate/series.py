"""What is evaluated: series of 30 s intervals, cut into whole hours, with the hours that are known to be odd."""

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
Whole = npt.NDArray[np.int64]

UP_TO = 3.0  # the ratio to which the search of deploys accepts a new level
UNIT = 1000.0  # bytes in 30 s, as the profile of tcp.bytes and udp.bytes has it
DAY = 24  # hours
LONGEST_LEARNING = 30 * DAY


@dataclass(frozen=True)
class Series:
    """Traffic of one process: bytes in each interval of consecutive whole hours, NaN where there is no data point.

    ``first_hour`` is in hours since 1970; ``values`` has a row for each hour and a column for each interval;
    ``normal`` tells hours that are at least a day away from any labelled event. ``tested_from`` is the number of hours
    after which false alerts are counted and attacks are injected: all methods learn before. ``observed`` is false for
    hours in which nothing was recorded of anybody; nothing is learned of them. ``deploys`` are the hours, by number, in
    which the image of the process changed.
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
        """What the search of deploys writes into the lookup of accepted levels."""
        return tuple(Level(self.first_hour + at, math.log(UP_TO)) for at in self.deploys)

    @cached_property
    def hours(self) -> list[Hour]:
        """What native SPL sums up of each hour."""
        return hours_of(self.values)

    @property
    def tested(self) -> Booleans:
        """The hours in which an alert is a false one."""
        later: Booleans = np.arange(len(self.values)) >= self.tested_from
        return later & self.normal

    @property
    def tested_early(self) -> Booleans:
        """The first half of the tested hours: where a threshold may be chosen."""
        return self.tested & (np.arange(len(self.values)) < self.middle)

    @property
    def tested_late(self) -> Booleans:
        """The second half of the tested hours: where a chosen threshold is tested."""
        return self.tested & (np.arange(len(self.values)) >= self.middle)

    @property
    def middle(self) -> int:
        """Number of the hour in which the second half of the tested hours begins."""
        places = np.flatnonzero(self.tested)
        return int(places[len(places) // 2]) if len(places) else len(self.values)


def learning_hours(length: int) -> int:
    """How many of ``length`` hours only teach: 30 days, or half of a shorter series."""
    return min(LONGEST_LEARNING, length // 2)


def hours_of(values: Floats, unit: float = UNIT) -> list[Hour]:
    """Sum up each hour (last axis: its intervals, NaN where absent) as ``stats`` does; see npmlib.profile.hours.

    The percentile interpolates between neighbours.
    """
    flat = values.reshape(-1, INTERVALS)
    present = ~np.isnan(flat)
    count = present.sum(axis=1)
    filled = np.where(present, flat, 0.0)
    logs = np.log1p(filled / unit)
    log_sum = logs.sum(axis=1)
    columns = (count.astype(float), filled.sum(axis=1), log_sum, percentile_95(flat, count))
    return [Hour(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def percentile_95(flat: Floats, count: Whole) -> Floats:
    """The 95th percentile of the intervals present, interpolated between neighbours; 0 where there are none."""
    ordered = np.sort(flat, axis=1)  # NaN comes last
    place = np.maximum(count - 1, 0) * 0.95
    below = np.floor(place).astype(int)
    rows = np.arange(len(flat))
    low = ordered[rows, below]
    high = ordered[rows, np.minimum(below + 1, np.maximum(count - 1, 0))]
    return np.where(count > 0, low + (high - low) * (place - below), 0.0)


def marked_normal(hours: int, first_hour: int, windows: Sequence[tuple[float, float]]) -> Booleans:
    """True for hours of which no moment is within a day of a labelled window (epoch seconds)."""
    begins = (first_hour + np.arange(hours)) * 3600.0
    normal = np.ones(hours, dtype=bool)
    for begin, end in windows:
        normal &= (begins + 3600 <= begin - DAY * 3600) | (begins > end + DAY * 3600)
    return normal
