"""What is met for the first time without harm: names and addresses outside, on most days, and a CronJob that is new.

Mail servers, what a crawler reads, and pools behind a name or several. Each conversation lasts a minute and a half, so
that a day costs a few points.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from workbench.traffic.attacks import EDGES, Injection, LookAlike
from workbench.traffic.blueprint import BACKUPS, CATALOG, MAILER, ORDERS, SEARCH, STAGING, STOCK_SYNC, USERS_DB, WORKER
from workbench.traffic.clusters import Cluster, Estate, series_of
from workbench.traffic.loadcurves import DAY, HOUR
from workbench.traffic.points import Floats, PointDimensions

DAYS = 15  # before the end, in which names are met
INTERVALS = 3  # of a visit
VISIT = 5  # stream of random numbers


@dataclass(frozen=True)
class Visitor:
    """A process of a production cluster, counted from 0, that meets ``a_day`` names; ``{}`` numbers the visits."""

    kind: str
    cluster: int
    process: tuple[str, str]
    name: str
    a_day: int


VISITORS = (
    Visitor("mail", 0, MAILER, "198.18.0.{}", 2),
    Visitor("pool by name", 0, WORKER, "edge-{}.cdn.example", 1),
    Visitor("pool by address", 1, CATALOG, "192.0.2.{}", 1),
    Visitor("crawler", 1, SEARCH, "198.19.0.{}", 12),
    Visitor("pool behind one name", 1, ORDERS, "pool.cdn.example", 2),
)


def visits(
    estate: Estate, start: float, end: float, interval: float, seed: int
) -> tuple[list[Injection], list[LookAlike]]:
    """Plan the visits over [start, end) in epoch seconds, and say whose they are on the last day."""
    clusters = [cluster for cluster in estate.clusters if cluster.name != STAGING]
    first = max(start, end - DAYS * DAY)
    planned: list[Injection] = []
    looks: list[LookAlike] = []
    for visitor in VISITORS:
        if visitor.cluster < len(clusters):
            cluster = clusters[visitor.cluster]
            count = int((end - first) // DAY) * visitor.a_day
            planned += [_visit(cluster, visitor, number, first, interval, seed) for number in range(count)]
            note = f"it meets {visitor.a_day} outside each day"
            looks.append(LookAlike(visitor.kind, cluster.name, *visitor.process, end - DAY, end, EDGES, note))
    for cluster in clusters:
        planned += _runs(cluster, end, interval)
    return planned, looks


def _runs(cluster: Cluster, end: float, interval: float) -> Iterator[Injection]:
    """Return what the hourly runs of the new CronJob send, if the cluster has it."""
    for workload in cluster.workloads:
        if workload.name == STOCK_SYNC[0]:
            for begin in np.arange(workload.since, end, HOUR):
                for dest in (USERS_DB, BACKUPS):
                    yield _talk(series_of(cluster, STOCK_SYNC, dest), begin, interval, np.full(INTERVALS, 4000.0))


def _visit(cluster: Cluster, visitor: Visitor, number: int, first: float, interval: float, seed: int) -> Injection:
    random = np.random.default_rng([seed, VISIT, number])
    begin = first + DAY * (number // visitor.a_day) + HOUR * random.uniform(7, 19)
    name, process = visitor.process
    namespace = cluster.workload(name).namespace
    series = PointDimensions(cluster.name, name, namespace, process, visitor.name.format(number + 1))
    return _talk(series, begin, interval, np.rint(random.uniform(500, 1500, INTERVALS)))


def _talk(series: PointDimensions, begin: float, interval: float, sent: Floats) -> Injection:
    times = np.ceil(begin / interval) * interval + interval * np.arange(INTERVALS)
    return Injection(series, "tcp", times, sent, np.ceil(sent / 700), np.array([1.0] + [0.0] * (INTERVALS - 1)))
