"""Load curves: how traffic moves over time by daily and weekly rhythm, noise with memory, recurring jobs and bursts.

Pure functions of their arguments; whoever calls them brings the random numbers or the key to draw them from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.traffic.points import Floats

HOUR, DAY = 3600.0, 86400.0  # seconds


@dataclass(frozen=True)
class Rhythm:
    """The regular shape of a level, as a multiple of its weekday mean, and the noise around it.

    ``swing`` 0..1: how far the day's peak and trough lie from the mean; ``peak_hour``: local time of the peak;
    ``weekend``: Saturday and Sunday as a multiple of a weekday; ``sigma``: standard deviation of the log of the
    noise; ``memory`` 0..1: correlation of the noise with itself 30 s earlier; ``shared`` 0..1: share of the
    noise's variance that all such traffic of a cluster has in common (its users come and go together).
    """

    swing: float = 0.0
    peak_hour: float = 14.0
    weekend: float = 1.0
    sigma: float = 0.0
    memory: float = 0.9
    shared: float = 0.0


@dataclass(frozen=True)
class Recurring:
    """Something that happens again and again: a job, a burst.

    Every ``every`` seconds (local time), ``offset`` seconds into that period and up to ``jitter`` seconds later,
    for ``duration`` seconds, at ``size`` times the level, give or take (lognormal) ``spread``.
    """

    every: float
    duration: float
    offset: float = 0.0
    jitter: float = 0.0
    size: float = 1.0
    spread: float = 0.0


@dataclass(frozen=True)
class Occurrence:
    """One time that a Recurring thing happens: [begin, end) in epoch seconds, at ``size`` times the level."""

    begin: float
    end: float
    size: float


def season(times: Floats, utc_offset: float, rhythm: Rhythm) -> Floats:
    """Return the regular level at ``times`` (epoch seconds) for a place ``utc_offset`` hours ahead of UTC."""
    local = times + utc_offset * HOUR
    hour = (local % DAY) / HOUR
    weekday = (local // DAY + 3) % 7  # the epoch began on a Thursday; Monday is 0
    level: Floats = 1 + rhythm.swing * np.cos(2 * np.pi * (hour - rhythm.peak_hour) / 24)
    return np.where(weekday >= 5, level * rhythm.weekend, level)


def autoregressive(shocks: Floats, memory: Floats, state: Floats) -> Floats:
    """Turn independent normal ``shocks`` (time x column) into noise of unit variance that remembers its past.

    ``memory`` is the correlation from one row to the next, ``state`` the row before the first.
    """
    noise: Floats = shocks * np.sqrt(1 - memory**2)
    for row in noise:
        row += memory * state
        state = row
    return noise


def occurrences(
    recurring: Recurring, key: Sequence[int], utc_offset: float, start: float, end: float
) -> list[Occurrence]:
    """Return all occurrences that touch [start, end); the same whatever slice of time is asked for.

    ``key`` (non-negative numbers) decides the jitter and the sizes.
    """
    shift = utc_offset * HOUR - recurring.offset
    first = int((start + shift - recurring.duration - recurring.jitter) // recurring.every)
    last = int((end + shift) // recurring.every)
    happened = []
    for number in range(max(first, 0), last + 1):
        late, size = 0.0, recurring.size
        if recurring.jitter or recurring.spread:
            random = np.random.default_rng([*key, number])
            late = recurring.jitter * random.random()
            size *= float(np.exp(recurring.spread * random.standard_normal()))
        begin = number * recurring.every - shift + late
        if begin < end and begin + recurring.duration > start:
            happened.append(Occurrence(begin, begin + recurring.duration, size))
    return happened


def overlay(times: Floats, happened: Sequence[Occurrence], elsewhere: float) -> Floats:
    """Return the size of the occurrence at each of ``times`` (sorted), ``elsewhere`` where none is going on."""
    level = np.full(len(times), elsewhere)
    for occurrence in happened:
        begin, end = np.searchsorted(times, (occurrence.begin, occurrence.end))
        level[begin:end] = occurrence.size
    return level
