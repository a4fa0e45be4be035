"""What the profile learns of an hour is what NumPy says of its intervals, with zeros for those without a data point."""

from statistics import mean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from npmlib.profile.hours import INTERVALS, SILENT, Hour, Measures, measures

sent = st.lists(st.floats(0, 1e9), min_size=1, max_size=INTERVALS)


def hour_of(intervals: list[float], unit: float) -> Hour:
    logs = np.log1p(np.array(intervals) / unit)
    return Hour(len(intervals), sum(intervals), float(logs.sum()), float(np.percentile(intervals, 95)))


@given(sent, st.sampled_from([1.0, 1000.0]), st.integers(0, INTERVALS))
def test_intervals_without_a_point_count_as_zeros(present: list[float], unit: float, more: int) -> None:
    observed = min(len(present) + more, INTERVALS)
    padded = np.zeros(observed)
    padded[: len(present)] = present
    logs = np.log1p(padded / unit)
    found = measures(hour_of(present, unit), unit, observed)
    assert found.floor == pytest.approx(mean(logs), abs=1e-9)
    assert found.volume == pytest.approx(np.log1p(padded.mean() / unit), abs=1e-9)


def test_a_silent_hour_is_all_zeros() -> None:
    assert measures(SILENT, 1000) == Measures(0, 0, 0)


@pytest.mark.parametrize(("present", "intervals", "counts"), [(5, 120, False), (6, 120, True), (1, 12, True)])
def test_the_peak_counts_when_a_twentieth_of_the_intervals_are_there(
    present: int, intervals: int, counts: bool
) -> None:
    hour = Hour(present, present * 1000, 0, peak=1000)
    assert (measures(hour, 1000, intervals).peak > 0) is counts
