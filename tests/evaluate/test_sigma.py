"""The rules of three standard deviations, against counting interval by interval as the searches do."""

from __future__ import annotations

import statistics
from dataclasses import replace

import numpy as np
import pytest
from npmlib.anomaly.baseline import Limit, Limits
from npmlib.anomaly.options import Options
from npmlib.anomaly.scoring import score_row
from npmlib.anomaly.tally import Tally

from workbench.evaluate import sigma
from workbench.evaluate.attacks import KINDS, inject
from workbench.evaluate.evaluation import at_findings, by_sigma, draw, judge, windows
from workbench.evaluate.series import Floats, TrafficSeries

HOURS = 12 * 24


@pytest.fixture(scope="module")
def bursty() -> TrafficSeries:
    """Twelve days of lognormal intervals, a tenth of them absent, an hour in ten with a burst of minutes."""
    random = np.random.default_rng(11)
    values = np.exp(random.standard_normal((HOURS, 120)) * 0.6) * 1000
    values[::10, 20 : 20 + 9] *= 12
    values[random.random(values.shape) < 0.1] = np.nan
    return TrafficSeries("bursty", 480_005, values, np.ones(HOURS, dtype=bool), 6 * 24)


def by_hand(values: Floats, hour: int, options: Options) -> bool:
    """Score each interval with the shipped command, against what came before; more than five findings alert."""
    before = values[max(0, hour - 720) : hour].ravel()
    present = before[~np.isnan(before)].tolist()
    mean, stdev = statistics.fmean(present), statistics.stdev(present)
    limits: dict[tuple[str, ...], Limits] = {("x",): (Limit(mean + options.threshold * stdev, mean, stdev),)}
    rows = [{"process": "x", "bytes": repr(value)} for value in values[hour].tolist() if not np.isnan(value)]
    asked = Options(by=("process",), metrics=("bytes",))
    return len([finding for row in rows for finding in score_row(row, limits, asked, Tally())]) > 5


@pytest.mark.parametrize("threshold", [1.0, 2.0, 3.0, 5.0])
def test_the_original_alerts_when_more_than_five_intervals_are_over_its_limit(
    bursty: TrafficSeries, threshold: float
) -> None:
    options = Options(threshold=threshold, minsamples=0, minspread=0, peaks="ignore")
    counted = sigma.count_hours(bursty, sigma.running(bursty, sigma.HOURLY)).alerts(options)
    hours = range(24, HOURS, 7)
    assert [bool(counted[hour]) for hour in hours] == [by_hand(bursty.values, hour, options) for hour in hours]


def test_an_attack_enters_the_baseline_of_the_hours_after_it(bursty: TrafficSeries) -> None:
    (kind,) = (kind for kind in KINDS if kind.label == "24 h x1")
    injections = inject(bursty, kind, 3, (5,))
    counted = sigma.count_attacked(bursty, sigma.running(bursty, sigma.HOURLY), injections).alerts(sigma.ORIGINAL_RULE)
    for row, first, attacked in zip(counted, injections.first, injections.values, strict=True):
        values = bursty.values.copy()
        values[first : first + kind.hours] = attacked
        whole = [by_hand(values, hour, sigma.ORIGINAL_RULE) for hour in range(first, first + kind.hours)]
        assert row.tolist() == whole


def test_a_daily_baseline_is_that_of_midnight(bursty: TrafficSeries) -> None:
    sums = sigma.running(bursty, sigma.DAILY)
    counted = sigma.count_hours(bursty, sums)
    hour = 5 * 24 + 30
    midnight = next(one for one in range(hour, 0, -1) if (bursty.first_hour + one) % 24 == 0)
    present = bursty.values[:midnight][~np.isnan(bursty.values[:midnight])]
    assert counted.average[hour] == pytest.approx(statistics.fmean(present.tolist()))
    assert counted.stdev[hour] == pytest.approx(statistics.stdev(present.tolist()))


def test_without_a_baseline_nothing_alerts(bursty: TrafficSeries) -> None:
    counted = sigma.count_hours(bursty, sigma.running(bursty, sigma.HOURLY))
    assert counted.count[0] == 0
    assert not counted.alerts(Options(threshold=0, minsamples=0, minspread=0, peaks="ignore"))[0]


def test_a_threshold_for_equal_findings_has_as_many_or_just_fewer(bursty: TrafficSeries) -> None:
    attacks = draw(bursty, KINDS[:1], 2)
    judged, scored = [windows(bursty, attacks, bursty.tested)], [by_sigma(bursty, attacks, sigma.HOURLY).by_score()]
    for wanted in (0.2, 0.5, 0.9):
        threshold, result = at_findings(judged, scored, wanted)
        found = result.false_alerts.findings_a_day
        assert wanted - 24 / bursty.tested.sum() < found <= wanted
        as_options = Options(threshold=threshold, minsamples=0, minspread=0, peaks="ignore")
        again = judge(judged, [by_sigma(bursty, attacks, sigma.HOURLY).alerts(as_options)])
        assert again.false_alerts == result.false_alerts


def test_usual_peaks_are_the_highest_of_fourteen_days_at_that_time_of_day(bursty: TrafficSeries) -> None:
    """By hand, from the intervals of each hour."""
    counted = sigma.count_hours(bursty, sigma.running(bursty, sigma.DAILY))
    hour = bursty.first_hour + 200
    alike = [hour // 2 * 2 - 24 * back + within - bursty.first_hour for back in range(1, 15) for within in (0, 1)]
    present = [bursty.values[one][~np.isnan(bursty.values[one])] for one in alike if one >= 0]
    assert counted.peak[200] == pytest.approx(max(float(np.percentile(one, 95)) for one in present))
    assert np.isnan(counted.peak[0])
    assert sigma.usual_peak({477: 9.0, 163: 6.0, 164: 9.0, 139: 9.0, 498: 9.0}, 499) == 6.0


def test_an_attack_of_a_day_enters_the_usual_peaks_of_the_next(bursty: TrafficSeries) -> None:
    (kind,) = (kind for kind in KINDS if kind.label == "24 h x1")
    injections = inject(bursty, kind, 3, (5,))
    sums = sigma.running(bursty, sigma.DAILY)
    counted = sigma.count_attacked(bursty, sums, injections)
    for row, first, attacked in zip(counted.peak, injections.first, injections.values, strict=True):
        values = bursty.values.copy()
        values[first : first + kind.hours] = attacked
        hit = replace(bursty, values=values)
        whole = sigma.count_hours(hit, sigma.running(hit, sigma.DAILY))
        assert row == pytest.approx(whole.peak[first : first + kind.hours])


def test_the_shipped_rule_wants_nine_intervals_a_third_over_the_usual_peak() -> None:
    def alerts(over: int, level: float) -> bool:
        values = np.full((1, 120), 100.0)
        values[0, :over] = level
        one = np.ones(1)
        sixth, ninth = sigma.largest(values, sigma.MORE_THAN), sigma.largest(values, sigma.INTERVALS)
        counted = sigma.Counted(ninth, sixth, ninth, one * 500, one * 100, one * 10, one * 300)
        return bool(counted.alerts(sigma.SHIPPED_RULE)[0])

    assert [alerts(8, 401), alerts(9, 401), alerts(9, 400)] == [False, True, False]
