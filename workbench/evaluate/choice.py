"""Chooses the least thresholds of the points quiet, balanced and loud: the most recall for so many findings a day.

A random search from thresholds that hardly ever alert: a step changes a few of them, and is taken if the mean recall of
``loud`` over the sets with attacks grows and no set has more findings a day than it may. Its figures on the hours that
it saw flatter it; the servers with odd numbers are kept away from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from npmlib.profile import record
from npmlib.profile.points import POINTS, SHIPPED, Thresholds

from workbench.evaluate.evaluation import ByProfile, Windows
from workbench.evaluate.measures import throttled
from workbench.evaluate.profile import ScoredHours
from workbench.evaluate.series import HOURS_A_DAY, Booleans, Floats, Integers

BEGIN = Thresholds(volume=4.0, floor=4.0, slow=3.5, peak=0.6, burst=6.0)
STEPS = Thresholds(volume=0.5, floor=0.5, slow=0.4, peak=0.12, burst=1.2)  # standard deviation of a change
SEARCHES = 8
TRIES = 700
ROUNDED = 20  # parts of 1: thresholds are rounded up to a twentieth
APART = 1_000_000  # hours between two series where all their hours are numbered together


@dataclass(frozen=True)
class Candidates:
    """The hours of a set of series that may alert at all: a row for each, and to which hour or attack it belongs."""

    guarded: Floats
    from_record: Floats  # limits that the record sets at the point that ships
    of: Integers

    @classmethod
    def those(cls, hours: ScoredHours, of: Integers) -> Candidates:
        """Keep those of ``hours`` that alert at the lowest thresholds; ``of`` says to what each hour belongs."""
        kept = (hours.guarded > np.array(POINTS["hunting"].least)).any(axis=1)
        point = POINTS[SHIPPED]
        ranks = np.array([record.rank(point.rank, HOURS_A_DAY * days) for days in hours.days[kept].tolist()], dtype=int)
        high = hours.high[kept][np.arange(len(ranks)), ranks - 1]
        return cls(hours.guarded[kept], point.factor * high, of[kept])

    def alerting(self, least: Floats) -> Integers:
        """Return what the hours belong to that alert with these thresholds."""
        over: Integers = self.of[(self.guarded > np.maximum(least, self.from_record)).any(axis=1)]
        return over


def together(parts: Sequence[Candidates]) -> Candidates:
    """Return the candidates of several series as those of one set."""
    return Candidates(
        np.concatenate([one.guarded for one in parts]),
        np.concatenate([one.from_record for one in parts]),
        np.concatenate([one.of for one in parts]),
    )


@dataclass(frozen=True)
class Pool:
    """A set of series to choose on: hours, hours of each attack without and with it, and the kind of each attack."""

    days: float
    clean: Candidates
    before: Candidates
    attacked: Candidates
    kind: Integers

    def findings(self, least: Floats) -> float:
        """Return findings per series and day."""
        return len(throttled(self.clean.alerting(least).tolist())) / self.days

    def recall(self, least: Floats) -> float:
        """Return the mean over the kinds of the part of the windows that the attack causes to alert."""
        calm, hit = self._windows(self.before, least) == 0, self._windows(self.attacked, least) > 0
        windows, hits = (np.bincount(self.kind[these], minlength=self.kind.max() + 1) for these in (calm, calm & hit))
        return float((hits[windows > 0] / windows[windows > 0]).mean())

    def _windows(self, candidates: Candidates, least: Floats) -> Integers:
        return np.bincount(candidates.alerting(least), minlength=len(self.kind))


def pool(judged: Sequence[Windows], scored: Sequence[ByProfile]) -> Pool:
    """Collect what a set of series has to choose on."""
    clean, before, attacked, kinds = [], [], [], []
    days, number = 0.0, 0
    for index, (one, by) in enumerate(zip(judged, scored, strict=True)):
        days += float(one.where.sum()) / HOURS_A_DAY
        hours = np.arange(len(one.where))
        clean.append(Candidates.those(_part(by.clean, one.where), (hours + index * APART)[one.where]))
        for kind_number, (kind, first, hit) in enumerate(zip(one.kinds, one.first, by.attacked, strict=True)):
            windows = np.repeat(number + np.arange(len(first)), kind.hours)
            at = (first[:, None] + np.arange(kind.hours)).ravel()
            before.append(Candidates.those(_part(by.clean, at), windows))
            attacked.append(Candidates.those(hit, windows))
            kinds.append(np.full(len(first), kind_number))
            number += len(first)
    return Pool(days, together(clean), together(before), together(attacked), np.concatenate(kinds))


def choose(
    pools: Mapping[str, Pool], limits: Mapping[str, float], attacked: Sequence[str], tries: int = TRIES
) -> Thresholds:
    """Choose thresholds with which no pool has more findings a day than its limit, by the recall on ``attacked``."""
    ends = [_climb(pools, limits, attacked, tries, seed) for seed in range(SEARCHES)]
    best = max(ends, key=lambda end: _recall(pools, attacked, end))
    return Thresholds(*[float(one) for one in np.ceil(np.round(best * ROUNDED, 9)) / ROUNDED])


def _climb(
    pools: Mapping[str, Pool], limits: Mapping[str, float], attacked: Sequence[str], tries: int, seed: int
) -> Floats:
    random = np.random.default_rng(seed)
    lowest, best = np.array(POINTS["hunting"].least), np.array(BEGIN)
    recall = _recall(pools, attacked, best)
    for number in range(tries):
        change = random.standard_normal(len(best)) * np.array(STEPS) * (1.0 if number < tries / 2 else 0.4)
        change[random.permutation(len(best))[random.integers(1, 4) :]] = 0.0
        tried = np.maximum(best + change, lowest)
        if any(pools[name].findings(tried) > limit for name, limit in limits.items()):
            continue
        now = _recall(pools, attacked, tried)
        if now > recall:
            best, recall = tried, now
    return best


def _recall(pools: Mapping[str, Pool], attacked: Sequence[str], least: Floats) -> float:
    return sum(pools[name].recall(least) for name in attacked) / len(attacked)


def _part(hours: ScoredHours, at: Integers | Booleans) -> ScoredHours:
    return ScoredHours(hours.guarded[at], hours.high[at], hours.days[at], hours.ratio[at])
