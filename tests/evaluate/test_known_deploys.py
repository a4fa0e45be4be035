"""The profile knows deploys as the search of deploys reports them."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from npmlib.profile.acceptance import Level
from npmlib.profile.points import POINTS

from workbench.evaluate.attacks import KINDS
from workbench.evaluate.evaluation import by_profile, draw
from workbench.evaluate.profile import ScoredHours, profile_series
from workbench.evaluate.series import ACCEPTED_RATIO, TrafficSeries
from workbench.evaluate.simulated import DAYS, FAMILIES, FIRST_HOUR, MOVED, SEED, simulated_series

HOURS = 30 * 24
MOVES_AT = 600
SEARCH = Path(__file__).parents[2] / "contentctl" / "baselines" / "deploys_of_kubernetes_npm_processes.yml"


@pytest.fixture(scope="module")
def moved() -> TrafficSeries:
    """A month of a daily rhythm; its level doubles with a deploy."""
    random = np.random.default_rng(4)
    level = 50_000 * (1 + 0.5 * np.sin(2 * np.pi * np.arange(HOURS) / 24))
    level[MOVES_AT:] *= 2
    values = level[:, None] * np.exp(0.4 * random.standard_normal((HOURS, 120)))
    return TrafficSeries("moved", 480_000, values, np.ones(HOURS, dtype=bool), 480, deploys=(MOVES_AT,))


def false_hours(series: TrafficSeries, point: str) -> int:
    hours = ScoredHours.of(profile_series(series).scored[MOVES_AT:])
    return int(hours.alerts(POINTS[point]).sum())


def test_the_ratio_is_that_of_the_search() -> None:
    search = yaml.safe_load(SEARCH.read_text(encoding="utf-8"))["search"]
    assert f"up_to={ACCEPTED_RATIO:g}" in search.replace(" ", "")


def test_a_deploy_is_a_level_from_its_hour_on(moved: TrafficSeries) -> None:
    assert moved.levels == (Level(480_000 + MOVES_AT, math.log(ACCEPTED_RATIO)),)


def test_a_level_that_moved_with_a_known_deploy_alerts_for_hours_not_for_days(moved: TrafficSeries) -> None:
    assert false_hours(replace(moved, deploys=()), "loud") > 24
    assert 1 <= false_hours(moved, "loud") <= 3


def test_a_deploy_a_day_too_early_or_too_late_excuses_nothing(moved: TrafficSeries) -> None:
    usual = false_hours(replace(moved, deploys=()), "loud")
    for days in (-1, 1):
        assert false_hours(replace(moved, deploys=(MOVES_AT + days * 24,)), "loud") > 0.8 * usual


def test_an_attack_is_scored_with_the_deploys_of_its_series(moved: TrafficSeries) -> None:
    """An attack of nothing at all alerts as the series does without it."""
    nothing = [replace(KINDS[0], size=0.0)]
    (injections,) = draw(moved, nothing, 20)
    scored = by_profile(moved, [injections])
    where = (injections.first[:, None] + np.arange(injections.kind.hours)).ravel()
    assert np.array_equal(scored.attacked[0].guarded, scored.clean.guarded[where])
    assert np.array_equal(scored.attacked[0].high, scored.clean.high[where])


def test_every_simulated_series_is_deployed_now_and_then() -> None:
    for one in simulated_series(1):
        days = np.diff([0, *one.deploys, len(one.values)]) / 24
        assert len(one.deploys) >= 2
        assert days.max() < 12.1


def test_one_family_moves_its_level_by_it_and_only_by_it() -> None:
    family = list(FAMILIES).index(MOVED)
    times = FIRST_HOUR * 3600.0 + np.arange(DAYS * 24 * 120, dtype=np.float64) * 30.0
    plain = FAMILIES[MOVED](times, np.random.default_rng([SEED, family, 0])).reshape(-1, 120)
    series = next(one for one in simulated_series(1) if one.name.startswith(MOVED))
    level = np.log(series.values / plain)
    moves = [hour for hour in range(len(level)) if np.ptp(level[max(hour - 1, 0) : hour + 1]) > 0.1]
    assert {hour for hour in moves if np.ptp(level[hour]) > 0.1} <= set(series.deploys)
    assert all(hour in series.deploys or hour - 1 in series.deploys for hour in moves)
    assert len(moves) >= 3
