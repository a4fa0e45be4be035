"""Chooses the thresholds of the operating points: the most recall for so many false hours, on given series.

A random search from thresholds that hardly ever alert: a step changes a few of them, and is taken if recall grows and
false hours stay within the limit, on the series with attacks and, by themselves, on series without. The quietest point
is chosen first, and none may be quieter than the one before: what a quiet point reports the others report as well.
The figures of hours that thresholds were chosen on flatter them; ``heldout`` chooses without the hours it tests.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from npmlib.profile.points import POINTS, Point

from workbench.evaluate.evaluation import Part, ScoredSeries, all_tested, inside
from workbench.evaluate.profile import Detector, ScoredHour
from workbench.evaluate.series import HOURS_A_DAY, Booleans, Floats, Integers

LESS_THAN_ORIGINAL = {"A": 1, "B": 10, "C": 20, "D": 40}  # a point may have the original's false hours divided by this
BEGIN = Point(volume=9.0, floor=9.0, slow=9.0, peak=3.0, burst=12.0)
STEPS = Point(volume=0.5, floor=0.5, slow=0.4, peak=0.2, burst=0.7)  # standard deviation of a change
BURST = "5 min x30"  # what three sigma hardly ever misses
WEIGHTS = {"A": 5.0, "B": 5.0, "C": 5.0, "D": 1.0}  # of it; the quiet point leaves bursts to three sigma
SEARCHES = 3
TRIES = 2000
ROUNDED = 20  # parts of 1: thresholds are rounded up to a twentieth
NEVER = -99.0  # a score below every threshold


@dataclass(frozen=True)
class ChannelScores:
    """Scores to choose thresholds from, as they are compared with thresholds: a row for each channel of Point.

    ``clean`` has a column for each tested hour that scores at all, of ``hours`` in all; ``before`` and ``attacked`` one
    for each attack: the highest scores in its window without and with it. ``kind`` is its kind, by position in
    ``kinds``.
    """

    hours: int
    clean: Floats
    before: Floats
    attacked: Floats
    kind: Integers
    kinds: tuple[str, ...]

    def __add__(self, other: ChannelScores) -> ChannelScores:
        kinds = tuple(dict.fromkeys([*self.kinds, *other.kinds]))
        renumbered = [np.array([kinds.index(kind) for kind in one.kinds], dtype=int)[one.kind] for one in (self, other)]
        return ChannelScores(
            self.hours + other.hours,
            np.concatenate([self.clean, other.clean], axis=1),
            np.concatenate([self.before, other.before], axis=1),
            np.concatenate([self.attacked, other.attacked], axis=1),
            np.concatenate(renumbered),
            kinds,
        )

    def false_hours(self, thresholds: Floats) -> float:
        """Return the hours that alert, per series-day."""
        return float(_over(self.clean, thresholds).sum()) * HOURS_A_DAY / self.hours

    def mean_recall(self, thresholds: Floats, weight: float = 1.0) -> float:
        """Return the mean over the kinds of the part of the windows that the attack causes to alert; 0 without windows.

        ``weight`` is that of the kind BURST; the others have 1.
        """
        calm = ~_over(self.before, thresholds)
        detected = calm & _over(self.attacked, thresholds)
        windows = np.bincount(self.kind[calm], minlength=len(self.kinds))
        hits = np.bincount(self.kind[detected], minlength=len(self.kinds))
        if not windows.any():
            return 0.0
        weights = np.array([weight if kind == BURST else 1.0 for kind in self.kinds]) * (windows > 0)
        return float((weights * hits / np.maximum(windows, 1)).sum() / weights.sum())


def channel_scores(scored: Sequence[ScoredSeries], detector: Detector, part: Part = all_tested) -> ChannelScores:
    """Collect the scores in the hours of ``part``, and those of the attacks that lie in them."""
    kinds = tuple(dict.fromkeys(injections.kind.label for one in scored for injections, _ in one.attacked))
    hours, clean = 0, [_none()]
    before, attacked, kind = [_none()], [_none()], [np.zeros(0, dtype=int)]
    for one in scored:
        where = part(one.series)
        scores = np.array([_row(detector, hour) for hour in one.profiled.scored])
        hours += int(where.sum())
        clean.append(scores[where & (scores > NEVER).any(axis=1)])
        for injections, rows in one.attacked:
            kept = inside(injections, where)
            if not kept.any():
                continue
            windows = injections.first[kept][:, None] + np.arange(injections.kind.hours)
            now = [[_row(detector, hour) for hour in row] for row, keep in zip(rows, kept, strict=True) if keep]
            before.append(scores[windows].max(axis=1))
            attacked.append(np.array(now).max(axis=1))
            kind.append(np.full(len(now), kinds.index(injections.kind.label)))
    return ChannelScores(
        hours,
        np.concatenate(clean).T.copy(),
        np.concatenate(before).T.copy(),
        np.concatenate(attacked).T.copy(),
        np.concatenate(kind),
        kinds,
    )


def choose(
    attacked: ChannelScores, quiet: Sequence[ChannelScores], limits: Mapping[str, float], tries: int = TRIES
) -> dict[str, Point]:
    """Choose a point for each of ``limits``: false hours per series-day, which it keeps on each of ``quiet``.

    Recall is that on ``attacked``. The result begins with the point that alerts most.
    """
    highest = np.array(BEGIN)
    chosen: dict[str, Point] = {}
    for name in sorted(limits, key=lambda name: limits[name]):
        best = _search(attacked, quiet, limits[name], WEIGHTS[name], highest, tries)
        highest = np.ceil(np.round(best * ROUNDED, 9)) / ROUNDED
        chosen[name] = Point(*[float(one) for one in highest])
    return {name: chosen[name] for name in sorted(chosen, key=list(POINTS).index)}


def _search(
    attacked: ChannelScores, quiet: Sequence[ChannelScores], limit: float, weight: float, highest: Floats, tries: int
) -> Floats:
    """Return the best of several searches: recall is nearly flat in the thresholds, and one may end on a slope."""
    ends = [_climb(attacked, quiet, limit, weight, highest, tries, seed) for seed in range(SEARCHES)]
    return max(ends, key=lambda end: attacked.mean_recall(end, weight))


def _climb(
    attacked: ChannelScores,
    quiet: Sequence[ChannelScores],
    limit: float,
    weight: float,
    highest: Floats,
    tries: int,
    seed: int,
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


def limits_of(original: float) -> dict[str, float]:
    """Return the false hours that each point may have where the original has ``original``."""
    return {name: original / part for name, part in LESS_THAN_ORIGINAL.items()}


def _over(scores: Floats, thresholds: Floats) -> Booleans:
    """Return which columns alert; a row for each channel is ten times as fast as a column for each."""
    over: Booleans = np.logical_or.reduce(scores > thresholds[:, None], axis=0)
    return over


def _row(detector: Detector, hour: ScoredHour | None) -> list[float]:
    if hour is None:
        return [NEVER] * len(BEGIN)
    return [max(score, NEVER) if not math.isnan(score) else NEVER for score in detector.guarded_scores(hour)]


def _none() -> Floats:
    return np.empty((0, len(BEGIN)))
