"""What operating points do on hours that their thresholds were not chosen on: series left out, and second halves.

The thresholds that ship are chosen on all of the development series: the benchmark, the pods and some draws of the
simulated families. These studies choose them again without what is tested then, by the same search.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

from npmlib.anomaly.options import Options
from npmlib.profile.points import POINTS, Point

from workbench.evaluate import sigma
from workbench.evaluate.choice import Held, choose, held, limits_of
from workbench.evaluate.evaluation import Result, Run, Sigma, judge
from workbench.evaluate.measures import Quiet
from workbench.evaluate.profile import Shipped, alerts_at
from workbench.evaluate.series import Booleans, Series
from workbench.evaluate.studies import SEED, Content, number, totals


@dataclass(frozen=True)
class Development:
    """What thresholds are chosen on: the scored benchmark and its rules, and more series beside it.

    ``pods`` have attacks too; ``draws`` of the simulated families have none, and only limit the false hours.
    """

    scorer: Shipped
    runs: list[Run]
    rules: Sigma
    pods: Held
    draws: Held
    tries: int

    def points(self, benchmark: Held, seed_false_hours: float) -> dict[str, Point]:
        """Choose with this part of the benchmark, on which the seed has so many false hours."""
        return choose(benchmark + self.pods, [benchmark, self.draws], limits_of(seed_false_hours), self.tries)


def chosen(development: Development) -> dict[str, Point]:
    """The thresholds that should ship: chosen on all development series."""
    seed = development.rules.judge(sigma.SEED).quiet.false_hours
    return development.points(held(development.runs, development.scorer), seed)


def left_out(development: Development) -> Content:
    """Each series of the benchmark with thresholds that were chosen without it: by point, in all and by series."""
    runs, scorer = development.runs, development.scorer
    seed = development.rules.judge(sigma.SEED).by_series
    parts = [held([run], scorer) for run in runs]
    found: dict[str, list[Result]] = {name: [] for name in POINTS}
    points: dict[str, dict[str, list[float]]] = {name: {} for name in POINTS}
    for place, run in enumerate(runs):
        others = reduce(add, parts[:place] + parts[place + 1 :])
        rate = sum((seed[one.series.name] for one in runs if one is not run), Quiet()).false_hours
        for name, point in development.points(others, rate).items():
            found[name].append(judge([run], alerts_at(scorer, point)))
            points[name][run.series.name] = list(point)
    whole = {name: judge(runs, alerts_at(scorer, point)) for name, point in POINTS.items()}
    return {name: _left_out(whole[name], found[name]) | {"thresholds": points[name]} for name in found}


def _left_out(shipped: Result, each: Sequence[Result]) -> Content:
    quiet = {name: one for result in each for name, one in result.by_series.items()}
    attacks = {name: one for result in each for name, one in result.attacks.items()}
    return {
        "shipped": totals(shipped),
        "left_out": totals(Result(quiet, attacks)),
        "by_series": {name: number(one.false_hours) for name, one in quiet.items()},
    }


def halves(development: Development) -> list[Content]:
    """The second half of the tested hours, with thresholds that were chosen on the first: profile and seed."""
    scorer, runs, rules = development.scorer, development.runs, development.rules
    at_three = rules.judge(sigma.SEED, _early)
    points = development.points(held(runs, scorer, _early), at_three.quiet.false_hours)
    rows = []
    for name, point in POINTS.items():
        for title, used in ((name, points[name]), (f"{name} as shipped", point)):
            alerts = alerts_at(scorer, used)
            before, after = judge(runs, alerts, _early), judge(runs, alerts, _late)
            rows.append(_half(title, before, after))
            if used is not point:
                options = rules.options_for(before.quiet.false_hours, _early)
                rows.append(_half(f"seed = {name}", rules.judge(options, _early), rules.judge(options, _late), options))
    return [*rows, _half(SEED, at_three, rules.judge(sigma.SEED, _late), sigma.SEED)]


def _early(series: Series) -> Booleans:
    return series.tested_early


def _late(series: Series) -> Booleans:
    return series.tested_late


def _half(name: str, early: Result, late: Result, options: Options | None = None) -> Content:
    threshold = None if options is None else number(options.threshold)
    return {"detector": name, "threshold": threshold, "chosen_on": totals(early), "tested_on": totals(late)}
