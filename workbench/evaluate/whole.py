"""The whole evaluation, from the data to the content of docs/detection-quality.json."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from npmlib.profile.points import POINTS

from workbench.evaluate import recorded, studies, unseen
from workbench.evaluate.attacks import KINDS
from workbench.evaluate.choice import TRIES, held
from workbench.evaluate.deploys import deploys
from workbench.evaluate.evaluation import INJECTIONS, Prepared, prepare, score, sigma_rules
from workbench.evaluate.experiments import experiments
from workbench.evaluate.profile import Shipped, watch
from workbench.evaluate.series import DAY, UNIT, Series
from workbench.evaluate.simulated import DRAWS, EACH, SEED, simulated_series

BENCHMARK, PODS, PODS_AS_SHIPPED, SIMULATED = "benchmark", "pods", "pods as shipped", "simulated"
WITH_THE_HOUR = "attacks begin with the hour"
MORE = 3  # times as many attacks of three days as of any other kind: few windows hold them
LIFTED = 6  # hours that the first guard takes on the pods, which were recorded for 32
LONGEST_ON_PODS = 120  # intervals

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Extent:
    """How much is done: attacks of each kind on each series, simulated series of each family, recorded series.

    ``births`` are the hours between the young profiles of the learning curve, ``tries`` the steps of a search for
    thresholds.
    """

    injections: int = INJECTIONS
    simulated: int = EACH
    recorded: int = 100
    births: int = DAY + 1  # so that they begin at every hour of the day
    tries: int = TRIES


QUICK = Extent(injections=2, simulated=1, recorded=2, births=18 * DAY, tries=30)
STEPS = 18


def evaluate_all(shared: Path, extent: Extent, tell: Tell) -> dict[str, Any]:
    """Run every study; ``tell`` hears what is done next, STEPS times. EvaluateError where data is missing."""
    nab, nezha = shared / "data" / "nab", shared / "data" / "nezha-online-boutique"
    scorer = Shipped()
    tell("reading the recorded series")
    nine = recorded.benchmark_series(nab)[: extent.recorded]
    pods = recorded.pod_series(nezha)[: extent.recorded]
    tell("simulating series")
    simulated = simulated_series(extent.simulated)
    sets: dict[str, Any] = {}
    results: dict[str, Any] = {"settings": settings(extent), "sets": sets}

    tell("benchmark: scoring attacks")
    prepared = prepare(nine, injections=extent.injections)
    runs, rules = score(prepared, scorer), sigma_rules(prepared)
    sets[BENCHMARK] = studies.comparison(prepared, scorer, runs, rules)
    tell("benchmark: channels")
    results["channels"] = studies.channel_parts(scorer, runs)

    tell("pods: scoring attacks")
    short = tuple(kind for kind in KINDS if kind.length <= LONGEST_ON_PODS)
    prepared = prepare(pods, short, extent.injections)
    lifted = Shipped(silent_hours=LIFTED)
    pod_runs = score(prepared, lifted)
    sets[PODS] = studies.comparison(prepared, lifted, pod_runs, sigma_rules(prepared))
    sets[PODS_AS_SHIPPED] = studies.comparison(prepared, scorer, score(prepared, scorer), sigma_rules(prepared))

    tell("choosing thresholds")
    draws = [one for seed in DRAWS for one in simulated_series(extent.simulated, seed=seed)]
    quiet = held(score(prepare(draws, ()), scorer), scorer)
    development = unseen.Development(scorer, runs, rules, held(pod_runs, lifted), quiet, extent.tries)
    results["chosen"] = {name: dict(point._asdict()) for name, point in unseen.chosen(development).items()}
    tell("benchmark: thresholds chosen on the first half")
    results["halves"] = unseen.halves(development)
    tell("benchmark: thresholds chosen on the other series")
    results["left_out"] = unseen.left_out(development)

    tell("benchmark and pods: experiments")
    results["experiments"] = experiments(nine, prepared, LIFTED, extent.injections)

    tell("simulated: scoring attacks")
    prepared = prepare(simulated, injections=extent.injections, seed=5)
    sets[SIMULATED] = studies.comparison(prepared, scorer, score(prepared, scorer), sigma_rules(prepared))
    tell("simulated: deploys")
    results["experiments"]["deploys"] = deploys(prepared)

    results["assumptions"] = []
    for title, prepared in _assumptions(nab, nine, extent):
        tell(f"benchmark: {title}")
        results["assumptions"].append(studies.variant(title, prepared, scorer))

    results["learning"], results["poisoning"], results["shifts"] = {}, {}, {}
    for name, some in ((BENCHMARK, nine), (SIMULATED, simulated)):
        tell(f"{name}: learning, poisoning, moved levels")
        results["learning"][name] = studies.ages(some, scorer, extent.births)
        thresholds = sets[name]["thresholds"]
        results["poisoning"][name] = studies.poisons(some, scorer, thresholds, MORE * extent.injections)
        results["shifts"][name] = studies.shifts(some, scorer)
    return results


def settings(extent: Extent) -> dict[str, Any]:
    """What the figures rest on: enough to see whether the scorers have changed since."""
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
    """Scores of the shipped profile at some hours of a made-up series: they differ once the profile does."""
    random = np.random.default_rng(12)
    level = 50_000 * (1 + 0.5 * np.sin(2 * np.pi * np.arange(500) / 24))
    values = level[:, None] * np.exp(0.5 * random.standard_normal((500, 120)))
    values[490:, :20] *= 8
    made = Series("made", 480_000, values, np.ones(500, dtype=bool), 0)
    found: list[float] = []
    for one in watch(made, Shipped()).scored[98:]:
        if one is not None and (one.age % 100 >= 98 or one.age >= 490):
            scores = one.scores
            row = (scores.floor.score, scores.volume.score, scores.slow, scores.peak, scores.burst)
            found.extend(round(value, 2) for value in row)
    return found


def _assumptions(nab: Path, nine: list[Series], extent: Extent) -> Iterator[tuple[str, Prepared]]:
    def drawn(series: list[Series], seed: int = 1, anywhere: bool = True) -> Prepared:
        return prepare(series[: extent.recorded], KINDS, extent.injections, seed, anywhere)

    yield WITH_THE_HOUR, drawn(nine, anywhere=False)
    yield "20 kB in an interval", drawn(recorded.benchmark_series(nab, mean_bytes=20_000.0))
    yield "1 MB in an interval", drawn(recorded.benchmark_series(nab, mean_bytes=1_000_000.0))
    yield "noise of sigma 1", drawn(recorded.benchmark_series(nab, sigma=1.0))
    yield "other draws of the attacks", drawn(nine, seed=99)
