"""What a team has to read of a set of series: a number of findings a day that it sets.

A level that keeps to the number in the first half of the days is held against the second half. Days and levels are
those of the tab Setup of Health, see npmlib.learn.backtest and the macro npm_backtest.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from npmlib.learn.backtest import LEAST
from npmlib.profile.points import POINTS

from workbench.evaluate.evaluation import ByProfile, Windows
from workbench.evaluate.figures import Figures, number
from workbench.evaluate.series import HOURS_A_DAY

WANTED = (1.0, 2.0, 5.0)  # findings a day for the set
LEVELS = (
    *(0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.8, 2.0, 2.2, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 8.0),
    *(10.0, 15.0, 20.0),
)

Days = dict[int, float]  # the largest ``times_limit`` of each judged day, by day since 1970


def days_of(one: Windows, by: ByProfile) -> Days:
    """Return the judged days of a series; what the column backtest leaves out is 0."""
    days = (one.first_hour + np.arange(len(one.where))) // HOURS_A_DAY
    times, _ = by.clean.rarity()
    times = np.where(one.where & by.clean.alerts(POINTS["hunting"]) & (times >= LEAST), times, 0.0)
    return {day: float(times[days == day].max()) for day in np.unique(days[one.where]).tolist()}


def budgets(judged: Sequence[Windows], scored: Sequence[ByProfile]) -> list[Figures]:
    """Return what is kept of each number of findings a day."""
    series = [days_of(one, by) for one, by in zip(judged, scored, strict=True)]
    return [keeping(series, wanted) for wanted in WANTED]


def keeping(series: Sequence[Days], wanted: float) -> Figures:
    """Choose the lowest level that keeps to the number ``wanted`` in the first half of the days, as Setup does.

    ``first`` and ``second`` are the findings a day at that level in both halves.
    """
    days = sorted(set().union(*series))
    first, second = days[: len(days) // 2], days[len(days) // 2 :]

    def a_day(half: Sequence[int], level: float) -> float:
        found = sum(one[day] >= level for day in half for one in series if day in one)
        return found / max(len(half), 1)

    level = next((one for one in LEVELS if a_day(first, one) <= wanted), LEVELS[-1])
    findings = {"first": number(a_day(first, level)), "second": number(a_day(second, level))}
    return {"wanted": wanted, "level": level, **findings}
