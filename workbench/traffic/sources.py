"""What each collector would send of the same traffic: metric names, dimensions, counters or amounts, how often.

Names, units, temporality and intervals are those of reference/metric-sources.md, sections 1 and 2. A source says which
of its counters grow by what a flow sends (taps); collecting.py makes points of that. Only the eBPF collector sends the
amounts as the simulation makes them.

Where the reference is not sure, the reading that hurts is taken: OBI names the owner of a CronJob's pod by the Job of
one run, reports traffic inside a cluster a second time by Service, and has no name for the outside but ``dst.name``.
Not simulated: that OBI may count a flow between two nodes on both of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from workbench.traffic.attacks import DETECTIONS, EDGES, Attack, LookAlike
from workbench.traffic.clusters import Cluster, Estate, PlanError, Workload
from workbench.traffic.collecting import Collector, Counter, Dimensions, Tap, Temporality
from workbench.traffic.loadcurves import HOUR
from workbench.traffic.pods import Pod, address_of, places, pods
from workbench.traffic.points import (
    DIMENSIONS,
    MEASURES,
    Amounts,
    PointDimensions,
    Points,
    Protocol,
    Quantity,
    SeriesTable,
)
from workbench.traffic.simulate import Day, Simulation

EBPF = "ebpf"
UNRESOLVED = "198.51.100.7"  # the address of what the eBPF collector calls "(unknown)"; set aside for documentation
OBI_LEAVES_OUT = ("kube*", "*jaeger-agent*", "*prometheus*")  # the filter of Splunk's chart, by owner of either end
OBI_KEEPS = 300.0  # seconds; OBI's defaultMetricsTTL
JOB_KEEPS = 60.0  # seconds that the counters of a Job's pod outlive its traffic
BINARIES = "/usr/bin/"
NOT_NAMED = "-"  # what the app's macros make of a value that a point lacks

Flows = Sequence[tuple[PointDimensions, Protocol]]
Taps = Callable[["_Scene"], Iterator[Tap]]

_OBI_ENDS = (
    "k8s.src.namespace", "k8s.src.owner.name", "k8s.src.owner.type",
    "k8s.dst.namespace", "k8s.dst.owner.name", "k8s.dst.owner.type",
)  # fmt: skip
_OBI_FLOW = ("k8s.cluster.name", "host", *_OBI_ENDS, "transport", "direction", "dst.name")
_OBI_STAT = ("network.io.direction", "src.address", "dst.address")
_TETRAGON = ("k8s.cluster.name", "host", "namespace", "workload", "binary", "dstnamespace", "dstworkload")
_KUBELET = (
    "k8s.cluster.name", "host", "k8s.namespace.name", "k8s.pod.name", "k8s.node.name", "interface", "direction",
)  # fmt: skip
FLOW_BYTES, FLOW_PACKETS, TCP_IO = "obi.network.flow.bytes", "obi.network.flow.packets", "obi.stat.tcp.io"
CONNECTS, POD_IO = "tetragon_network_connect_total", "k8s.pod.network.io"
_SOCKET = "tetragon_socket_stats_"
# By protocol: measure, quantity, and whether the end that sends reports it, or the one that receives.
_TETRAGON_MEASURES: Mapping[Protocol, tuple[tuple[str, Quantity, bool], ...]] = {
    "tcp": (
        (f"{_SOCKET}txbytes_total", "bytes", True), (f"{_SOCKET}txsegs_total", "packets", True),
        (f"{_SOCKET}rxbytes_total", "bytes", False), (f"{_SOCKET}rxsegs_total", "packets", False),
        (CONNECTS, "sockets", True),
    ),
    "udp": (
        (f"{_SOCKET}udp_txbytes_total", "bytes", True), (f"{_SOCKET}udp_txsegs_total", "packets", True),
        (f"{_SOCKET}udp_rxbytes_total", "bytes", False),
    ),
}  # fmt: skip
_TETRAGON_NAMES = tuple(measure for measures in _TETRAGON_MEASURES.values() for measure, *_ in measures)


def _not_named(_: str) -> str:
    return NOT_NAMED


@dataclass(frozen=True)
class Source:
    """A collector and the way its metrics take to the index.

    ``dimensions`` and ``measures`` are the columns of the store, ``interval`` the seconds between two points of a
    series. ``taps`` is None for the eBPF collector. ``process`` and ``outside`` are what points call a process and an
    end outside of the cluster, given its name; ``knows_udp``: whether they tell UDP from TCP; ``sees``: the detections
    that they carry the information for.
    """

    name: str
    dimensions: tuple[str, ...]
    measures: tuple[str, ...]
    interval: int
    taps: Taps | None
    temporality: Temporality = "cumulative"
    process: Callable[[str], str] = _not_named
    outside: Callable[[str], str] = _not_named
    knows_udp: bool = True
    sees: tuple[str, ...] = DETECTIONS

    def attack(self, attack: Attack) -> Attack:
        """Return ``attack`` as findings from this source can name it, with the detections that can find it."""
        series = attack.series
        process = self.process(series.process or NOT_NAMED)
        dest = series.dest_workload
        if dest is not None and series.dest_namespace is None:
            dest = self.outside(dest)
        hidden = attack.protocol == "udp" and not self.knows_udp  # beside the bytes of TCP
        seen = () if hidden else tuple(each for each in attack.expected_by if each in self.sees)
        return replace(attack, series=replace(series, process=process, dest_workload=dest), expected_by=seen)

    def look_alike(self, look: LookAlike) -> LookAlike:
        """Return ``look`` as findings from this source name it."""
        may_alert = tuple(each for each in look.may_alert if each in self.sees)
        return replace(look, process=self.process(look.process), may_alert=may_alert)


class Sending:
    """One source at work on one simulation; give it the days in order."""

    def __init__(self, source: Source, simulation: Simulation) -> None:
        self._source = source
        self._simulation = simulation
        self._collector = Collector(source.measures, source.interval, source.temporality, simulation.run.seed)

    def points(self, day: Day) -> tuple[Points, SeriesTable]:
        """Return what the source sends that day, in time order, and the dimensions of its series."""
        if self._source.taps is None:
            return day.points, self._simulation.table
        scene = _Scene(self._simulation.run.estate, tuple(self._simulation.columns), day.amounts)
        return self._collector.collect(day.amounts, list(self._source.taps(scene)))


@dataclass(frozen=True)
class _End:
    """One end of a flow: the cluster, its workload there (None for what is outside), name and process."""

    cluster: Cluster
    workload: Workload | None
    name: str
    process: str | None


@dataclass(frozen=True)
class _Column:
    """A flow: its number in the amounts, its ends, and whether the end that opened the connection sends."""

    number: int
    source: _End
    dest: _End
    protocol: Protocol
    request: bool


class _Scene:
    """The flows of one day and the pods behind their ends."""

    def __init__(self, estate: Estate, flows: Flows, amounts: Amounts) -> None:
        self._estate = estate
        self._begin, self._end = amounts.begin - HOUR, amounts.end  # what ran before midnight may still be exported
        self._pods: dict[tuple[str, str], list[Pod]] = {}
        numbers = {flow: number for number, flow in enumerate(flows)}
        self.columns = []
        for (series, protocol), number in numbers.items():
            back = numbers.get((series.reversed(), protocol), number)
            cluster = estate.cluster(series.cluster)
            source = _end(cluster, series.workload, series.namespace, series.process)
            dest = _end(cluster, series.dest_workload or "", series.dest_namespace, series.dest_process)
            self.columns.append(_Column(number, source, dest, protocol, number <= back))

    def pods(self, end: _End) -> list[Pod]:
        """Return the pods at ``end``, none outside of the cluster."""
        return [] if end.workload is None else self._pods_of(end.cluster, end.workload)

    def on_host(self, cluster: Cluster, node: str) -> list[tuple[Workload, Pod]]:
        """Return the pods on the network of ``node``, with their workloads."""
        hosts = (workload for workload in cluster.workloads if workload.host_network)
        return [(host, pod) for host in hosts for pod in self._pods_of(cluster, host) if pod.node == node]

    def _pods_of(self, cluster: Cluster, workload: Workload) -> list[Pod]:
        key = (cluster.name, workload.name)
        if key not in self._pods:
            self._pods[key] = pods(cluster, workload, self._estate.kinds, self._begin, self._end)
        return self._pods[key]


def _end(cluster: Cluster, name: str, namespace: str | None, process: str | None) -> _End:
    return _End(cluster, None if namespace is None else cluster.workload(name), name, process)


@dataclass(frozen=True)
class _Leg:
    """A share of a flow: the pod at the end that reports it, the owner at the other end, and when that holds."""

    pod: Pod
    far_owner: str
    begin: float
    end: float

    def counter(self, dimensions: Dimensions, keeps: float) -> Counter:
        return Counter(dimensions, self.pod.node, keeps, self.begin, self.end)

    def tap(self, counter: Counter, measure: str, column: _Column, quantity: Quantity) -> Tap:
        pod = self.pod
        return Tap(counter, measure, column.number, quantity, pod.replica, pod.replicas, pod.since, pod.until)


def _legs(scene: _Scene, near: _End, far: _End, *, by_pod: bool = False) -> Iterator[_Leg]:
    """Split a flow by the pods of ``near``, and by the Jobs of either end, which are other owners with each run."""
    if near.workload is None:
        return
    job = near.workload.controller == "CronJob"
    ours = scene.pods(near) if by_pod or job else places(near.cluster, near.workload)
    runs = scene.pods(far) if far.workload is not None and far.workload.controller == "CronJob" else []
    for pod in ours:
        if not runs:
            yield _Leg(pod, far.name, pod.begin, pod.end)
        for run in runs:
            begin, end = max(pod.begin, run.begin), min(pod.end, run.end)
            if begin < end:
                yield _Leg(pod, run.owner, begin, end)


def _obi_end(end: _End, owner: str) -> tuple[str | None, str | None, str | None]:
    """Return namespace, name and type of the owner at one end of what OBI reports."""
    if end.workload is None:
        return (None, None, None)
    job = end.workload.controller == "CronJob"
    return (end.workload.namespace, owner, "Job" if job else end.workload.controller)


def _obi(scene: _Scene) -> Iterator[Tap]:
    """Flows by owner, seen on the sender's node; from outside, on the node of the end inside."""
    for column in scene.columns:
        source, dest = column.source, column.dest
        if any(fnmatchcase(end.name, pattern) for end in (source, dest) for pattern in OBI_LEAVES_OUT):
            continue
        near, far = (dest, source) if source.workload is None else (source, dest)
        for leg in _legs(scene, near, far):
            owners = {near: leg.pod.owner, far: leg.far_owner}
            here, there = _obi_end(source, owners[source]), _obi_end(dest, owners[dest])
            named = [(*here, *there)]
            if source.workload and dest.workload:
                asked = dest if column.request else source
                service = (asked.workload.namespace if asked.workload else None, asked.name, "Service")
                named.append((*here, *service) if column.request else (*service, *there))
            for ends in named:
                rest = (column.protocol.upper(), "request" if column.request else "response")
                outside = _outside_by_address(dest.name) if dest.workload is None else None
                counter = leg.counter((source.cluster.name, leg.pod.node, *ends, *rest, outside), OBI_KEEPS)
                yield leg.tap(counter, FLOW_BYTES, column, "bytes")
                yield leg.tap(counter, FLOW_PACKETS, column, "packets")


