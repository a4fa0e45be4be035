"""Scores series and injected attacks by one detector, and counts what alerts: false alerts and caused recall."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from npmlib.anomaly.options import Options

from workbench.evaluate import sigma
from workbench.evaluate.attacks import KINDS, Injections, Kind, inject
from workbench.evaluate.measures import CausedRecall, FalseAlerts, count_caused, count_false_alerts, mean_recall
from workbench.evaluate.profile import Alerts, Detector, Profiled, ScoredHour, profile_series, score_from
from workbench.evaluate.series import HOURS_A_DAY, Booleans, Series

INJECTIONS = 30  # per series and kind

Part = Callable[[Series], Booleans]  # the hours of a series that are looked at


@dataclass(frozen=True)
class AttackedSeries:
    """Series and the attacks on them: drawn once, scored by as many detectors as wanted."""

    series: list[Series]
    attacks: list[list[Injections]]  # by series, then by kind
    kinds: tuple[Kind, ...]


@dataclass(frozen=True)
class Result:
    """What one detector did: false alerts by name of the series, recall by name of the series and label of the kind."""

    by_series: dict[str, FalseAlerts]
    attacks: dict[str, dict[str, CausedRecall]]

    @cached_property
    def false_alerts(self) -> FalseAlerts:
        """Those of all series."""
        return sum(self.by_series.values(), FalseAlerts())

    @cached_property
    def recall(self) -> dict[str, CausedRecall]:
        """By kind, over all series."""
        by_kind: dict[str, CausedRecall] = {}
        for kinds in self.attacks.values():
            for label, caused in kinds.items():
                by_kind[label] = by_kind.get(label, CausedRecall()) + caused
        return by_kind

    @property
    def mean_recall(self) -> float:
        """Mean over the kinds."""
        return mean_recall(self.recall.values())


@dataclass(frozen=True)
class ScoredSeries:
    """A series scored by a profile: its hours without attacks, and the hours of each attack by kind."""

    series: Series
    profiled: Profiled
    attacked: list[tuple[Injections, list[list[ScoredHour]]]]


def draw_attacks(
    series: Sequence[Series], kinds: Sequence[Kind] = KINDS, injections: int = INJECTIONS, seed: int = 1
) -> AttackedSeries:
    """Draw the attacks on every series, ``injections`` of each kind, and sum up their hours."""
    attacks = [
        [inject(one, kind, injections, (seed, number, kind_number)) for kind_number, kind in enumerate(kinds)]
        for number, one in enumerate(series)
    ]
    return AttackedSeries(list(series), attacks, tuple(kinds))


def score(attacked: AttackedSeries, detector: Detector) -> list[ScoredSeries]:
    """Score all series and attacks; an attack begins with the state that the profile had then."""
    scored = []
    for series, attacks in zip(attacked.series, attacked.attacks, strict=True):
        profiled = profile_series(series, detector)
        by_kind = []
        for injections in attacks:
            rows = [
                score_from(
                    profiled.states[first],
                    detector,
                    series.first_hour + first,
                    profiled.ages[first],
                    hours,
                    series.levels,
                )
                for first, hours in zip(injections.first.tolist(), injections.hours, strict=True)
            ]
            by_kind.append((injections, rows))
        scored.append(ScoredSeries(series, profiled, by_kind))
    return scored


def all_tested(series: Series) -> Booleans:
    """Return all tested hours, as a Part."""
    return series.tested


def judge(scored: Iterable[ScoredSeries], alerts: Alerts, part: Part = all_tested) -> Result:
    """Count what alerts in the hours of ``part``; attacks count that lie in them with their whole window."""
    by_series: dict[str, FalseAlerts] = {}
    attacks: dict[str, dict[str, CausedRecall]] = {}
    for one in scored:
        where = part(one.series)
        clean = [alerts(hour) for hour in one.profiled.scored]
        by_series[one.series.name] = count_false_alerts(clean, where)
        kinds = attacks[one.series.name] = {}
        for injections, rows in one.attacked:
            kept = inside(injections, where)
            after = [[alerts(hour) for hour in row] for row, keep in zip(rows, kept, strict=True) if keep]
            before = [clean[at : at + injections.kind.hours] for at in injections.first[kept].tolist()]
            kinds[injections.kind.label] = count_caused(before, after)
    return Result(by_series, attacks)


@dataclass(frozen=True)
class ThreeSigma:
    """Series and attacks as the rules of three standard deviations see them, whatever the threshold."""

    series: list[Series]
    clean: list[sigma.Counted]
    attacked: list[list[tuple[Injections, sigma.Counted]]]

    def judge(self, options: Options, part: Part = all_tested) -> Result:
        """Count what alerts with these options, as ``judge`` does."""
        by_series: dict[str, FalseAlerts] = {}
        attacks: dict[str, dict[str, CausedRecall]] = {}
        for series, hours, by_kind in zip(self.series, self.clean, self.attacked, strict=True):
            where = part(series)
            clean = hours.alerts(options)
            by_series[series.name] = count_false_alerts(clean, where)
            kinds = attacks[series.name] = {}
            for injections, counted in by_kind:
                kept = inside(injections, where)
                after = counted.alerts(options)[kept].tolist() if len(kept) else []
                before = [clean[at : at + injections.kind.hours].tolist() for at in injections.first[kept].tolist()]
                kinds[injections.kind.label] = count_caused(before, after)
        return Result(by_series, attacks)

    def options_for(self, false_hours: float, part: Part = all_tested) -> Options:
        """Return the original's rule with the threshold that has ``false_hours`` per series-day in ``part``."""
        both = zip(self.series, self.clean, strict=True)
        deviations = np.sort(np.concatenate([counted.deviations()[part(series)] for series, counted in both]))[::-1]
        alerts = round(false_hours * len(deviations) / HOURS_A_DAY)
        threshold = float(deviations[alerts]) if alerts < len(deviations) else 0.0
        return Options(threshold=max(threshold, 0.0), minsamples=0, minspread=0, peaks="ignore")


def three_sigma(attacked: AttackedSeries, refresh: int = sigma.HOURLY) -> ThreeSigma:
    """Sum up everything for the rules of three standard deviations; the baseline is made anew every ``refresh`` hours.

    The original makes it anew each hour, the shipped rule each midnight.
    """
    clean, by_series = [], []
    for series, attacks in zip(attacked.series, attacked.attacks, strict=True):
        sums = sigma.running(series, refresh)
        clean.append(sigma.count_hours(series, sums))
        by_series.append([(injections, sigma.count_attacked(series, sums, injections)) for injections in attacks])
    return ThreeSigma(attacked.series, clean, by_series)


def inside(injections: Injections, where: Booleans) -> Booleans:
    """Return which attacks lie with all their hours in the hours ``where``."""
    if not len(injections.first):
        return np.zeros(0, dtype=bool)
    hours = injections.first[:, None] + np.arange(injections.kind.hours)
    kept: Booleans = where[hours].all(axis=1)
    return kept
