"""Chooses LEAST and TIMES, from which the limits of the channels come: the most recall for so many findings a day.

A random search: a step changes a few of the numbers, and scales all of them so that no set has more findings a day than
it may. It is taken if the mean recall of the point that ships grows over the sets with attacks, where what a set lacks
of the recall that is wanted counts four times. Its figures on the hours that it saw flatter it; the servers with odd
numbers are kept away from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from npmlib.profile.points import Thresholds

from workbench.evaluate.evaluation import ByProfile, Windows
from workbench.evaluate.measures import throttled
from workbench.evaluate.profile import ScoredHours, limits_of
from workbench.evaluate.series import HOURS_A_DAY, Booleans, Floats, Integers

BEGIN = np.array(
    [
        Thresholds(volume=1.4, floor=2.5, slow=1.0, day=1.0, peak=0.3, burst=2.0),  # LEAST
        Thresholds(volume=0.7, floor=0.8, slow=0.6, day=0.8, peak=1.5, burst=0.8),  # TIMES
    ]
)
LOWEST = np.array(
    [
        # Not less for the volume: jobs whose size is another one each night would be reported often
        Thresholds(volume=1.2, floor=0.75, slow=0.3, day=0.3, peak=0.1, burst=0.6),
        Thresholds(volume=0.3, floor=0.3, slow=0.25, day=0.3, peak=0.6, burst=0.3),
    ]
)
SEARCHES = 4
TRIES = 600
CHANGE = 0.25  # standard deviation of the first changes, as part of BEGIN; of the last a tenth
SHORT = 4  # times that recall counts that is short of what is wanted
ROUNDED = 50  # parts of 1: the numbers are rounded up to a fiftieth
APART = 1_000_000  # hours between two series where all their hours are numbered together


@dataclass(frozen=True)
class Candidates:
    """The hours of a set of series that may alert at all: a row for each, and to which hour or attack it belongs."""

    guarded: Floats
    ranked: Floats
    of: Integers

    @classmethod
    def those(cls, hours: ScoredHours, of: Integers) -> Candidates:
        """Keep those of ``hours`` that alert at the lowest limits; ``of`` says to what each hour belongs."""
        ranked = hours.ranked
        kept = (hours.guarded > limits_of(LOWEST[0], LOWEST[1], ranked)).any(axis=1)
        return cls(hours.guarded[kept], ranked[kept], of[kept])

    def times(self, limits: Floats) -> Floats:
        """Return how many times its limit each hour scores; ``limits`` has the rows LEAST and TIMES."""
        times: Floats = (self.guarded / limits_of(limits[0], limits[1], self.ranked)).max(axis=1)
        return times


def together(parts: Sequence[Candidates]) -> Candidates:
    """Return the candidates of several series as those of one set."""
    return Candidates(
        np.concatenate([one.guarded for one in parts]),
        np.concatenate([one.ranked for one in parts]),
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

    def findings(self, limits: Floats) -> float:
        """Return findings per series and day."""
        return self._findings(self.clean.times(limits), 1.0)

    def scale(self, limits: Floats, findings: float) -> float:
        """Return by how much to multiply the limits, from 0.5 to 2, to have so many findings a day or less."""
        times = self.clean.times(limits)
        low, high = 0.5, 2.0
        for _ in range(9):
            middle = (low + high) / 2
            if self._findings(times, middle) > findings:
                low = middle
            else:
                high = middle
        return high

    def _findings(self, times: Floats, point: float) -> float:
        return len(throttled(self.clean.of[times > point].tolist())) / self.days

    def recall(self, limits: Floats) -> float:
        """Return the mean over the kinds of the part of the windows that the attack causes to alert."""
        calm, hit = self._windows(self.before, limits) == 0, self._windows(self.attacked, limits) > 0
        windows, hits = (np.bincount(self.kind[these], minlength=self.kind.max() + 1) for these in (calm, calm & hit))
        return float((hits[windows > 0] / windows[windows > 0]).mean())

    def _windows(self, candidates: Candidates, limits: Floats) -> Integers:
        return np.bincount(candidates.of[candidates.times(limits) > 1], minlength=len(self.kind))


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
    pools: Mapping[str, Pool], may_have: Mapping[str, float], wanted: Mapping[str, float], tries: int = TRIES
) -> Floats:
    """Choose limits, the rows LEAST and TIMES, with which no pool has more findings a day than it may have.

    ``wanted`` names the pools whose recall counts, and how much of it is wanted.
    """
    ends = [_climb(pools, may_have, wanted, tries, seed) for seed in range(SEARCHES)]
    best = max(ends, key=lambda end: _worth(pools, wanted, end))
    chosen: Floats = np.ceil(np.round(best * ROUNDED, 9)) / ROUNDED
    return chosen


def _climb(
    pools: Mapping[str, Pool], may_have: Mapping[str, float], wanted: Mapping[str, float], tries: int, seed: int
) -> Floats:
    random = np.random.default_rng(seed)
    best = np.full(BEGIN.shape, np.inf)
    worth = -np.inf
    at = BEGIN
    for number in range(tries):
        change = random.standard_normal(BEGIN.size) * CHANGE * (1 - 0.9 * number / tries)
        change[random.permutation(BEGIN.size)[random.integers(1, 4) :]] = 0.0
        tried = np.maximum(at + change.reshape(BEGIN.shape) * BEGIN, LOWEST)
        tried = np.maximum(tried * max(pool.scale(tried, may_have[name]) for name, pool in pools.items()), LOWEST)
        if any(pool.findings(tried) > may_have[name] for name, pool in pools.items()):
            continue
        now = _worth(pools, wanted, tried)
        if now > worth:
            at = best = tried
            worth = now
    return best


def _worth(pools: Mapping[str, Pool], wanted: Mapping[str, float], limits: Floats) -> float:
    over = [pools[name].recall(limits) - recall for name, recall in wanted.items()]
    return sum(one if one > 0 else SHORT * one for one in over)


def _part(hours: ScoredHours, at: Integers | Booleans) -> ScoredHours:
    return ScoredHours(hours.guarded[at], hours.high[at], hours.days[at], hours.ratio[at])
