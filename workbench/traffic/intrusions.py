"""Attacks in a month of edges: of each kind one a week, on any day and at any hour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from workbench.traffic.attacks import NEW_EDGE, NEW_UDP_EDGE, Attack
from workbench.traffic.blueprint import MAILER, ORDERS_DB, PAYMENTS
from workbench.traffic.changes import NEW_WORKLOAD, new_workload
from workbench.traffic.conversations import STEP, Happening, Scene, Spot, Talks, for_a_while, named
from workbench.traffic.loadcurves import DAY, HOUR
from workbench.traffic.points import Protocol

WEEK = 7 * DAY
MINUTE = 60.0
INTRUSION = 8  # stream of random numbers
LOOT, SMALL = 1_500_000.0, 600.0  # bytes in an interval


@dataclass(frozen=True)
class Kind:
    """A kind of attack: who sends so many bytes an interval, for how long, to whom.

    ``source``: workload and process, ``{}`` numbers the attacks; None for any workload. ``strangers``: to how many
    workloads that it never talked to, each begun ``apart`` seconds after the last; 0 for a new address outside, which
    is then visited ``visits`` times. ``young``: how long before, in seconds, the source was deployed, harmless until
    then. ``note``: why no detection sees it.
    """

    kind: str
    source: tuple[str, str] | None
    sent: float
    lasts: float = STEP
    strangers: int = 0
    visits: int = 1
    apart: float = 0.0
    protocol: Protocol = "tcp"
    young: float = 0.0
    note: str = ""


NOT_ONE_OF_MANY = "a server outside that is one of the many new ones of a workload that meets some each day"
KINDS = (
    Kind("lateral movement", None, 4000, 20 * MINUTE, strangers=1),
    Kind("lateral movement over UDP", None, 4000, 20 * MINUTE, strangers=1, protocol="udp"),
    Kind("theft to a new address", ORDERS_DB, LOOT, 40 * MINUTE),
    Kind("server outside that gives orders", PAYMENTS, SMALL, visits=12, apart=10 * MINUTE),
    Kind("scan", None, SMALL, strangers=15, apart=10),
    Kind("scan, a port every ten minutes", None, SMALL, strangers=15, apart=10 * MINUTE),
    Kind("pod of an intruder", ("debug-{}", "sh"), 4000, 30 * MINUTE, strangers=1),
    Kind("tunnel over UDP", None, 5000, 50 * MINUTE, protocol="udp"),
    Kind("theft by a workload on its first day", ("trojan-{}", "python"), LOOT, 40 * MINUTE, young=5 * HOUR),
    Kind(f"theft by {MAILER[0]}", MAILER, LOOT, 40 * MINUTE),
    Kind(f"orders to {MAILER[0]}", MAILER, SMALL, 5 * MINUTE, note=NOT_ONE_OF_MANY),
)


@dataclass(frozen=True)
class Intrusion:
    """An attack, as the truth tells it, and its conversations; ``before`` is harmless and goes before it."""

    attack: Attack
    talks: Talks
    before: Happening | None = None


def intrusions(scene: Scene, since: float, seed: int) -> Iterator[Intrusion]:
    """Plan the attacks of the whole weeks from ``since`` (epoch seconds) to the end of the scene."""
    number = 0
    for week in np.arange(since, scene.end - WEEK + 1, WEEK):
        for kind in KINDS:
            random = np.random.default_rng([seed, INTRUSION, number])
            at = week + DAY * random.integers(7) + HOUR * random.uniform(0.5, 20)
            clusters = scene.estate.clusters
            # Staging sends no mail.
            cluster = clusters[random.integers(len(clusters) - (1 if kind.source == MAILER else 0))]
            yield _planned(kind, Spot(scene, cluster, at, number, random))
            number += 1


def _planned(kind: Kind, spot: Spot) -> Intrusion:
    name, process = kind.source or ("", "")
    source = named(name.format(spot.number), "shop", process) if kind.source else spot.one_of()
    before = new_workload(replace(spot, at=spot.at - kind.young, kind=NEW_WORKLOAD), name) if kind.young else None
    address = [named(f"203.0.113.{spot.number + 1}")]
    dests = spot.strangers(source.workload, kind.strangers) if kind.strangers else address
    begun = spot.at + kind.apart * np.arange(kind.strangers or kind.visits)
    times = [for_a_while(at, kind.lasts) for at in begun]
    if not kind.strangers:
        times = [np.concatenate(times)]
    talks: Talks = ()
    for dest, when in zip(dests, times, strict=True):
        talks += spot.talk(source, dest, when, kind.sent, kind.protocol, reply=0.1)
    tried = [each.series for each in talks[::2]]
    expected = () if kind.note else (NEW_UDP_EDGE if kind.protocol == "udp" else NEW_EDGE,)
    end, rate = float(times[-1][-1]) + STEP, kind.sent / STEP
    attack = Attack(kind.kind, tried[0], spot.at, end, rate, expected, kind.note, kind.protocol, also=tuple(tried[1:]))
    return Intrusion(attack, talks, before)
