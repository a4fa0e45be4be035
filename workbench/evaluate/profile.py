"""Runs the shipped profile over series and attacks: the modules of the app, hour by hour, as npmlearn does."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from npmlib.profile import points
from npmlib.profile.acceptance import Level, accept_level, level_taking_effect
from npmlib.profile.hours import Hour, measures
from npmlib.profile.learning import Scores, begin, score_and_learn
from npmlib.profile.state import HOURS_SEEN, State, blank

from workbench.evaluate.series import UNIT, Series

Point = Any  # a row of thresholds; the scorer that takes it knows its shape


class Scored(NamedTuple):
    """How an hour was scored, of a profile that had seen ``age`` hours before."""

    age: int
    scores: Any


class Scorer(Protocol):
    """A detector that keeps a state for each series; variants of the shipped one have the same functions."""

    def blank(self) -> Any:
        """A state that knows nothing."""

    def copy(self, state: Any) -> Any:
        """A state of its own with the same content."""

    def learn(self, state: Any, hour: int, seen: Hour) -> Any:
        """Score an hour (hours since 1970), then learn it."""

    def channels(self, scores: Any, age: int, point: Point) -> tuple[str, ...]:
        """The channels that alert."""

    def accept(self, state: Any, hour: int, levels: Sequence[Level]) -> None:
        """Before ``hour`` is learned, take over those of the accepted levels that it is the first to be taken for."""


@dataclass(frozen=True)
class Shipped:
    """The profile of the app. ``silent_hours`` below 24 lifts its first guard, for recordings of a day and a third."""

    unit: float = UNIT
    silent_hours: int = points.SILENT_HOURS

    def blank(self) -> State:
        """A state that knows nothing."""
        return blank()

    def copy(self, state: State) -> State:
        """A state of its own with the same content."""
        return array("f", state)

    def learn(self, state: State, hour: int, seen: Hour) -> Scores:
        """Score an hour, then learn it."""
        measured = measures(seen, self.unit)
        if not state[HOURS_SEEN]:
            state[:] = begin(hour, measured)
        return score_and_learn(state, hour, measured)

    def accept(self, state: State, hour: int, levels: Sequence[Level]) -> None:
        """Take over those of the accepted levels that ``hour`` is the first to be taken for."""
        level = level_taking_effect(state, hour, levels)
        if level is not None:
            accept_level(state, hour, level.limit)

    def channels(self, scores: Scores, age: int, point: Point) -> tuple[str, ...]:
        """The channels that alert, as the detection has them."""
        if age < self.silent_hours:
            return ()
        return points.channels(scores, max(age, points.SILENT_HOURS), point)

    def counted(self, scores: Scores, age: int) -> tuple[float, ...]:
        """The scores as they are held against thresholds."""
        if age < self.silent_hours:
            return points.NO_ALERT
        return points.guarded_scores(scores, max(age, points.SILENT_HOURS))


@dataclass(frozen=True)
class Watched:
    """A series as a profile saw it: the score of each hour, None where it was not observed, and the state before it."""

    scored: list[Scored | None]
    states: list[Any]
    ages: list[int]  # hours seen before each


def watch(series: Series, scorer: Scorer, first: int = 0, last: int | None = None) -> Watched:
    """Learn the hours of a series from number ``first`` up to ``last`` by a profile that is new then.

    The lists begin with hour ``first``.
    """
    state = scorer.blank()
    scored: list[Scored | None] = []
    states, ages = [], []
    age = 0
    for at, seen in enumerate(series.hours[first:last], start=first):
        states.append(scorer.copy(state))
        ages.append(age)
        if series.observed is not None and not series.observed[at]:
            scored.append(None)
            continue
        hour = series.first_hour + at
        scorer.accept(state, hour, series.levels)
        scored.append(Scored(age, scorer.learn(state, hour, seen)))
        age += 1
    return Watched(scored, states, ages)


def follow(
    state: Any, scorer: Scorer, first_hour: int, age: int, hours: Iterable[Hour], levels: Sequence[Level] = ()
) -> list[Scored]:
    """Score ``hours`` from ``first_hour`` on by a copy of ``state``, which had seen ``age`` hours."""
    own = scorer.copy(state)
    scored = []
    for at, seen in enumerate(hours):
        scorer.accept(own, first_hour + at, levels)
        scored.append(Scored(age + at, scorer.learn(own, first_hour + at, seen)))
    return scored


Alerts = Callable[[Scored | None], bool]


def alerts_at(scorer: Scorer, point: Point) -> Alerts:
    """What tells whether an hour alerts at an operating point; one that was not observed does not."""
    return lambda one: one is not None and bool(scorer.channels(one.scores, one.age, point))
