"""The evaluation from the data to the figures of docs/detection-quality.json."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from npmlib.profile.points import POINTS

from workbench.evaluate import recorded, sigma
from workbench.evaluate.attacks import KINDS
from workbench.evaluate.choice import TRIES, channel_scores
from workbench.evaluate.evaluation import (
    INJECTIONS,
    AttackedSeries,
    ScoredSeries,
    ThreeSigma,
    draw_attacks,
    judge,
    score,
    three_sigma,
)
from workbench.evaluate.figures import ORIGINAL, PLAIN, THREE_SIGMA, Figures, number, totals
from workbench.evaluate.heldout import Development, chosen, halves, left_out
from workbench.evaluate.profile import Detector, profile_series
from workbench.evaluate.series import UNIT, Series
from workbench.evaluate.simulated import DRAWS, EACH, SEED, simulated_series

BENCHMARK, PODS, SIMULATED = "benchmark", "pods", "simulated"
AT_EQUAL_FALSE_HOURS = ("B", "C")  # points with whose false hours the original is tested as well
LIFTED = 6  # hours that the first guard takes on the pods, which were recorded for 32
LONGEST_ON_PODS = 120  # intervals of an attack

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Extent:
    """How much is done: attacks of each kind on each series, simulated series of each family, recorded series.

    ``tries`` are the steps of a search for thresholds.
    """

    injections: int = INJECTIONS
    simulated: int = EACH
    recorded: int = 100
    tries: int = TRIES


QUICK = Extent(injections=2, simulated=1, recorded=2, tries=30)
STEPS = 7


def evaluate_all(shared: Path, extent: Extent, tell: Tell) -> Figures:
    """Measure everything; ``tell`` is called STEPS times with the next step. EvaluateError where data is missing."""
    detector, lifted = Detector(), Detector(silent_hours=LIFTED)
    tell("reading and simulating series")
    nine = recorded.benchmark_series(shared / "data" / "nab")[: extent.recorded]
    pods = recorded.pod_series(shared / "data" / "nezha-online-boutique")[: extent.recorded]
    draws = [one for seed in DRAWS for one in simulated_series(extent.simulated, seed=seed)]

    tell("benchmark: scoring attacks")
    attacked = draw_attacks(nine, injections=extent.injections)
    scored, rules = score(attacked, detector), three_sigma(attacked)
    sets = {BENCHMARK: compare(attacked, detector, scored, rules)}

    tell("pods: scoring attacks")
    short = tuple(kind for kind in KINDS if kind.length <= LONGEST_ON_PODS)
    attacked = draw_attacks(pods, short, extent.injections)
    pods_scored = score(attacked, lifted)
    sets[PODS] = compare(attacked, lifted, pods_scored, three_sigma(attacked))
    guarded = score(attacked, detector)

    tell("simulated: scoring attacks")
    attacked = draw_attacks(simulated_series(extent.simulated), injections=extent.injections, seed=5)
    sets[SIMULATED] = compare(attacked, detector, score(attacked, detector), three_sigma(attacked))

    tell("choosing thresholds")
    quiet = channel_scores(score(draw_attacks(draws, ()), detector), detector)
    development = Development(detector, scored, rules, channel_scores(pods_scored, lifted), quiet, extent.tries)
    shipping = chosen(development)
    tell("choosing thresholds on first halves")
    on_halves = halves(development)
    tell("choosing thresholds on the other series")
    return {
        "settings": settings(extent),
        "chosen": {name: dict(point._asdict()) for name, point in shipping.items()},
        "sets": sets,
        "pods_as_shipped": {name: totals(judge(guarded, detector.alerts_at(point))) for name, point in POINTS.items()},
        "halves": on_halves,
        "left_out": left_out(development),
    }


def compare(attacked: AttackedSeries, detector: Detector, scored: list[ScoredSeries], rules: ThreeSigma) -> Figures:
    """Measure all detectors on all tested hours.

    Where the original is to have as many false hours as a point, its threshold is set on the same hours: that favours
    the original.
    """
    results = {name: judge(scored, detector.alerts_at(point)) for name, point in POINTS.items()}
    results[ORIGINAL] = rules.judge(sigma.ORIGINAL_RULE)
    daily = three_sigma(attacked, sigma.DAILY)
    results[PLAIN] = daily.judge(sigma.PLAIN_RULE)
    results[THREE_SIGMA] = daily.judge(sigma.SHIPPED_RULE)
    thresholds = {}
    for name in AT_EQUAL_FALSE_HOURS:
        options = rules.options_for(results[name].false_alerts.hours_a_day)
        results[f"{ORIGINAL} = {name}"] = rules.judge(options)
        thresholds[f"{ORIGINAL} = {name}"] = number(options.threshold)
    labels = [kind.label for kind in attacked.kinds]
    return {
        "series": len(attacked.series),
        "days": round(results[ORIGINAL].false_alerts.hours / 24, 1),
        "attacks": sum(len(one.first) for attacks in attacked.attacks for one in attacks),
        "detectors": {name: totals(result) for name, result in results.items()},
        "thresholds": thresholds,
        "kinds": {
            label: {name: number(result.recall[label].part) for name, result in results.items()} for label in labels
        },
        "windows": {
            label: {name: result.recall[label].windows for name, result in results.items()} for label in labels
        },
    }


def settings(extent: Extent) -> Figures:
    """Return what the figures rest on: enough to see whether the scorers have changed since."""
    return {
        "injections": extent.injections,
        "kinds": [kind.label for kind in KINDS],
        "unit": UNIT,
        "mean_bytes": recorded.MEAN_BYTES,
        "noise": recorded.SIGMA,
        "simulated_seed": SEED,
        "simulated_draws": list(DRAWS),
        "points": {name: dict(point._asdict()) for name, point in POINTS.items()},
        "fingerprint": fingerprint(),
    }


def fingerprint() -> list[float]:
    """Return the profile's scores at some hours of a made-up series: they differ once the profile does."""
    random = np.random.default_rng(12)
    level = 50_000 * (1 + 0.5 * np.sin(2 * np.pi * np.arange(500) / 24))
    values = level[:, None] * np.exp(0.5 * random.standard_normal((500, 120)))
    values[490:, :20] *= 8
    series = Series("made up", 480_000, values, np.ones(500, dtype=bool), 0)
    kept: list[float] = []
    for hour in profile_series(series, Detector()).scored[98:]:
        if hour is not None and (hour.age % 100 >= 98 or hour.age >= 490):
            scores = hour.scores
            row = (scores.floor.score, scores.volume.score, scores.slow, scores.peak, scores.burst)
            kept.extend(round(value, 2) for value in row)
    return kept
