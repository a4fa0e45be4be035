"""Traffic that the learned profile is tried with, and the days of it that a profile has learned.

A process sends about 1 MB every five minutes, with a daily rhythm.
"""

from __future__ import annotations

import csv
import math
from typing import Any

from tests.detections.world import DAY, PROFILE, World, point

STEP = 300.0  # seconds between points: a sparse series is learned as well, and faster
DAYS = 9
OF_A_RUN = ("learned_at", "read_until", "lost_at")

Points = list[dict[str, Any]]


def sending(
    workload: str,
    earliest: float,
    latest: float,
    times: float = 1.0,
    cluster: str = "prod",
    process: str = "app",
    image: str | None = None,
    step: float = STEP,
    protocol: str = "tcp",
) -> Points:
    """Traffic with a daily rhythm and a ripple; ``times`` as much as usual. ``step``: seconds between points."""

    def volume(at: float) -> float:
        rhythm = 1 + 0.3 * math.sin(2 * math.pi * at / DAY)
        ripple = 1 + 0.2 * math.sin(at / 700) * math.sin(at / 130)
        return round(1_000_000 * rhythm * ripple * times)

    return [
        point(float(at), cluster, workload, process=process, dest="store", image=image)
        | {f"{protocol}.bytes": volume(at), f"{protocol}.packets": 80.0}
        for at in range(int(earliest), int(latest), int(step))
    ]


def learn_days(world: World, first: float, last: float) -> None:
    """The documented first start: the search by hand over each day, the oldest first."""
    start = first
    while start < last:
        world.run_over(PROFILE, start, min(start + DAY, last), at=min(start + DAY, last))
        start += DAY


def table(world: World) -> str:
    """npm_profile without what depends on when a run was made up for, and how far it read."""
    rows = list(csv.reader((world.app.root / "lookups" / "npm_profile.csv").read_text().splitlines()))
    kept = [position for position, name in enumerate(rows[0]) if name not in OF_A_RUN]
    return "".join(",".join(cells[position] for position in kept) + "\n" for cells in rows)
