"""How many alerts a day somebody would have to read: findings after throttling, by what they turned out to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from workbench.demo.verdict import DetectionFinding, Verdict
from workbench.replay.schedule import SearchRun
from workbench.traffic.attacks import EDGES

Cause: TypeAlias = Literal["attack", "benign cause", "unexplained"]
CAUSES: tuple[Cause, ...] = ("attack", "benign cause", "unexplained")
# What nothing that the truth names explains, by day and otherwise.
BUSY, ORDINARY = "busy hours of the day", "ordinary traffic"
HOUR = 3600.0  # seconds


@dataclass(frozen=True)
class Judged:
    """A finding, what it turned out to be, and the event of the truth file behind it, if any."""

    finding: DetectionFinding
    cause: Cause
    event: dict[str, Any] | None = None


@dataclass(frozen=True)
class Load:
    """Findings of one detection over the watched hours, by cause, and scaled to 24 hours."""

    detection: str
    watched: dict[Cause, int]
    a_day: dict[Cause, float]

    @property
    def total(self) -> int:
        """Findings of all causes over the watched hours."""
        return sum(self.watched.values())

    @property
    def total_a_day(self) -> float:
        """Findings of all causes in 24 hours."""
        return sum(self.a_day.values())


def judged(verdict: Verdict) -> list[Judged]:
    """Return all findings with their causes, each once, in the order they were raised.

    A finding that fits several attacks is put down to the first of them.
    """
    by_finding: dict[int, Judged] = {}
    for each in _causes(verdict):
        by_finding.setdefault(id(each.finding), each)
    return sorted(by_finding.values(), key=lambda each: (each.finding.at, each.finding.detection))


def loads(findings: Sequence[Judged], detections: Sequence[str], hours: float) -> list[Load]:
    """Count ``findings`` by detection and cause, and scale from the watched ``hours`` (above 0) to a day."""
    made = []
    for detection in detections:
        counts = {
            cause: sum(each.finding.detection == detection and each.cause == cause for each in findings)
            for cause in CAUSES
        }
        made.append(Load(detection, counts, {cause: count * 24 / hours for cause, count in counts.items()}))
    return made


def kind_of(each: Judged, truth: Mapping[str, Any]) -> str:
    """Return in a word or two what the simulator did that gave the finding; all attacks are of one kind."""
    if each.event:
        return "attack" if each.cause == "attack" else str(each.event["kind"])
    finding = each.finding
    busy = (hours for hours in truth.get("busy", ()) if hours["cluster"] == finding.row.get("cluster"))
    if finding.detection not in EDGES and any(hours["start"] < finding.latest <= hours["end"] for hours in busy):
        return BUSY
    return ORDINARY


def by_kind(findings: Sequence[Judged], truth: Mapping[str, Any], detections: Sequence[str]) -> dict[str, list[int]]:
    """Count ``findings`` by kind, the most frequent first, for each of ``detections`` in turn."""
    counts = Counter((kind_of(each, truth), each.finding.detection) for each in findings)
    kinds = Counter(kind_of(each, truth) for each in findings)
    return {kind: [counts[kind, detection] for detection in detections] for kind, _ in kinds.most_common()}


def by_hour(findings: Sequence[Judged], start: float, hours: float) -> dict[Cause, list[int]]:
    """Count findings by cause in each hour from ``start`` on; one hour more, as the last searches run after the end."""
    counts = {cause: [0] * (int(hours) + 1) for cause in CAUSES}
    for each in findings:
        counts[each.cause][min(int((each.finding.at - start) // HOUR), int(hours))] += 1
    return counts


def held_back(runs: Sequence[SearchRun]) -> int:
    """Count the results that throttling kept from becoming findings."""
    return sum(len(run.held_back) for run in runs)


def _causes(verdict: Verdict) -> Iterator[Judged]:
    for attack, findings in verdict.caught:
        yield from (Judged(finding, "attack", attack) for finding in findings)
    yield from (Judged(finding, "benign cause", event) for finding, event in verdict.explained)
    yield from (Judged(finding, "unexplained") for finding in verdict.unexplained)
