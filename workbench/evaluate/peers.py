"""Two detectors that others would use on the same hours: a density of the hour of day, and an isolation forest.

Both look at 30 days before, and score an attack with what they learned without it, which favours them.

- ``density``: what DensityFunction of Splunk's Machine Learning Toolkit does with a fit by hour of the day and weekend
  and dist=gaussian_kde: a kernel density with Scott's bandwidth. The score is minus the logarithm of the probability
  of more than was sent.
- ``forest``: scikit-learn's IsolationForest on eight features of an hour, made anew each week; only hours above their
  usual volume count.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from npmlib.profile.hours import Hour, measures

from workbench.evaluate.attacks import Injections
from workbench.evaluate.evaluation import ByScore
from workbench.evaluate.series import HOURS_A_DAY, LONGEST_LEARNING, UNIT, Booleans, Floats, Integers, TrafficSeries

FEWEST = 4  # hours of the same kind that a density rests on
REFIT = 7 * HOURS_A_DAY
TREES = 100
NEVER = -np.inf

_log_erfc = np.vectorize(lambda z: math.log(math.erfc(z)) if z < 5 else -z * z - math.log(z * math.sqrt(math.pi)))


def density(series: TrafficSeries, attacks: Sequence[Injections]) -> ByScore:
    """Score a series and its attacks by the density of the same hour of day, on weekdays or weekends."""
    totals = np.array([hour.total for hour in series.hours])
    observed = _observed(series)
    number = series.first_hour + np.arange(len(totals))
    kind = number % HOURS_A_DAY + HOURS_A_DAY * _weekend(number)
    past = [_same_before(at, kind, observed, number) for at in range(len(totals))]
    clean = np.array([_rarity(total, totals[past[at]]) for at, total in enumerate(totals.tolist())])
    attacked = []
    for injections in attacks:
        hours = injections.first[:, None] + np.arange(injections.kind.hours)
        sent = np.array([hour.total for row in injections.hours for hour in row])
        attacked.append(
            np.array([_rarity(total, totals[past[at]]) for at, total in zip(hours.ravel(), sent, strict=True)])
        )
    clean[~observed] = NEVER
    return ByScore(clean, tuple(attacked))


def _same_before(at: int, kind: Integers, observed: Booleans, number: Integers) -> Integers:
    """Return the hours of the same kind in the 30 days before the day of an hour."""
    end = max(at - int(number[at] % HOURS_A_DAY), 0)
    begin = max(end - LONGEST_LEARNING, 0)
    return begin + np.flatnonzero((kind[begin:end] == kind[at]) & observed[begin:end])


def _rarity(total: float, past: Floats) -> float:
    if len(past) < FEWEST:
        return NEVER
    width = max(float(past.std(ddof=1)) * len(past) ** -0.2, 1e-9 * max(float(past.max()), 1.0))
    logs = _log_erfc((total - past) / (width * math.sqrt(2)))
    top = logs.max()
    return -float(top + math.log(np.exp(logs - top).mean()) - math.log(2))


def forest(series: TrafficSeries, attacks: Sequence[Injections], trees: int = TREES) -> ByScore:
    """Score a series and its attacks by isolation forests of so many ``trees``."""
    from sklearn.ensemble import IsolationForest

    observed = _observed(series)
    measured = _measured(series.hours)
    hours = np.arange(len(measured))
    number = series.first_hour + hours
    positions = [(injections.first[:, None] + np.arange(injections.kind.hours)).ravel() for injections in attacks]
    under_attack = [_measured([hour for row in injections.hours for hour in row]) for injections in attacks]
    at = np.concatenate([hours, *positions])
    features = _features(np.concatenate([measured, *under_attack]), number, at, measured)
    scores = np.full(len(at), NEVER)
    for begin in range(REFIT, len(measured), REFIT):
        learned = hours[max(begin - LONGEST_LEARNING, HOURS_A_DAY) : begin]
        learned = learned[observed[learned]]
        here = (at >= begin) & (at < begin + REFIT) & (features[:, -1] > 0)
        if len(learned) >= HOURS_A_DAY and here.any():
            model = IsolationForest(n_estimators=trees, random_state=1).fit(features[learned])
            scores[here] = -model.score_samples(features[here])
    scores[: len(hours)][~observed] = NEVER
    ends = np.cumsum([len(hours), *map(len, positions)])
    clean, *attacked = np.split(scores, ends[:-1])
    return ByScore(clean, tuple(attacked))


def _measured(hours: Sequence[Hour]) -> Floats:
    return np.array([measures(hour, UNIT) for hour in hours]).reshape(-1, 3)


def _features(own: Floats, number: Integers, at: Integers, all_hours: Floats) -> Floats:
    """Return floor, volume, peak, peak over volume, volume over that of the hour and the day before, time of day.

    The last is the volume over its mean in the 30 days before: above 0 where more was sent than usual.
    """
    volume = all_hours[:, 1]
    sums = np.concatenate([[0.0], np.cumsum(volume)])
    begin = np.maximum(at - LONGEST_LEARNING, 0)
    usual = (sums[at] - sums[begin]) / np.maximum(at - begin, 1)
    clock = 2 * np.pi * (number[at] % HOURS_A_DAY) / HOURS_A_DAY
    return np.column_stack(
        [
            *own.T,
            own[:, 2] - own[:, 1],
            own[:, 1] - volume[np.maximum(at - 1, 0)],
            own[:, 1] - volume[np.maximum(at - HOURS_A_DAY, 0)],
            np.cos(clock),
            own[:, 1] - usual,
        ]
    )


def _observed(series: TrafficSeries) -> Booleans:
    return np.ones(len(series.values), dtype=bool) if series.observed is None else series.observed


def _weekend(number: Integers) -> Integers:
    return ((number // HOURS_A_DAY + 3) % 7 >= 5).astype(np.int64)
