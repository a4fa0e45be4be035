"""Experiment: attacks that follow the hours of the day, and what a slow channel over other hours would make of them."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from npmlib.profile import learning, slow, tail
from npmlib.profile.hours import Hour, measures
from npmlib.profile.learning import Scores, begin, score_and_learn
from npmlib.profile.points import Point
from npmlib.profile.state import HOLD, HOURS_SEEN, SIZE, SLOW_TAIL, State, blank

from workbench.evaluate.evaluation import Prepared, Result, Run, judge, score
from workbench.evaluate.profile import Shipped, alerts_at
from workbench.evaluate.studies import NEVER, number

KINDS = ("24 h like the day x0.5", "24 h like the day x1", "24 h x0.25", "24 h x0.5", "6 h x0.5")
FALSE_HOURS = 0.055  # a day, of the slow channel alone


@dataclass(frozen=True)
class OtherSlow(Shipped):
    """The slow channel looks at the second smallest of so many ``hours``; its ring lies behind the state."""

    hours: int = 6
    residual: Callable[[Scores], float] = lambda scores: scores.floor.standardised

    def blank(self) -> State:
        """A state that knows nothing."""
        start = blank()
        return array("f", [*start, *start[SLOW_TAIL : SLOW_TAIL + 2], *[slow.QUIET] * (self.hours - 1)])

    def learn(self, state: State, hour: int, seen: Hour) -> Scores:
        """Score and learn, the slow channel apart."""
        measured = measures(seen, self.unit)
        if not state[HOURS_SEEN]:
            state[:SIZE] = begin(hour, measured)
        hours_seen, hold = state[HOURS_SEEN], state[HOLD]
        scores = score_and_learn(state, hour, measured)
        last = [*state[SIZE + 2 :], self.residual(scores)]
        second = sorted(last)[1]
        found = tail.score(state, SIZE, second)
        if hold <= learning.SLOW_FOLLOWS or hold > learning.LONGEST_HOLD:
            tail.learn(state, SIZE, second, hours_seen)
        state[SIZE + 2 :] = array("f", last[1:])
        return scores._replace(slow=found)


VARIANTS: dict[str, OtherSlow] = {
    "six hours of the floor (shipped)": OtherSlow(),
    "six hours of the volume": OtherSlow(residual=lambda scores: scores.volume.standardised),
    "nine hours of the floor": OtherSlow(hours=9),
    "twelve hours of the floor": OtherSlow(hours=12),
}


def mimicry(prepared: Prepared) -> list[dict[str, Any]]:
    """The slow channel alone, each variant at the same false hours: recall of lasting attacks."""
    rows = []
    for name, scorer in VARIANTS.items():
        result = _alone(score(prepared, scorer), scorer)
        recalls = {kind: number(result.recall[kind].recall) for kind in KINDS if kind in result.recall}
        rows.append({"variant": name, "false_hours": number(result.quiet.false_hours), **recalls})
    return rows


def _alone(runs: list[Run], scorer: OtherSlow) -> Result:
    low, high = 0.0, 40.0
    for _ in range(12):
        middle = (low + high) / 2
        found = _at(runs, scorer, middle)
        low, high = (low, middle) if found.quiet.false_hours <= FALSE_HOURS else (middle, high)
    return _at(runs, scorer, high)


def _at(runs: list[Run], scorer: OtherSlow, threshold: float) -> Result:
    return judge(runs, alerts_at(scorer, Point(NEVER, NEVER, threshold, NEVER, NEVER)))
