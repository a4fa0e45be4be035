"""Thresholds are chosen on the series that are given, within the findings allowed, as the alerts would have them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from npmlib.profile.points import POINTS, SHIPPED, Point, Thresholds

from tests.examples import examples
from workbench.evaluate.attacks import KINDS
from workbench.evaluate.choice import Pool, choose, pool
from workbench.evaluate.evaluation import ByProfile, Windows, by_profile, draw, judge, windows
from workbench.evaluate.simulated import simulated_series

SHORT = [kind for kind in KINDS if kind.hours < 10]
Set = tuple[list[Windows], list[ByProfile]]
LOWEST = POINTS["hunting"].least
thresholds = st.builds(Thresholds, *[st.floats(lowest, 6) for lowest in LOWEST])


@pytest.fixture(scope="module")
def scored() -> Set:
    """Three simulated series of different families with a few attacks."""
    series = simulated_series(1, days=30)[:3]
    attacks = [draw(one, SHORT, 3, (index,)) for index, one in enumerate(series)]
    pairs = list(zip(series, attacks, strict=True))
    return [windows(*pair) for pair in pairs], [by_profile(*pair) for pair in pairs]


@pytest.fixture(scope="module")
def made(scored: Set) -> Pool:
    return pool(*scored)


@settings(max_examples=examples(30, 300))
@given(least=thresholds)
def test_findings_and_recall_are_those_of_the_alerts(scored: Set, made: Pool, least: Thresholds) -> None:
    judged, by = scored
    result = judge(judged, [one.alerts(replace_least(least)) for one in by])
    assert made.findings(np.array(least)) == pytest.approx(result.false_alerts.findings_a_day)
    assert made.recall(np.array(least)) == pytest.approx(result.mean_recall)


def replace_least(least: Thresholds) -> Point:
    return POINTS[SHIPPED]._replace(least=least)


def test_a_choice_keeps_the_limits_and_finds_something(made: Pool) -> None:
    chosen = choose({"x": made}, {"x": 0.2}, ["x"], 60)
    assert made.findings(np.array(chosen)) <= 0.2
    assert made.recall(np.array(chosen)) > 0.3
    assert all(value * 20 == pytest.approx(round(value * 20)) for value in chosen)
    assert chosen == choose({"x": made}, {"x": 0.2}, ["x"], 60)


def test_a_set_without_a_say_in_the_recall_limits_it_too(made: Pool) -> None:
    noisy = replace(made, days=made.days / 50)  # as if all its alerts came in a fiftieth of the time
    chosen = choose({"x": made, "y": noisy}, {"x": 0.2, "y": 0.5}, ["x"], 60)
    assert noisy.findings(np.array(chosen)) <= 0.5
    assert made.recall(np.array(chosen)) < made.recall(np.array(choose({"x": made}, {"x": 0.2}, ["x"], 60)))
