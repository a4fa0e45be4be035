"""Learn History: one run over past days leaves the tables that the scheduled runs would have written."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from typing import Any

from tests.detections.world import (
    DAY,
    DEPLOYS,
    EDGE_BASELINE,
    HOUR,
    MINUTE,
    NOW,
    PROFILE,
    TRAFFIC_BASELINE,
    World,
    point,
)
from workbench.replay.rows import Row

HISTORY = "K8S NPM - Learn History"
LEARNED = ("npm_baseline", "npm_days", "npm_deploys", "npm_edge_clusters", "npm_known_edges", "npm_known_images")
OF_A_RUN = {"read_until", "edges"}  # columns of npm_edge_clusters about the last run itself


def table(world: World, name: str) -> list[Row]:
    with (world.app.root / "lookups" / f"{name}.csv").open(newline="") as lines:
        rows = [{key: cell for key, cell in row.items() if key not in OF_A_RUN} for row in csv.DictReader(lines)]
    return sorted(rows, key=lambda row: sorted(row.items()))


def sent(workload: str, process: str, image: str, first: int, last: int) -> Iterator[dict[str, Any]]:
    """A point every ten minutes from hour ``first`` up to ``last``, both counted from NOW."""
    for step in range((last - first) * 6):
        at = NOW + first * HOUR + step * 10 * MINUTE
        yield point(at, "prod", workload, process=process, dest="store", image=image, tcp_bytes=1000, tcp_packets=9)


def sending(world: World) -> World:
    """Two processes for some hours of two days, one of them with a new image on the second."""
    world.add(sent("web", "app", "1.0", -34, -32)).add(sent("jobs", "cron", "7", -34, -32))
    return world.add(sent("web", "app", "1.1", -6, -3))


def test_one_run_leaves_what_the_scheduled_runs_of_the_same_days_leave(new_world: Callable[[], World]) -> None:
    at_once, scheduled = sending(new_world()), sending(new_world())
    (counts,) = at_once.rows(HISTORY)
    assert counts == {"processes": 2, "clusters": 1, "deploys": 1, "profiles": 4}
    for back in (33, 32, 18, 5, 4, 3, 2):
        hour = NOW - back * HOUR
        for name, minute in ((EDGE_BASELINE, 2), (DEPLOYS, 14), (PROFILE, 22)):
            scheduled.run(name, hour + minute * MINUTE)
    for night in (1, 0):
        scheduled.run(TRAFFIC_BASELINE, NOW - night * DAY + 77 * MINUTE)
    for name in (*LEARNED, "npm_profile"):
        assert table(at_once, name) == table(scheduled, name), name


def test_it_may_be_run_day_by_day(new_world: Callable[[], World]) -> None:
    at_once, by_days = sending(new_world()), sending(new_world())
    at_once.rows(HISTORY)
    midnight = NOW // DAY * DAY
    for day in (2, 1):
        by_days.run_over(HISTORY, midnight - day * DAY, midnight - (day - 1) * DAY)
    by_days.run_over(HISTORY, midnight, NOW - HOUR)
    for name in (*LEARNED, "npm_profile"):
        assert table(by_days, name) == table(at_once, name), name


def test_it_learns_from_a_source_without_peers_and_images(world: World) -> None:
    world.set_macro("npm_edges", "`npm_no_rows`")
    world.set_macro("npm_images", "`npm_no_rows`")
    (counts,) = sending(world).rows(HISTORY)
    assert counts == {"processes": 2, "clusters": 0, "deploys": 0, "profiles": 4}
