"""Thresholds are chosen on the series that are given, within the false hours allowed, as the alerts would have them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from npmlib.profile.points import POINTS, Point

from tests.examples import examples
from workbench.evaluate import sigma
from workbench.evaluate.attacks import KINDS
from workbench.evaluate.choice import BEGIN, BURST, ChannelScores, channel_scores, choose, limits_of
from workbench.evaluate.evaluation import ScoredSeries, draw_attacks, judge, score, three_sigma
from workbench.evaluate.heldout import Development, chosen, halves, left_out
from workbench.evaluate.measures import FalseAlerts
from workbench.evaluate.profile import Detector
from workbench.evaluate.simulated import simulated_series

SHORT = [kind for kind in KINDS if kind.hours < 10]
FEW = 3
LIMITS = {"A": 2.0, "C": 0.2}
DETECTOR = Detector()
thresholds = st.builds(Point, *[st.floats(0, 6)] * 5)


@pytest.fixture(scope="module")
def scored() -> list[ScoredSeries]:
    """Three simulated series of different families with a few attacks."""
    return score(draw_attacks(simulated_series(1, days=30)[:3], SHORT, FEW), DETECTOR)


@pytest.fixture(scope="module")
def scores(scored: list[ScoredSeries]) -> ChannelScores:
    """Their scores, to choose thresholds from."""
    return channel_scores(scored, DETECTOR)


@pytest.fixture(scope="module")
def development(scored: list[ScoredSeries]) -> Development:
    """The three as if they were the benchmark; a fourth stands for pods and draws."""
    rules = three_sigma(draw_attacks([one.series for one in scored], SHORT, FEW))
    other = channel_scores(score(draw_attacks(simulated_series(1, days=30)[3:4], SHORT, FEW), DETECTOR), DETECTOR)
    return Development(DETECTOR, scored, rules, other, other, 40)


@settings(max_examples=examples(40, 400))
@given(point=thresholds)
def test_false_hours_and_recall_are_those_of_the_alerts(
    scored: list[ScoredSeries], scores: ChannelScores, point: Point
) -> None:
    result = judge(scored, DETECTOR.alerts_at(point))
    assert scores.false_hours(np.array(point)) == pytest.approx(result.false_alerts.hours_a_day)
    recalls = [caused.part for caused in result.recall.values() if caused.windows]
    assert scores.mean_recall(np.array(point)) == pytest.approx(np.mean(recalls) if recalls else 0.0)


@settings(max_examples=examples(20, 200))
@given(point=thresholds)
def test_parts_add_up_to_the_whole(scored: list[ScoredSeries], scores: ChannelScores, point: Point) -> None:
    one, two, three = (channel_scores([each], DETECTOR) for each in scored)
    together, values = three + one + two, np.array(point)
    assert together.false_hours(values) == pytest.approx(scores.false_hours(values))
    assert together.mean_recall(values) == pytest.approx(scores.mean_recall(values))


def test_a_weight_is_that_of_one_kind(scores: ChannelScores) -> None:
    values = np.array(POINTS["B"])
    plain, alone = scores.mean_recall(values), scores.mean_recall(values, weight=1e9)
    bursts = scores.kind == scores.kinds.index(BURST)
    own = replace(
        scores, before=scores.before[:, bursts], attacked=scores.attacked[:, bursts], kind=scores.kind[bursts]
    )
    assert alone == pytest.approx(own.mean_recall(values))
    assert alone != plain


def test_a_choice_keeps_the_limits_and_finds_something(scores: ChannelScores) -> None:
    points = choose(scores, [scores], LIMITS, 150)
    assert list(points) == ["A", "C"]
    for name, point in points.items():
        assert scores.false_hours(np.array(point)) <= LIMITS[name]
        assert scores.mean_recall(np.array(point)) > 0.3
        assert all(value * 20 == pytest.approx(round(value * 20)) for value in point)
    assert all(loud <= quiet for loud, quiet in zip(points["A"], points["C"], strict=True))
    assert points == choose(scores, [scores], LIMITS, 150)


def test_series_without_attacks_limit_it_too(scores: ChannelScores) -> None:
    noisy = replace(scores, hours=scores.hours // 50)  # as if all its alerts came in a fiftieth of the time
    free, limited = (choose(scores, quiet, LIMITS, 150)["A"] for quiet in ([scores], [scores, noisy]))
    assert noisy.false_hours(np.array(free)) > LIMITS["A"] >= noisy.false_hours(np.array(limited))


def test_where_nothing_is_allowed_nothing_alerts(scores: ChannelScores) -> None:
    point = choose(scores, [replace(scores, hours=1)], {"C": 0.0}, 30)["C"]
    assert scores.false_hours(np.array(point)) == 0
    assert all(value <= most for value, most in zip(point, BEGIN, strict=True))


def test_points_may_have_parts_of_what_the_original_has() -> None:
    assert limits_of(2.0) == {"A": 2.0, "B": 0.2, "C": 0.1, "D": 0.05}


def test_a_series_left_out_has_no_say_in_its_thresholds(development: Development) -> None:
    out = development.scored[1]
    rest = [one for one in development.scored if one is not out]
    rules = three_sigma(draw_attacks([one.series for one in rest], SHORT, FEW))
    figures = left_out(development)
    own = {name: Point(*row["thresholds"][out.series.name]) for name, row in figures.items()}
    assert own == chosen(replace(development, scored=rest, rules=rules))


def test_series_left_out_are_judged_together_each_with_its_own_thresholds(development: Development) -> None:
    row = left_out(development)["B"]
    alone = [judge([one], DETECTOR.alerts_at(Point(*row["thresholds"][one.series.name]))) for one in development.scored]
    together = sum((result.false_alerts for result in alone), FalseAlerts())
    assert row["left_out"]["false_hours"] == pytest.approx(together.hours_a_day, abs=1e-4)
    shipped = judge(development.scored, DETECTOR.alerts_at(POINTS["B"]))
    assert row["shipped"]["recall"] == pytest.approx(shipped.mean_recall, abs=1e-4)


def test_second_halves_have_no_say_in_their_thresholds(development: Development) -> None:
    first_half = channel_scores(development.scored, DETECTOR, lambda series: series.tested_early)
    rules = development.rules.judge(sigma.ORIGINAL_RULE, lambda series: series.tested_early)
    point = development.points(first_half, rules.false_alerts.hours_a_day)["C"]
    late = judge(development.scored, DETECTOR.alerts_at(point), lambda series: series.tested_late)
    second = halves(development)["C"]["second"]
    assert second["false_hours"] == pytest.approx(late.false_alerts.hours_a_day, abs=1e-4)
    assert second["recall"] == pytest.approx(late.mean_recall, abs=1e-4)
