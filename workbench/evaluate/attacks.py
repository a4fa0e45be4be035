"""The injected attacks: 21 kinds and sizes of traffic added to a series, at seeded times in its normal hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from npmlib.profile.hours import INTERVALS, Hour

from workbench.evaluate.series import HOURS_A_DAY, LONGEST_LEARNING, Booleans, Floats, Integers, TrafficSeries, hours_of

INTERVALS_A_MINUTE = 2


@dataclass(frozen=True)
class AttackKind:
    """One kind and size of attack: ``size`` times the mean of the series, added for ``length`` intervals.

    ``rhythm`` (on, off) in intervals lets it pause; ``mimics`` follows the hours of the day as the series itself does.
    """

    name: str
    size: float
    length: int
    rhythm: tuple[int, int] | None = None
    mimics: bool = False

    @property
    def label(self) -> str:
        """Name and size, as tables show them."""
        return f"{self.name} x{self.size:g}"

    @property
    def hours(self) -> int:
        """Hours of a window: those the attack can touch, wherever in an hour it begins."""
        return -(-self.length // INTERVALS) + 1


def _kinds() -> tuple[AttackKind, ...]:
    kinds = [AttackKind("5 min", size, 5 * INTERVALS_A_MINUTE) for size in (3, 10, 30)]
    kinds += [AttackKind("15 min", size, 15 * INTERVALS_A_MINUTE) for size in (1.5, 3, 10)]
    kinds += [AttackKind("1 h", size, INTERVALS) for size in (0.5, 1.5, 3, 10)]
    kinds += [
        AttackKind("1 h, 5 min on and off", 3, INTERVALS, rhythm=(5 * INTERVALS_A_MINUTE, 5 * INTERVALS_A_MINUTE))
    ]
    kinds += [AttackKind("6 h, 1 h on and off", 3, 6 * INTERVALS, rhythm=(INTERVALS, INTERVALS))]
    kinds += [AttackKind("24 h", size, HOURS_A_DAY * INTERVALS) for size in (0.25, 0.5, 1, 1.5)]
    kinds += [AttackKind("6 h", size, 6 * INTERVALS) for size in (0.5, 1.5, 3)]
    kinds += [AttackKind("24 h like the day", size, HOURS_A_DAY * INTERVALS, mimics=True) for size in (0.5, 1)]
    return tuple(kinds)


KINDS = _kinds()


@dataclass(frozen=True)
class Injections:
    """Attacks of one kind on one series: ``values`` has, for each, the hours from ``first`` on with the attack in them.

    ``first`` are positions in the series; ``hours`` are the values summed up.
    """

    kind: AttackKind
    first: Integers
    values: Floats
    hours: list[list[Hour]] = field(repr=False)


def inject(series: TrafficSeries, kind: AttackKind, number: int, seed: Sequence[int]) -> Injections:
    """Draw ``number`` attacks that lie in the tested hours; none where no stretch of them is long enough.

    They begin anywhere in an hour. The same ``seed`` draws the same attacks.
    """
    random = np.random.default_rng(list(seed))
    starts = possible_starts(series.tested, kind.hours)
    starts = starts[_sent_before(series)[starts] > 0]  # else the size of an attack is 0
    if not len(starts):
        return Injections(kind, np.empty(0, dtype=np.int64), np.empty((0, kind.hours, INTERVALS)), [])
    first = random.choice(starts, number)
    offsets = random.integers(0, INTERVALS, number)
    values = np.stack(
        [with_attack(series, kind, int(hour), int(offset)) for hour, offset in zip(first, offsets, strict=True)]
    )
    summed = hours_of(values)
    rows = [summed[at : at + kind.hours] for at in range(0, len(summed), kind.hours)]
    return Injections(kind, first, values, rows)


def possible_starts(where: Booleans, hours: int) -> Integers:
    """Return the hours from which on ``hours`` hours in a row are true in ``where``."""
    running = np.concatenate([[0], np.cumsum(where)])
    if len(running) <= hours:
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero(running[hours:] - running[:-hours] == hours)


def _sent_before(series: TrafficSeries) -> Floats:
    """Return the sum of the hours from which the size of an attack is taken that begins in each hour."""
    sums = np.concatenate([[0.0], np.cumsum(np.nan_to_num(series.values).sum(axis=1))])
    hours = np.arange(len(series.values))
    sent: Floats = sums[hours] - sums[np.maximum(hours - LONGEST_LEARNING, 0)]
    return sent


def with_attack(series: TrafficSeries, kind: AttackKind, first: int, offset: int) -> Floats:
    """Return the values of the hours from ``first`` on, with the attack beginning ``offset`` intervals into them."""
    hours = series.values[first : first + kind.hours]
    before = series.values[max(0, first - LONGEST_LEARNING) : first]
    flat = np.zeros(hours.size)
    since = np.arange(kind.length)  # intervals since the attack began
    shape = np.full(kind.length, kind.size * float(np.nanmean(before)))
    if kind.rhythm is not None:
        on, off = kind.rhythm
        shape[since % (on + off) >= on] = 0.0
    if kind.mimics:
        clock = (series.first_hour + first + (offset + since) // INTERVALS) % HOURS_A_DAY
        shape *= daily_shape(before, series.first_hour + max(0, first - LONGEST_LEARNING))[clock]
    flat[offset : offset + kind.length] = shape
    added = flat.reshape(hours.shape)
    return np.where(added > 0, np.nan_to_num(hours) + added, hours)


def daily_shape(values: Floats, first_hour: int) -> Floats:
    """Return the mean of each hour of the day over the mean of all; 1 for hours of the day that were never seen.

    ``first_hour`` (hours since 1970) is that of the first row of ``values``.
    """
    clock = (first_hour + np.arange(len(values))) % HOURS_A_DAY
    mean = float(np.nanmean(values))
    seen = [values[clock == hour] for hour in range(HOURS_A_DAY)]
    return np.array([float(np.nanmean(one)) / mean if one.size and not np.isnan(one).all() else 1.0 for one in seen])
