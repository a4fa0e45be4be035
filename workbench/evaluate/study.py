"""The evaluation from the data to the figures of docs/detection-quality.json."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from npmlib.profile.points import LEAST, LEAST_TIMES, POINTS, SHIPPED, TIMES, Thresholds

from workbench.evaluate import peers, recorded, sigma
from workbench.evaluate.attacks import KINDS, AttackKind
from workbench.evaluate.budget import budgets
from workbench.evaluate.choice import TRIES, Pool, choose, pool
from workbench.evaluate.evaluation import (
    INJECTIONS,
    ByProfile,
    ByScore,
    BySigma,
    Result,
    Windows,
    at_findings,
    by_profile,
    by_sigma,
    draw,
    judge,
    windows,
)
from workbench.evaluate.figures import DENSITY, FOREST, ORIGINAL, PLAIN, THREE_SIGMA, Figures, number, totals
from workbench.evaluate.profile import ScoredHour, profile_series
from workbench.evaluate.risk import risk
from workbench.evaluate.scenes import LASTING, births, day_by_day
from workbench.evaluate.series import HOURS_A_DAY, UNIT, Booleans, TrafficSeries
from workbench.evaluate.simulated import DRAWS, EACH, SEED, simulated_series

BENCHMARK, PODS, SIMULATED = "benchmark", "pods", "simulated"
CHOSEN_ON, SERVERS = "servers, even", "servers, odd"  # thresholds were chosen on the even ones
SAME_DAYS = (CHOSEN_ON, SERVERS, SIMULATED)  # sets whose series are of the same days
LONGEST_ON_PODS = 120  # intervals of an attack; the pods were recorded for 32 hours
ON_EACH = 10  # attacks that last for three days, on each series
ON_DRAWS = 2  # attacks of each kind on each draw, to choose on
MAY_HAVE = {BENCHMARK: 0.110, CHOSEN_ON: 0.125, "draws": 0.145}  # findings a day of loud when limits are chosen
WANTED = {BENCHMARK: 0.605, CHOSEN_ON: 0.6}  # recall

Tell = Callable[[str], None]


@dataclass(frozen=True)
class StudySize:
    """How much is done: attacks of each kind on each series, and on each server; simulated series of each family.

    ``recorded`` is how many of the recorded series are read. ``tries`` are the steps of a search for thresholds,
    ``births`` the profiles begun on each server, ``draws`` of the simulated families, ``trees`` of a forest.
    """

    injections: int = INJECTIONS
    on_servers: int = 6
    simulated: int = EACH
    recorded: int = 100
    tries: int = TRIES
    births: int = 6
    draws: int = len(DRAWS)
    trees: int = peers.TREES


QUICK = StudySize(injections=2, on_servers=1, simulated=1, recorded=2, tries=30, births=1, draws=1, trees=5)
STEPS = 8


@dataclass(frozen=True)
class Compared:
    """The series of a set that are judged, and what each detector scored them."""

    judged: list[Windows]
    profile: list[ByProfile]
    original: list[ByScore]
    shipped: list[BySigma]
    density: list[ByScore]
    forest: list[ByScore]
    lasting: list[tuple[Windows, ByProfile]]


def evaluate_all(shared: Path, extent: StudySize, tell: Tell) -> Figures:
    """Measure everything; ``tell`` is called STEPS times with the next step. EvaluateError where data is missing."""
    tell("benchmark")
    data = shared / "data"
    nine = recorded.benchmark_series(data / "nab")[: extent.recorded]
    compared = {BENCHMARK: compare(nine, KINDS, extent.injections, trees=extent.trees)}
    tell("servers that thresholds are chosen on")
    compared[CHOSEN_ON] = compare(_servers(data, False, extent), KINDS, extent.on_servers, trees=0)
    tell("servers kept away from the choice")
    compared[SERVERS] = compare(_servers(data, True, extent), KINDS, extent.on_servers, trees=extent.trees)
    tell("pods")
    short = [kind for kind in KINDS if kind.length <= LONGEST_ON_PODS]
    pods = recorded.pod_series(data / "nezha-online-boutique")[: extent.recorded]
    compared[PODS] = compare(pods, short, extent.injections, where=lambda series: series.tested, trees=0)
    tell("simulated series")
    compared[SIMULATED] = compare(
        simulated_series(extent.simulated), KINDS, extent.injections, seed=5, trees=extent.trees
    )
    tell("young profiles")
    young = births(_servers(data, True, extent), extent.births, short)
    tell("choosing thresholds: draws")
    draws = _draws(extent)
    tell("choosing thresholds")
    pools = {name: pool(compared[name].judged, compared[name].profile) for name in (BENCHMARK, CHOSEN_ON)}
    least, times = choose({**pools, "draws": draws}, MAY_HAVE, WANTED, extent.tries).tolist()
    return {
        "settings": settings(extent),
        "chosen": {"least": Thresholds(*least)._asdict(), "times": Thresholds(*times)._asdict()},
        "sets": {name: figures_of(one) for name, one in compared.items()},
        "lasting": {
            name: {point: day_by_day(one.lasting, POINTS[point]) for point in POINTS}
            for name, one in compared.items()
            if one.lasting
        },
        "births": young,
        "budgets": {name: budgets(one.judged, one.profile) for name, one in compared.items() if name in SAME_DAYS},
        "risk": {name: risk(one.judged, one.profile, one.shipped) for name, one in compared.items() if name != PODS},
    }


def compare(
    series: Iterable[TrafficSeries],
    kinds: Sequence[AttackKind],
    injections: int,
    seed: int = 1,
    where: Callable[[TrafficSeries], Booleans] | None = None,
    trees: int = peers.TREES,
) -> Compared:
    """Score the series of a set by all detectors, one series after the other; without ``trees`` not by the peers."""
    made = Compared([], [], [], [], [], [], [])
    long = any(kind.length > LONGEST_ON_PODS for kind in kinds)
    for index, traffic in enumerate(series):
        attacks = draw(traffic, kinds, injections, (seed, index))
        made.judged.append(windows(traffic, attacks, where(traffic) if where else None))
        made.profile.append(by_profile(traffic, attacks))
        made.original.append(by_sigma(traffic, attacks, sigma.HOURLY).by_score())
        made.shipped.append(by_sigma(traffic, attacks, sigma.DAILY))
        if trees:
            made.density.append(peers.density(traffic, attacks))
            made.forest.append(peers.forest(traffic, attacks, trees))
        if long:
            lasting = draw(traffic, [LASTING], min(2 * injections, ON_EACH), (seed, index, 7))
            made.lasting.append((windows(traffic, lasting), by_profile(traffic, lasting)))
    return made


def figures_of(compared: Compared) -> Figures:
    """Measure all detectors on a set.

    Where another detector is to have as many findings as the point that ships, its threshold is set on the same hours:
    that favours the other.
    """
    results: dict[str, Result] = {}
    for name, point in POINTS.items():
        results[name] = judge(compared.judged, [by.alerts(point) for by in compared.profile])
    results[ORIGINAL] = judge(compared.judged, [by.alerts(sigma.ORIGINAL_RULE.threshold) for by in compared.original])
    for name, rule in ((PLAIN, sigma.PLAIN_RULE), (THREE_SIGMA, sigma.SHIPPED_RULE)):
        results[name] = judge(compared.judged, [by.alerts(rule) for by in compared.shipped])
    thresholds = {}
    findings = results[SHIPPED].false_alerts.findings_a_day
    for name, scored in ((ORIGINAL, compared.original), (DENSITY, compared.density), (FOREST, compared.forest)):
        if scored:
            threshold, result = at_findings(compared.judged, scored, findings)
            results[f"{name} = {SHIPPED}"] = result
            thresholds[f"{name} = {SHIPPED}"] = number(threshold)
    labels = [kind.label for kind in compared.judged[0].kinds]
    return {
        "series": len(compared.judged),
        "days": round(results[ORIGINAL].false_alerts.hours / HOURS_A_DAY, 1),
        "attacks": sum(len(first) for of in compared.judged for first in of.first),
        "detectors": {name: totals(result) for name, result in results.items()},
        "thresholds": thresholds,
        "kinds": {
            label: {name: number(result.recall[label].part) for name, result in results.items()} for label in labels
        },
        "windows": {
            label: {name: result.recall[label].windows for name, result in results.items()} for label in labels
        },
    }


def _servers(data: Path, odd: bool, extent: StudySize) -> Iterable[TrafficSeries]:
    for index, one in enumerate(recorded.server_series(data / "bitbrains", odd)):
        if index >= extent.recorded:
            return
        yield one


def _draws(extent: StudySize) -> Pool:
    judged, scored = [], []
    for seed in DRAWS[: extent.draws]:
        for index, one in enumerate(simulated_series(extent.simulated, seed=seed)):
            attacks = draw(one, KINDS[:1], ON_DRAWS, (seed, index))
            judged.append(windows(one, attacks))
            scored.append(by_profile(one, attacks))
    return pool(judged, scored)


def settings(extent: StudySize) -> Figures:
    """Return what the figures rest on: enough to see whether the scorers have changed since."""
    return {
        "injections": extent.injections,
        "on_servers": extent.on_servers,
        "kinds": [kind.label for kind in KINDS],
        "unit": UNIT,
        "mean_bytes": recorded.MEAN_BYTES,
        "noise": recorded.SIGMA,
        "simulated_seed": SEED,
        "simulated_draws": list(DRAWS),
        "least": LEAST._asdict(),
        "times": TIMES._asdict(),
        "least_times": LEAST_TIMES,
        "points": POINTS,
        "fingerprint": fingerprint(),
    }


def fingerprint() -> list[float]:
    """Return the profile's scores and records at some hours of a made-up series: they differ once the profile does."""
    random = np.random.default_rng(12)
    level = 50_000 * (1 + 0.5 * np.sin(2 * np.pi * np.arange(500) / 24))
    values = level[:, None] * np.exp(0.5 * random.standard_normal((500, 120)))
    values[490:, :20] *= 8
    values[300::24] *= 3  # a job
    series = TrafficSeries("made up", 480_000, values, np.ones(500, dtype=bool), 0)
    kept: list[float] = []
    for hour in profile_series(series).scored[98:]:
        if hour is not None and (hour.age % 100 >= 98 or hour.age >= 490):
            kept.extend(round(value, 2) for value in _fingerprint_of(hour))
    return kept


def _fingerprint_of(hour: ScoredHour) -> list[float]:
    return [*hour.scores.channels, *(most[0] for most in hour.scores.records)]
