"""Chooses the thresholds of the operating points: the most recall for so many false hours, on given series.

Every series that is tested must be left out of those. A random search from thresholds that hardly ever alert: a step
changes a few of them, and is taken if recall grows and false hours stay within the limit, on the series with attacks
and, by themselves, on series without. The quietest point is chosen first, and none may be quieter than the one before:
what a quiet point reports the others report as well.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from npmlib.profile.points import POINTS, Point

from workbench.evaluate.evaluation import Part, Run, inside, whole
from workbench.evaluate.profile import Scored, Shipped
from workbench.evaluate.series import DAY, Booleans, Floats, Whole

PART_OF_SEED = {"A": 1, "B": 10, "C": 20, "D": 40}  # a point may have the false hours of the seed, divided by this
BEGIN = Point(volume=9.0, floor=9.0, slow=9.0, peak=3.0, burst=12.0)
STEPS = Point(volume=0.5, floor=0.5, slow=0.4, peak=0.2, burst=0.7)  # standard deviation of a change
BURST = "5 min x30"  # what three sigma hardly ever misses
WEIGHTS = {"A": 5.0, "B": 5.0, "C": 5.0, "D": 1.0}  # of it; the quiet point leaves bursts to three sigma
SEARCHES = 3
TRIES = 2000
ROUNDED = 20  # parts of 1: thresholds are rounded up to a twentieth
NEVER = -99.0  # a score that no threshold is below


@dataclass(frozen=True)
class Held:
    """What thresholds are held against: the scores as they are counted, a row for each channel.

    ``clean`` has the tested hours that score at all, of ``hours``; ``before`` and ``attacked`` the highest scores in
    the window of each attack without and with it, ``kind`` which of ``kinds`` it is.
    """

    hours: int
    clean: Floats
    before: Floats
    attacked: Floats
    kind: Whole
    kinds: tuple[str, ...]

    def __add__(self, other: Held) -> Held:
        kinds = tuple(dict.fromkeys([*self.kinds, *other.kinds]))
        places = [np.array([kinds.index(name) for name in one.kinds], dtype=int)[one.kind] for one in (self, other)]
        return Held(
            self.hours + other.hours,
            np.concatenate([self.clean, other.clean], axis=1),
            np.concatenate([self.before, other.before], axis=1),
            np.concatenate([self.attacked, other.attacked], axis=1),
            np.concatenate(places),
            kinds,
        )

    def false_hours(self, thresholds: Floats) -> float:
        """Hours that alert, per series-day."""
        return float(_over(self.clean, thresholds).sum()) * DAY / self.hours

    def mean_recall(self, thresholds: Floats, weight: float = 1.0) -> float:
        """Mean over the kinds of the part of the windows that the attack causes to alert; 0 without windows.

        ``weight`` is that of the kind BURST; the others have 1.
        """
        calm = ~_over(self.before, thresholds)
        found = calm & _over(self.attacked, thresholds)
        windows = np.bincount(self.kind[calm], minlength=len(self.kinds))
        hits = np.bincount(self.kind[found], minlength=len(self.kinds))
        if not windows.any():
            return 0.0
        weights = np.array([weight if kind == BURST else 1.0 for kind in self.kinds]) * (windows > 0)
        return float((weights * hits / np.maximum(windows, 1)).sum() / weights.sum())


def held(runs: Sequence[Run], scorer: Shipped, part: Part = whole) -> Held:
    """Take from scored series what thresholds are held against, in the ``part`` of them that is asked for."""
    kinds = tuple(dict.fromkeys(one.kind.label for run in runs for one, _ in run.attacked))
    hours, clean = 0, [_none()]
    before, attacked, kind = [_none()], [_none()], [np.zeros(0, dtype=int)]
    for run in runs:
        where = part(run.series)
        scores = np.array([_row(scorer, one) for one in run.watched.scored])
        hours += int(where.sum())
        clean.append(scores[where & (scores > NEVER).any(axis=1)])
        for injections, rows in run.attacked:
            kept = inside(injections, where)
            if not kept.any():
                continue
            windows = injections.first[kept][:, None] + np.arange(injections.kind.hours)
            now = [[_row(scorer, one) for one in row] for row, keep in zip(rows, kept, strict=True) if keep]
            before.append(scores[windows].max(axis=1))
            attacked.append(np.array(now).max(axis=1))
            kind.append(np.full(len(now), kinds.index(injections.kind.label)))
    return Held(
        hours,
        np.concatenate(clean).T.copy(),
        np.concatenate(before).T.copy(),
        np.concatenate(attacked).T.copy(),
        np.concatenate(kind),
        kinds,
    )


def choose(attacked: Held, quiet: Sequence[Held], limits: Mapping[str, float], tries: int = TRIES) -> dict[str, Point]:
    """Choose a point for each of ``limits``, false hours per series-day that neither of ``quiet`` may exceed.

    ``attacked`` says what recall is. The result has the points from the one with most alerts on.
    """
    highest = np.array(BEGIN)
    found: dict[str, Point] = {}
    for name in sorted(limits, key=lambda name: limits[name]):
        best = _search(attacked, quiet, limits[name], WEIGHTS[name], highest, tries)
        highest = np.ceil(np.round(best * ROUNDED, 9)) / ROUNDED
        found[name] = Point(*[float(one) for one in highest])
    return {name: found[name] for name in sorted(found, key=list(POINTS).index)}


def _search(attacked: Held, quiet: Sequence[Held], limit: float, weight: float, highest: Floats, tries: int) -> Floats:
    """The best of several searches: what they look for is nearly flat, and one may end on a slope."""
    found = [_climb(attacked, quiet, limit, weight, highest, tries, seed) for seed in range(SEARCHES)]
    return max(found, key=lambda one: attacked.mean_recall(one, weight))


def _climb(
    attacked: Held, quiet: Sequence[Held], limit: float, weight: float, highest: Floats, tries: int, seed: int
) -> Floats:
    random = np.random.default_rng(seed)
    best, recall = highest, attacked.mean_recall(highest, weight)
    for number in range(tries):
        change = random.standard_normal(len(best)) * np.array(STEPS) * (2.0 if number < tries / 3 else 0.5)
        change[random.permutation(len(best))[random.integers(1, 4) :]] = 0.0
        tried = np.clip(best + change, 0.0, highest)
        if any(one.false_hours(tried) > limit for one in quiet):
            continue
        now = attacked.mean_recall(tried, weight)
        if now > recall:
            best, recall = tried, now
    return best


def limits_of(seed: float) -> dict[str, float]:
    """The false hours that each point may have where the seed has ``seed``."""
    return {name: seed / part for name, part in PART_OF_SEED.items()}


def _over(scores: Floats, thresholds: Floats) -> Booleans:
    """Which columns alert. Rows of channels are ten times as fast as columns of them."""
    over: Booleans = np.logical_or.reduce(scores > thresholds[:, None], axis=0)
    return over


def _row(scorer: Shipped, one: Scored | None) -> list[float]:
    if one is None:
        return [NEVER] * len(BEGIN)
    return [max(score, NEVER) if not math.isnan(score) else NEVER for score in scorer.counted(one.scores, one.age)]


def _none() -> Floats:
    return np.empty((0, len(BEGIN)))
