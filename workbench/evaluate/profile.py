"""Runs the shipped profile over series and attacks: the modules of the app, hour by hour, as npmlearn does."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from npmlib.profile import points
from npmlib.profile.acceptance import Level, accept_level, level_taking_effect
from npmlib.profile.hours import Hour, measures
from npmlib.profile.learning import Scores, begin, score_and_learn
from npmlib.profile.points import Point
from npmlib.profile.state import HOURS_SEEN, State, blank

from workbench.evaluate.series import UNIT, Series


class ScoredHour(NamedTuple):
    """The scores of an hour, by a profile that had seen ``age`` hours before."""

    age: int
    scores: Scores


Alerts = Callable[[ScoredHour | None], bool]


@dataclass(frozen=True)
class Detector:
    """The profile of the app. ``silent_hours`` below 24 lifts its first guard, for recordings of a day and a third."""

    silent_hours: int = points.SILENT_HOURS

    def learn(self, state: State, hour: int, seen: Hour, levels: Sequence[Level]) -> Scores:
        """Score an hour (hours since 1970), then learn it; an accepted level that is due is taken over first."""
        level = level_taking_effect(state, hour, levels)
        if level is not None:
            accept_level(state, hour, level.limit)
        measured = measures(seen, UNIT)
        if not state[HOURS_SEEN]:
            state[:] = begin(hour, measured)
        return score_and_learn(state, hour, measured)

    def guarded_scores(self, scored: ScoredHour) -> tuple[float, ...]:
        """Return the scores as they are compared with thresholds, in the order of Point."""
        if scored.age < self.silent_hours:
            return points.NO_ALERT
        return points.guarded_scores(scored.scores, max(scored.age, points.SILENT_HOURS))

    def channels(self, scored: ScoredHour, point: Point) -> tuple[str, ...]:
        """Name the channels that alert at an operating point, as the detection does."""
        if scored.age < self.silent_hours:
            return ()
        return points.channels(scored.scores, max(scored.age, points.SILENT_HOURS), point)

    def alerts_at(self, point: Point) -> Alerts:
        """Return a function that says whether an hour alerts at ``point``; an hour not observed (None) does not."""
        return lambda scored: scored is not None and bool(self.channels(scored, point))


@dataclass(frozen=True)
class Profiled:
    """A series as a profile learned it: by hour its scores (None where not observed), and state and age before it."""

    scored: list[ScoredHour | None]
    states: list[State]
    ages: list[int]  # hours seen before


def profile_series(series: Series, detector: Detector) -> Profiled:
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
        scored.append(ScoredHour(age, detector.learn(state, series.first_hour + at, seen, series.levels)))
        age += 1
    return Profiled(scored, states, ages)


def score_from(
    state: State, detector: Detector, first_hour: int, age: int, hours: Iterable[Hour], levels: Sequence[Level] = ()
) -> list[ScoredHour]:
    """Score ``hours`` from ``first_hour`` (since 1970) on by a copy of ``state``, which had seen ``age`` hours."""
    own = _copy(state)
    return [ScoredHour(age + at, detector.learn(own, first_hour + at, seen, levels)) for at, seen in enumerate(hours)]


def _copy(state: State) -> State:
    return array("f", state)
