"""Limits are chosen on the series that are given, within the findings allowed, as the alerts would have them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from npmlib.profile.points import POINTS, SHIPPED
from npmlib.profile.state import CHANNELS

from tests.examples import examples
from workbench.evaluate import profile
from workbench.evaluate.attacks import KINDS
from workbench.evaluate.choice import BEGIN, LOWEST, Pool, choose, pool
from workbench.evaluate.evaluation import ByProfile, Windows, by_profile, draw, judge, windows
from workbench.evaluate.simulated import simulated_series

SHORT = [kind for kind in KINDS if kind.hours < 10]
Set = tuple[list[Windows], list[ByProfile]]
numbers = st.lists(st.floats(1, 5), min_size=CHANNELS, max_size=CHANNELS)


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
@given(least=numbers, times=numbers)
def test_findings_and_recall_are_those_of_the_alerts(
    scored: Set, made: Pool, least: list[float], times: list[float]
) -> None:
    judged, by = scored
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(profile, "LEAST", least)
        patch.setattr(profile, "TIMES", times)
        result = judge(judged, [one.alerts(POINTS[SHIPPED]) for one in by])
    limits = np.array([np.maximum(least, LOWEST[0]), np.maximum(times, LOWEST[1])])
    assert made.findings(limits) == pytest.approx(result.false_alerts.findings_a_day)
    assert made.recall(limits) == pytest.approx(result.mean_recall)


@given(st.floats(0.02, 0.5))
def test_limits_are_scaled_to_so_many_findings_and_hardly_fewer(made: Pool, findings: float) -> None:
    scale = made.scale(BEGIN, findings)
    assert scale == 2 or made.findings(BEGIN * scale) <= findings
    assert scale < 0.51 or made.findings(BEGIN * (scale - 0.01)) >= findings or scale == 2


def test_a_choice_keeps_the_findings_and_finds_something(made: Pool) -> None:
    chosen = choose({"x": made}, {"x": 0.2}, {"x": 0.6}, 60)
    assert made.findings(chosen) <= 0.2
    assert made.recall(chosen) > 0.3
    assert chosen * 50 == pytest.approx(np.round(chosen * 50))
    assert (chosen >= LOWEST).all()
    assert (chosen == choose({"x": made}, {"x": 0.2}, {"x": 0.6}, 60)).all()


def test_a_set_without_a_say_in_the_recall_limits_it_too(made: Pool) -> None:
    noisy = replace(made, days=made.days / 5)  # as if all its alerts came in a fifth of the time
    chosen = choose({"x": made, "y": noisy}, {"x": 0.2, "y": 0.5}, {"x": 0.6}, 60)
    assert noisy.findings(chosen) <= 0.5
    assert made.recall(chosen) < made.recall(choose({"x": made}, {"x": 0.2}, {"x": 0.6}, 60))
