"""What changes in an estate from day to day, by cause, and the edges that it brings; all of it harmless.

How often things happen is assumed, for an estate of 500 workloads: CAUSES and MEETINGS have the numbers. Runs of a
CronJob go by the names of their Jobs, and now and then a new pod is seen by its address, before the collector knows
whose it is: the readings that hurt.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from workbench.traffic.attacks import EDGES, Injection, LookAlike
from workbench.traffic.blueprint import CART, CATALOG, DNS, MAILER, PAYMENTS, PROMETHEUS, SEARCH, STAGING
from workbench.traffic.clusters import Cluster, Estate, Workload
from workbench.traffic.loadcurves import DAY, HOUR
from workbench.traffic.pods import address_of, number_of
from workbench.traffic.points import Floats, PointDimensions, Protocol

STEP = 30.0  # seconds between the points of a conversation while it is new
STEADY = DAY  # from one point to the next of a conversation that goes on and on
WEEKEND = 0.2  # of what people do on a weekday
SEEN_BY_ADDRESS = 0.02  # of new pods
NEW_WORKLOAD = "new workload"
CHANGE, MEETING = 6, 7  # streams of random numbers

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
        self._known = {(cluster.name, frozenset((edge.source[0], edge.dest[0]))) for cluster, edge in estate.edges()}
        # Everybody knows DNS and Prometheus, so these meet nobody new.
        self._settled = {
            cluster.name: [
                each
                for each in cluster.workloads
                if each.processes and each.controller != "CronJob" and each.since <= start
                if each.name not in (DNS[0], PROMETHEUS[0])
            ]
            for cluster in estate.clusters
        }

    def one_of(self, cluster: Cluster, random: np.random.Generator) -> Workload:
        """Draw a workload that runs all the time and does not know everybody."""
        settled = self._settled[cluster.name]
        return settled[random.integers(len(settled))]

    def strangers(self, cluster: Cluster, workload: str, count: int, random: np.random.Generator) -> list[Workload]:
        """Draw so many workloads that never talked to this one; from now on they have."""
        others = [
            each
            for each in self._settled[cluster.name]
            if each.name != workload and (cluster.name, frozenset((workload, each.name))) not in self._known
        ]
        drawn = [others[index] for index in random.choice(len(others), count, replace=False)]
        self._known |= {(cluster.name, frozenset((workload, each.name))) for each in drawn}
        return drawn


def end_of(workload: Workload) -> PointDimensions:
    """Return one end of a conversation, without the other and without a cluster."""
    return PointDimensions("", workload.name, workload.namespace, workload.processes[0].name)


def between(cluster: Cluster, one: PointDimensions, other: PointDimensions) -> PointDimensions:
    """Return the conversation from one end to the other."""
    return replace(
        one,
        cluster=cluster.name,
        dest_workload=other.workload,
        dest_namespace=other.namespace,
        dest_process=other.process,
    )


def outside(name: str) -> PointDimensions:
    """Return an end outside of the cluster."""
    return PointDimensions("", name)


def talk(
    series: PointDimensions, times: Floats, sent: float = 2000.0, protocol: Protocol = "tcp", reply: float = 1.0
) -> Talks:
    """Return both directions of a conversation: ``sent`` bytes in each interval at ``times``, and the answers."""
    ways = []
    for way, amount in ((series, sent), (series.reversed(), sent * reply)):
        level: Floats = np.full(len(times), np.rint(amount))
        ways.append(Injection(way, protocol, times, level, np.ceil(level / 700), np.zeros(len(times))))
    return tuple(ways)


def from_now_on(at: float, end: float) -> Floats:
    """Return the times of a conversation that begins at ``at`` and goes on to ``end``, all in epoch seconds."""
    first = np.ceil(at / STEP) * STEP
    return np.concatenate([first + STEP * np.arange(3), np.arange(first + STEADY, end, STEADY)])


def for_a_while(at: float, lasts: float) -> Floats:
    """Return the times of the intervals of a conversation that lasts so many seconds."""
    times: Floats = np.ceil(at / STEP) * STEP + STEP * np.arange(max(1, int(lasts // STEP)))
    return times


def _dns(cluster: Cluster) -> PointDimensions:
    return end_of(cluster.workload(DNS[0]))


def new_workload(scene: Scene, cluster: Cluster, name: str, at: float, random: np.random.Generator) -> Happening:
    """Deploy a workload at ``at``: it talks to three others, DNS and Prometheus.

    The first conversations begin at once, those with two of the others within half a day.
    """
    new = PointDimensions("", name, "shop", "python")
    later = at + 12 * HOUR * random.random(2)
    peers = [scene.one_of(cluster, random) for _ in range(3)]
    begun = [*zip(peers, (at, *later), strict=True), (cluster.workload(PROMETHEUS[0]), at + 60)]
    talks = talk(between(cluster, new, _dns(cluster)), from_now_on(at, scene.end), protocol="udp")
    for peer, since in begun:
        talks += talk(between(cluster, new, end_of(peer)), from_now_on(since, scene.end))
    return Happening(_look(NEW_WORKLOAD, cluster, name, at, scene.end), talks)


def _new_workload(scene: Scene, cluster: Cluster, at: float, number: int, random: np.random.Generator) -> Happening:
    return new_workload(scene, cluster, f"feature-{number}-api", at, random)


def _new_cron_job(scene: Scene, cluster: Cluster, at: float, number: int, random: np.random.Generator) -> Happening:
    name, every = f"sync-{number}", HOUR
    store = scene.one_of(cluster, random)
    talks: Talks = ()
    for run in np.arange(np.ceil(at / every) * every, scene.end, every):
        job = PointDimensions("", run_of(name, run), "shop", "python")
        talks += talk(between(cluster, job, _dns(cluster)), for_a_while(run, 30), protocol="udp")
        talks += talk(between(cluster, job, end_of(store)), for_a_while(run, 60))
    return Happening(_look("", cluster, name, at, scene.end), talks)


def run_of(cron_job: str, at: float) -> str:
    """Return the name of the Job that a CronJob runs at ``at`` (epoch seconds): the minute is behind its name."""
    return f"{cron_job}-{int(at) // 60}"


def _job_by_hand(scene: Scene, cluster: Cluster, at: float, number: int, random: np.random.Generator) -> Happening:
    name = f"migrate-{number}"
    job = PointDimensions("", name, "shop", "python")
    talks = talk(between(cluster, job, _dns(cluster)), for_a_while(at, 30), protocol="udp")
    talks += talk(between(cluster, job, end_of(scene.one_of(cluster, random))), for_a_while(at, 300))
    return Happening(_look("", cluster, name, at, at + DAY), talks)


def _new_dependency(scene: Scene, cluster: Cluster, at: float, _: int, random: np.random.Generator) -> Happening:
    workload = scene.one_of(cluster, random)
    (peer,) = scene.strangers(cluster, workload.name, 1, random)
    talks = talk(between(cluster, end_of(workload), end_of(peer)), from_now_on(at, scene.end))
    return Happening(_look("", cluster, workload.name, at, scene.end, peer.name), talks)


def _new_place(scene: Scene, cluster: Cluster, at: float, number: int, random: np.random.Generator) -> Happening:
    workload, name = scene.one_of(cluster, random), f"api{number}.partner.example"
    talks = talk(between(cluster, end_of(workload), outside(name)), from_now_on(at, scene.end))
    return Happening(_look("", cluster, workload.name, at, scene.end, name), talks)


def _new_pods(scene: Scene, cluster: Cluster, at: float, _: int, random: np.random.Generator) -> Happening:
    """Two pods come and keep the name of their workload; seldom one is seen by its address for an interval."""
    workload = scene.one_of(cluster, random)
    near = [
        other
        for edge in cluster.edges
        for one, other in ((edge.source, edge.dest), (edge.dest, edge.source))
        if one[0] == workload.name and other[1] and cluster.workload(other[0]).controller != "CronJob"
    ]
    if random.random() >= 2 * SEEN_BY_ADDRESS:
        return Happening(_look("", cluster, workload.name, at, at + HOUR), ())
    peer = cluster.workload(near[random.integers(len(near))][0])
    there = between(cluster, end_of(peer), outside(address_of(cluster.name, workload.name, at)))
    return Happening(_look("", cluster, peer.name, at, at + HOUR), talk(there, for_a_while(at, STEP)))


def _look(kind: str, cluster: Cluster, workload: str, start: float, end: float, dest: str | None = None) -> LookAlike:
    return LookAlike(kind, cluster.name, workload, "", start, end, EDGES, "", dest)


# From the number of the happening and when it is, to what it brings; its kind is that of the cause.
Plan = Callable[[Scene, Cluster, float, int, np.random.Generator], Happening]


@dataclass(frozen=True)
class Cause:
    """Why edges change: how often that happens on a weekday in all clusters, and what it brings."""

    kind: str
    a_day: float
    plan: Plan
    by_people: bool = True  # seldom at weekends

    @property
    def often(self) -> str:
        """How often, in words."""
        return f"{self.a_day:g} a {'working ' if self.by_people else ''}day"


CAUSES = (
    Cause(NEW_WORKLOAD, 1.0, _new_workload),
    Cause("new CronJob", 0.25, _new_cron_job),
    Cause("job run by hand", 0.5, _job_by_hand),
    Cause("release with a new dependency", 1.5, _new_dependency),
    Cause("new place outside", 1.0, _new_place),
    Cause("rollout", 60.0, _new_pods),
    Cause("autoscaling", 100.0, _new_pods, by_people=False),
)


@dataclass(frozen=True)
class Meeting:
    """Workloads that meet new names outside by themselves: ``count`` of a kind, each so many names a day."""

    kind: str
    workload: str
    count: int
    a_day: float
    name: Callable[[int], str]

    @property
    def often(self) -> str:
        """How often, in words."""
        return f"{self.count} workloads, each {self.a_day:g} a working day"


def _address(number: int) -> str:
    return f"198.{18 + number // 65536}.{number // 256 % 256}.{number % 256}"


MEETINGS = (
    Meeting("mail", MAILER[0], 12, 2.0, _address),
    Meeting("crawler", SEARCH[0], 1, 40.0, _address),
    Meeting("pool by address", CATALOG[0], 6, 2.0, _address),
    Meeting("pool by name", CART[0], 4, 3.0, lambda number: f"edge-{number}.cdn.example"),
    Meeting("pool behind one name", PAYMENTS[0], 6, 5.0, lambda _: "pool.cdn.example"),
    Meeting("now and then", "orders-api", 6, 0.25, lambda number: f"hook-{number}.customer.example"),
)


def deployed(scene: Scene) -> Iterator[Happening]:
    """Name the workloads that the estate itself deploys after its beginning; their conversations are among its own."""
    for cluster in scene.estate.clusters:
        for workload in cluster.workloads:
            if workload.since > scene.start:
                yield Happening(_look(NEW_WORKLOAD, cluster, workload.name, workload.since, scene.end), ())


def changes(scene: Scene, seed: int) -> Iterator[Happening]:
    """Plan what happens to the estate, cause by cause, each on its days."""
    clusters = scene.estate.clusters
    for cause in CAUSES:
        number = 0
        for day in range(int(scene.start // DAY), int(scene.end // DAY)):
            random = np.random.default_rng([seed, CHANGE, number_of(cause.kind), day])
            rate = cause.a_day * (WEEKEND if cause.by_people and is_weekend(day) else 1.0)
            for _ in range(random.poisson(rate)):
                # Half of it is in staging, where people try things first.
                cluster = clusters[-1] if random.random() < 0.5 else clusters[random.integers(len(clusters) - 1)]
                at = DAY * day + HOUR * random.uniform(7, 19)
                happening = cause.plan(scene, cluster, at, number, random)
                yield replace(happening, look=replace(happening.look, kind=cause.kind))
                number += 1


def meetings(scene: Scene, seed: int) -> Iterator[Happening]:
    """Plan whom workloads meet outside by themselves: for each workload all of it, on working days twice as much."""
    clusters = [cluster for cluster in scene.estate.clusters if cluster.name != STAGING]
    number = 0
    for meeting in MEETINGS:
        alike = [
            [(cluster, each) for each in cluster.workloads if each.name.endswith(meeting.workload)]
            for cluster in clusters
        ]
        by_turns = list(itertools.chain.from_iterable(zip(*alike, strict=True)))
        for cluster, workload in by_turns[: meeting.count]:
            random = np.random.default_rng([seed, MEETING, number_of(meeting.kind, cluster.name, workload.name)])
            talks: Talks = ()
            for day in range(int(scene.start // DAY), int(scene.end // DAY)):
                for _ in range(random.poisson(meeting.a_day * (0.5 if is_weekend(day) else 1.0))):
                    at = DAY * day + HOUR * random.uniform(7, 19)
                    there = between(cluster, end_of(workload), outside(meeting.name(number)))
                    talks += talk(there, for_a_while(at, 90), random.uniform(500, 5000))
                    number += 1
            look = _look(meeting.kind, cluster, workload.name, scene.start, scene.end)
            yield Happening(look, talks)


def is_weekend(day: int) -> bool:
    """Return whether a day, counted from the epoch, is a Saturday or Sunday."""
    return (day + 3) % 7 >= 5  # the epoch began on a Thursday
