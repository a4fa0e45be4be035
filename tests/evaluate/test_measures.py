"""False hours, findings and caused recall, counted against rows made by hand."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.evaluate.measures import CausedRecall, count_caused, count_false_alerts, mean_recall, throttled


def test_false_hours_and_findings_are_counted_where_asked() -> None:
    alerts = [False] * 48
    for hour in (3, 4, 30, 40):
        alerts[hour] = True
    where = np.ones(48, dtype=bool)
    where[40] = False
    counted = count_false_alerts(alerts, where)
    assert (counted.hours, counted.alerts, counted.findings) == (47, 3, 2)
    assert counted.hours_a_day == pytest.approx(3 * 24 / 47)
    assert (counted + counted).findings_a_day == counted.findings_a_day


def test_a_finding_is_not_repeated_within_24_hours() -> None:
    assert throttled([0, 1, 23, 24, 30, 47, 48, 100]) == [0, 24, 48, 100]


@given(st.sets(st.integers(0, 300)))
def test_findings_are_a_day_apart_and_cover_every_alert(hours: set[int]) -> None:
    findings = throttled(sorted(hours))
    assert all(after - before >= 24 for before, after in pairwise(findings))
    assert all(any(0 <= hour - finding < 24 for finding in findings) for hour in hours)


def test_a_window_counts_only_if_it_is_quiet_without_the_attack() -> None:
    clean = [[False, False], [True, False], [False, False], [False, True]]
    attacked = [[False, True], [True, True], [False, False], [False, False]]
    assert count_caused(clean, attacked) == CausedRecall(windows=2, detected=1)
    assert count_caused(clean, attacked).part == 0.5


def test_kinds_count_the_same_in_the_mean_and_those_without_windows_not_at_all() -> None:
    assert mean_recall([CausedRecall(100, 100), CausedRecall(2, 0), CausedRecall()]) == 0.5
    assert math.isnan(mean_recall([CausedRecall()]))