def _obi_stat(scene: _Scene) -> Iterator[Tap]:
    """The flows, and beside them what TCP sockets send and receive, by pod; src is the end of the socket."""
    blank = (None,) * len(_OBI_STAT)
    for tap in _obi(scene):
        yield replace(tap, counter=replace(tap.counter, dimensions=(*tap.counter.dimensions, *blank)))
    for column in scene.columns:
        ends = (column.source, column.dest, "transmit"), (column.dest, column.source, "receive")
        for near, far, direction in ends if column.protocol == "tcp" else ():
            for leg in _legs(scene, near, far, by_pod=True):
                owners = (*_obi_end(near, leg.pod.owner), *_obi_end(far, leg.far_owner))
                addresses = (
                    address_of(leg.pod.name),
                    _outside_by_address(far.name) if far.workload is None else address_of(far.name),
                )
                dimensions = (near.cluster.name, leg.pod.node, *owners, None, None, None, direction, *addresses)
                yield leg.tap(leg.counter(dimensions, OBI_KEEPS), TCP_IO, column, "payload")


def _outside_by_address(name: str) -> str:
    return UNRESOLVED if name.startswith("(") else name


def _tetragon(scene: _Scene) -> Iterator[Tap]:
    """Sockets by process: what it sends and what it receives, with the workload at the other end."""
    for column in scene.columns:
        for measure, quantity, sends in _TETRAGON_MEASURES[column.protocol]:
            near, far = (column.source, column.dest) if sends else (column.dest, column.source)
            if near.workload is None or near.process is None:
                continue
            peer = (far.workload.namespace, far.name) if far.workload else (None, None)
            own = (near.workload.namespace, near.name, BINARIES + near.process)
            for pod in places(near.cluster, near.workload):
                counter = Counter((near.cluster.name, pod.node, *own, *peer), pod.node)
                yield Tap(counter, measure, column.number, quantity, pod.replica, pod.replicas)


