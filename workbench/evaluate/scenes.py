"""Two scenes beside the attacks: an attack that lasts three days, and processes that have just begun."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from npmlib.profile.hours import INTERVALS
from npmlib.profile.points import POINTS, SHIPPED, SILENT_HOURS

from workbench.evaluate.attacks import AttackKind, Injections, with_attack
from workbench.evaluate.evaluation import ByProfile, Windows, by_profile, judge, windows
from workbench.evaluate.figures import Figures, number
from workbench.evaluate.measures import CausedRecall, count_caused
from workbench.evaluate.series import HOURS_A_DAY, Booleans, Integers, TrafficSeries, hours_of

LASTING = AttackKind("72 h", 1.0, 3 * HOURS_A_DAY * INTERVALS)
FIRST_DAYS = 30  # hours of a young profile that are watched


def day_by_day(scored: Sequence[tuple[Windows, ByProfile]], point: float) -> list[float | None]:
    """Return the recall on each day of an attack of three days, counted as if the day were all of it."""
    days = [CausedRecall() for _ in range(3)]
    for one, by in scored:
        alerts = by.alerts(point)
        ((kind, first, attacked),) = zip(one.kinds, one.first, alerts.attacked, strict=True)
        with_it = attacked.reshape(len(first), kind.hours)
        without = alerts.clean[first[:, None] + np.arange(kind.hours)]
        for day in range(3):
            hours = slice(day * HOURS_A_DAY, (day + 1) * HOURS_A_DAY)
            days[day] += count_caused(without[:, hours].tolist(), with_it[:, hours].tolist())
    return [number(one.part) for one in days]


def births(series: Iterable[TrafficSeries], each: int, kinds: Sequence[AttackKind]) -> Figures:
    """Begin ``each`` profiles anew somewhere in every series, with an attack of each kind on their first day.

    Recall counts attacks that begin after the silent hours.
    """
    judged, scored = [], []
    for index, old in enumerate(series):
        for birth, begin in enumerate(_begins(old, each, index).tolist()):
            hours = slice(begin, begin + FIRST_DAYS)
            all_normal = np.ones(FIRST_DAYS, dtype=bool)
            young = replace(
                old,
                name=f"{old.name} {birth}",
                first_hour=old.first_hour + begin,
                values=old.values[hours],
                normal=all_normal,
                tested_from=0,
                observed=None,
            )
            random = np.random.default_rng([index, birth])
            attacks = [_one_attack(young, kind, random) for kind in kinds]
            judged.append(windows(young, attacks, np.arange(FIRST_DAYS) < HOURS_A_DAY))
            scored.append(by_profile(young, attacks))
    result = judge(judged, [by.alerts(POINTS[SHIPPED]) for by in scored])
    with_finding = [bool(outcome.alerts) for outcome in result.by_series.values()]
    return {
        "births": len(judged),
        "with_finding": number(float(np.mean(with_finding))),
        "recall": number(result.mean_recall),
    }


def _begins(series: TrafficSeries, each: int, seed: int) -> Integers:
    """Return hours from which on the series was observed for long enough, and sent something at once."""
    seen: Booleans = np.ones(len(series.values), dtype=bool) if series.observed is None else series.observed
    run = np.concatenate([[0], np.cumsum(seen)])
    possible = np.flatnonzero(run[FIRST_DAYS:] - run[:-FIRST_DAYS] == FIRST_DAYS)
    sent = np.nansum(series.values, axis=1)
    possible = possible[sent[possible] > 0]
    return np.random.default_rng([3, seed]).choice(possible, each) if len(possible) else possible


def _one_attack(series: TrafficSeries, kind: AttackKind, random: np.random.Generator) -> Injections:
    first = int(random.integers(SILENT_HOURS, HOURS_A_DAY - kind.hours))
    values = with_attack(series, kind, first, int(random.integers(0, INTERVALS)))
    return Injections(kind, np.array([first]), values[None], [hours_of(values)])
