"""An injected attack adds what its kind says, where it says, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.evaluate.attacks import KINDS, AttackKind, daily_shape, inject, possible_starts, with_attack
from workbench.evaluate.series import Booleans, Floats, TrafficSeries, hours_of

DAYS = 14


def series_of(values: Floats, normal: Booleans | None = None, tested_from: int = 7 * 24) -> TrafficSeries:
    kept = np.ones(len(values), dtype=bool) if normal is None else normal
    return TrafficSeries("made", 480_000, values, kept, tested_from)


@pytest.fixture
def steady() -> TrafficSeries:
    """Two weeks of 1000 bytes in every interval."""
    return series_of(np.full((DAYS * 24, 120), 1000.0))


def test_there_are_21_kinds_and_sizes_with_a_label_each() -> None:
    assert len({kind.label for kind in KINDS}) == len(KINDS) == 21


@given(kind=st.sampled_from(KINDS), offset=st.integers(0, 119), first=st.integers(7 * 24, 11 * 24))
def test_the_bytes_added_are_size_times_mean_for_the_intervals_it_lasts(
    kind: AttackKind, offset: int, first: int
) -> None:
    made = series_of(np.full((DAYS * 24, 120), 1000.0))
    added = (with_attack(made, kind, first, offset) - 1000.0).ravel()
    on = kind.length if kind.rhythm is None else kind.length // 2
    assert np.count_nonzero(added) == on
    assert added.sum() == pytest.approx(kind.size * 1000.0 * on)
    assert not added[:offset].any()
    assert not added[offset + kind.length :].any()


def test_the_mean_is_that_of_the_hours_before(steady: TrafficSeries) -> None:
    values = steady.values.copy()
    values[200:] = 9000.0
    (kind,) = (kind for kind in KINDS if kind.label == "1 h x3")
    attacked = with_attack(series_of(values), kind, 200, 0)
    assert attacked[0].tolist() == [9000.0 + 3 * 1000.0] * 120


def test_an_attack_where_nothing_was_sent_is_all_there_is() -> None:
    values = np.full((DAYS * 24, 120), 1000.0)
    values[200:] = np.nan
    (kind,) = (kind for kind in KINDS if kind.label == "5 min x10")
    attacked = with_attack(series_of(values), kind, 200, 7).ravel()
    assert attacked[7:17].tolist() == [10_000.0] * 10
    assert np.isnan(np.delete(attacked, range(7, 17))).all()


def test_one_that_mimics_the_day_has_its_shape_and_its_size() -> None:
    clock = np.arange(DAYS * 24) % 24  # the first hour, 480000, is at midnight
    values = np.repeat((100.0 + 50.0 * clock)[:, None], 120, axis=1)
    (kind,) = (kind for kind in KINDS if kind.label == "24 h like the day x0.5")
    first = 8 * 24 + 5
    added = with_attack(series_of(values), kind, first, 0) - values[first : first + kind.hours]
    assert added[:24, 0] == pytest.approx(values[first : first + 24, 0] * 0.5)
    assert daily_shape(values, 480_000).mean() == pytest.approx(1)


def test_attacks_lie_in_tested_hours_with_their_whole_window(steady: TrafficSeries) -> None:
    normal = np.ones(DAYS * 24, dtype=bool)
    normal[250:270] = False
    made = series_of(steady.values, normal)
    for kind in KINDS:
        drawn = inject(made, kind, 20, (1, 2))
        for first, hours, values in zip(drawn.first, drawn.hours, drawn.values, strict=True):
            assert made.tested[first : first + kind.hours].all()
            assert len(hours) == kind.hours
            assert hours == hours_of(values)


def test_the_same_seed_draws_the_same_attacks_and_another_draws_others(steady: TrafficSeries) -> None:
    first, again, other = (inject(steady, KINDS[0], 10, (seed,)).values for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def test_where_nothing_is_long_enough_nothing_is_drawn() -> None:
    assert possible_starts(np.array([True, True, False, True]), 2).tolist() == [0]
    assert possible_starts(np.array([True]), 2).tolist() == []
    short = series_of(np.full((30, 120), 1.0), tested_from=20)
    (long_one,) = (kind for kind in KINDS if kind.label == "24 h x1")
    assert inject(short, long_one, 5, (1,)).hours == []