def _kubelet(scene: _Scene) -> Iterator[Tap]:
    """Bytes that pods transmit and receive; a pod on the host's network shows those of its node."""
    for column in scene.columns:
        for end, direction in ((column.source, "transmit"), (column.dest, "receive")):
            if end.workload is None:
                continue
            for pod in scene.pods(end):
                job = end.workload.controller == "CronJob"
                shown = [] if end.workload.host_network else [(end.workload, pod, JOB_KEEPS if job else math.inf)]
                shown += [(host, other, math.inf) for host, other in scene.on_host(end.cluster, pod.node)]
                for workload, other, keeps in shown:
                    own = (end.cluster.name, other.node, workload.namespace, other.name, other.node, "eth0", direction)
                    begin, until = max(pod.begin, pod.since, other.begin), min(pod.end, pod.until, other.end)
                    counter = Counter(own, other.name, keeps, other.begin, other.end)
                    yield Tap(counter, POD_IO, column.number, "bytes", pod.replica, pod.replicas, begin, until)


SOURCES: Mapping[str, Source] = {
    source.name: source
    for source in (
        Source(EBPF, DIMENSIONS, MEASURES, 30, None, "delta", process=str, outside=str),
        Source("obi", _OBI_FLOW, (FLOW_BYTES, FLOW_PACKETS), 60, _obi, outside=_outside_by_address),
        Source(
            "obi_stat",
            (*_OBI_FLOW, *_OBI_STAT),
            (FLOW_BYTES, FLOW_PACKETS, TCP_IO),
            60,
            _obi_stat,
            outside=_outside_by_address,
        ),
        Source("obi_o11y", _OBI_FLOW, (FLOW_BYTES, FLOW_PACKETS), 60, _obi, "delta", outside=_outside_by_address),
        Source("tetragon", _TETRAGON, _TETRAGON_NAMES, 30, _tetragon, process=BINARIES.__add__),
        Source(
            "kubelet",
            _KUBELET,
            (POD_IO,),
            10,  # as Splunk's chart reads it
            _kubelet,
            knows_udp=False,
            sees=tuple(each for each in DETECTIONS if each not in EDGES),
        ),
    )
}


def source_of(name: str) -> Source:
    """Return the source of that name; PlanError with the names that there are."""
    if name not in SOURCES:
        raise PlanError(f"source = {name}: not one of {', '.join(SOURCES)}")
    return SOURCES[name]
