"""The rules of three standard deviations: that of the original detection and the shipped one.

The limit comes from the shipped code, the counting is done in numpy: an hour alerts when more than 5 intervals are over
average + threshold * stdev, which is when the 6th largest is. The shipped rule asks that they are over the usual peaks
as well: those 5 over 1.25 times p95, or 20 over p85. (The search counts twice as many intervals over p95, as bytes and
packets rise together.) The baseline is that of up to 30 days before, made anew each hour, as in the original, or each
midnight (UTC), as in the shipped search.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from npmlib.anomaly.baseline import limit
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
MORE_THAN = 5  # intervals over the limit
LONGER_THAN = 20  # intervals over the limit that need not be over p95
PERCENTILES = (0.85, 0.95)
FACTOR = 1.25  # of p95, in the search
DAYS = 14  # in which usual peaks are looked for
ORIGINAL_RULE = Options(threshold=3, minsamples=0, minspread=0, peaks="ignore")
PLAIN_RULE = Options(peaks="ignore")
SHIPPED_RULE = Options()


@dataclass(frozen=True)
class Counted:
    """Hours as the rule sees them: the 6th and 21st largest interval, and the baseline.

    ``p85`` and ``p95`` are usual peaks, minus infinity where none are known.
    """

    sixth: Floats
    long: Floats
    count: Floats
    average: Floats
    stdev: Floats
    p85: Floats
    p95: Floats

    def alerts(self, options: Options) -> Booleans:
        """Return whether each hour alerts; none does without a baseline."""
        rows = zip(self.count.ravel().tolist(), self.average.ravel().tolist(), self.stdev.ravel().tolist(), strict=True)
        limits = [limit(count, mean, stdev, options).upper if count else np.inf for count, mean, stdev in rows]
        uppers = np.array(limits).reshape(self.sixth.shape)
        if not options.use_peaks:
            return self.sixth > uppers
        alerts: Booleans = (self.sixth > np.maximum(uppers, FACTOR * self.p95)) | (
            self.long > np.maximum(uppers, self.p85)
        )
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
    peaks: tuple[dict[int, float], dict[int, float]]  # highest 85th and 95th percentile of an hour, by day

    def counted(
        self, values: Floats, made: Integers, more: tuple[Floats, Floats, Floats], peaks: tuple[Floats, Floats]
    ) -> Counted:
        """Score hours whose baselines end before the hours ``made``; ``more`` is added to each of the three sums."""
        begin = np.maximum(made - LONGEST_LEARNING, 0)
        count, total, squares = (
            sums[made] - sums[begin] + added
            for sums, added in zip((self.count, self.total, self.squares), more, strict=True)
        )
        some = np.maximum(count, 1)
        average = total / some
        variance = np.maximum(squares - total * average, 0) / np.maximum(count - 1, 1)
        sixth, long = largest(values, MORE_THAN), largest(values, LONGER_THAN)
        return Counted(sixth, long, count, average * self.scale, np.sqrt(variance) * self.scale, *peaks)


def running(series: TrafficSeries, refresh: int) -> Sums:
    """Return the running sums of a series, for a baseline that is made every ``refresh`` hours."""
    scale = float(np.nanmean(series.values)) or 1.0
    count, total, squares = (np.concatenate([[0.0], np.cumsum(part)]) for part in _moments(series.values, scale))
    return Sums(count, total, squares, scale, refresh, day_peaks(series))


def count_hours(series: TrafficSeries, sums: Sums) -> Counted:
    """Score all hours of a series."""
    hours = np.arange(len(series.values))
    made = _made(series, sums, hours)
    nothing = np.zeros(len(made))
    days = (series.first_hour + hours) // HOURS_A_DAY
    low, high = ({day: usual_peak(of_day, day) for day in set(days.tolist())} for of_day in sums.peaks)
    peaks = tuple(np.array([by_day[day] for day in days.tolist()]) for by_day in (low, high))
    return sums.counted(series.values, made, (nothing, nothing, nothing), (peaks[0], peaks[1]))


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
    days = (series.first_hour + hours) // HOURS_A_DAY
    peaks = tuple(
        np.array([_usual_with(of_day, *each) for each in zip(days.tolist(), attacked_peaks.tolist(), strict=True)])
        for of_day, attacked_peaks in zip(sums.peaks, hour_peaks(injections.values), strict=True)
    )
    return sums.counted(
        injections.values,
        made,
        (more[0], more[1], more[2]),
        (peaks[0].reshape(hours.shape), peaks[1].reshape(hours.shape)),
    )


def largest(values: Floats, over: int) -> Floats:
    """Return the interval of each hour that ``over`` others are larger than; minus infinity with too few present."""
    filled = np.where(np.isnan(values), -np.inf, values)
    at = filled.shape[-1] - 1 - over
    return np.partition(filled, at, axis=-1)[..., at]


def hour_peaks(values: Floats) -> tuple[Floats, Floats]:
    """Return the 85th and 95th percentile of each hour's intervals; minus infinity for an hour without any."""
    flat = values.reshape(-1, values.shape[-1])
    count = (~np.isnan(flat)).sum(axis=1)
    both = [np.where(count > 0, percentile(flat, count, share), -np.inf) for share in PERCENTILES]
    return both[0].reshape(values.shape[:-1]), both[1].reshape(values.shape[:-1])


def day_peaks(series: TrafficSeries) -> tuple[dict[int, float], dict[int, float]]:
    """Return the highest 85th and 95th percentile of the hours of each day (since 1970) with data."""
    days = (series.first_hour + np.arange(len(series.values))) // HOURS_A_DAY
    both: list[dict[int, float]] = []
    for peaks in hour_peaks(series.values):
        of_day: dict[int, float] = {}
        for day, peak in zip(days.tolist(), peaks.tolist(), strict=True):
            if np.isfinite(peak):
                of_day[day] = max(peak, of_day.get(day, peak))
        both.append(of_day)
    return both[0], both[1]


def usual_peak(of_day: Mapping[int, float], day: int) -> float:
    """Return the second highest of the days before ``day``, the only one if there is one, else minus infinity."""
    known = sorted(of_day[one] for one in range(day - DAYS, day) if one in of_day)
    return known[-2] if len(known) > 1 else known[0] if known else -np.inf


def _usual_with(of_day: Mapping[int, float], days: Sequence[int], attacked: Sequence[float]) -> list[float]:
    """Return the usual peak at each hour of an attack, whose ``days`` have the peaks ``attacked``."""
    together = dict(of_day)
    usual = []
    for day, peak in zip(days, attacked, strict=True):
        usual.append(usual_peak(together, day))  # its own day does not count
        together[day] = max(peak, together.get(day, peak))
    return usual


def _made(series: TrafficSeries, sums: Sums, hours: Integers) -> Integers:
    """Return the hour at whose beginning the baseline was made that each of ``hours`` is compared with."""
    made: Integers = hours - (series.first_hour + hours) % sums.refresh
    return np.maximum(made, 0)


def _moments(values: Floats, scale: float) -> tuple[Floats, Floats, Floats]:
    filled = np.nan_to_num(values) / scale
    count = (~np.isnan(values)).sum(axis=-1).astype(float)
    return count, filled.sum(axis=-1), (filled**2).sum(axis=-1)
