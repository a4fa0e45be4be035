"""Conversations of an estate of which only the edges are simulated: who, when, how much, and what the truth says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.traffic.attacks import EDGES, Injection, LookAlike
from workbench.traffic.blueprint import DNS, PROMETHEUS
from workbench.traffic.clusters import Cluster, Estate, Workload
from workbench.traffic.loadcurves import DAY
from workbench.traffic.points import Floats, PointDimensions, Protocol

STEP = 30.0  # seconds between the points of a conversation while it is new
STEADY = DAY  # from one point to the next of a conversation that goes on and on

Talks = tuple[Injection, ...]


@dataclass(frozen=True)
class Happening:
    """Something that happens, as the truth tells it, and the conversations that it brings."""

    look: LookAlike
    talks: Talks


class Scene:
    """The estate over [start, end) in epoch seconds, and who talks to whom in it."""

    def __init__(self, estate: Estate, start: float, end: float) -> None:
        self.estate, self.start, self.end = estate, start, end
        self.days = range(int(start // DAY), int(end // DAY))
        self.known = {(cluster.name, frozenset((edge.source[0], edge.dest[0]))) for cluster, edge in estate.edges()}
        # Everybody knows DNS and Prometheus, so these meet nobody new.
        self.settled = {
            cluster.name: [
                each
                for each in cluster.workloads
                if each.processes and each.controller != "CronJob" and each.since <= start
                if each.name not in (DNS[0], PROMETHEUS[0])
            ]
            for cluster in estate.clusters
        }


@dataclass(frozen=True)
class Spot:
    """Where and when (epoch seconds) something of a kind happens, its number among its like, and what to draw from."""

    scene: Scene
    cluster: Cluster
    at: float
    number: int
    random: np.random.Generator
    kind: str = ""

    def one_of(self) -> PointDimensions:
        """Draw a workload that runs all the time and does not know everybody."""
        settled = self.scene.settled[self.cluster.name]
        return end_of(settled[self.random.integers(len(settled))])

    def strangers(self, workload: str, count: int) -> list[PointDimensions]:
        """Draw so many workloads that never talked to this one; from now on they have."""
        where, known = self.cluster.name, self.scene.known
        others = [
            each
            for each in self.scene.settled[where]
            if each.name != workload and (where, frozenset((workload, each.name))) not in known
        ]
        drawn = [others[index] for index in self.random.choice(len(others), count, replace=False)]
        known |= {(where, frozenset((workload, each.name))) for each in drawn}
        return [end_of(each) for each in drawn]

    def talk(
        self,
        one: PointDimensions,
        other: PointDimensions,
        times: Floats,
        sent: float = 2000.0,
        protocol: Protocol = "tcp",
        reply: float = 1.0,
    ) -> Talks:
        """Return the conversation of two ends, as ``talk`` does."""
        series = PointDimensions(
            self.cluster.name, one.workload, one.namespace, one.process, other.workload, other.namespace, other.process
        )
        return talk(series, times, sent, protocol, reply)

    def from_now_on(self, at: float | None = None) -> Floats:
        """Return the times of a conversation that begins at ``at`` (now) and goes on to the end."""
        begin = self.at if at is None else at
        first = np.ceil(begin / STEP) * STEP
        return np.concatenate([first + STEP * np.arange(3), np.arange(first + STEADY, self.scene.end, STEADY)])

    def resolve(self, one: PointDimensions, times: Floats) -> Talks:
        """Return what an end asks DNS."""
        return self.talk(one, end_of(self.cluster.workload(DNS[0])), times, protocol="udp")

    def brings(self, workload: str, talks: Talks, *, lasts: float | None = None, dest: str | None = None) -> Happening:
        """Return what happened: to a workload, for so many seconds or to the end, with ``dest`` only if that is so."""
        end = self.scene.end if lasts is None else self.at + lasts
        return Happening(LookAlike(self.kind, self.cluster.name, workload, "", self.at, end, EDGES, "", dest), talks)


def named(name: str, namespace: str | None = None, process: str | None = None) -> PointDimensions:
    """Return one end of a conversation, without the other and without a cluster; one outside has just a name."""
    return PointDimensions("", name, namespace, process)


def end_of(workload: Workload) -> PointDimensions:
    """Return the end of a conversation that is a workload's first process."""
    return named(workload.name, workload.namespace, workload.processes[0].name)


def talk(
    series: PointDimensions, times: Floats, sent: float = 2000.0, protocol: Protocol = "tcp", reply: float = 1.0
) -> Talks:
    """Return both directions of a conversation: ``sent`` bytes in each interval at ``times``, and the answers."""
    ways = []
    for way, amount in ((series, sent), (series.reversed(), sent * reply)):
        level: Floats = np.full(len(times), np.rint(amount))
        ways.append(Injection(way, protocol, times, level, np.ceil(level / 700), np.zeros(len(times))))
    return tuple(ways)


def for_a_while(at: float, lasts: float) -> Floats:
    """Return the times of the intervals of a conversation that lasts so many seconds."""
    times: Floats = np.ceil(at / STEP) * STEP + STEP * np.arange(max(1, int(lasts // STEP)))
    return times
