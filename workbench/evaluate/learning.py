"""The learning curve: what a young profile alerts on and finds, beside an old one in the same hours and attacks.

Profiles are born again and again into a series, at least 15 days after its beginning. The old profile is the one that
has learned since then, so that both see the same hours, and a bad week of the series is no fault of the young.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from workbench.evaluate.attacks import KINDS, inject
from workbench.evaluate.measures import Caused, Quiet, caused, quiet
from workbench.evaluate.profile import Scored, Scorer, Watched, alerts_at, follow, watch
from workbench.evaluate.series import DAY, Series

AGES = {"1": (0, 1), "2": (1, 2), "3-4": (2, 4), "5-7": (4, 7), "8-14": (7, 14), "15+": (14, 21)}  # days
OLD = 15 * DAY
LIFE = 21 * DAY
SHOWN = ("15 min x10", "1 h x3", "6 h x1.5", "24 h x1")
EACH = 1  # attacks of a kind on each profile at each age


@dataclass(frozen=True)
class Age:
    """What profiles of one age did, and the old ones in the same hours."""

    young: Quiet = field(default_factory=Quiet)
    old: Quiet = field(default_factory=Quiet)
    young_recall: Caused = field(default_factory=Caused)
    old_recall: Caused = field(default_factory=Caused)

    def __add__(self, other: Age) -> Age:
        return Age(
            self.young + other.young,
            self.old + other.old,
            self.young_recall + other.young_recall,
            self.old_recall + other.old_recall,
        )


@dataclass(frozen=True)
class _Attacked:
    age: str
    first: int  # hour of the series
    young: list[Scored]
    old: list[Scored]


def learning_curve(
    series: Sequence[Series], scorer: Scorer, points: Mapping[str, Any], births: int, seed: int = 2
) -> dict[str, dict[str, Age]]:
    """By operating point, then by age in days; a profile is born every ``births`` hours."""
    curve = {name: {age: Age() for age in AGES} for name in points}
    for number, one in enumerate(series):
        old = watch(one, scorer)
        for birth in range(OLD, len(one.values) - 7 * DAY, births):
            young = watch(one, scorer, birth, birth + LIFE)
            attacked = _attack(one, scorer, birth, young, old, (seed, number, birth))
            for name, point in points.items():
                alerts = alerts_at(scorer, point)
                for age in AGES:
                    curve[name][age] += _compare(one, alerts, birth, age, young, old, attacked)
    return curve


def _attack(
    series: Series, scorer: Scorer, birth: int, young: Watched, old: Watched, seed: tuple[int, ...]
) -> list[_Attacked]:
    found = []
    for age, (begin, end) in AGES.items():
        where = _hours(series, birth + begin * DAY, birth + end * DAY)
        for place, kind in enumerate(kind for kind in KINDS if kind.label in SHOWN):
            # A window of more than a day may lie in several ages: it belongs to the one that it begins in.
            reach = where | _hours(series, birth + begin * DAY, birth + end * DAY + kind.hours - 1)
            injections = inject(series, kind, EACH, (*seed, begin, place), where=reach)
            for first, hours in zip(injections.first.tolist(), injections.hours, strict=True):
                if not where[first] or first - birth + kind.hours > len(young.scored):
                    continue
                at, levels = series.first_hour + first, series.levels
                by_young = follow(young.states[first - birth], scorer, at, young.ages[first - birth], hours, levels)
                by_old = follow(old.states[first], scorer, at, old.ages[first], hours, levels)
                found.append(_Attacked(age, first, by_young, by_old))
    return found


def _compare(
    series: Series, alerts: Any, birth: int, age: str, young: Watched, old: Watched, attacked: list[_Attacked]
) -> Age:
    begin, end = (birth + day * DAY for day in AGES[age])
    where = _hours(series, begin, end)[birth : birth + len(young.scored)]
    young_alerts = [alerts(one) for one in young.scored]
    old_alerts = [alerts(one) for one in old.scored[birth : birth + len(young.scored)]]
    windows = [one for one in attacked if one.age == age]

    def recall(clean: list[bool], now: list[list[Scored]]) -> Caused:
        before = [
            clean[one.first - birth : one.first - birth + len(row)] for one, row in zip(windows, now, strict=True)
        ]
        return caused(before, [[alerts(hour) for hour in row] for row in now])

    return Age(
        quiet(young_alerts, where),
        quiet(old_alerts, where),
        recall(young_alerts, [one.young for one in windows]),
        recall(old_alerts, [one.old for one in windows]),
    )


def _hours(series: Series, begin: int, end: int) -> Any:
    places = np.arange(len(series.values))
    return series.normal & (places >= begin) & (places < end)
