"""Poisoning, moved levels and the learning curve, counted with a scorer so simple that the answer is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from npmlib.profile.acceptance import Level
from npmlib.profile.hours import Hour
from npmlib.profile.points import POINTS

from workbench.evaluate import learning
from workbench.evaluate.lasting import level_shifts, poisoning
from workbench.evaluate.profile import Shipped
from workbench.evaluate.series import Series

HOURS = 45 * 24


@dataclass(frozen=True)
class Doubled:
    """Alerts while an hour is above 1.9 times the first one; with ``patience``, for so many hours only."""

    patience: int = 10_000

    def blank(self) -> list[float]:
        return [0.0, 0.0]

    def copy(self, state: list[float]) -> list[float]:
        return list(state)

    def learn(self, state: list[float], _hour: int, seen: Hour) -> bool:
        state[0] = state[0] or seen.total
        over = seen.total > 1.9 * state[0]
        state[1] += over
        return over and state[1] <= self.patience

    def accept(self, state: list[float], hour: int, levels: Sequence[Level]) -> None:
        if any(level.hour == hour for level in levels):
            state[0] = 0.0

    def channels(self, scores: bool, _age: int, point: bool) -> tuple[str, ...]:
        return ("over",) if scores and point else ()


@pytest.fixture
def flat() -> Series:
    """45 days of the same."""
    return Series("flat", 480_000, np.full((HOURS, 120), 1000.0), np.ones(HOURS, dtype=bool), 20 * 24)


def test_poisoning_counts_each_day_by_itself(flat: Series) -> None:
    found = poisoning([flat], Doubled(patience=30), {"on": True, "off": False}, {}, 10, 1)
    assert [day.recall for day in found["on"]] == [1, 1, 0]
    assert [day.recall for day in found["off"]] == [0, 0, 0]
    assert [day.windows for day in found["on"]] == [10, 10, 10]


def test_a_moved_level_gives_a_finding_a_day_until_it_is_learned(flat: Series) -> None:
    found = level_shifts([flat], Doubled(patience=72), {"on": True}, 1)["on"]
    assert (found.shifts, found.unmoved) == (6, 0)
    assert found.moved == 3 * found.shifts
    assert found.quiet_after == 2


def test_an_accepted_level_gives_no_finding_after_the_first(flat: Series) -> None:
    found = level_shifts([flat], Doubled(), {"on": True}, 1)["on"]
    assert found.accepted == found.shifts
    assert found.moved > 10 * found.shifts


def test_the_shipped_profile_learns_an_accepted_level_sooner(flat: Series) -> None:
    random = np.random.default_rng(2)
    values = flat.values * 100 * np.exp(0.3 * random.standard_normal(flat.values.shape))
    noisy = Series("noisy", flat.first_hour, values, flat.normal, flat.tested_from)
    found = level_shifts([noisy], Shipped(), {"C": POINTS["C"]}, 1)["C"]
    assert found.unmoved == 0
    assert found.moved >= found.accepted >= found.shifts


def test_the_learning_curve_compares_young_and_old_in_the_same_hours(flat: Series) -> None:
    """A scorer that alerts whenever the first hour that it saw was small: only the young have seen a large one."""
    values = flat.values.copy()
    values[: learning.OLD] /= 4
    stepped = Series("stepped", flat.first_hour, values, flat.normal, flat.tested_from)
    curve = learning.learning_curve([stepped], Doubled(), {"on": True}, 10 * 24)["on"]
    for age in curve.values():
        assert age.young.hours == age.old.hours > 0
        assert age.young.alerts == 0
        assert age.old.alerts == age.old.hours
        assert age.young_recall.found > 0
        assert age.old_recall.windows == 0


def test_the_ages_follow_each_other_without_a_gap() -> None:
    spans = list(learning.AGES.values())
    assert spans[0][0] == 0
    assert [end for _, end in spans[:-1]] == [begin for begin, _ in spans[1:]]
    assert spans[-1][1] * 24 == learning.LIFE
