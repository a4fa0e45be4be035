"""Which risk objects two stock rules of Enterprise Security would report, from the risk events of all detections.

"24 Hour Risk Threshold Exceeded": more than 100 points of one object. "7 Day ATT&CK Tactic Threshold Exceeded": at
least three tactics. Both are asked at the time of each event (reference/es-and-rba.md, section 5).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from workbench.demo.verdict import Verdict
from workbench.replay.risk import MOST_POINTS, RiskEvent
from workbench.replay.schedule import SearchRun

DAY = 86400.0  # seconds
MONTH = 28  # days
MOST_TACTICS = 2  # that are not reported
TACTICS = {"T1048": "Exfiltration", "T1030": "Exfiltration", "T1021": "Lateral Movement"}


@dataclass(frozen=True)
class Risk:
    """A risk object's points in the 24 hours and its tactics in the seven days before ``at``, epoch seconds."""

    risk_object: str
    at: float
    points: float
    tactics: frozenset[str]

    @property
    def reported(self) -> bool:
        """Whether one of the rules fires."""
        return self.points > MOST_POINTS or len(self.tactics) > MOST_TACTICS


def risks(events: Iterable[RiskEvent]) -> list[Risk]:
    """Return the risk of each object at the time of each of its events, by object and time."""

    def key(event: RiskEvent) -> tuple[str, str]:
        return event["risk_object_type"], event["risk_object"]

    made: list[Risk] = []
    for (_, name), each in groupby(sorted(events, key=lambda event: (key(event), event["_time"])), key):
        of_it = list(each)
        made += [_risk(name, of_it, now["_time"]) for now in of_it]
    return made


def highest(events: Iterable[RiskEvent]) -> list[Risk]:
    """Return for each object the risk in its worst 24 hours, the highest first."""
    worst: dict[str, Risk] = {}
    for risk in risks(events):
        if risk.risk_object not in worst or risk.points > worst[risk.risk_object].points:
            worst[risk.risk_object] = risk
    return sorted(worst.values(), key=lambda risk: (-risk.points, risk.risk_object))


def month(runs: Iterable[SearchRun], verdict: Verdict) -> list[RiskEvent]:
    """Return the risk events of a month of days like the one that was watched, of which only the last has the attacks.

    What no attack explains is there on every day: each has the releases, deploys and large batches of the one watched.
    """
    attacked = {id(finding.row) for _, findings in verdict.caught for finding in findings}
    return [
        {**event, "_time": event["_time"] + day * DAY}
        for run in runs
        for row, event in zip(run.findings, run.risk_events, strict=True)
        for day in (range(MONTH) if id(row) not in attacked else (MONTH - 1,))
    ]


def _risk(name: str, events: Sequence[RiskEvent], now: float) -> Risk:
    day = [event["risk_score"] for event in events if now - DAY < event["_time"] <= now]
    week = [event for event in events if now - 7 * DAY < event["_time"] <= now]
    tactics = {TACTICS[each] for event in week for each in event["annotations.mitre_attack"]}
    return Risk(name, now, sum(day), frozenset(tactics))
