"""One detector on one set of series: false alerts in normal hours and caused recall of each kind of attack.

For quick comparisons in a script::

    prepared = prepare(benchmark_series(Path("../shared/data/nab")))
    for name, scorer in {"shipped": Shipped(), "mine": Mine()}.items():
        print(name, summary(evaluate(prepared, scorer, POINTS)))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from npmlib.anomaly.options import Options

from workbench.evaluate import sigma
from workbench.evaluate.attacks import KINDS, Injections, Kind, inject
from workbench.evaluate.measures import Caused, Quiet, caused, mean_recall, quiet
from workbench.evaluate.profile import Alerts, Scored, Scorer, Watched, alerts_at, follow, watch
from workbench.evaluate.series import Booleans, Series

INJECTIONS = 30  # per series and kind

Advance = Callable[[str], None]


@dataclass(frozen=True)
class Prepared:
    """Series and the attacks on them, made once and scored by as many detectors as wanted."""

    series: list[Series]
    attacks: list[list[Injections]]  # by series, then by kind
    kinds: tuple[Kind, ...]


@dataclass(frozen=True)
class Result:
    """What one detector did at one operating point, by name of the series; attacks then by label of the kind."""

    by_series: dict[str, Quiet]
    attacks: dict[str, dict[str, Caused]]

    @cached_property
    def quiet(self) -> Quiet:
        """The normal hours of all series."""
        return sum(self.by_series.values(), Quiet())

    @cached_property
    def recall(self) -> dict[str, Caused]:
        """By kind, over all series."""
        found: dict[str, Caused] = {}
        for kinds in self.attacks.values():
            for label, one in kinds.items():
                found[label] = found.get(label, Caused()) + one
        return found

    @property
    def mean_recall(self) -> float:
        """Mean over the kinds."""
        return mean_recall(self.recall.values())


@dataclass(frozen=True)
class Run:
    """A series scored by a profile: its hours without attacks, and the hours of each attack by kind."""

    series: Series
    watched: Watched
    attacked: list[tuple[Injections, list[list[Scored]]]]


def prepare(
    series: Sequence[Series],
    kinds: Sequence[Kind] = KINDS,
    injections: int = INJECTIONS,
    seed: int = 1,
    anywhere: bool = True,
) -> Prepared:
    """Draw the attacks on every series, ``injections`` of each kind, and sum up their hours."""
    attacks = [
        [inject(one, kind, injections, (seed, number, place), anywhere) for place, kind in enumerate(kinds)]
        for number, one in enumerate(series)
    ]
    return Prepared(list(series), attacks, tuple(kinds))


def score(prepared: Prepared, scorer: Scorer, advance: Advance = lambda _: None) -> list[Run]:
    """Score all series and attacks; an attack begins with the state that the profile had then."""
    runs = []
    for series, attacks in zip(prepared.series, prepared.attacks, strict=True):
        watched = watch(series, scorer)
        attacked = []
        for injections in attacks:
            rows = [
                follow(
                    watched.states[first], scorer, series.first_hour + first, watched.ages[first], hours, series.levels
                )
                for first, hours in zip(injections.first.tolist(), injections.hours, strict=True)
            ]
            attacked.append((injections, rows))
        runs.append(Run(series, watched, attacked))
        advance(series.name)
    return runs


Part = Callable[[Series], Booleans]


def whole(series: Series) -> Booleans:
    """All tested hours."""
    return series.tested


def judge(runs: Iterable[Run], alerts: Alerts, part: Part = whole) -> Result:
    """Count what alerts in the ``part`` of the series that is asked for: attacks count that lie in it altogether."""
    by_series: dict[str, Quiet] = {}
    found: dict[str, dict[str, Caused]] = {}
    for run in runs:
        where = part(run.series)
        clean = [alerts(one) for one in run.watched.scored]
        by_series[run.series.name] = quiet(clean, where)
        kinds = found[run.series.name] = {}
        for injections, rows in run.attacked:
            kept = inside(injections, where)
            now = [[alerts(one) for one in row] for row, keep in zip(rows, kept, strict=True) if keep]
            before = [clean[at : at + injections.kind.hours] for at in injections.first[kept].tolist()]
            kinds[injections.kind.label] = caused(before, now)
    return Result(by_series, found)


def evaluate(prepared: Prepared, scorer: Scorer, points: Mapping[str, Any], part: Part = whole) -> dict[str, Result]:
    """Score everything once, and judge it at each of the operating points."""
    runs = score(prepared, scorer)
    return {name: judge(runs, alerts_at(scorer, point), part) for name, point in points.items()}


@dataclass(frozen=True)
class Sigma:
    """Everything as the rules of three standard deviations see it, whatever their threshold."""

    series: list[Series]
    clean: list[sigma.Counted]
    attacked: list[list[tuple[Injections, sigma.Counted]]]

    def judge(self, options: Options, part: Part = whole) -> Result:
        """Count what alerts with these options."""
        by_series: dict[str, Quiet] = {}
        found: dict[str, dict[str, Caused]] = {}
        for series, hours, attacks in zip(self.series, self.clean, self.attacked, strict=True):
            where = part(series)
            clean = hours.alerts(options)
            by_series[series.name] = quiet(clean, where)
            kinds = found[series.name] = {}
            for injections, counted in attacks:
                kept = inside(injections, where)
                now = counted.alerts(options)[kept].tolist() if len(kept) else []
                before = [clean[at : at + injections.kind.hours].tolist() for at in injections.first[kept].tolist()]
                kinds[injections.kind.label] = caused(before, now)
        return Result(by_series, found)

    def options_for(self, false_hours: float, part: Part = whole) -> Options:
        """The seed's rule with the threshold at which it has ``false_hours`` per series-day in ``part``."""
        found = [counted.deviations()[part(series)] for series, counted in zip(self.series, self.clean, strict=True)]
        every = np.sort(np.concatenate(found))[::-1]
        alerts = round(false_hours * len(every) / 24)
        threshold = float(every[alerts]) if alerts < len(every) else 0.0
        return Options(threshold=max(threshold, 0.0), minsamples=0, minspread=0)


