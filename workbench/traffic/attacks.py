"""Attacks: traffic that is added to what is there, and the truth about it that findings are judged by.

Nothing real is replayed here. An attack is so many bytes a second from one workload to another over some time;
injected means that these bytes, packets and connections are added to the metrics, and nothing else changes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np

from workbench.traffic.clusters import PlanError
from workbench.traffic.points import Floats, PointDimensions, Protocol
from workbench.writing import write_text

OUTBOUND = "Kubernetes Anomalous Outbound Network Activity from Process"
NEW_EDGE = "Kubernetes newly seen TCP edge"
NEW_UDP_EDGE = "Kubernetes newly seen UDP edge"
EDGES = (NEW_EDGE, NEW_UDP_EDGE)
SUSTAINED = "Kubernetes Sustained Outbound Volume from Process"
DETECTIONS = (OUTBOUND, SUSTAINED, *EDGES)
SIGMA = 0.05  # an attacker's transfer is steady, not constant
ATTACK = 4  # stream of random numbers


@dataclass(frozen=True)
class Attack:
    """Traffic added from ``series`` (its source sends the loot) to its destination over [start, end).

    ``rate``: bytes a second that leave; ``reply``: bytes that come back per byte sent; ``sockets``: connections opened
    a second (at least one is); ``also``: series to more destinations, to which as much is sent; ``expected_by``: the
    detections that should see it, empty when honest arithmetic says that none can; ``note``: why, for a reader.
    PlanError for a time range or rate not above zero.
    """

    kind: str
    series: PointDimensions
    start: float
    end: float
    rate: float
    expected_by: tuple[str, ...]
    note: str
    protocol: Protocol = "tcp"
    reply: float = 0.04
    segment: float = 1200.0
    sockets: float = 0.02
    also: tuple[PointDimensions, ...] = ()

    def __post_init__(self) -> None:
        if self.end <= self.start or self.rate <= 0:
            raise PlanError(f"attack {self.kind}: needs an end after its start and a rate above 0")
        unknown = set(self.expected_by) - set(DETECTIONS)
        if unknown:
            raise PlanError(f"attack {self.kind}: no such detection: {', '.join(sorted(unknown))}")


@dataclass(frozen=True)
class LookAlike:
    """Something benign that a detection may take for an attack: the cause of a false alert.

    ``dest``: the workload or name at the other end, if only that conversation is meant; ``also``: workloads whose
    answers grow with what the process sends.
    """

    kind: str
    cluster: str
    workload: str
    process: str
    start: float
    end: float
    may_alert: tuple[str, ...]
    note: str
    dest: str | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Injection:
    """What an attack adds to one flow: whole counts for each interval that begins at ``time``."""

    series: PointDimensions
    protocol: Protocol
    time: Floats
    bytes: Floats
    packets: Floats
    sockets: Floats


def injections(attack: Attack, interval: float, seed: int, number: int) -> tuple[Injection, ...]:
    """Work out what ``attack``, the ``number``-th of its run, adds: the ways out, then the ways back if any."""
    first = np.ceil(attack.start / interval) * interval
    times = np.arange(first, attack.end, interval)
    if not len(times):
        raise PlanError(f"attack {attack.kind}: shorter than the interval of {interval:g} s")
    random = np.random.default_rng([seed, ATTACK, number])
    stray = np.exp(SIGMA * random.standard_normal(len(times)))
    sent = np.maximum(np.rint(attack.rate * interval * stray), 1)
    packets = np.ceil(sent / attack.segment)
    sockets: Floats = np.zeros(len(times))
    if attack.protocol == "tcp":
        sockets = np.floor(attack.sockets * interval + random.random(len(times)))
        sockets[0] = max(sockets[0], 1)
        sockets = np.minimum(sockets, packets)
    ways = [
        Injection(series, attack.protocol, times, sent, packets, sockets) for series in (attack.series, *attack.also)
    ]
    if not attack.reply:
        return tuple(ways)
    back_sent = np.maximum(np.rint(sent * attack.reply), 40)
    back_packets = np.ceil(back_sent / attack.segment)
    none = np.zeros(len(times))
    ways += [Injection(way.series.reversed(), attack.protocol, times, back_sent, back_packets, none) for way in ways]
    return tuple(ways)


def iso(instant: float) -> str:
    """Write an instant (epoch seconds) as a person reads it, in UTC."""
    return datetime.fromtimestamp(instant, timezone.utc).isoformat().replace("+00:00", "Z")


def truth(
    attacks: Sequence[Attack],
    added: Sequence[Sequence[Injection]],
    look_alikes: Sequence[LookAlike],
    about: dict[str, Any],
) -> dict[str, Any]:
    """Put together what is written to the truth file; ``added`` holds the injections of each attack in turn."""
    labels = []
    for attack, parts in zip(attacks, added, strict=True):
        series = attack.series
        labels.append(
            {
                "kind": attack.kind,
                "cluster": series.cluster,
                "workload": series.workload,
                "process": series.process,
                "dest": series.dest_workload,
                "protocol": attack.protocol,
                "start": attack.start,
                "end": attack.end,
                "start_text": iso(attack.start),
                "end_text": iso(attack.end),
                "also": [other.dest_workload for other in attack.also],
                "added_bytes": int(parts[0].bytes.sum()),
                "added_bytes_back": int(parts[-1].bytes.sum()) if attack.reply else 0,
                "expected_by": list(attack.expected_by),
                "note": attack.note,
            }
        )
    benign = [{**asdict(look), "start_text": iso(look.start), "end_text": iso(look.end)} for look in look_alikes]
    return {**about, "attacks": labels, "benign": benign}


def write_truth(path: Path, content: dict[str, Any]) -> None:
    """Write the truth file, whole or not at all."""
    write_text(path, json.dumps(content, indent=2) + "\n")
