"""The detectors that others would use score the hours of a series, and never with what came later."""

from __future__ import annotations

from collections.abc import Callable
from math import erfc, log, sqrt
from statistics import stdev

import numpy as np
import pytest

from workbench.evaluate import peers
from workbench.evaluate.attacks import KINDS
from workbench.evaluate.evaluation import ByScore, draw
from workbench.evaluate.series import TrafficSeries

HOURS = 24 * 24
ONE_HOUR = [kind for kind in KINDS if kind.label == "1 h x10"]


@pytest.fixture(scope="module")
def daily() -> TrafficSeries:
    random = np.random.default_rng(3)
    level = 50_000 * (1 + 0.5 * np.sin(2 * np.pi * np.arange(HOURS) / 24))
    values = level[:, None] * np.exp(
        0.3 * random.standard_normal((HOURS, 120)) + 0.1 * random.standard_normal((HOURS, 1))
    )
    return TrafficSeries("daily", 480_000, values, np.ones(HOURS, dtype=bool), 16 * 24)


@pytest.mark.parametrize("peer", [peers.density, peers.forest])
def test_attacks_score_more_than_usual_hours_and_later_hours_change_nothing(
    daily: TrafficSeries, peer: Callable[..., ByScore]
) -> None:
    attacks = draw(daily, ONE_HOUR, 10)
    scored = peer(daily, attacks)
    hit = scored.attacked[0].reshape(10, -1).max(axis=1)
    assert np.median(hit) > np.sort(scored.clean[daily.tested])[-3]
    changed = daily.values.copy()
    changed[20 * 24 :] *= 50
    again = peer(TrafficSeries("changed", daily.first_hour, changed, daily.normal, daily.tested_from), [])
    assert np.array_equal(scored.clean[: 20 * 24], again.clean[: 20 * 24])


def test_the_density_is_a_kernel_density_of_the_same_hour(daily: TrafficSeries) -> None:
    at = 22 * 24 + 5
    totals = daily.values.sum(axis=1)
    weekend = [(daily.first_hour // 24 + day + 3) % 7 >= 5 for day in range(23)]
    past = [float(totals[day * 24 + 5]) for day in range(22) if weekend[day] == weekend[22]]
    width = stdev(past) * len(past) ** -0.2
    more = sum(erfc((float(totals[at]) - value) / width / sqrt(2)) / 2 for value in past) / len(past)
    assert peers.density(daily, []).clean[at] == pytest.approx(-log(more), rel=1e-6)
