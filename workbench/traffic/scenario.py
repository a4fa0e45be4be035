"""What happens on the last day of the demo: the attacks, and the benign events that look like them.

Attacks are sized from the plan of the estate, not from the numbers that come out, so that what should be seen is
known beforehand: well above mean + 3 standard deviations, well below, or below four times the mean; and over an hour
well above what the process sends in that hour of the day.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from workbench.traffic.attacks import DETECTIONS, NEW_EDGE, OUTBOUND, SUSTAINED, Attack, Injection, LookAlike
from workbench.traffic.blueprint import (
    BACKUPS,
    CART,
    CATALOG,
    COLLECTOR,
    DNS,
    EXPORT,
    INTERNET,
    MAILER,
    NGINX,
    ORDERS_DB,
    PAYMENTS,
    STAGING,
    STOCK_SYNC,
    USERS_DB,
    WORKER,
)
from workbench.traffic.clusters import Cluster, Edge, Estate, PlanError, Process, Release, Surge, Workload, series_of
from workbench.traffic.conversations import for_a_while, talk
from workbench.traffic.loadcurves import DAY, HOUR
from workbench.traffic.points import PointDimensions, Protocol

MINUTE = 60.0
VARIATION = 0.6  # standard deviation over mean of a flow with its rhythm and noise, taken generously
LOUD = 1.5  # how far above the three sigma line the attacks lie that should be seen
SLOW = 0.5  # the slow attack, as a share of what the process sends anyway
BELOW_FOUR = 1.9  # the UDP attack adds this many times the mean: 2.9 times the mean in all
RELEASED = 2.0  # what the release of the log collector makes of its level
SCANNED = 12  # workloads that the scan tries
OUTSIDE = "203.0.113.77"  # addresses set aside for documentation
OUTSIDE_STAGING = "198.51.100.23"


def last_day(estate: Estate, end: float) -> tuple[Estate, tuple[Attack, ...], tuple[LookAlike, ...]]:
    """Plan the 24 hours before ``end``: the estate with its benign events, the attacks, the look-alikes.

    An attack that needs a second cluster is left out when there is only one.
    """
    day = end - DAY
    first = estate.clusters[0]
    second = estate.clusters[1] if len(estate.clusters) > 2 else first
    staging = estate.clusters[-1] if estate.clusters[-1].name == STAGING else None
    attacks = sorted(_attacks(estate, first, second, staging, day), key=lambda attack: attack.start)
    changed, look_alikes = _benign(estate, second, day)
    changed, released = _release(changed, first.name, day)
    changed, rolled_out = _rollout(changed, second.name, day)
    return changed, tuple(attacks), (*look_alikes, released, rolled_out)


def loud_rate(estate: Estate, cluster: str, source: tuple[str, str | None]) -> float:
    """TCP bytes a second that lift the average over a process's flows well above mean + 3 standard deviations.

    That is what the original rule needs, which averages over flows; ours sums them up, and needs less.
    """
    rates = _rates(estate, cluster, source, "tcp")
    mean = sum(rates) / len(rates)
    between = sum((rate - mean) ** 2 for rate in rates) / len(rates)
    within = sum((VARIATION * rate) ** 2 for rate in rates) / len(rates)
    return LOUD * (len(rates) + 1) * (mean + 3 * math.sqrt(between + within))


def _rates(estate: Estate, cluster: str, source: tuple[str, str | None], protocol: Protocol) -> list[float]:
    rates = [
        flow.rate
        for flow in estate.flows()
        if (flow.series.cluster, flow.series.workload, flow.series.process) == (cluster, *source)
        and flow.protocol == protocol
    ]
    if not rates:
        raise PlanError(f"cluster {cluster}: {source} sends nothing over {protocol}; an attack cannot be sized")
    return rates


def _attacks(estate: Estate, first: Cluster, second: Cluster, staging: Cluster | None, day: float) -> Iterator[Attack]:
    def during(hour: int, minute: int, minutes: float) -> tuple[float, float]:
        begin = day + hour * HOUR + minute * MINUTE
        return begin, begin + minutes * MINUTE

    def usual(cluster: Cluster, source: tuple[str, str | None], protocol: Protocol = "tcp") -> float:
        return sum(_rates(estate, cluster.name, source, protocol))

    volumes, edge_too = (OUTBOUND, SUSTAINED), (OUTBOUND, SUSTAINED, NEW_EDGE)
    yield Attack(
        "burst",
        series_of(first, PAYMENTS, next(e.dest for e in first.edges if e.source == PAYMENTS and e.dest[1] is None)),
        *during(3, 12, 7),
        2 * loud_rate(estate, first.name, PAYMENTS),
        volumes,
        "seven minutes of card data to a place the process always talks to, more than it sends in the whole hour",
    )
    yield Attack(
        "sustained",
        _to_outside(second, ORDERS_DB, OUTSIDE),
        *during(6, 20, 90),
        loud_rate(estate, second.name, ORDERS_DB),
        edge_too,
        "a database is copied to an address outside for an hour and a half",
    )
    yield Attack(
        "slow exfiltration",
        series_of(first, NGINX, (INTERNET, None)),
        *during(0, 0, 24 * 60),
        SLOW * usual(first, NGINX),
        (SUSTAINED,),
        "half as much again in the web server's answers, all day long: three sigma per interval cannot see it",
        sockets=0.0,
    )
    yield Attack(
        "new edge",
        series_of(second, NGINX, USERS_DB),
        *during(9, 5, 25),
        0.05 * usual(second, NGINX),
        (NEW_EDGE,),
        "the web server talks to the table of users, which it never did, in any cluster",
        reply=3.0,
    )
    yield Attack(
        "UDP exfiltration",
        series_of(second, MAILER, DNS),
        *during(14, 10, 120),
        BELOW_FOUR * usual(second, MAILER, "udp"),
        volumes,
        "a tunnel in DNS queries: below four times the mean, far above three standard deviations",
        protocol="udp",
        segment=90.0,
        reply=0.5,
    )
    known = {end[0] for edge in first.edges for end in (edge.source, edge.dest) if CART in (edge.source, edge.dest)}
    others = [each for each in first.workloads if each.processes and each.name not in known][:SCANNED]
    tried = [series_of(first, CART, (each.name, each.processes[0].name)) for each in others]
    yield Attack(
        "scan",
        tried[0],
        *during(22, 30, 4),
        2.0,
        (NEW_EDGE,),
        "the cart tries the ports of workloads that it never talked to; a packet or two each",
        sockets=0.0,
        also=tuple(tried[1:]),
    )
    if staging:
        yield Attack(
            "sustained",
            _to_outside(staging, USERS_DB, OUTSIDE_STAGING),
            *during(19, 15, 90),
            loud_rate(estate, staging.name, USERS_DB),
            edge_too,
            "loud for the small cluster, nothing beside the same workload in production",
            sockets=0.0,
        )
        yield Attack(
            "new edge in one cluster",
            series_of(first, CATALOG, USERS_DB),
            *during(11, 40, 30),
            0.05 * usual(first, CATALOG),
            (NEW_EDGE,),
            f"new in {first.name}; {staging.name} has had this edge all along",
            reply=2.0,
        )


def _to_outside(cluster: Cluster, source: tuple[str, str | None], address: str) -> PointDimensions:
    return PointDimensions(cluster.name, source[0], cluster.workload(source[0]).namespace, source[1], address)


def _benign(estate: Estate, cluster: Cluster, day: float) -> tuple[Estate, tuple[LookAlike, ...]]:
    """A deploy that adds a workload with its edges, a CronJob that is new, and an export that is bigger than usual."""
    deployed, added, big = day + 17 * HOUR, day + 13 * HOUR + 10 * MINUTE, day + 21 * HOUR
    size = sum(_rates(estate, cluster.name, NGINX, "tcp")) / 20
    pricing = Workload("pricing-api", "shop", (Process("java", "api"),), since=deployed, image="1.0.0")
    sync = Workload(
        STOCK_SYNC[0], "shop", (Process(STOCK_SYNC[1], "export"),), since=added, image="1.0.0", controller="CronJob"
    )
    edges = (
        Edge(NGINX, ("pricing-api", "java"), size, 2.0, 700, 0.1),
        Edge(("pricing-api", "java"), USERS_DB, size / 2, 3.0, 700, 0.05),
    )
    grown = replace(cluster, workloads=(*cluster.workloads, pricing, sync), edges=(*cluster.edges, *edges))
    surge = Surge(cluster.name, *EXPORT, big, big + HOUR, 5.0)
    changed = replace(
        estate,
        clusters=tuple(grown if each is cluster else each for each in estate.clusters),
        surges=(*estate.surges, surge),
    )
    name = cluster.name
    return changed, (
        LookAlike(
            "deploy",
            name,
            "pricing-api",
            "java",
            deployed,
            day + DAY,
            DETECTIONS,
            "a new version brings a new workload; its edges are new and wanted",
            also=(NGINX[0], USERS_DB[0]),
        ),
        LookAlike(
            "bigger batch",
            name,
            *EXPORT,
            big,
            big + HOUR,
            (OUTBOUND, SUSTAINED),
            "the hourly export has five times as much to do",
            also=_answering(grown, EXPORT),
        ),
        LookAlike("new CronJob", name, *STOCK_SYNC, added, day + DAY, DETECTIONS, "it runs each hour from now on"),
    )


def new_cron_job(estate: Estate, end: float) -> Iterator[Injection]:
    """Return what the hourly runs of the CronJob that comes on the last day send."""
    for cluster in estate.clusters:
        for workload in cluster.workloads:
            for begin in np.arange(workload.since, end, HOUR) if workload.name == STOCK_SYNC[0] else ():
                for dest in (USERS_DB, BACKUPS):
                    yield from talk(series_of(cluster, STOCK_SYNC, dest), for_a_while(begin, 90), 4000)


def _answering(cluster: Cluster, source: tuple[str, str | None]) -> tuple[str, ...]:
    """Return the workloads that a process talks to."""
    return tuple(dict.fromkeys(edge.dest[0] for edge in cluster.edges if edge.source == source))


def _released(estate: Estate, name: str, workload: str, release: Release) -> Estate:
    cluster = estate.cluster(name)
    workloads = tuple(
        replace(each, releases=(release,)) if each.name == workload else each for each in cluster.workloads
    )
    changed = replace(cluster, workloads=workloads)
    return replace(estate, clusters=tuple(changed if each is cluster else each for each in estate.clusters))


def _release(estate: Estate, name: str, day: float) -> tuple[Estate, LookAlike]:
    """A new image of the log collector, which sends twice as much from then on, for good."""
    (workload, process), at = COLLECTOR, day + 4 * HOUR + 10 * MINUTE
    changed = _released(estate, name, workload, Release(at, "5.0.0"))
    surge = Surge(name, workload, process, at, day + DAY, RELEASED)
    return replace(changed, surges=(*estate.surges, surge)), LookAlike(
        "release",
        name,
        workload,
        process,
        at,
        day + DAY,
        (OUTBOUND, SUSTAINED),
        "a new image of the log collector sends twice as much, and will go on doing so",
        also=_answering(estate.cluster(name), COLLECTOR),
    )


def _rollout(estate: Estate, name: str, day: float) -> tuple[Estate, LookAlike]:
    """A new image of the queue's worker, in new pods, and nothing else."""
    at = day + 10 * HOUR + 40 * MINUTE
    note = "a new image that changes nothing"
    look = LookAlike("rollout", name, *WORKER, at, at + HOUR, DETECTIONS, note)
    return _released(estate, name, WORKER[0], Release(at, "9.0.0")), look
