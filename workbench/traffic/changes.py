"""What changes in an estate from day to day, by cause, and the edges that it brings; all of it harmless.

How often things happen is assumed, for an estate of 500 workloads: CAUSES and MEETINGS have the numbers. Runs of a
CronJob go by the names of their Jobs, and now and then a new pod is seen by its address, before the collector knows
whose it is: the readings that hurt.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from workbench.traffic.blueprint import CART, CATALOG, MAILER, ORDERS, PAYMENTS, PROMETHEUS, SEARCH, STAGING
from workbench.traffic.conversations import STEP, Happening, Scene, Spot, Talks, end_of, for_a_while, named
from workbench.traffic.loadcurves import DAY, HOUR
from workbench.traffic.pods import address_of, number_of

WEEKEND = 0.2  # of what people do on a weekday
SEEN_BY_ADDRESS = 0.02  # of new pods
NEW_WORKLOAD = "new workload"
CHANGE, MEETING = 6, 7  # streams of random numbers


def run_of(cron_job: str, at: float) -> str:
    """Return the name of the Job that a CronJob runs at ``at`` (epoch seconds): the minute is behind its name."""
    return f"{cron_job}-{int(at) // 60}"


def new_workload(spot: Spot, name: str = "feature-{}-api") -> Happening:
    """Deploy a workload, its number in its name: it talks to three others, DNS and Prometheus.

    The first conversations begin at once, those with two of the others within half a day.
    """
    new = named(name.format(spot.number), "shop", "python")
    later = spot.at + 12 * HOUR * spot.random.random(2)
    begun = list(zip([spot.one_of() for _ in range(3)], (spot.at, *later), strict=True))
    talks = spot.resolve(new, spot.from_now_on())
    for peer, since in (*begun, (end_of(spot.cluster.workload(PROMETHEUS[0])), spot.at + 60)):
        talks += spot.talk(new, peer, spot.from_now_on(since))
    return spot.brings(new.workload, talks)


def _new_cron_job(spot: Spot) -> Happening:
    name, store = f"sync-{spot.number}", spot.one_of()
    talks: Talks = ()
    for run in np.arange(np.ceil(spot.at / HOUR) * HOUR, spot.scene.end, HOUR):
        job = named(run_of(name, run), "shop", "python")
        talks += spot.resolve(job, for_a_while(run, 30)) + spot.talk(job, store, for_a_while(run, 60))
    return spot.brings(name, talks)


def _job_by_hand(spot: Spot) -> Happening:
    job = named(f"migrate-{spot.number}", "shop", "python")
    talks = spot.resolve(job, for_a_while(spot.at, 30))
    talks += spot.talk(job, spot.one_of(), for_a_while(spot.at, 300))
    return spot.brings(job.workload, talks, lasts=DAY)


def _new_dependency(spot: Spot) -> Happening:
    one = spot.one_of()
    (other,) = spot.strangers(one.workload, 1)
    return spot.brings(one.workload, spot.talk(one, other, spot.from_now_on()), dest=other.workload)


def _new_place(spot: Spot) -> Happening:
    one, place = spot.one_of(), named(f"api{spot.number}.partner.example")
    return spot.brings(one.workload, spot.talk(one, place, spot.from_now_on()), dest=place.workload)


def _new_pods(spot: Spot) -> Happening:
    """Two pods come and keep the name of their workload; seldom one is seen by its address for an interval."""
    name, cluster = spot.one_of().workload, spot.cluster
    near = [
        other
        for edge in cluster.edges
        for one, other in ((edge.source, edge.dest), (edge.dest, edge.source))
        if one[0] == name and other[1] and cluster.workload(other[0]).controller != "CronJob"
    ]
    if spot.random.random() >= 2 * SEEN_BY_ADDRESS:
        return spot.brings(name, (), lasts=HOUR)
    peer = end_of(cluster.workload(near[spot.random.integers(len(near))][0]))
    pod = named(address_of(cluster.name, name, spot.at))
    return spot.brings(peer.workload, spot.talk(peer, pod, for_a_while(spot.at, STEP)), lasts=HOUR)


@dataclass(frozen=True)
class Cause:
    """Why edges change: how often that happens on a weekday in all clusters, and what it brings."""

    kind: str
    a_day: float
    plan: Callable[[Spot], Happening]
    by_people: bool = True  # seldom at weekends

    @property
    def often(self) -> str:
        """How often, in words."""
        return f"{self.a_day:g} a {'working ' if self.by_people else ''}day"


CAUSES = (
    Cause(NEW_WORKLOAD, 1.0, new_workload),
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
    Meeting("now and then", ORDERS[0], 6, 0.25, lambda number: f"hook-{number}.customer.example"),
)


def deployed(scene: Scene) -> Iterator[Happening]:
    """Name the workloads that the estate itself deploys after its beginning; their conversations are among its own."""
    for cluster in scene.estate.clusters:
        for each in cluster.workloads:
            if each.since > scene.start:
                spot = Spot(scene, cluster, each.since, 0, np.random.default_rng(0), NEW_WORKLOAD)
                yield spot.brings(each.name, ())


def changes(scene: Scene, seed: int) -> Iterator[Happening]:
    """Plan what happens to the estate, cause by cause, each on its days."""
    clusters = scene.estate.clusters
    for cause in CAUSES:
        number = 0
        for day in scene.days:
            random = np.random.default_rng([seed, CHANGE, number_of(cause.kind), day])
            rate = cause.a_day * (WEEKEND if cause.by_people and is_weekend(day) else 1.0)
            for _ in range(random.poisson(rate)):
                # Half of it is in staging, where people try things first.
                cluster = clusters[-1] if random.random() < 0.5 else clusters[random.integers(len(clusters) - 1)]
                at = DAY * day + HOUR * random.uniform(7, 19)
                yield cause.plan(Spot(scene, cluster, at, number, random, cause.kind))
                number += 1


def meetings(scene: Scene, seed: int, *, often: float = 0.0) -> Iterator[Happening]:
    """Plan whom workloads meet outside by themselves: for each workload all of it, on working days twice as much.

    ``often``: leave out those that meet fewer a day.
    """
    clusters = [cluster for cluster in scene.estate.clusters if cluster.name != STAGING]
    number = 0
    for meeting in MEETINGS:
        alike = [
            [(cluster, each) for each in cluster.workloads if each.name.endswith(meeting.workload)]
            for cluster in clusters
        ]
        by_turns = list(itertools.chain.from_iterable(zip(*alike, strict=True)))
        for cluster, workload in by_turns[: meeting.count] if meeting.a_day >= often else ():
            random = np.random.default_rng([seed, MEETING, number_of(meeting.kind, cluster.name, workload.name)])
            spot = Spot(scene, cluster, scene.start, number, random, meeting.kind)
            talks: Talks = ()
            for day in scene.days:
                for _ in range(random.poisson(meeting.a_day * (0.5 if is_weekend(day) else 1.0))):
                    times = for_a_while(DAY * day + HOUR * random.uniform(7, 19), 90)
                    place = named(meeting.name(number))
                    talks += spot.talk(end_of(workload), place, times, random.uniform(500, 5000))
                    number += 1
            yield spot.brings(workload.name, talks)


def is_weekend(day: int) -> bool:
    """Return whether a day, counted from the epoch, is a Saturday or Sunday."""
    return (day + 3) % 7 >= 5  # the epoch began on a Thursday
