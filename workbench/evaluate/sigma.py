"""The rules of three standard deviations: that of the original detection and the shipped one.

The limit comes from the shipped code, the counting is done in numpy. An hour alerts by the original's rule when more
than five intervals are over average + threshold * stdev, which is when the sixth largest is; by the shipped rule when
more than eight are, and over the usual peak of the time of day as well. The baseline is that of up to 30 days before,
made anew each hour, as in the original, or each midnight (UTC), as in the shipped search.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from npmlib.anomaly.baseline import PART, limit
from npmlib.anomaly.options import Options

from workbench.evaluate.attacks import Injections
from workbench.evaluate.series import (
    HOURS_A_DAY,
    LONGEST_LEARNING,
    Booleans,
    Floats,
    Integers,
    TrafficSeries,
    percentile,
)

HOURLY, DAILY = 1, HOURS_A_DAY  # hours between two baselines
MORE_THAN = 5  # intervals over the limit, in the original
INTERVALS = 8  # macro npm_outbound_intervals
PERCENTILE = 0.95
DAYS = 14  # in which usual peaks are looked for
ORIGINAL_RULE = Options(threshold=3, minsamples=0, minspread=0, peaks="ignore")
PLAIN_RULE = Options(peaks="ignore")
SHIPPED_RULE = Options()


@dataclass(frozen=True)
class Counted:
    """Hours as the rules see them: the largest, sixth and ninth largest interval, and the baseline.

    ``peak`` is the usual peak of that time of day, not a number where none is known.
    """

    top: Floats
    sixth: Floats
    ninth: Floats
    count: Floats
    average: Floats
    stdev: Floats
    peak: Floats

    def limits(self, options: Options) -> Floats:
        """Return what an interval of each hour may reach, infinite without a baseline."""
        columns = (self.count, self.average, self.stdev, self.peak)
        largest = [
            limit(count, mean, stdev, options, () if math.isnan(peak) or not options.use_peaks else (peak,)).largest(0)
            if count
            else np.inf
            for count, mean, stdev, peak in zip(*(column.ravel().tolist() for column in columns), strict=True)
        ]
        return np.reshape(largest, self.sixth.shape)

    def alerts(self, options: Options) -> Booleans:
        """Return whether each hour alerts; none does without a baseline."""
        alerts: Booleans = (self.ninth if options.use_peaks else self.sixth) > self.limits(options)
        return alerts

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
    peaks: dict[int, float]  # 95th percentile of each hour (since 1970) with data

    def counted(self, values: Floats, made: Integers, more: tuple[Floats, Floats, Floats], peak: Floats) -> Counted:
        """Score hours whose baselines end before the hours ``made``; ``more`` is added to each of the three sums."""
        begin = np.maximum(made - LONGEST_LEARNING, 0)
        count, total, squares = (
            sums[made] - sums[begin] + added
            for sums, added in zip((self.count, self.total, self.squares), more, strict=True)
        )
        some = np.maximum(count, 1)
        average = total / some
        variance = np.maximum(squares - total * average, 0) / np.maximum(count - 1, 1)
        top, sixth, ninth = (largest(values, over) for over in (0, MORE_THAN, INTERVALS))
        return Counted(top, sixth, ninth, count, average * self.scale, np.sqrt(variance) * self.scale, peak)


def running(series: TrafficSeries, refresh: int) -> Sums:
    """Return the running sums of a series, for a baseline that is made every ``refresh`` hours."""
    scale = float(np.nanmean(series.values)) or 1.0
    count, total, squares = (np.concatenate([[0.0], np.cumsum(part)]) for part in _moments(series.values, scale))
    first = series.first_hour
    return Sums(
        count,
        total,
        squares,
        scale,
        refresh,
        _by_hour(range(first, first + len(series.values)), hour_peaks(series.values)),
    )


def count_hours(series: TrafficSeries, sums: Sums) -> Counted:
    """Score all hours of a series."""
    hours = np.arange(len(series.values))
    made = _made(series, sums, hours)
    nothing = np.zeros(len(made))
    peak = np.array([usual_peak(sums.peaks, hour) for hour in (series.first_hour + hours).tolist()])
    return sums.counted(series.values, made, (nothing, nothing, nothing), peak)


def count_attacked(series: TrafficSeries, sums: Sums, injections: Injections) -> Counted:
    """Score the hours of each attack; a baseline made during the attack has the attack in it."""
    hours = injections.first[:, None] + np.arange(injections.kind.hours)
    made = _made(series, sums, hours)
    clean = _moments(series.values[hours], sums.scale)
    attacked = _moments(injections.values, sums.scale)
    before = hours[:, None, :] < made[:, :, None]  # attack, hour scored, hour added
    more = tuple(
        (np.where(before, (now - was)[:, None, :], 0.0)).sum(axis=2) for now, was in zip(attacked, clean, strict=True)
    )
    rows = zip((series.first_hour + hours).tolist(), hour_peaks(injections.values), strict=True)
    peaks = [(row, sums.peaks | _by_hour(row, attacked)) for row, attacked in rows]
    peak = np.array([[usual_peak(known, hour) for hour in row] for row, known in peaks]).reshape(hours.shape)
    return sums.counted(injections.values, made, (more[0], more[1], more[2]), peak)


def largest(values: Floats, over: int) -> Floats:
    """Return the interval of each hour that ``over`` others are larger than; minus infinity with too few present."""
    filled = np.where(np.isnan(values), -np.inf, values)
    at = filled.shape[-1] - 1 - over
    return np.partition(filled, at, axis=-1)[..., at]


def hour_peaks(values: Floats) -> Floats:
    """Return the 95th percentile of each hour's intervals; not a number for an hour without any."""
    flat = values.reshape(-1, values.shape[-1])
    count = (~np.isnan(flat)).sum(axis=1)
    peaks: Floats = np.where(count > 0, percentile(flat, count, PERCENTILE), np.nan)
    return peaks.reshape(values.shape[:-1])


def usual_peak(peaks: Mapping[int, float], hour: int) -> float:
    """Return the highest peak of hours of that time of day, on the days before; not a number where there is none."""
    part = range(hour // PART * PART, hour // PART * PART + PART)
    earlier = (one - HOURS_A_DAY * back for back in range(1, DAYS + 1) for one in part)
    return max((peaks[one] for one in earlier if one in peaks), default=math.nan)


def _by_hour(hours: Iterable[int], peaks: Floats) -> dict[int, float]:
    return {hour: peak for hour, peak in zip(hours, peaks.tolist(), strict=True) if not math.isnan(peak)}


def _made(series: TrafficSeries, sums: Sums, hours: Integers) -> Integers:
    """Return the hour at whose beginning the baseline was made that each of ``hours`` is compared with."""
    made: Integers = hours - (series.first_hour + hours) % sums.refresh
    return np.maximum(made, 0)


def _moments(values: Floats, scale: float) -> tuple[Floats, Floats, Floats]:
    filled = np.nan_to_num(values) / scale
    count = (~np.isnan(values)).sum(axis=-1).astype(float)
    return count, filled.sum(axis=-1), (filled**2).sum(axis=-1)
