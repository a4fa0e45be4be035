"""Judges findings by the injected truth: which attacks were found and when, and which findings no attack explains.

A finding of a detection of processes belongs to an attack when it names the attacked workload and process, or a
workload at another end, whose answers grow as well, and the attack's protocol; one of the edge detections when it names
both ends, in either direction. In all cases the searched window must touch the time of the attack. Benign events are
told from each other in the same way, the first that fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.replay.rows import Row, each_text
from workbench.replay.schedule import SearchRun
from workbench.traffic.attacks import DETECTIONS, EDGES


@dataclass(frozen=True)
class DetectionFinding:
    """One finding of a run: the detection's name, when it was raised (epoch seconds), what it searched, its row."""

    detection: str
    at: float
    earliest: float
    latest: float
    row: Row

    @property
    def peers(self) -> tuple[str, ...]:
        """The other ends of a finding of edges: one, or several of a scan or of a new workload."""
        return each_text(self.row.get("peer_names") or self.row.get("dest_workload"))

    def touches(self, event: dict[str, Any]) -> bool:
        """Return whether this finding can be about ``event``, an attack or a benign event of the truth file."""
        if (
            self.row.get("cluster") != event["cluster"]
            or self.latest <= event["start"]
            or event["end"] <= self.earliest
        ):
            return False
        others = {event.get("dest"), *event.get("also", ())} - {None}
        if self.detection in EDGES:
            pairs = [{self.row.get("workload"), peer} for peer in self.peers]
            if event.get("dest"):
                return any({event["workload"], other} in pairs for other in others)
            return any(event["workload"] in pair for pair in pairs)
        workload = self.row.get("workload")
        same_process = workload in others or (workload, self.row.get("process")) == (
            event["workload"],
            event["process"],
        )
        # A rise in UDP does not come from an attack over TCP.
        return same_process and event.get("protocol", "") in str(self.row.get("protocol"))


@dataclass(frozen=True)
class Verdict:
    """What became of the truth.

    caught: each attack with the findings it caused. explained: findings with a benign cause that the truth names.
    unexplained: findings with no cause but the noise of the traffic. The last two are the false alerts.
    """

    caught: tuple[tuple[dict[str, Any], tuple[DetectionFinding, ...]], ...]
    explained: tuple[tuple[DetectionFinding, dict[str, Any]], ...]
    unexplained: tuple[DetectionFinding, ...]

    @property
    def missed(self) -> tuple[dict[str, Any], ...]:
        """Attacks that a detection should have seen and did not."""
        return tuple(attack for attack, findings in self.caught if set(attack["expected_by"]) - _names(findings))

    @property
    def false_alerts(self) -> int:
        """Findings that no attack explains."""
        return len(self.explained) + len(self.unexplained)


def findings_of(runs: Iterable[SearchRun]) -> list[DetectionFinding]:
    """Return all findings that were raised, after throttling, in the order they were raised."""
    return [
        DetectionFinding(_detection(run), run.at, run.window.earliest, run.window.latest, row)
        for run in runs
        for row in run.findings
    ]


def judge(truth: dict[str, Any], findings: Sequence[DetectionFinding]) -> Verdict:
    """Judge ``findings`` by the content of a truth file."""
    caught = tuple(
        (attack, tuple(finding for finding in findings if finding.touches(attack))) for attack in truth["attacks"]
    )
    of_attacks = {id(finding) for _, findings_of_it in caught for finding in findings_of_it}
    explained: list[tuple[DetectionFinding, dict[str, Any]]] = []
    unexplained: list[DetectionFinding] = []
    for finding in findings:
        if id(finding) in of_attacks:
            continue
        events = (event for event in truth.get("benign", ()) if finding.detection in event.get("may_alert", DETECTIONS))
        cause = next((event for event in events if finding.touches(event)), None)
        if cause is None:
            unexplained.append(finding)
        else:
            explained.append((finding, cause))
    return Verdict(caught, tuple(explained), tuple(unexplained))


def _detection(run: SearchRun) -> str:
    return next((name for name in DETECTIONS if name in run.search.name), run.search.name)


def _names(findings: Iterable[DetectionFinding]) -> set[str]:
    return {finding.detection for finding in findings}
