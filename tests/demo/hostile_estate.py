"""A small estate with hostile names, and one attack on it: what the report of these tests is made from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.traffic.attacks import NEW_EDGE, OUTBOUND, SUSTAINED

DAY, HOUR, INTERVAL = 86400.0, 3600.0, 300
END = 1_772_366_400.0  # 2026-03-01T12:00:00Z, far from the nightly baseline
WORKLOAD = '</script><script>alert("w")</script>'
PROCESS = "<b>%{y}</b>&amp;\u202ecod.exe\n"
DEST = "<img src=http://evil.example/x onerror=alert(1)>"
NAMESPACE = "<s>shop</s>"
DIMENSIONS = (
    "k8s.cluster.name",
    "source.namespace.name",
    "source.workload.name",
    "source.process.name",
    "dest.namespace.name",
    "dest.workload.name",
)
METRICS = ("tcp.bytes", "tcp.new_sockets", "tcp.packets", "udp.bytes", "udp.packets")
ATTACK: dict[str, Any] = {
    "kind": "sustained",
    "cluster": "prod",
    "workload": WORKLOAD,
    "process": PROCESS,
    "dest": DEST,
    "protocol": "tcp",
    "start": END - 2.5 * HOUR,
    "end": END - 1.5 * HOUR,
    "added_bytes": 60_000_000,
    "expected_by": [OUTBOUND, SUSTAINED, NEW_EDGE],
    "note": "<i>everything</i> leaves",
}
TRUTH: dict[str, Any] = {
    "traffic": "made for a test",
    "interval": INTERVAL,
    "start": END - 2 * DAY,
    "end": END,
    "start_text": "2026-02-27T12:00:00Z",
    "end_text": "2026-03-01T12:00:00Z",
    "attacks": [ATTACK],
    "benign": [],
}


def hostile_points() -> Iterator[dict[str, Any]]:
    """Two days: two processes that talk to each other, and the attack's hour to a place that is new."""
    names: dict[str, str | None]
    for number in range(int(2 * DAY) // INTERVAL):
        at = END - 2 * DAY + number * INTERVAL
        for source, process, dest in ((WORKLOAD, PROCESS, "db"), ("db", "postgres", WORKLOAD)):
            names = dict(zip(DIMENSIONS, ("prod", NAMESPACE, source, process, NAMESPACE, dest), strict=True))
            swing = number % 7 - 3
            yield {"_time": at, **names, "tcp.bytes": 1000 + 40.25 * swing, "tcp.packets": 10 + swing}
        if ATTACK["start"] <= at < ATTACK["end"]:
            names = dict(zip(DIMENSIONS, ("prod", NAMESPACE, WORKLOAD, PROCESS, None, DEST), strict=True))
            yield {"_time": at, **names, "tcp.bytes": 5_000_000.0, "tcp.packets": 400.0}
