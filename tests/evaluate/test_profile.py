"""The shipped profile is run as the app runs it, and an attack begins with the state that the profile had then."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from npmlib.profile.hours import measures
from npmlib.profile.learning import Scores, begin, score_and_learn
from npmlib.profile.points import POINTS, channels

from workbench.evaluate.attacks import KINDS
from workbench.evaluate.evaluation import by_profile, draw, judge, windows
from workbench.evaluate.profile import ScoredHour, ScoredHours, profile_series, score_from
from workbench.evaluate.series import Floats, TrafficSeries, hours_of

HOURS = 20 * 24
NOTHING = 99.0  # a point


@pytest.fixture(scope="module")
def daily() -> TrafficSeries:
    """Twenty days with a daily rhythm and some noise."""
    random = np.random.default_rng(3)
    level = 50_000 * (1 + 0.5 * np.sin(2 * np.pi * np.arange(HOURS) / 24))
    values = level[:, None] * np.exp(0.3 * random.standard_normal((HOURS, 120)))
    return TrafficSeries("daily", 480_000, values, np.ones(HOURS, dtype=bool), 10 * 24)


def shipped_alone(series: TrafficSeries, values: Floats) -> list[Scores]:
    """Score and learn with nothing but the app's modules."""
    hours = [measures(hour, 1000) for hour in hours_of(values)]
    state = begin(series.first_hour, hours[0])
    return [score_and_learn(state, series.first_hour + at, seen) for at, seen in enumerate(hours)]


def test_watching_a_series_is_scoring_its_hours_with_the_app(daily: TrafficSeries) -> None:
    profiled = profile_series(daily)
    assert [hour.scores for hour in profiled.scored if hour is not None] == shipped_alone(daily, daily.values)
    assert profiled.ages == list(range(HOURS))


def test_an_attack_is_scored_as_if_the_series_had_been_attacked(daily: TrafficSeries) -> None:
    kinds = [kind for kind in KINDS if kind.label in ("1 h x3", "24 h x0.5")]
    for injections in draw(daily, kinds, 3):
        scored = by_profile(daily, [injections]).attacked[0]
        alerts = [scored.alerts(point).reshape(3, -1).tolist() for point in POINTS.values()]
        for index, (first, attacked) in enumerate(zip(injections.first.tolist(), injections.values, strict=True)):
            values = daily.values.copy()
            values[first : first + injections.kind.hours] = attacked
            window = enumerate(shipped_alone(daily, values)[first : first + injections.kind.hours], first)
            hours = [(age, scores) for age, scores in window]
            for by_point, point in zip(alerts, POINTS.values(), strict=True):
                assert by_point[index] == [bool(channels(scores, age, point)) for age, scores in hours]


@pytest.fixture(scope="module")
def wild() -> list[ScoredHour]:
    """The hours of a series with a burst now and then, by a profile that begins with it."""
    random = np.random.default_rng(8)
    values = 50_000 * np.exp(0.5 * random.standard_normal((HOURS, 120)))
    values[random.integers(0, HOURS, 40)] *= random.uniform(1, 9, (40, 1))
    series = TrafficSeries("wild", 480_000, values, np.ones(HOURS, dtype=bool), 0)
    return [hour for hour in profile_series(series).scored if hour is not None]


@given(st.floats(0, 3))
def test_hours_alert_as_the_app_decides_it(wild: list[ScoredHour], point: float) -> None:
    alerts = ScoredHours.of([*wild, None]).alerts(point)
    assert alerts.tolist() == [*(bool(channels(hour.scores, hour.age, point)) for hour in wild), False]


def test_scoring_from_a_state_leaves_the_state_as_it_was(daily: TrafficSeries) -> None:
    states = profile_series(daily).states
    before = list(states[300])
    score_from(states[300], daily.first_hour + 300, 300, daily.hours[300:310])
    assert list(states[300]) == before


def test_hours_that_nobody_observed_are_left_out(daily: TrafficSeries) -> None:
    observed = np.ones(HOURS, dtype=bool)
    observed[100:130] = False
    gap = TrafficSeries("gap", daily.first_hour, daily.values, observed, 240, observed)
    profiled = profile_series(gap)
    assert profiled.scored[100:130] == [None] * 30
    assert (profiled.ages[100], profiled.ages[130]) == (100, 100)


def test_a_quieter_point_detects_less_of_the_same_attacks(daily: TrafficSeries) -> None:
    attacks = draw(daily, [kind for kind in KINDS if kind.label in ("5 min x3", "1 h x0.5")], 20)
    judged, scored = [windows(daily, attacks)], [by_profile(daily, attacks)]
    results = [judge(judged, [by.alerts(point) for by in scored]) for point in (POINTS["hunting"], 3.0, NOTHING)]
    assert results[0].mean_recall > results[1].mean_recall > results[2].mean_recall == 0
    assert results[2].false_alerts.alerts == 0
