"""The hours of a series: what the native functions of stats make of its intervals, and which of them are normal."""

from __future__ import annotations

import gzip
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from workbench.evaluate.recorded import EvaluateError, benchmark_series, divided, pod_series, server_series
from workbench.evaluate.series import TrafficSeries, hours_of, learning_hours, marked_normal
from workbench.evaluate.simulated import FAMILIES, simulated_series
from workbench.replay.aggregates import factory

amounts = st.one_of(st.just(math.nan), st.floats(0, 1e9))


def by_replay(function: str, values: list[float]) -> float:
    """What the replay's stats says of the values; 0 for none, as a coalesce makes of null."""
    made = factory(function)
    assert made is not None
    accumulator = made()
    accumulator.add(values, [])
    result = accumulator.result()
    return 0.0 if result is None else float(result)  # type: ignore[arg-type]


@settings(max_examples=examples(60, 600))
@given(st.lists(amounts, min_size=120, max_size=120))
def test_an_hour_is_what_stats_makes_of_its_intervals(values: list[float]) -> None:
    (hour,) = hours_of(np.array([values]), unit=1000)
    present = [value for value in values if not math.isnan(value)]
    logs = [math.log(1 + value / 1000) for value in present]
    assert hour.n == len(present)
    assert hour.total == pytest.approx(by_replay("sum", present))
    assert hour.logs == pytest.approx(by_replay("sum", logs))
    assert hour.peak == pytest.approx(by_replay("perc95", present))


def test_normal_hours_are_a_day_away_from_every_labelled_window() -> None:
    event = ((480_000 + 40) * 3600.0, (480_000 + 42) * 3600.0)
    normal = marked_normal(100, 480_000, [event])
    assert np.flatnonzero(~normal).tolist() == list(range(16, 67))


def test_hours_are_tested_once_30_days_or_half_of_the_series_were_learned() -> None:
    assert (learning_hours(70 * 24), learning_hours(14 * 24)) == (30 * 24, 7 * 24)
    made = TrafficSeries("x", 0, np.ones((400, 120)), np.ones(400, dtype=bool), 300)
    assert np.flatnonzero(made.tested).tolist() == list(range(300, 400))
    assert np.flatnonzero(made.settled).tolist() == list(range(14 * 24, 400))


def test_dividing_a_value_keeps_its_mean_and_says_nothing_of_what_is_absent() -> None:
    coarse = np.array([10.0, 0.0, np.nan, 7.5])
    parts = divided(coarse, 10, np.random.default_rng(1)).reshape(4, 10)
    assert parts.mean(axis=1) == pytest.approx(coarse, nan_ok=True)
    assert len(set(parts[0].tolist())) == 10


def test_the_benchmark_is_nine_series_with_133_tested_days(shared: Path) -> None:
    found = benchmark_series(shared / "data" / "nab")
    assert len(found) == 9
    assert sum(one.tested.sum() for one in found) / 24 == pytest.approx(133, abs=0.5)
    for one in found:
        assert np.nanmean(one.values) == pytest.approx(100_000, rel=0.01)


def test_the_pods_are_ten_workloads_that_nobody_watched_in_the_night(shared: Path) -> None:
    found = pod_series(shared / "data" / "nezha-online-boutique")
    assert len(found) == 10
    for one in found:
        assert one.observed is not None
        assert (one.observed.sum(), len(one.observed)) == (32, 44)


def test_a_missing_folder_is_named_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(EvaluateError, match=r"nowhere.*NPM_SHARED"):
        benchmark_series(tmp_path / "nowhere")
    with pytest.raises(EvaluateError, match=r"nowhere.*NPM_SHARED"):
        pod_series(tmp_path / "nowhere")


def test_servers_are_read_in_bytes_and_whole_hours_of_theirs_count(tmp_path: Path) -> None:
    begin = 490_000 * 3600
    lines = ["time,vm2,vm3"]
    for slot in range(4 * 12):
        late = "" if slot < 18 else "0.5"  # the first whole hour is the third
        lines.append(f"{begin + slot * 300},{2 if slot != 30 else ''},{late}")
    with gzip.open(tmp_path / "sent.csv.gz", "wt") as file:
        file.write("\n".join([*lines, ""]))
    ((even,), (odd,)) = (list(server_series(tmp_path, which)) for which in (False, True))
    assert (even.name, even.first_hour, len(even.values)) == ("vm2", 490_000, 4)
    assert even.normal.tolist() == [True, True, False, True]
    assert np.nanmean(even.values) == pytest.approx(2 * 30_000)
    assert np.isnan(even.values[2]).all()
    assert (odd.name, odd.first_hour, len(odd.values)) == ("vm3", 490_002, 2)
    assert odd.values.sum() == pytest.approx(2 * 120 * 15_000)
    with pytest.raises(EvaluateError, match="servers below"):
        list(server_series(tmp_path / "none", True))


def test_simulated_series_come_from_their_seed_alone() -> None:
    first, again, other = (simulated_series(1, days=2, seed=seed) for seed in (1, 1, 2))
    assert [one.name for one in first] == [f"{family} 1" for family in FAMILIES]
    for one, same, different in zip(first, again, other, strict=True):
        assert np.array_equal(one.values, same.values, equal_nan=True)
        assert not np.array_equal(one.values, different.values, equal_nan=True)
        assert np.nanmin(one.values) >= 0
