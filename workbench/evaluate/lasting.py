"""What lasts: an attack of three days that tries to become the normal, and a harmless level that moves for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from npmlib.anomaly.options import Options
from npmlib.profile.acceptance import Level
from npmlib.profile.hours import Hour

from workbench.evaluate import sigma
from workbench.evaluate.attacks import POISON, Injections, inject, possible_starts
from workbench.evaluate.measures import THROTTLE, Caused, caused, throttled
from workbench.evaluate.profile import Alerts, Scored, Scorer, Watched, alerts_at, follow, watch
from workbench.evaluate.series import DAY, Booleans, Series, hours_of

DAYS = POISON.hours // DAY
SHIFTED_DAYS = 14
SHIFTS = 6  # of each series
ACCEPTED_AFTER = 8  # hours from the first finding to the analyst who accepts the new level


def poisoning(
    series: Sequence[Series], scorer: Scorer, points: dict[str, Any], rules: dict[str, Options], number: int, seed: int
) -> dict[str, list[Caused]]:
    """By operating point or rule: caused recall on each day of three of an attack as large as the mean."""
    found: dict[str, list[Caused]] = {name: [Caused()] * DAYS for name in (*points, *rules)}
    for place, one in enumerate(series):
        injections = inject(one, POISON, number, (seed, place))
        if not len(injections.first):
            continue
        watched = watch(one, scorer)
        rows = [
            follow(watched.states[first], scorer, one.first_hour + first, watched.ages[first], hours, one.levels)
            for first, hours in zip(injections.first.tolist(), injections.hours, strict=True)
        ]
        for name, point in points.items():
            alerts = alerts_at(scorer, point)
            clean = [alerts(hour) for hour in watched.scored]
            _add(found[name], injections, clean, [[alerts(hour) for hour in row] for row in rows])
        sums = sigma.running(one, sigma.HOURLY)
        counted, attacked = sigma.count_hours(one, sums), sigma.count_attacked(one, sums, injections)
        for name, options in rules.items():
            _add(found[name], injections, counted.alerts(options).tolist(), attacked.alerts(options).tolist())
    return found


def _add(found: list[Caused], injections: Injections, clean: list[bool], rows: list[list[bool]]) -> None:
    for day in range(DAYS):
        part = slice(day * DAY, (day + 1) * DAY + (day == DAYS - 1))
        before = [clean[first : first + POISON.hours][part] for first in injections.first.tolist()]
        found[day] += caused(before, [row[part] for row in rows])


@dataclass(frozen=True)
class Shift:
    """A level that doubled for good, over two weeks: how many series it happened to, and the findings of each kind.

    ``quiet_after`` is the mean number of days until the last finding that the unmoved series did not have.
    """

    shifts: int = 0
    unmoved: int = 0
    moved: int = 0
    accepted: int = 0
    quiet_after: float = 0.0

    def __add__(self, other: Shift) -> Shift:
        shifts = self.shifts + other.shifts
        days = self.quiet_after * self.shifts + other.quiet_after * other.shifts
        return Shift(
            shifts,
            self.unmoved + other.unmoved,
            self.moved + other.moved,
            self.accepted + other.accepted,
            days / shifts if shifts else 0.0,
        )


def level_shifts(series: Sequence[Series], scorer: Scorer, points: dict[str, Any], seed: int) -> dict[str, Shift]:
    """By operating point: findings in two weeks after a doubling, with and without acceptance of the new level."""
    found = {name: Shift() for name in points}
    for place, one in enumerate(series):
        length = min(SHIFTED_DAYS * DAY, (len(one.values) - one.tested_from) // 2)
        later = np.arange(len(one.values)) >= one.tested_from
        starts = possible_starts(later, length)
        starts = starts[one.normal[starts]]
        if not len(starts):
            continue
        watched = watch(one, scorer)
        random = np.random.default_rng([seed, place])
        for first in random.choice(starts, SHIFTS).tolist():
            doubled = hours_of(one.values[first : first + length] * 2)
            for name, point in points.items():
                found[name] += _shift(one, scorer, alerts_at(scorer, point), first, doubled, watched)
    return found


def _shift(series: Series, scorer: Scorer, alerts: Alerts, first: int, doubled: list[Hour], watched: Watched) -> Shift:
    where = series.normal[first : first + len(doubled)]
    before = _findings(watched.scored[first : first + len(doubled)], alerts, where)
    state, at, age = watched.states[first], series.first_hour + first, watched.ages[first]
    moved = _findings(follow(state, scorer, at, age, doubled, series.levels), alerts, where)
    accepted = moved
    if moved:
        levels = [Level(at + moved[0] + ACCEPTED_AFTER), *series.levels]
        accepted = _findings(follow(state, scorer, at, age, doubled, levels), alerts, where)
    caused_by_it = [hour for hour in moved if not any(abs(hour - other) < THROTTLE for other in before)]
    last = caused_by_it[-1] / DAY if caused_by_it else 0.0
    return Shift(1, len(before), len(moved), len(accepted), last)


def _findings(scored: Sequence[Scored | None], alerts: Alerts, where: Booleans) -> list[int]:
    return throttled(place for place, one in enumerate(scored) if where[place] and alerts(one))
