"""Runs the shipped profile over series and attacks: the modules of the app, hour by hour, as npmlearn does."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from npmlib.profile import record
from npmlib.profile.acceptance import Level, accept_level, level_taking_effect
from npmlib.profile.hours import Hour, measures
from npmlib.profile.learning import Scores, begin, score_and_learn
from npmlib.profile.points import GUARDED_HOURS, LEAST, LEAST_TIMES, NO_ALERT, TIMES, YOUNG, guarded_scores
from npmlib.profile.state import CHANNELS, HOURS_SEEN, State, blank

from workbench.evaluate.series import UNIT, Booleans, Floats, Integers, TrafficSeries


class ScoredHour(NamedTuple):
    """The scores of an hour, by a profile that had seen ``age`` hours before."""

    age: int
    scores: Scores


def limits_of(least: Floats, times: Floats, ranked: Floats) -> Floats:
    """Return what npmlib.profile.points.limits does, by hour and channel."""
    most: Floats = np.maximum(least + times * ranked, LEAST_TIMES * ranked)
    return most


@dataclass(frozen=True)
class ScoredHours:
    """Hours as they are compared with limits, whatever the point.

    ``guarded`` has a row for each hour and a column for each channel, -inf where the channel may not alert. ``high``
    has the highest records before, the highest first, by hour, rank and channel. ``days`` is the age of the profile.
    ``ratio`` is how many times as much was sent as expected.
    """

    guarded: Floats
    high: Floats
    days: Integers
    ratio: Floats

    @classmethod
    def of(cls, hours: Sequence[ScoredHour | None]) -> ScoredHours:
        """Take the scores of ``hours``; one that was not observed (None) never alerts."""
        guarded = np.full((len(hours), CHANNELS), -np.inf)
        high = np.zeros((len(hours), record.RANK, CHANNELS))
        days = np.zeros(len(hours), dtype=np.int64)
        ratio = np.ones(len(hours))
        for at, hour in enumerate(hours):
            if hour is None:
                continue
            days[at] = min(hour.age // 24, record.DAYS)
            ratio[at] = np.exp(hour.scores.volume.residual)
            scores = guarded_scores(hour.scores, hour.age)
            if scores is not NO_ALERT:
                guarded[at] = scores
                high[at] = np.array([most[: record.RANK] for most in hour.scores.records]).T
        return cls(guarded, high, days, ratio)

    @property
    def ranked(self) -> Floats:
        """The score of the record that limits look at, by hour and channel."""
        ranks = np.array([record.rank(record.RANK, 24 * days) for days in range(record.DAYS + 1)])[self.days]
        high: Floats = self.high[np.arange(len(self.days)), ranks - 1]
        return high

    def alerts(self, point: float) -> Booleans:
        """Return which hours alert at an operating point, as the app decides it."""
        over: Booleans = np.any(self.guarded > point * self._limits(), axis=1)
        return over

    def rarity(self) -> tuple[Floats, Floats]:
        """Return how many times its limit at the point that ships each hour scores in the channel furthest above it.

        And how many times the highest score of the days before, or that limit if it is more. Minus infinity where no
        channel may alert.
        """
        limits = self._limits()
        times = self.guarded / limits
        hours, channel = np.arange(len(times)), np.argmax(times, axis=1)
        highest = np.maximum(limits[hours, channel], self.high[hours, 0, channel])
        return times[hours, channel], self.guarded[hours, channel] / highest

    def _limits(self) -> Floats:
        """Return the limits by hour and channel."""
        young = (self.days < GUARDED_HOURS // 24)[:, None]
        return limits_of(np.where(young, YOUNG, LEAST), np.array(TIMES), self.ranked)


@dataclass(frozen=True)
class ScoredSeries:
    """A series as a profile learned it: by hour its scores (None where not observed), and state and age before it."""

    scored: list[ScoredHour | None]
    states: list[State]
    ages: list[int]  # hours seen before


def profile_series(series: TrafficSeries) -> ScoredSeries:
    """Score and learn the hours of a series, from a profile that knows nothing on."""
    state = blank()
    scored: list[ScoredHour | None] = []
    states, ages = [], []
    age = 0
    for at, seen in enumerate(series.hours):
        states.append(_copy(state))
        ages.append(age)
        if series.observed is not None and not series.observed[at]:
            scored.append(None)
            continue
        scored.append(ScoredHour(age, _learn(state, series.first_hour + at, seen, series.levels)))
        age += 1
    return ScoredSeries(scored, states, ages)


def score_from(
    state: State, first_hour: int, age: int, hours: Iterable[Hour], levels: Sequence[Level] = ()
) -> list[ScoredHour]:
    """Score ``hours`` from ``first_hour`` (since 1970) on by a copy of ``state``, which had seen ``age`` hours."""
    own = _copy(state)
    return [ScoredHour(age + at, _learn(own, first_hour + at, seen, levels)) for at, seen in enumerate(hours)]


def _learn(state: State, hour: int, seen: Hour, levels: Sequence[Level]) -> Scores:
    """Score an hour (hours since 1970), then learn it; an accepted level that is due is taken over first."""
    level = level_taking_effect(state, hour, levels)
    if level is not None:
        accept_level(state, hour, level.limit)
    measured = measures(seen, UNIT)
    if not state[HOURS_SEEN]:
        state[:] = begin(hour, measured)
    return score_and_learn(state, hour, measured)


def _copy(state: State) -> State:
    return array("f", state)
