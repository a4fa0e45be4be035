"""Addresses outside that a workload meets for the first time on most days: mail servers, and a pool behind one name.

Each is met for a minute and a half, and only there and then, so that a day costs a few points.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.traffic.attacks import Injection
from workbench.traffic.blueprint import CATALOG, MAILER, STAGING
from workbench.traffic.clusters import Cluster, Estate
from workbench.traffic.loadcurves import DAY, HOUR
from workbench.traffic.points import PointDimensions

DAYS = 15  # before the end, in which addresses are met
INTERVALS = 3  # of a visit
VISIT = 5  # stream of random numbers


@dataclass(frozen=True)
class Visitor:
    """A process that meets ``a_day`` new addresses, numbered below ``network``, in each cluster but staging."""

    process: tuple[str, str]
    network: str
    a_day: int


VISITORS = (Visitor(MAILER, "198.18.0.", 2), Visitor(CATALOG, "192.0.2.", 1))


def visits(estate: Estate, start: float, end: float, interval: float, seed: int) -> list[Injection]:
    """Plan the visits of the first clusters, one visitor for each, over [start, end) in epoch seconds."""
    clusters = [cluster for cluster in estate.clusters if cluster.name != STAGING]
    planned: list[Injection] = []
    for cluster, visitor in zip(clusters, VISITORS, strict=False):
        first = max(start, end - DAYS * DAY)
        count = int((end - first) // DAY) * visitor.a_day
        planned += [_visit(cluster, visitor, number, first, interval, seed) for number in range(count)]
    return planned


def _visit(cluster: Cluster, visitor: Visitor, number: int, first: float, interval: float, seed: int) -> Injection:
    random = np.random.default_rng([seed, VISIT, number])
    begin = first + DAY * (number // visitor.a_day) + HOUR * random.uniform(7, 19)
    times = np.ceil(begin / interval) * interval + interval * np.arange(INTERVALS)
    name, process = visitor.process
    series = PointDimensions(
        cluster.name, name, cluster.workload(name).namespace, process, f"{visitor.network}{number + 1}"
    )
    sent = np.rint(random.uniform(500, 1500, INTERVALS))
    return Injection(series, "tcp", times, sent, np.ceil(sent / 700), np.array([1.0] + [0.0] * (INTERVALS - 1)))
