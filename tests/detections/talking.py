"""Workloads that talk to each other, and the edges that findings name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.detections.world import DAY, EDGE_BASELINE, HOUR, MINUTE, NOW, World, point
from workbench.replay.rows import Row, each_text

Edge = tuple[str, str, str]


def edges(rows: Iterable[Row]) -> list[Edge]:
    return sorted((str(row["cluster"]), str(row["workload"]), str(row["dest_workload"])) for row in rows)


def pairs(rows: Iterable[Row]) -> list[Edge]:
    """All edges of the findings, each with its ends in the order of the alphabet."""
    found = set()
    for row in rows:
        for peer in each_text(row["peer_names"]):
            one, other = sorted((str(row["workload"]), peer))
            found.add((str(row["cluster"]), one, other))
    return sorted(found)


def talk(
    cluster: str,
    source: str,
    dest: str,
    *ages: float,
    packets: float = 10,
    volume: float = 1000,
    outside: str = "neither",
    protocol: str = "tcp",
) -> list[dict[str, Any]]:
    """Data points of an edge, so many seconds before NOW."""
    amounts: dict[str, Any] = {f"{protocol}_packets": packets, f"{protocol}_bytes": volume}
    return [point(NOW - age, cluster, source, dest=dest, outside=outside, **amounts) for age in ages]


def learned(world: World, cluster: str = "prod", at: float = NOW - 6 * HOUR) -> World:
    """A cluster that has been watched for 20 days, merged from history as the first start is documented.

    Workload hub talked to those that tests let meet each other, so none of them is new itself.
    """
    world.add(talk(cluster, "web", "db", *(day * DAY + 5 * HOUR for day in range(1, 21))))
    for known in (
        "secrets",
        "cache",
        "payments",
        "batch",
        "cron",
        "scanner",
        "orders-db",
        "frontend.v2",
        "store",
        *(f"app-{n}" for n in range(12)),
    ):
        world.add(talk(cluster, "hub", known, 9 * DAY, volume=50))
    world.run_over(EDGE_BASELINE, at - 30 * DAY, at - 10 * MINUTE, at)
    return world
