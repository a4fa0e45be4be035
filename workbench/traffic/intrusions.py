"""Attacks in a month of edges: of each kind one a week, on any day and at any hour."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from workbench.traffic.attacks import NEW_EDGE, NEW_UDP_EDGE, Attack
from workbench.traffic.blueprint import MAILER, ORDERS_DB
from workbench.traffic.changes import (
    STEP,
    Happening,
    Scene,
    Talks,
    between,
    end_of,
    for_a_while,
    new_workload,
    outside,
    talk,
)
from workbench.traffic.clusters import Cluster
from workbench.traffic.loadcurves import DAY, HOUR
from workbench.traffic.points import Floats, PointDimensions, Protocol

WEEK = 7 * DAY
MINUTE = 60.0
INTRUSION = 8  # stream of random numbers
LOOT, SMALL = 1_500_000.0, 600.0  # bytes in an interval


@dataclass(frozen=True)
class Intrusion:
    """An attack, as the truth tells it, and its conversations; ``before`` is harmless and goes before it."""

    attack: Attack
    talks: Talks
    before: Happening | None = None


@dataclass(frozen=True)
class _Spot:
    """Where and when an attack begins, its number among all attacks, and what to draw from."""

    scene: Scene
    cluster: Cluster
    at: float
    number: int
    random: np.random.Generator

    def address(self) -> PointDimensions:
        return outside(f"203.0.113.{self.number + 1}")


def intrusions(scene: Scene, since: float, seed: int) -> Iterator[Intrusion]:
    """Plan the attacks of the whole weeks from ``since`` (epoch seconds) to the end of the scene."""
    number = 0
    for week in np.arange(since, scene.end - WEEK + 1, WEEK):
        for kind, plan in _KINDS.items():
            random = np.random.default_rng([seed, INTRUSION, number])
            at = week + DAY * random.integers(7) + HOUR * random.uniform(0.5, 20)
            clusters = scene.estate.clusters
            cluster = clusters[random.integers(len(clusters) - (1 if MAILER[0] in kind else 0))]
            yield plan(_Spot(scene, cluster, at, number, random), kind)
            number += 1


def _intrusion(
    spot: _Spot,
    kind: str,
    source: PointDimensions,
    dests: list[PointDimensions],
    times: list[Floats],
    sent: float,
    *,
    protocol: Protocol = "tcp",
    seen: bool = True,
    before: Happening | None = None,
    note: str = "",
) -> Intrusion:
    series = [between(spot.cluster, source, dest) for dest in dests]
    talks: Talks = ()
    for each, when in zip(series, times, strict=True):
        talks += talk(each, when, sent, protocol, reply=0.1)
    expected = (NEW_UDP_EDGE if protocol == "udp" else NEW_EDGE,) if seen else ()
    end = max(float(when[-1]) for when in times) + STEP
    rate = sent / STEP
    attack = Attack(kind, series[0], spot.at, end, rate, expected, note, protocol, also=tuple(series[1:]))
    return Intrusion(attack, talks, before)


def _lateral(spot: _Spot, kind: str, protocol: Protocol = "tcp") -> Intrusion:
    source = spot.scene.one_of(spot.cluster, spot.random)
    (dest,) = spot.scene.strangers(spot.cluster, source.name, 1, spot.random)
    times = [for_a_while(spot.at, 20 * MINUTE)]
    return _intrusion(spot, kind, end_of(source), [end_of(dest)], times, 4000, protocol=protocol)


def _lateral_udp(spot: _Spot, kind: str) -> Intrusion:
    return _lateral(spot, kind, "udp")


def _theft(spot: _Spot, kind: str) -> Intrusion:
    source = end_of(spot.cluster.workload(ORDERS_DB[0]))
    return _intrusion(spot, kind, source, [spot.address()], [for_a_while(spot.at, 40 * MINUTE)], LOOT)


def _control(spot: _Spot, kind: str) -> Intrusion:
    """A few packets every ten minutes to a server outside."""
    source = end_of(spot.cluster.workload("payments-api"))
    times = for_a_while(spot.at, STEP)[0] + 10 * MINUTE * np.arange(12, dtype=np.float64)
    return _intrusion(spot, kind, source, [spot.address()], [times], SMALL)


def _scan(spot: _Spot, kind: str, apart: float = 10.0) -> Intrusion:
    source = spot.scene.one_of(spot.cluster, spot.random)
    tried = [end_of(each) for each in spot.scene.strangers(spot.cluster, source.name, 15, spot.random)]
    times = [for_a_while(spot.at + apart * number, STEP) for number in range(len(tried))]
    return _intrusion(spot, kind, end_of(source), tried, times, SMALL)


def _slow_scan(spot: _Spot, kind: str) -> Intrusion:
    return _scan(spot, kind, 10 * MINUTE)


def _pod(spot: _Spot, kind: str) -> Intrusion:
    source = PointDimensions("", f"debug-{spot.number}", "shop", "sh")
    tried = [end_of(spot.scene.one_of(spot.cluster, spot.random))]
    return _intrusion(spot, kind, source, tried, [for_a_while(spot.at, 30 * MINUTE)], 4000)


def _tunnel(spot: _Spot, kind: str) -> Intrusion:
    source = end_of(spot.scene.one_of(spot.cluster, spot.random))
    times = [for_a_while(spot.at, 50 * MINUTE)]
    return _intrusion(spot, kind, source, [spot.address()], times, 5000, protocol="udp")


def _mailed(spot: _Spot, kind: str) -> Intrusion:
    source = end_of(spot.cluster.workload(MAILER[0]))
    return _intrusion(spot, kind, source, [spot.address()], [for_a_while(spot.at, 40 * MINUTE)], LOOT)


def _mailed_control(spot: _Spot, kind: str) -> Intrusion:
    source = end_of(spot.cluster.workload(MAILER[0]))
    note = "a server outside that is one of the many new ones of a workload that meets some each day"
    times = [for_a_while(spot.at, 5 * MINUTE)]
    return _intrusion(spot, kind, source, [spot.address()], times, SMALL, seen=False, note=note)


def _first_day(spot: _Spot, kind: str) -> Intrusion:
    """A workload deployed five hours before, harmless until then."""
    name = f"trojan-{spot.number}"
    before = new_workload(spot.scene, spot.cluster, name, spot.at - 5 * HOUR, spot.random)
    source = PointDimensions("", name, "shop", "python")
    times = [for_a_while(spot.at, 40 * MINUTE)]
    return _intrusion(spot, kind, source, [spot.address()], times, LOOT, before=before)


_KINDS: dict[str, Callable[[_Spot, str], Intrusion]] = {
    "lateral movement": _lateral,
    "lateral movement over UDP": _lateral_udp,
    "theft to a new address": _theft,
    "server outside that gives orders": _control,
    "scan": _scan,
    "scan, a port every ten minutes": _slow_scan,
    "pod of an intruder": _pod,
    "tunnel over UDP": _tunnel,
    "theft by a workload on its first day": _first_day,
    f"theft by {MAILER[0]}": _mailed,
    f"orders to {MAILER[0]}": _mailed_control,
}
