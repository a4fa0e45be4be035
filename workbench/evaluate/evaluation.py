"""Series with injected attacks as detectors see them, and what alerts: false alerts and caused recall.

A series is scored by all detectors at once and then forgotten: only the hours that are judged and the scores are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from npmlib.anomaly.options import Options

from workbench.evaluate import sigma
from workbench.evaluate.attacks import KINDS, AttackKind, Injections, inject
from workbench.evaluate.measures import CausedRecall, FalseAlerts, count_caused, count_false_alerts, mean_recall
from workbench.evaluate.profile import ScoredHours, profile_series, score_from
from workbench.evaluate.series import Booleans, Floats, Integers, TrafficSeries

INJECTIONS = 30  # per series and kind


@dataclass(frozen=True)
class Windows:
    """What of a series is judged: false alerts in the hours ``where``, and the attacks, ``first`` hour by kind.

    The series begins with ``first_hour``, in hours since 1970.
    """

    name: str
    where: Booleans
    kinds: tuple[AttackKind, ...]
    first: tuple[Integers, ...]
    first_hour: int


@dataclass(frozen=True)
class Alerts:
    """Which hours of a series alert: of the series as it is, and of each attack by kind, a row for each."""

    clean: Booleans
    attacked: tuple[Booleans, ...]


@dataclass(frozen=True)
class ByProfile:
    """A series and its attacks scored by the profile; all attacks of all kinds one after the other."""

    clean: ScoredHours
    attacked: tuple[ScoredHours, ...]

    def alerts(self, point: float) -> Alerts:
        """Return what alerts at an operating point."""
        return Alerts(self.clean.alerts(point), tuple(hours.alerts(point) for hours in self.attacked))


@dataclass(frozen=True)
class ByScore:
    """A series and its attacks scored by one number an hour, which is compared with a threshold."""

    clean: Floats
    attacked: tuple[Floats, ...]

    def alerts(self, threshold: float) -> Alerts:
        """Return what scores more than ``threshold``."""
        return Alerts(self.clean > threshold, tuple(hours > threshold for hours in self.attacked))


@dataclass(frozen=True)
class BySigma:
    """A series and its attacks as a rule of three standard deviations counts them."""

    clean: sigma.Counted
    attacked: tuple[sigma.Counted, ...]

    def alerts(self, options: Options) -> Alerts:
        """Return what alerts with these options."""
        return Alerts(self.clean.alerts(options), tuple(counted.alerts(options) for counted in self.attacked))

    def by_score(self) -> ByScore:
        """Return how many standard deviations each hour is above the average, without the floors of the rule."""
        return ByScore(self.clean.deviations(), tuple(counted.deviations() for counted in self.attacked))


@dataclass(frozen=True)
class Result:
    """What one detector did: false alerts by name of the series, recall by label of the kind over all series."""

    by_series: dict[str, FalseAlerts]
    recall: dict[str, CausedRecall]

    @cached_property
    def false_alerts(self) -> FalseAlerts:
        """Those of all series."""
        return sum(self.by_series.values(), FalseAlerts())

    @property
    def mean_recall(self) -> float:
        """Mean over the kinds."""
        return mean_recall(self.recall.values())

    @property
    def worst(self) -> float:
        """The most findings a day of one series; not a number where none has hours."""
        return max((one.findings_a_day for one in self.by_series.values() if one.hours), default=float("nan"))


def draw(
    series: TrafficSeries, kinds: Sequence[AttackKind] = KINDS, number: int = INJECTIONS, seed: Sequence[int] = (1,)
) -> list[Injections]:
    """Draw ``number`` attacks of each kind on a series."""
    return [inject(series, kind, number, (*seed, index)) for index, kind in enumerate(kinds)]


def windows(series: TrafficSeries, attacks: Sequence[Injections], where: Booleans | None = None) -> Windows:
    """Return what of a series is judged: false alerts in the hours ``where``, from day 15 on if None."""
    kinds, first = tuple(one.kind for one in attacks), tuple(one.first for one in attacks)
    return Windows(series.name, series.settled if where is None else where, kinds, first, series.first_hour)


def by_profile(series: TrafficSeries, attacks: Sequence[Injections]) -> ByProfile:
    """Score a series and its attacks by the profile; an attack begins with the state that the profile had then."""
    profiled = profile_series(series)
    attacked = []
    for injections in attacks:
        rows = [
            score_from(profiled.states[first], series.first_hour + first, profiled.ages[first], hours, series.levels)
            for first, hours in zip(injections.first.tolist(), injections.hours, strict=True)
        ]
        attacked.append(ScoredHours.of([hour for row in rows for hour in row]))
    return ByProfile(ScoredHours.of(profiled.scored), tuple(attacked))


def by_sigma(series: TrafficSeries, attacks: Sequence[Injections], refresh: int) -> BySigma:
    """Count a series and its attacks for a rule whose baseline is made anew every ``refresh`` hours."""
    sums = sigma.running(series, refresh)
    return BySigma(
        sigma.count_hours(series, sums), tuple(sigma.count_attacked(series, sums, injections) for injections in attacks)
    )


def judge(judged: Sequence[Windows], alerting: Iterable[Alerts]) -> Result:
    """Count what alerts."""
    by_series: dict[str, FalseAlerts] = {}
    recall: dict[str, CausedRecall] = {}
    for one, alerts in zip(judged, alerting, strict=True):
        by_series[one.name] = count_false_alerts(alerts.clean, one.where)
        for kind, first, attacked in zip(one.kinds, one.first, alerts.attacked, strict=True):
            rows = attacked.reshape(len(first), kind.hours)
            before = alerts.clean[first[:, None] + np.arange(kind.hours)]
            caused = count_caused(before.tolist(), rows.tolist())
            recall[kind.label] = recall.get(kind.label, CausedRecall()) + caused
    return Result(by_series, recall)


def at_findings(judged: Sequence[Windows], scored: Sequence[ByScore], findings: float) -> tuple[float, Result]:
    """Return the threshold that has as many findings a day as wanted, or fewer, and what it does.

    It is taken from the judged hours themselves, which favours the detector.
    """
    scores = np.unique(np.concatenate([one.clean[of.where] for of, one in zip(judged, scored, strict=True)]))
    scores = np.append(scores[np.isfinite(scores)], np.inf)

    def findings_a_day(threshold: float) -> float:
        clean = (count_false_alerts(one.clean > threshold, of.where) for of, one in zip(judged, scored, strict=True))
        return sum(clean, FalseAlerts()).findings_a_day

    low, high = 0, len(scores) - 1
    while low < high:
        middle = (low + high) // 2
        if findings_a_day(float(scores[middle])) <= findings:
            high = middle
        else:
            low = middle + 1
    threshold = float(scores[high])
    return threshold, judge(judged, [one.alerts(threshold) for one in scored])
