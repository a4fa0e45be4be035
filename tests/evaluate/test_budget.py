"""A number of findings a day: the level chosen on half of the days."""

from __future__ import annotations

import re

import numpy as np
from npmlib.profile.points import POINTS

from tests.dashboards.conftest import CHECKOUT
from workbench.dashboards.view import load_views
from workbench.evaluate.budget import LEVELS, Days, days_of, keeping
from workbench.evaluate.evaluation import by_profile, windows
from workbench.evaluate.series import TrafficSeries


def days(*times: float) -> Days:
    """A series of consecutive days."""
    return {20_000 + at: each for at, each in enumerate(times)}


def test_the_lowest_level_that_keeps_to_the_number_in_the_first_half_is_held_against_the_second() -> None:
    series = [days(1.2, 3, 0, 1.7, 0, 0), days(2.1, 0, 0.6, 9, 9, 0)]
    assert keeping(series, 1.0) == {"wanted": 1.0, "level": 0.7, "first": 1.0, "second": 1.0}
    assert keeping(series, 0.5) == {"wanted": 0.5, "level": 2.2, "first": 0.3333, "second": 0.6667}


def test_where_no_level_keeps_to_it_the_highest_is_taken() -> None:
    assert keeping([days(30, 30, 0, 0)], 0.5)["level"] == LEVELS[-1]


def test_a_day_on_which_a_series_is_not_judged_counts_for_the_others_only() -> None:
    late = {day: one for day, one in days(9, 9, 9, 9).items() if day > 20_001}
    assert keeping([late, days(0, 0, 0, 2)], 1.0) == {"wanted": 1.0, "level": 0.5, "first": 0.0, "second": 1.5}


def test_the_levels_are_those_of_setup() -> None:
    (health,) = (view for view in load_views(CHECKOUT / "app") if view.name == "npm_health")
    query = health.part("dataSources")["levels"]["options"]["query"]
    (texts,) = re.findall(r'split\("([0-9. ]+)"', query)
    assert tuple(map(float, texts.split())) == LEVELS


def test_days_are_those_on_which_an_hour_of_the_series_stands_out() -> None:
    random = np.random.default_rng(5)
    values = 50_000 * np.exp(0.3 * random.standard_normal((24 * 20, 120)))
    values[24 * 16 + 5] *= 9
    series = TrafficSeries("made up", 480_000, values, np.ones(24 * 20, dtype=bool), 0)
    by = by_profile(series, [])
    found = days_of(windows(series, []), by)
    assert list(found) == [20_000 + day for day in range(14, 20)]
    loud = by.clean.alerts(POINTS["loud"])
    assert {day for day, times_limit in found.items() if times_limit >= 1} == {
        20_000 + at // 24 for at in np.flatnonzero(loud) if at >= 24 * 14
    }
