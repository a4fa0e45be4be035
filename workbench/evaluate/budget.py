"""What a team has to read of a set of series: a number of findings a day that it sets, and the risk of a month.

A level that keeps to the number in the first half of the days is held against the second half. Days and levels are
those of the tab Setup of Health, see npmlib.learn.backtest and the macro npm_backtest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

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
RISK = ((0.0, 2), (1.0, 5), (1.5, 10), (2.0, 20), (3.0, 40))  # points from so many times the highest before on
MONTH = 30  # days
FEWEST_DAYS = 10  # for which the risk of a series is counted


class Day(NamedTuple):
    """A judged day of a series: its largest ``times_limit``, and how many times the highest hour before that is."""

    times_limit: float
    times_highest: float


Days = dict[int, Day]  # by day since 1970


def days_of(one: Windows, by: ByProfile) -> Days:
    """Return the judged days of a series; what the column backtest leaves out is 0."""
    days = (one.first_hour + np.arange(len(one.where))) // HOURS_A_DAY
    times, highest = by.clean.rarity()
    times = np.where(one.where & by.clean.alerts(POINTS["hunting"]) & (times >= LEAST), times, 0.0)
    highest = np.where(times > 0, highest, 0.0)
    return {
        day: Day(float(times[days == day].max()), float(highest[days == day].max()))
        for day in np.unique(days[one.where]).tolist()
    }


def budgets(judged: Sequence[Windows], scored: Sequence[ByProfile]) -> Figures:
    """Return what is kept of each number of findings a day, and the points of risk of a series in a month."""
    series = [days_of(one, by) for one, by in zip(judged, scored, strict=True)]
    return {"kept": [keeping(series, wanted) for wanted in WANTED], "risk": risk(series)}


def keeping(series: Sequence[Days], wanted: float) -> Figures:
    """Choose the lowest level that keeps to the number ``wanted`` in the first half of the days, as Setup does.

    ``first`` and ``second`` are the findings a day at that level in both halves.
    """
    days = sorted(set().union(*series))
    first, second = days[: len(days) // 2], days[len(days) // 2 :]

    def a_day(half: Sequence[int], level: float) -> float:
        found = sum(one[day].times_limit >= level for day in half for one in series if day in one)
        return found / max(len(half), 1)

    level = next((one for one in LEVELS if a_day(first, one) <= wanted), LEVELS[-1])
    findings = {"first": number(a_day(first, level)), "second": number(a_day(second, level))}
    return {"wanted": wanted, "level": level, **findings}


def risk(series: Sequence[Days]) -> Figures:
    """Return the points of a series in a month at the point that ships: of the middle one, and of the worst."""
    months = [
        MONTH * sum(points(day.times_highest) for day in days.values() if day.times_limit >= 1) / len(days)
        for days in series
        if len(days) >= FEWEST_DAYS
    ]
    if not months:
        return {"middle": None, "worst": None}
    return {"middle": number(float(np.median(months))), "worst": number(max(months))}


def points(times_highest: float) -> int:
    """Return the points of a finding, as the search of the detection has them."""
    return max(points for least, points in RISK if times_highest >= least)
