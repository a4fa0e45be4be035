"""Points that two collectors would have made of the Online Boutique recording of the Nezha data set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from workbench.traffic.attacks import Injection
from workbench.traffic.collecting import Dimensions
from workbench.traffic.loadcurves import DAY
from workbench.traffic.nezha_recording import CallMinute, PodMinute, workload_of
from workbench.traffic.pods import number_of
from workbench.traffic.points import PointDimensions
from workbench.traffic.sources import EBPF, POD_IO

CLUSTER, NAMESPACE, NODE = "online-boutique", "default", "node-1"
MINUTE = 60
SILENCE = 5 * MINUTE  # after which the counters of a pod begin anew
OUTSIDE = "203.0.113.77"  # an address set aside for documentation
NEZHA_SOURCES = (EBPF, "kubelet")
EBPF_DERIVED = (
    "workload and process: the pod name without its generated suffix; namespace: default",
    "call edges: packets = calls, new sockets = calls, the way back packets only, no bytes",
)
KUBELET_DERIVED = (
    "counters: the running total of the recorded minutes, from 0 once a day and after each gap; namespace: default",
    "one node, interface eth0; call edges are left out, as kubelet knows none",
)


@dataclass(frozen=True)
class NezhaPoint:
    """A point, with the dimensions in the order of its source, and what it measures."""

    time: float
    dimensions: Dimensions
    values: Mapping[str, float] = field(default_factory=dict)


def pair(source: str, dest: str) -> PointDimensions:
    """Name what ``source`` sends to ``dest``, by workload; only OUTSIDE has no namespace."""
    return PointDimensions(CLUSTER, source, _namespace(source), None, dest, _namespace(dest))


def _namespace(workload: str) -> str | None:
    return None if workload == OUTSIDE else NAMESPACE


def ebpf_points(pods: Sequence[PodMinute], calls: Sequence[CallMinute], added: Sequence[Injection]) -> list[NezhaPoint]:
    """Return points of the eBPF collector, with the flows that attacks added.

    The recording knows no processes and no bytes between pods. A pod gives one point a minute with ``tcp.bytes`` and
    no destination: only searches by process see it. A call edge gives a point with a destination and no process, only
    searches by workload pair see it: ``tcp.packets`` = calls (at least one packet a call, no more is known),
    ``tcp.new_sockets`` = calls (as if each call opened a connection), no ``tcp.bytes``; and one point for the way
    back with the packets only.
    """
    points = []
    for row in pods:
        workload = workload_of(row.pod)
        own = PointDimensions(CLUSTER, workload, NAMESPACE, workload)
        points.append(NezhaPoint(row.time, own.dimensions(), {"tcp.bytes": row.sent}))
    for call in calls:
        there = pair(workload_of(call.source), workload_of(call.dest))
        points += [_edge(call.time, there, call.calls, call.calls), _edge(call.time, there.reversed(), call.calls, 0)]
    for part in added:
        between = pair(part.series.workload, part.series.dest_workload or "")
        rows = zip(part.time.tolist(), part.packets.tolist(), part.sockets.tolist(), strict=True)
        points += [_edge(time, between, packets, sockets) for time, packets, sockets in rows]
    return points


def _edge(time: float, between: PointDimensions, packets: float, sockets: float) -> NezhaPoint:
    return NezhaPoint(time, between.dimensions(), {"tcp.packets": packets, "tcp.new_sockets": sockets})


def kubelet_points(pods: Sequence[PodMinute]) -> list[NezhaPoint]:
    """Return points of kubelet statistics: ``k8s.pod.network.io`` of each pod and direction, as counters.

    A counter begins anew when its pod has been silent for more than five minutes and, so that restarts are in it,
    once a day at a minute that its name decides.
    """
    points = []
    totals: dict[tuple[str, str], float] = {}
    seen: dict[str, float] = {}
    for row in sorted(pods, key=lambda each: each.time):
        before = seen.get(row.pod, row.time)
        restart = number_of("restart", row.pod) % DAY
        begins = (row.time - restart) // DAY != (before - restart) // DAY or row.time - before > SILENCE
        seen[row.pod] = row.time
        for direction, amount in (("transmit", row.sent), ("receive", row.received)):
            kept = 0.0 if begins else totals.get((row.pod, direction), 0.0)
            totals[row.pod, direction] = kept + amount
            own = (CLUSTER, NODE, NAMESPACE, row.pod, NODE, "eth0", direction)
            points.append(NezhaPoint(row.time, own, {POD_IO: kept + amount}))
    return points
