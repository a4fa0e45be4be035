"""Chooses operating points and tests them on hours that had no say: on series left out, and on second halves.

The thresholds that ship are chosen on all development series: the benchmark, the pods and some draws of the simulated
families. The same search chooses them again here, without what is then tested.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

from npmlib.profile.points import POINTS, Point

from workbench.evaluate import sigma
from workbench.evaluate.choice import ChannelScores, channel_scores, choose, limits_of
from workbench.evaluate.evaluation import Result, ScoredSeries, ThreeSigma, judge
from workbench.evaluate.figures import ORIGINAL, Figures, totals
from workbench.evaluate.measures import FalseAlerts
from workbench.evaluate.profile import Detector
from workbench.evaluate.series import Booleans, Series


@dataclass(frozen=True)
class Development:
    """What thresholds are chosen on: the scored benchmark, the original's rule on it, and more series beside it.

    ``pods`` have attacks too; ``draws`` of the simulated families have none, and only limit the false hours. ``tries``
    are the steps of a search.
    """

    detector: Detector
    scored: list[ScoredSeries]
    rules: ThreeSigma
    pods: ChannelScores
    draws: ChannelScores
    tries: int

    def points(self, benchmark: ChannelScores, original_false_hours: float) -> dict[str, Point]:
        """Choose with this part of the benchmark, on which the original has so many false hours a day."""
        limits = limits_of(original_false_hours)
        return choose(benchmark + self.pods, [benchmark, self.draws], limits, self.tries)


def chosen(development: Development) -> dict[str, Point]:
    """Choose the thresholds that should ship: on all development series."""
    original = development.rules.judge(sigma.ORIGINAL_RULE).false_alerts.hours_a_day
    return development.points(channel_scores(development.scored, development.detector), original)


def left_out(development: Development) -> Figures:
    """Test each series of the benchmark with thresholds that were chosen without it, by point."""
    every, detector = development.scored, development.detector
    original = development.rules.judge(sigma.ORIGINAL_RULE).by_series
    scores = [channel_scores([one], detector) for one in every]
    results: dict[str, list[Result]] = {name: [] for name in POINTS}
    points: dict[str, dict[str, list[float]]] = {name: {} for name in POINTS}
    for out, one in enumerate(every):
        others = reduce(add, scores[:out] + scores[out + 1 :])
        rest = sum((original[other.series.name] for other in every if other is not one), FalseAlerts())
        for name, point in development.points(others, rest.hours_a_day).items():
            results[name].append(judge([one], detector.alerts_at(point)))
            points[name][one.series.name] = list(point)
    return {
        name: {
            "shipped": totals(judge(every, detector.alerts_at(POINTS[name]))),
            "left_out": totals(_together(results[name])),
            "thresholds": points[name],
        }
        for name in POINTS
    }


def halves(development: Development) -> Figures:
    """Test the second half of the tested hours with thresholds that were chosen on the first, beside the shipped ones.

    By detector: the figures of both halves.
    """
    every, detector, rules = development.scored, development.detector, development.rules
    early = rules.judge(sigma.ORIGINAL_RULE, _early)
    points = development.points(channel_scores(every, detector, _early), early.false_alerts.hours_a_day)
    rows: Figures = {}
    for name, shipped in POINTS.items():
        for title, point in ((name, points[name]), (f"{name} as shipped", shipped)):
            alerts = detector.alerts_at(point)
            rows[title] = _both(judge(every, alerts, _early), judge(every, alerts, _late))
    return {**rows, ORIGINAL: _both(early, rules.judge(sigma.ORIGINAL_RULE, _late))}


def _together(results: Sequence[Result]) -> Result:
    by_series = {name: alerts for result in results for name, alerts in result.by_series.items()}
    attacks = {name: caused for result in results for name, caused in result.attacks.items()}
    return Result(by_series, attacks)


def _both(early: Result, late: Result) -> Figures:
    return {"first": totals(early), "second": totals(late)}


def _early(series: Series) -> Booleans:
    return series.tested_early


def _late(series: Series) -> Booleans:
    return series.tested_late
