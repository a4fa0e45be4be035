"""Experiments behind the shipped profile: each part that goes beyond its reference, beside what it could have been.

Every row is the shipped profile with one thing changed. The reference is the algorithm the profile began with; its
golden vector still holds (tests/app/profile/test_golden_vector.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from npmlib.profile import burst, learning, points
from npmlib.profile.hours import Hour, Measures, measures
from npmlib.profile.learning import Scores, begin, score_and_learn
from npmlib.profile.points import POINTS, Point
from npmlib.profile.state import BURST, HOLD, HOURS_SEEN, State, blank

from workbench.evaluate.evaluation import Prepared, Result, Run, judge, prepare, score
from workbench.evaluate.lasting import level_shifts, poisoning
from workbench.evaluate.measures import Quiet
from workbench.evaluate.mimicry import mimicry
from workbench.evaluate.profile import Shipped, alerts_at, watch
from workbench.evaluate.series import DAY, Series
from workbench.evaluate.studies import NEVER, number

Rows = list[dict[str, Any]]
BURSTS = ("5 min x10", "5 min x30", "15 min x10")
FALSE_HOURS = (0.15, 0.05)  # a day, of the burst channel alone
NOTHING = Point(NEVER, NEVER, NEVER, NEVER, NEVER)
AGES = {"day 2": (1, 2), "days 3-4": (2, 4), "days 5-7": (4, 7), "days 8-14": (7, 14)}
BIRTHS = 5 * DAY  # hours between young profiles, from the beginning of a series on


def experiments(nine: Sequence[Series], pods: Prepared, lifted: int, injections: int) -> dict[str, Rows]:
    """All experiments on the nine benchmark series, and where it says so on the pods (first guard ``lifted``)."""
    prepared = prepare(nine, injections=injections)
    return {
        "burst": _bursts(prepared),
        "start": _starts(nine, pods, lifted),
        "guard": _guards(nine),
        "hold": _holds(nine, prepared, injections),
        "mimicry": mimicry(prepared),
    }


@dataclass(frozen=True)
class OtherContrast(Shipped):
    """The burst channel looks at something else than the peak over the mean."""

    contrast: Callable[[Measures, Scores], float] = lambda seen, _: seen.peak - seen.volume

    def learn(self, state: State, hour: int, seen: Hour) -> Scores:
        """Score and learn, the burst channel apart."""
        measured = measures(seen, self.unit)
        if not state[HOURS_SEEN]:
            state[:] = begin(hour, measured)
        own, hold = blank(), state[HOLD]
        own[HOURS_SEEN] = state[HOURS_SEEN]
        own[BURST : BURST + 4] = state[BURST : BURST + 4]
        scores = score_and_learn(state, hour, measured)
        found = burst.score_and_learn(own, self.contrast(measured, scores), hold == 0 or hold > learning.LONGEST_HOLD)
        state[BURST : BURST + 4] = own[BURST : BURST + 4]
        return scores._replace(burst=found)


CONTRASTS: dict[str, Callable[[Measures, Scores], float]] = {
    "peak over the mean of the hour (shipped)": lambda seen, _: seen.peak - seen.volume,
    "peak over the geometric mean": lambda seen, _: seen.peak - seen.floor,
    "peak over the expected volume": lambda seen, scores: seen.peak - scores.volume.expected,
    "mean over the geometric mean": lambda seen, _: seen.volume - seen.floor,
}


def _bursts(prepared: Prepared) -> Rows:
    shipped = Shipped()
    usual = score(prepared, shipped)
    at_point = {name: judge(usual, alerts_at(shipped, POINTS[name])) for name in ("A", "C")}
    rows = []
    for name, contrast in CONTRASTS.items():
        scorer = OtherContrast(contrast=contrast)
        runs = score(prepared, scorer)
        wished = [("alone", NOTHING, wanted) for wanted in FALSE_HOURS]
        wished += [(f"in {one}", POINTS[one], result.quiet.false_hours) for one, result in at_point.items()]
        rows += [_row(name, _lowered(runs, scorer, point, wanted), BURSTS, part=part) for part, point, wanted in wished]
    for point, result in at_point.items():
        without = judge(usual, alerts_at(shipped, POINTS[point]._replace(burst=NEVER)))
        rows.append(_row("without the channel", without, BURSTS, part=f"in {point}"))
        rows.append(_row("as shipped", result, BURSTS, part=f"in {point}"))
    return rows


def _lowered(runs: list[Run], scorer: Shipped, point: Point, wanted: float) -> Result:
    """``point`` with the lowest threshold of the burst channel that gives at most ``wanted`` false hours a day."""
    low, high = 0.0, 40.0
    for _ in range(12):
        middle = (low + high) / 2
        result = judge(runs, alerts_at(scorer, point._replace(burst=middle)))
        low, high = (low, middle) if result.quiet.false_hours <= wanted else (middle, high)
    return judge(runs, alerts_at(scorer, point._replace(burst=high)))


@dataclass(frozen=True)
class FixedStart(Shipped):
    """Every profile begins with the same scale."""

    scale: float = 0.35

    def learn(self, state: State, hour: int, seen: Hour) -> Scores:
        """Score and learn."""
        if not state[HOURS_SEEN]:
            state[:] = blank(self.scale)
        return score_and_learn(state, hour, measures(seen, self.unit))


def _starts(nine: Sequence[Series], pods: Prepared, lifted: int) -> Rows:
    makers: dict[str, Callable[[int], Shipped]] = {
        "0.35 (reference)": lambda hours: FixedStart(silent_hours=hours),
        "0.2": lambda hours: FixedStart(silent_hours=hours, scale=0.2),
        "0.1": lambda hours: FixedStart(silent_hours=hours, scale=0.1),
        "by the first hour (shipped)": lambda hours: Shipped(silent_hours=hours),
    }
    rows = []
    for name, make in makers.items():
        scorer = make(lifted)
        result = judge(score(pods, scorer), alerts_at(scorer, POINTS["B"]))
        young = _young(nine, make(points.SILENT_HOURS), POINTS["B"])
        rows.append(_row(name, result, ("15 min x1.5", "15 min x3", "1 h x0.5")) | {"young": young["day 2"]})
    return rows


def _guards(nine: Sequence[Series]) -> Rows:
    """False hours by age of profiles born from the beginning of each series on, where everything is new to them."""
    shipped = Shipped()
    return [
        {"variant": name, "point": point} | _young(nine, scorer, POINTS[point])
        for point in ("B", "C")
        for name, scorer in (("every hour over the limits", _EveryHour()), ("the first of them (shipped)", shipped))
    ]


@dataclass(frozen=True)
class _EveryHour(Shipped):
    """A young profile may alert in every hour over its limits."""

    def channels(self, scores: Scores, age: int, point: Point) -> tuple[str, ...]:
        """The channels that alert."""
        return super().channels(scores._replace(hold=0), age, point)


def _young(series: Sequence[Series], scorer: Shipped, point: Point) -> dict[str, float | None]:
    found = {age: Quiet() for age in AGES}
    alerts = alerts_at(scorer, point)
    for one in series:
        for birth in range(0, len(one.values) - 14 * DAY, BIRTHS):
            scored = watch(one, scorer, birth, birth + 14 * DAY).scored
            for age, (first, last) in AGES.items():
                hours = [at for at in range(first * DAY, last * DAY) if one.normal[birth + at]]
                found[age] += Quiet(len(hours), sum(alerts(scored[at]) for at in hours))
    return {age: number(one.false_hours) for age, one in found.items()}


def _holds(nine: Sequence[Series], prepared: Prepared, injections: int) -> Rows:
    rows = []
    for name, steady in (
        ("scales always learned (reference)", learning.LONGEST_HOLD),
        ("scales wait (shipped)", learning.STEADY),
    ):
        with patch.object(learning, "STEADY", steady):
            scorer = Shipped()
            quiet = judge(score(prepared, scorer), alerts_at(scorer, POINTS["B"])).quiet
            days = poisoning(nine, scorer, {"B": POINTS["B"]}, {}, 2 * injections, 1)["B"]
            moved = level_shifts(nine, scorer, {"B": POINTS["B"]}, 4)["B"]
        rows.append(
            {"variant": name, "false_hours": number(quiet.false_hours)}
            | {f"day {place}": number(day.recall) for place, day in enumerate(days, 1)}
            | {"moved": number(moved.moved / moved.shifts), "accepted": number(moved.accepted / moved.shifts)}
        )
    return rows


def _row(name: str, result: Result, kinds: Sequence[str], **more: str) -> dict[str, Any]:
    recalls = {kind: number(result.recall[kind].recall) for kind in kinds if kind in result.recall}
    totals = {"false_hours": number(result.quiet.false_hours), "recall": number(result.mean_recall)}
    return {"variant": name, **more, **totals, **recalls}
