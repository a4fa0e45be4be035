"""The studies that make up the evaluation, each as plain content for JSON: figures, no text."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from npmlib.anomaly.options import Options
from npmlib.profile.points import POINTS, Point

from workbench.evaluate import sigma
from workbench.evaluate.evaluation import Prepared, Result, Run, Sigma, judge, score, sigma_rules
from workbench.evaluate.lasting import level_shifts, poisoning
from workbench.evaluate.learning import learning_curve
from workbench.evaluate.measures import Caused, mean_recall
from workbench.evaluate.profile import Shipped, alerts_at
from workbench.evaluate.series import Series

Content = dict[str, Any]
SEED, THREE_SIGMA = "seed", "three sigma"
LESS = {"1/10": 10, "1/20": 20}
CURVE = (2, 3, 4, 5, 6, 8, 10, 14, 20, 30)  # thresholds of the seed in the chart
NEVER = 99.0  # a threshold that no score reaches


def comparison(prepared: Prepared, scorer: Shipped, runs: list[Run], rules: Sigma) -> Content:
    """All detectors on all tested hours; thresholds of the seed are also set there, which favours it."""
    results = {name: judge(runs, alerts_at(scorer, point)) for name, point in POINTS.items()}
    seed = rules.judge(sigma.SEED)
    results[SEED] = seed
    results[THREE_SIGMA] = sigma_rules(prepared, sigma.DAILY).judge(sigma.SHIPPED)
    thresholds = {}
    for name in POINTS:
        options = rules.options_for(results[name].quiet.false_hours)
        results[f"seed = {name}"] = rules.judge(options)
        thresholds[f"seed = {name}"] = number(options.threshold)
    for name, less in LESS.items():
        options = rules.options_for(seed.quiet.false_hours / less)
        results[f"seed {name}"] = rules.judge(options)
        thresholds[f"seed {name}"] = number(options.threshold)
    curve = [(threshold, rules.judge(replace(sigma.SEED, threshold=threshold))) for threshold in CURVE]
    return {
        "series": len(prepared.series),
        "days": round(seed.quiet.hours / 24, 1),
        "attacks": sum(len(one.first) for attacks in prepared.attacks for one in attacks),
        "detectors": {name: totals(result) for name, result in results.items()},
        "thresholds": thresholds,
        "kinds": {
            kind.label: {name: number(one.recall[kind.label].recall) for name, one in results.items()}
            for kind in prepared.kinds
        },
        "windows": {
            kind.label: {name: one.recall[kind.label].windows for name, one in results.items()}
            for kind in prepared.kinds
        },
        "by_series": {
            one.name: {name: number(result.by_series[one.name].false_hours) for name, result in results.items()}
            for one in prepared.series
        },
        "series_recall": {
            one.name: {name: number(mean_recall(result.attacks[one.name].values())) for name, result in results.items()}
            for one in prepared.series
        },
        "curve": [{"threshold": threshold, **totals(result)} for threshold, result in curve],
    }


def channel_parts(scorer: Shipped, runs: list[Run]) -> list[Content]:
    """Each point without one of its channels, and with one alone."""
    rows = []
    for name, point in POINTS.items():
        for channel in (one for one in Point._fields if getattr(point, one) < NEVER):
            without = judge(runs, alerts_at(scorer, point._replace(**{channel: NEVER})))
            values = {one: getattr(point, one) if one == channel else NEVER for one in Point._fields}
            alone = judge(runs, alerts_at(scorer, Point(**values)))
            rows.append({"point": name, "channel": channel, "without": totals(without), "alone": totals(alone)})
    return rows


def variant(title: str, prepared: Prepared, scorer: Shipped) -> Content:
    """All points and the seed under another assumption."""
    runs = score(prepared, scorer)
    found = {name: totals(judge(runs, alerts_at(scorer, point))) for name, point in POINTS.items()}
    found[SEED] = totals(sigma_rules(prepared).judge(sigma.SEED))
    return {"assumption": title, "detectors": found}


def ages(series: Sequence[Series], scorer: Shipped, births: int) -> Content:
    """The learning curve by operating point and age."""
    curve = learning_curve(series, scorer, POINTS, births)
    return {
        name: {
            age: {
                "days": round(one.young.hours / 24, 1),
                "false_hours": number(one.young.false_hours),
                "old_false_hours": number(one.old.false_hours),
                "recall": number(one.young_recall.recall),
                "old_recall": number(one.old_recall.recall),
            }
            for age, one in by_age.items()
        }
        for name, by_age in curve.items()
    }


def poisons(series: Sequence[Series], scorer: Shipped, thresholds: Mapping[str, float], injections: int) -> Content:
    """Recall on each day of three, for the points and the seed, also at the false hours of B and C."""
    rules = {SEED: sigma.SEED}
    for name in ("seed = B", "seed = C"):
        rules[name] = Options(threshold=thresholds[name], minsamples=0, minspread=0)
    found = poisoning(series, scorer, dict(POINTS), rules, injections, 3)
    return {name: _days(days) for name, days in found.items()}


def shifts(series: Sequence[Series], scorer: Shipped) -> Content:
    """Findings in the two weeks after a level doubled, by operating point."""
    return {
        name: {
            "shifts": one.shifts,
            "unmoved": number(one.unmoved / one.shifts),
            "moved": number(one.moved / one.shifts),
            "accepted": number(one.accepted / one.shifts),
            "quiet_after": number(one.quiet_after),
        }
        for name, one in level_shifts(series, scorer, dict(POINTS), 4).items()
    }


def number(value: float) -> float | None:
    """A figure as JSON can hold it: rounded, None where there is none."""
    return round(value, 4) if math.isfinite(value) else None


def _days(days: Iterable[Caused]) -> list[Content]:
    return [{"recall": number(day.recall), "windows": day.windows} for day in days]


def totals(result: Result) -> Content:
    """False hours, findings and mean recall."""
    return {
        "false_hours": number(result.quiet.false_hours),
        "findings": number(result.quiet.findings_a_day),
        "recall": number(result.mean_recall),
    }
