"""Points of risk of a day; those of a run are compared with the search in tests/detections."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.evaluate.attacks import AttackKind
from workbench.evaluate.evaluation import by_profile, by_sigma, draw, windows
from workbench.evaluate.risk import Hours, risk
from workbench.evaluate.series import TrafficSeries
from workbench.evaluate.sigma import DAILY
from workbench.replay.risk import MOST_POINTS


def hours(rare: list[float], factor: list[float], over: list[float]) -> Hours:
    """Hours that both detections report, save those with 0."""
    return Hours(np.array(rare) > 0, np.array(rare), np.array(factor), np.array(over) > 0, np.array(over))


@pytest.mark.parametrize(
    ("rare", "factor", "over", "points"),
    [
        ([], [], [], 0),
        ([0.8, 0, 0], [9, 9, 9], [0, 0, 0], 2),
        ([1.2, 1.9, 0], [9, 9, 9], [0, 0, 0], 5),  # one finding of the level, the first
        ([1.2, 2.5, 7], [9, 9, 2], [0, 0, 0], 25),  # a moderate and a high one
        ([8, 0], [2.4, 2], [0, 0], 40),
        ([8, 0], [2.5, 2], [0, 0], 65),
        ([8, 30], [2.5, 4], [0, 0], 145),  # it lasts
        ([8, 8, 8], [50, 9, 9], [0, 0, 0], 180),
        ([3, 3, 0, 3], [2.6, 2.6, 1, 2.5], [0, 0, 0, 0], 106),  # so does this, within a run
        ([3, 3, 0, 0, 3], [2.6, 2.6, 1, 1, 2.5], [0, 0, 0, 0, 0], 40),
        ([3, 3, 3, 3], [2.4, 2.4, 2.4, 2.4], [0, 0, 0, 0], 40),  # a release that doubles a level
        ([0, 0, 0], [1, 1, 1], [1.9, 1.5, 0], 10),
        ([8, 0, 0], [3, 1, 1], [1.9, 4, 40], 130),
    ],
)
def test_each_level_of_each_detection_counts_once_a_day(
    rare: list[float], factor: list[float], over: list[float], points: int
) -> None:
    assert hours(rare, factor, over).points(slice(None)) == points


def test_an_attack_far_beyond_all_before_is_reported_and_an_even_series_is_not() -> None:
    random = np.random.default_rng(5)
    values = 50_000 * np.exp(0.3 * random.standard_normal((24 * 40, 120)))
    series = TrafficSeries("made up", 480_000, values, np.ones(24 * 40, dtype=bool), 24 * 20)
    attacks = draw(series, [AttackKind("1 h", 0.1, 120), AttackKind("1 h", 10, 120)], 5)
    figures = risk([windows(series, attacks)], [by_profile(series, attacks)], [by_sigma(series, attacks, DAILY)])
    assert figures["reported"] == 0
    assert figures["by_kind"] == {"1 h x0.1": 0.0, "1 h x10": 1.0}
    assert figures["attacks"] == 0.5
    assert figures["middle"] < MOST_POINTS
