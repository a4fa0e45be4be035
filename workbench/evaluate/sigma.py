"""The rules of three standard deviations: that of the original detection and the shipped one.

The limit comes from the shipped code, the counting is done in numpy: an hour alerts when more than 5 intervals are over
average + threshold * stdev, which is when the 6th largest is. The baseline is that of up to 30 days before, made anew
each hour, as in the original, or each midnight (UTC), as in the shipped search.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from npmlib.anomaly.baseline import limit
from npmlib.anomaly.options import Options

from workbench.evaluate.attacks import Injections
from workbench.evaluate.series import HOURS_A_DAY, LONGEST_LEARNING, Booleans, Floats, Integers, Series

HOURLY, DAILY = 1, HOURS_A_DAY  # hours between two baselines
MORE_THAN = 5  # intervals over the limit
ORIGINAL_RULE = Options(threshold=3, minsamples=0, minspread=0)
SHIPPED_RULE = Options()


@dataclass(frozen=True)
class Counted:
    """Hours as the rule sees them: the 6th largest interval, and count, average and stdev of the baseline."""

    sixth: Floats
    count: Floats
    average: Floats
    stdev: Floats

    def alerts(self, options: Options) -> Booleans:
        """Return whether each hour alerts; none does without a baseline."""
        rows = zip(self.count.ravel().tolist(), self.average.ravel().tolist(), self.stdev.ravel().tolist(), strict=True)
        uppers = [limit(count, mean, stdev, options).upper if count else np.inf for count, mean, stdev in rows]
        return self.sixth > np.array(uppers).reshape(self.sixth.shape)

    def deviations(self) -> Floats:
        """Return the threshold at which each hour stops alerting, under a rule without floors."""
        with np.errstate(divide="ignore", invalid="ignore"):
            deviations = (self.sixth - self.average) / self.stdev
        return np.nan_to_num(np.where(self.count > 0, deviations, -np.inf), nan=-np.inf, posinf=np.inf, neginf=-np.inf)


@dataclass(frozen=True)
class Sums:
    """Running sums of a series up to each hour: intervals present, their total, their squares (scaled to mean 1)."""

    count: Floats
    total: Floats
    squares: Floats
    scale: float
    refresh: int

    def counted(self, sixth: Floats, made: Integers, more: tuple[Floats, Floats, Floats]) -> Counted:
        """Score hours whose baselines end before the hours ``made``; ``more`` is added to each of the three sums."""
        begin = np.maximum(made - LONGEST_LEARNING, 0)
        count, total, squares = (
            sums[made] - sums[begin] + added
            for sums, added in zip((self.count, self.total, self.squares), more, strict=True)
        )
        some = np.maximum(count, 1)
        average = total / some
        variance = np.maximum(squares - total * average, 0) / np.maximum(count - 1, 1)
        return Counted(sixth, count, average * self.scale, np.sqrt(variance) * self.scale)


def running(series: Series, refresh: int) -> Sums:
    """Return the running sums of a series, for a baseline that is made every ``refresh`` hours."""
    scale = float(np.nanmean(series.values)) or 1.0
    count, total, squares = (np.concatenate([[0.0], np.cumsum(part)]) for part in _moments(series.values, scale))
    return Sums(count, total, squares, scale, refresh)


def count_hours(series: Series, sums: Sums) -> Counted:
    """Score all hours of a series."""
    made = _made(series, sums, np.arange(len(series.values)))
    nothing = np.zeros(len(made))
    return sums.counted(sixth_largest(series.values), made, (nothing, nothing, nothing))


def count_attacked(series: Series, sums: Sums, injections: Injections) -> Counted:
    """Score the hours of each attack; a baseline made during the attack has the attack in it."""
    hours = injections.first[:, None] + np.arange(injections.kind.hours)
    made = _made(series, sums, hours)
    clean = _moments(series.values[hours], sums.scale)
    attacked = _moments(injections.values, sums.scale)
    before = hours[:, None, :] < made[:, :, None]  # attack, hour scored, hour added
    more = tuple(
        (np.where(before, (now - was)[:, None, :], 0.0)).sum(axis=2) for now, was in zip(attacked, clean, strict=True)
    )
    return sums.counted(sixth_largest(injections.values), made, (more[0], more[1], more[2]))


def sixth_largest(values: Floats) -> Floats:
    """Return the 6th largest interval of each hour; minus infinity with fewer than six present."""
    filled = np.where(np.isnan(values), -np.inf, values)
    at = filled.shape[-1] - 1 - MORE_THAN
    return np.partition(filled, at, axis=-1)[..., at]


def _made(series: Series, sums: Sums, hours: Integers) -> Integers:
    """Return the hour at whose beginning the baseline was made that each of ``hours`` is compared with."""
    made: Integers = hours - (series.first_hour + hours) % sums.refresh
    return np.maximum(made, 0)


def _moments(values: Floats, scale: float) -> tuple[Floats, Floats, Floats]:
    filled = np.nan_to_num(values) / scale
    count = (~np.isnan(values)).sum(axis=-1).astype(float)
    return count, filled.sum(axis=-1), (filled**2).sum(axis=-1)
