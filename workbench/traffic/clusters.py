"""The plan of the simulated clusters: their workloads, processes, and the edges between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from workbench.traffic.loadcurves import Recurring, Rhythm
from workbench.traffic.points import PointDimensions, Protocol

Controller: TypeAlias = Literal["Deployment", "StatefulSet", "DaemonSet", "CronJob"]


class PlanError(Exception):
    """The plan of a simulation cannot be carried out; the text says what is wrong and what to change."""


@dataclass(frozen=True)
class ProcessKind:
    """How processes of one kind behave when they start conversations.

    ``job``: active only then, silent otherwise; ``burst``: now and then more than usual.
    """

    rhythm: Rhythm
    job: Recurring | None = None
    burst: Recurring | None = None


@dataclass(frozen=True)
class Process:
    """A process of a workload; ``kind`` names an entry of the estate's kinds."""

    name: str
    kind: str


@dataclass(frozen=True)
class Release:
    """From ``at`` (epoch seconds) on a workload runs another image; a Surge says what that changes, if anything."""

    at: float
    image: str


@dataclass(frozen=True)
class Workload:
    """A workload; one outside the cluster has no namespace, processes or image. It exists from ``since`` on.

    ``image`` is the version it begins with, ``releases`` are those that follow, in time order. ``controller`` is what
    makes its pods; those on the ``host_network`` have the address of their node.
    """

    name: str
    namespace: str | None = None
    processes: tuple[Process, ...] = ()
    since: float = 0.0
    image: str | None = None
    releases: tuple[Release, ...] = ()
    controller: Controller = "Deployment"
    host_network: bool = False

    def image_at(self, time: float) -> str | None:
        """Return the version that runs at ``time`` (epoch seconds)."""
        return next((release.image for release in reversed(self.releases) if release.at <= time), self.image)


@dataclass(frozen=True)
class Edge:
    """A conversation that ``source`` (workload, process) starts with ``dest``; its bytes flow both ways.

    ``rate``: mean bytes a second from source to dest on a weekday (for a job: while it runs); ``reply``: bytes
    that come back per byte sent; ``segment``: mean bytes per packet; ``sockets``: connections opened a second;
    ``kind``: behaves like this kind instead of the kind of the source process.
    """

    source: tuple[str, str | None]
    dest: tuple[str, str | None]
    rate: float
    reply: float
    segment: float = 700.0
    sockets: float = 0.0
    protocol: Protocol = "tcp"
    kind: str | None = None


@dataclass(frozen=True)
class Cluster:
    """A cluster; ``utc_offset`` in hours is where its users live."""

    name: str
    utc_offset: float
    workloads: tuple[Workload, ...]
    edges: tuple[Edge, ...]

    def workload(self, name: str) -> Workload:
        """Return the workload of that name; PlanError if there is none."""
        for workload in self.workloads:
            if workload.name == name:
                return workload
        raise PlanError(f"cluster {self.name}: no workload '{name}'; add it to the cluster's workloads")


@dataclass(frozen=True)
class Surge:
    """A benign one-off: what a process starts in [start, end) is ``factor`` times as much as usual."""

    cluster: str
    workload: str
    process: str
    start: float
    end: float
    factor: float


@dataclass(frozen=True)
class Flow:
    """One direction of an edge, as the metrics name it. ``edge`` numbers the edges of the whole estate."""

    series: PointDimensions
    protocol: Protocol
    edge: int
    rate: float
    segment: float
    sockets: float


@dataclass(frozen=True)
class Estate:
    """Several clusters and what their processes do. PlanError when an edge or a process names what is not there."""

    clusters: tuple[Cluster, ...]
    kinds: Mapping[str, ProcessKind]
    surges: tuple[Surge, ...] = ()

    def __post_init__(self) -> None:
        for cluster in self.clusters:
            for edge in cluster.edges:
                self.kind_of(cluster, edge)
                _process(cluster, edge.dest)

    def cluster(self, name: str) -> Cluster:
        """Return the cluster of that name; PlanError if there is none."""
        for cluster in self.clusters:
            if cluster.name == name:
                return cluster
        raise PlanError(f"no cluster '{name}' in the estate")

    def with_images(self, series: PointDimensions, time: float) -> PointDimensions:
        """Return ``series`` with the images that its two ends run at ``time`` (epoch seconds)."""
        workloads = {workload.name: workload for workload in self.cluster(series.cluster).workloads}
        ends = [workloads.get(name or "") for name in (series.workload, series.dest_workload)]
        images = [end.image_at(time) if end else None for end in ends]
        return replace(series, image=images[0], dest_image=images[1])

    def released(self, series: PointDimensions) -> list[float]:
        """Return the times (epoch seconds), in order, at which an end of ``series`` gets another image."""
        ends = {series.workload, series.dest_workload}
        workloads = self.cluster(series.cluster).workloads
        return sorted({release.at for each in workloads if each.name in ends for release in each.releases})

    def kind_of(self, cluster: Cluster, edge: Edge) -> ProcessKind:
        """Return how an edge behaves: its own kind, or that of the process that starts it."""
        process = _process(cluster, edge.source)
        name = edge.kind or (process.kind if process else None)
        if name is None or name not in self.kinds:
            raise PlanError(f"cluster {cluster.name}: edge from {edge.source} has unknown kind '{name}'")
        return self.kinds[name]

    def edges(self) -> list[tuple[Cluster, Edge]]:
        """Return all edges in the order that Flow.edge counts them."""
        return [(cluster, edge) for cluster in self.clusters for edge in cluster.edges]

    def flows(self) -> list[Flow]:
        """Return both directions of every edge; one without replies has only one."""
        flows = []
        for number, (cluster, edge) in enumerate(self.edges()):
            there = series_of(cluster, edge.source, edge.dest)
            flows.append(Flow(there, edge.protocol, number, edge.rate, edge.segment, edge.sockets))
            if edge.reply:
                rate = edge.rate * edge.reply
                flows.append(Flow(there.reversed(), edge.protocol, number, rate, edge.segment, 0.0))
        return flows

    def process_count(self) -> int:
        """Count the processes of all clusters."""
        return sum(len(workload.processes) for cluster in self.clusters for workload in cluster.workloads)


def series_of(cluster: Cluster, source: tuple[str, str | None], dest: tuple[str, str | None]) -> PointDimensions:
    """Name the flow from ``source`` to ``dest`` (workload, process) as the metrics do."""
    return PointDimensions(
        cluster.name,
        source[0],
        cluster.workload(source[0]).namespace,
        source[1],
        dest[0],
        cluster.workload(dest[0]).namespace,
        dest[1],
    )


def _process(cluster: Cluster, end: tuple[str, str | None]) -> Process | None:
    workload = cluster.workload(end[0])
    if end[1] is None:
        return None
    for process in workload.processes:
        if process.name == end[1]:
            return process
    raise PlanError(f"cluster {cluster.name}: workload '{workload.name}' has no process '{end[1]}'")
