"""Processes that run images over hours, and the two tables that the search of deploys keeps.

A process sends a point every ten minutes. Hours are counted from NOW, which is a whole hour; the search runs at minute
14 of each hour, as scheduled.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import Any

from tests.detections.world import DEPLOYS, HOUR, MINUTE, NOW, World, point
from workbench.replay.rows import Row

OWNER = "Deploys Of Kubernetes NPM Processes"
LEVELS = "cluster,namespace,workload,process,accepted_at,up_to,reason,owner"
STEP = 10 * MINUTE
RUN_AT = 14 * MINUTE

Images = list[
    tuple[str, float | None, float | None, float | None]
]  # image, hours of first_seen, last_seen, deployed_at


def running(
    image: str | None,
    first: float,
    last: float,
    *,
    process: str = "app",
    workload: str = "web",
    cluster: str = "prod",
    metric: str = "tcp_bytes",
) -> Iterable[dict[str, Any]]:
    """Points of an image from hour ``first`` up to, not including, hour ``last``, both counted from NOW."""
    at = NOW + first * HOUR
    sent: dict[str, Any] = {metric: 1000}
    while at < NOW + last * HOUR:
        yield point(at, cluster, workload, process=process, dest="store", image=image, **sent)
        at += STEP


def hourly(world: World, first: int, last: int) -> None:
    """The scheduled runs of the hours ``first`` to ``last``."""
    for hour in range(first, last + 1):
        world.run(DEPLOYS, NOW + hour * HOUR + RUN_AT)


def by_hand(world: World, first: float, last: float) -> list[Row]:
    """The search over a time range that a person chose, right after its end."""
    return world.run_over(DEPLOYS, NOW + first * HOUR, NOW + last * HOUR, NOW + last * HOUR)


def file(world: World, table: str) -> str:
    path = world.app.root / "lookups" / f"{table}.csv"
    return path.read_text() if path.exists() else ""


def cells(world: World, table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(file(world, table).splitlines()))


def images(world: World, process: str = "app") -> Images:
    """Rows of npm_known_images, with their times as hours counted from NOW."""

    def hours(text: str) -> float | None:
        return round((float(text) - NOW) / HOUR, 3) if text else None

    return [
        (row["image"], hours(row["first_seen"]), hours(row["last_seen"]), hours(row["deployed_at"]))
        for row in cells(world, "npm_known_images")
        if row["process"] == process
    ]


def accepted(world: World) -> list[str]:
    """Lines of npm_deploys in the columns LEVELS, without the head and without how many rows were written."""
    return [line.rsplit(",", 2)[0] for line in file(world, "npm_deploys").splitlines()[1:]]


def line(hour: float, image: str, process: str = "app") -> str:
    return f"prod,shop,web,{process},{NOW + hour * HOUR:.0f},3,image {image},{OWNER}"


def quoted(hour: float, image: str) -> str:
    return f'prod,shop,web,app,{NOW + hour * HOUR:.0f},3,"image {image}",{OWNER}'
