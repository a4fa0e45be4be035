"""The shipped profile is run as the app runs it, and an attack begins with the state that the profile had then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from npmlib.profile.acceptance import Level
from npmlib.profile.hours import measures
from npmlib.profile.learning import Scores, begin, score_and_learn
from npmlib.profile.points import POINTS, SILENT_HOURS, Point

from workbench.evaluate.attacks import KINDS
from workbench.evaluate.evaluation import evaluate, judge, prepare, score, summary
from workbench.evaluate.profile import Shipped, alerts_at, follow, watch
from workbench.evaluate.series import Series, hours_of

HOURS = 20 * 24


@pytest.fixture(scope="module")
def daily() -> Series:
    """Twenty days with a daily rhythm and some noise."""
    random = np.random.default_rng(3)
    level = 50_000 * (1 + 0.5 * np.sin(2 * np.pi * np.arange(HOURS) / 24))
    values = level[:, None] * np.exp(0.3 * random.standard_normal((HOURS, 120)))
    return Series("daily", 480_000, values, np.ones(HOURS, dtype=bool), 10 * 24)


def shipped_alone(series: Series, values: np.ndarray) -> list[Scores]:
    """Score and learn with nothing but the app's modules."""
    hours = [measures(hour, 1000) for hour in hours_of(values)]
    state = begin(series.first_hour, hours[0])
    return [score_and_learn(state, series.first_hour + at, seen) for at, seen in enumerate(hours)]


def test_watching_a_series_is_scoring_its_hours_with_the_app(daily: Series) -> None:
    watched = watch(daily, Shipped())
    assert [one.scores for one in watched.scored if one is not None] == shipped_alone(daily, daily.values)
    assert watched.ages == list(range(HOURS))


def test_an_attack_is_scored_as_if_the_series_had_been_attacked(daily: Series) -> None:
    kinds = [kind for kind in KINDS if kind.label in ("1 h x3", "24 h x0.5")]
    (run,) = score(prepare([daily], kinds, 3), Shipped())
    for injections, rows in run.attacked:
        for row, first, attacked in zip(rows, injections.first, injections.values, strict=True):
            values = daily.values.copy()
            values[first : first + injections.kind.hours] = attacked
            whole = shipped_alone(daily, values)[first : first + injections.kind.hours]
            assert [one.scores for one in row] == whole


def test_following_leaves_the_state_as_it_was(daily: Series) -> None:
    watched = watch(daily, Shipped())
    before = list(watched.states[300])
    follow(watched.states[300], Shipped(), daily.first_hour + 300, 300, daily.hours[300:310])
    assert list(watched.states[300]) == before


def test_hours_that_nobody_observed_are_left_out(daily: Series) -> None:
    observed = np.ones(HOURS, dtype=bool)
    observed[100:130] = False
    gap = Series("gap", daily.first_hour, daily.values, observed, 240, observed)
    watched = watch(gap, Shipped())
    assert watched.scored[100:130] == [None] * 30
    assert (watched.ages[100], watched.ages[130]) == (100, 100)
    assert not alerts_at(Shipped(), POINTS["A"])(None)


def test_the_first_guard_can_be_lifted_but_not_below_its_hours() -> None:
    values = np.full((7, 120), 50_000.0)
    values[6] *= 5
    surge = Series("surge", 480_000, values, np.ones(7, dtype=bool), 6)
    one = watch(surge, Shipped(), 0, 7).scored[6]
    assert one is not None
    everything = Point(*[-99.0] * len(Point._fields))
    assert Shipped().channels(one.scores, SILENT_HOURS - 1, everything) == ()
    assert Shipped(silent_hours=6).channels(one.scores, 6, everything)
    assert Shipped(silent_hours=6).channels(one.scores, 5, everything) == ()


def test_a_point_that_never_alerts_finds_nothing_and_is_never_wrong(daily: Series) -> None:
    prepared = prepare([daily], KINDS[-2:], 4)
    found = evaluate(prepared, Shipped(), {"none": Point(*[99.0] * len(Point._fields)), **POINTS})
    assert found["none"].quiet.alerts == 0
    assert found["none"].mean_recall == 0
    assert found["A"].mean_recall > 0
    assert "mean recall" in summary(found)


@dataclass(frozen=True)
class AboveMean:
    """A variant of the scorer, as an experiment has it: alerts above twice the mean of all hours before."""

    def blank(self) -> list[float]:
        return []

    def copy(self, state: list[float]) -> list[float]:
        return list(state)

    def learn(self, state: list[float], _hour: int, seen: object) -> float:
        total = float(seen[1])  # type: ignore[index]
        ratio = total / (sum(state) / len(state)) if state else 0.0
        state.append(total)
        return ratio

    def accept(self, _state: list[float], _hour: int, levels: Sequence[Level]) -> None:
        assert not levels

    def channels(self, scores: float, _age: int, point: float) -> tuple[str, ...]:
        return ("ratio",) if scores > point else ()


def test_another_scorer_is_compared_on_the_same_attacks(daily: Series) -> None:
    prepared = prepare([daily], [kind for kind in KINDS if kind.name == "1 h"], 10)
    runs = score(prepared, AboveMean())
    recalls = [judge(runs, alerts_at(AboveMean(), point)).mean_recall for point in (1.6, 3.0, 50.0)]
    assert recalls[0] > recalls[1] > recalls[2] == 0
