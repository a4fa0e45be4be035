"""The shipped profile is run as the app runs it, and an attack begins with the state that the profile had then."""

from __future__ import annotations

import numpy as np
import pytest
from npmlib.profile.hours import measures
from npmlib.profile.learning import Scores, begin, score_and_learn
from npmlib.profile.points import POINTS, SILENT_HOURS, Point

from workbench.evaluate.attacks import KINDS
from workbench.evaluate.evaluation import draw_attacks, judge, score
from workbench.evaluate.profile import Detector, profile_series, score_from
from workbench.evaluate.series import Floats, Series, hours_of

HOURS = 20 * 24


@pytest.fixture(scope="module")
def daily() -> Series:
    """Twenty days with a daily rhythm and some noise."""
    random = np.random.default_rng(3)
    level = 50_000 * (1 + 0.5 * np.sin(2 * np.pi * np.arange(HOURS) / 24))
    values = level[:, None] * np.exp(0.3 * random.standard_normal((HOURS, 120)))
    return Series("daily", 480_000, values, np.ones(HOURS, dtype=bool), 10 * 24)


def shipped_alone(series: Series, values: Floats) -> list[Scores]:
    """Score and learn with nothing but the app's modules."""
    hours = [measures(hour, 1000) for hour in hours_of(values)]
    state = begin(series.first_hour, hours[0])
    return [score_and_learn(state, series.first_hour + at, seen) for at, seen in enumerate(hours)]


def test_watching_a_series_is_scoring_its_hours_with_the_app(daily: Series) -> None:
    profiled = profile_series(daily, Detector())
    assert [hour.scores for hour in profiled.scored if hour is not None] == shipped_alone(daily, daily.values)
    assert profiled.ages == list(range(HOURS))


def test_an_attack_is_scored_as_if_the_series_had_been_attacked(daily: Series) -> None:
    kinds = [kind for kind in KINDS if kind.label in ("1 h x3", "24 h x0.5")]
    (scored,) = score(draw_attacks([daily], kinds, 3), Detector())
    for injections, rows in scored.attacked:
        for row, first, attacked in zip(rows, injections.first, injections.values, strict=True):
            values = daily.values.copy()
            values[first : first + injections.kind.hours] = attacked
            window = shipped_alone(daily, values)[first : first + injections.kind.hours]
            assert [hour.scores for hour in row] == window


def test_scoring_from_a_state_leaves_the_state_as_it_was(daily: Series) -> None:
    states = profile_series(daily, Detector()).states
    before = list(states[300])
    score_from(states[300], Detector(), daily.first_hour + 300, 300, daily.hours[300:310])
    assert list(states[300]) == before


def test_hours_that_nobody_observed_are_left_out(daily: Series) -> None:
    observed = np.ones(HOURS, dtype=bool)
    observed[100:130] = False
    gap = Series("gap", daily.first_hour, daily.values, observed, 240, observed)
    profiled = profile_series(gap, Detector())
    assert profiled.scored[100:130] == [None] * 30
    assert (profiled.ages[100], profiled.ages[130]) == (100, 100)
    assert not Detector().alerts_at(POINTS["A"])(None)


def test_the_first_guard_can_be_lifted_but_not_below_its_hours() -> None:
    values = np.full((7, 120), 50_000.0)
    values[6] *= 5
    surge = Series("surge", 480_000, values, np.ones(7, dtype=bool), 6)
    hour = profile_series(surge, Detector()).scored[6]
    assert hour is not None
    everything = Point(*[-99.0] * len(Point._fields))
    assert Detector().channels(hour._replace(age=SILENT_HOURS - 1), everything) == ()
    assert Detector(silent_hours=6).channels(hour._replace(age=6), everything)
    assert Detector(silent_hours=6).channels(hour._replace(age=5), everything) == ()


def test_a_point_that_never_alerts_finds_nothing_and_is_never_wrong(daily: Series) -> None:
    scored = score(draw_attacks([daily], KINDS[-2:], 4), Detector())
    nothing = judge(scored, Detector().alerts_at(Point(*[99.0] * len(Point._fields))))
    assert nothing.false_alerts.alerts == 0
    assert nothing.mean_recall == 0
    assert judge(scored, Detector().alerts_at(POINTS["A"])).mean_recall > 0


def test_a_quieter_point_detects_less_of_the_same_attacks(daily: Series) -> None:
    scored = score(draw_attacks([daily], [kind for kind in KINDS if kind.name == "1 h"], 10), Detector())
    ends = (POINTS["A"], POINTS["D"], Point(*[50.0] * len(Point._fields)))
    recalls = [judge(scored, Detector().alerts_at(point)).mean_recall for point in ends]
    assert recalls[0] > recalls[1] > recalls[2] == 0