def sigma_rules(prepared: Prepared, refresh: int = sigma.HOURLY) -> Sigma:
    """Sum up everything for the rules of three standard deviations; the baseline is made anew every ``refresh`` hours.

    The seed reads it anew each hour, the shipped rule each midnight.
    """
    clean, attacked = [], []
    for series, attacks in zip(prepared.series, prepared.attacks, strict=True):
        sums = sigma.running(series, refresh)
        clean.append(sigma.count_hours(series, sums))
        attacked.append([(one, sigma.count_attacked(series, sums, one)) for one in attacks])
    return Sigma(prepared.series, clean, attacked)


def inside(injections: Injections, where: Booleans) -> Booleans:
    """Which attacks lie with all their hours in the hours ``where``."""
    if not len(injections.first):
        return np.zeros(0, dtype=bool)
    hours = injections.first[:, None] + np.arange(injections.kind.hours)
    found: Booleans = where[hours].all(axis=1)
    return found


def summary(results: Mapping[str, Result]) -> str:
    """False hours, findings and mean recall of each result, a line each; then the recall of each kind."""
    lines = [f"{'':24}" + "".join(f"{name:>12}" for name in results)]

    def line(title: str, values: Iterable[float]) -> None:
        lines.append(f"{title:24}" + "".join(f"{value:12.3f}" for value in values))

    line("false hours a day", (one.quiet.false_hours for one in results.values()))
    line("findings a day", (one.quiet.findings_a_day for one in results.values()))
    line("mean recall", (one.mean_recall for one in results.values()))
    for label in next(iter(results.values())).recall:
        line(label, (one.recall[label].recall for one in results.values()))
    return "\n".join(lines)
