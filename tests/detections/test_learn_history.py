"""Learn History: one run over past days leaves the tables that the scheduled runs would have written."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

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
from workbench.compiler.build import Package
from workbench.replay import mstats_filter
from workbench.replay.context import SearchContext, Window
from workbench.replay.rows import Row
from workbench.spl.tree import Filter

HISTORY = "K8S NPM - Learn History"
LEARNED = (
    "npm_baseline",
    "npm_days",
    "npm_deploys",
    "npm_edge_clusters",
    "npm_edge_workloads",
    "npm_known_edges",
    "npm_known_images",
)
OF_A_RUN = {"read_until"}  # the column about the last run itself
MIDNIGHT = NOW // DAY * DAY
HOURLY = ((EDGE_BASELINE, 2), (DEPLOYS, 14), (PROFILE, 22))
"""The searches that learn each hour, with the minute at which they run."""


def table(world: World, name: str) -> list[Row]:
    with (world.app.root / "lookups" / f"{name}.csv").open(newline="") as lines:
        rows = [{key: cell for key, cell in row.items() if key not in OF_A_RUN} for row in csv.DictReader(lines)]
    return sorted(rows, key=lambda row: sorted(row.items()))


def assert_same_tables(one: World, other: World, names: Iterable[str] = (*LEARNED, "npm_profile")) -> None:
    for name in names:
        assert table(one, name) == table(other, name), name


def sent(
    workload: str, process: str, image: str, first: int, last: int, tcp_bytes: float = 1000
) -> Iterator[dict[str, Any]]:
    """A point every ten minutes from hour ``first`` up to ``last``, both counted from NOW."""
    for step in range((last - first) * 6):
        at = NOW + first * HOUR + step * 10 * MINUTE
        yield point(
            at, "prod", workload, process=process, dest="store", image=image, tcp_bytes=tcp_bytes, tcp_packets=9
        )


def sending(world: World) -> World:
    """Two processes for some hours of two days, one of them with a new image on the second."""
    for first, last in ((-34, -32), (-20, -19)):
        world.add(sent("jobs", "cron", "7", first, last))
    world.add(sent("web", "app", "1.0", -34, -32))
    return world.add(sent("web", "app", "1.1", -6, -3))


def scheduled(world: World, hours: Iterable[int], nights: Iterable[int] = ()) -> World:
    """Let the schedules run in these hours before NOW, and in these nights before that of NOW."""
    for back in hours:
        for name, minute in HOURLY:
            world.run(name, NOW - back * HOUR + minute * MINUTE)
    for night in nights:
        world.run(TRAFFIC_BASELINE, NOW - night * DAY + 77 * MINUTE)
    return world


@dataclass(frozen=True)
class Learned:
    """A world that has learned its history, and the seconds that each mstats read for it."""

    world: World
    spans: list[float]


@pytest.fixture(scope="module")
def learned(built: Package, tmp_path_factory: pytest.TempPathFactory) -> Learned:
    made = Learned(sending(World(built.staged, tmp_path_factory.mktemp("learned"))), [])
    seen = mstats_filter.time_window

    def watched(where: Filter | None, context: SearchContext) -> Window:
        window = seen(where, context)
        made.spans.append(window.latest - window.earliest)
        return window

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(mstats_filter, "time_window", watched)
        made.world.rows(HISTORY)
    return made


def test_one_run_leaves_what_the_scheduled_runs_of_the_same_days_leave(learned: Learned, world: World) -> None:
    assert_same_tables(learned.world, scheduled(sending(world), (33, 32, 19, 18, 5, 4, 3, 2), (1, 0)))


def test_days_are_read_one_after_the_other_and_each_by_all_searches(world: World) -> None:
    rows = sending(world).run_over(HISTORY, MIDNIGHT - 2 * DAY, NOW - HOUR)
    days = ("2026-02-28T00:00:00+0000", "2026-03-01T00:00:00+0000", "2026-03-01T03:00:00+0000")
    learned = ("processes", "clusters", "deploys", "profiles")
    assert [row["read_until"] for row in rows] == [day for day in days for _ in learned]
    assert [row["rows"] for row in rows] == [*(2, 1, 0, 4), *(2, 1, 1, 4), *(2, 1, 1, 4)]


def test_days_without_metrics_are_passed_over(new_world: Callable[[], World]) -> None:
    """With an image that came meanwhile: nobody knows when, so it is no deploy."""
    gap, no_gap = new_world(), new_world()
    for world in (gap, no_gap):
        world.add(sent("web", "app", "1.0", -82, -79)).add(sent("web", "app", "1.1", -53, -50))
    assert len(gap.run_over(HISTORY, NOW - 5 * DAY, NOW - HOUR)) == 4 * 6
    scheduled(no_gap, (81, 80, 79, 78, 60, 52, 51, 50, 49, 30, 9), (3, 2, 1))
    assert_same_tables(gap, no_gap)


def test_an_hour_and_a_day_that_are_not_over_are_not_learned(new_world: Callable[[], World]) -> None:
    """The range ends within an hour: profile and baseline wait, edges are known up to its end."""
    ends, whole = sending(new_world()), sending(new_world())
    ends.run_over(HISTORY, MIDNIGHT - 2 * DAY, NOW - 4.5 * HOUR)
    whole.run_over(HISTORY, MIDNIGHT - 2 * DAY, NOW - 5 * HOUR)
    assert_same_tables(ends, whole, ("npm_profile", "npm_days", "npm_baseline"))
    assert max(float(str(row["last_seen"])) for row in table(ends, "npm_known_edges")) > NOW - 5 * HOUR
    assert {row["day"] for row in table(ends, "npm_days")} == {str(int(MIDNIGHT // DAY) - 2)}


def test_a_range_that_begins_within_a_day_or_ends_ahead_learns_what_was_read_whole(
    new_world: Callable[[], World],
) -> None:
    ahead, begun = sending(new_world()), sending(new_world())
    ahead.run_over(HISTORY, NOW - 33.5 * HOUR, MIDNIGHT + DAY)
    begun.run_over(HISTORY, NOW - 33 * HOUR, NOW)
    assert_same_tables(ahead, begun, ("npm_profile", "npm_days", "npm_baseline"))
    assert {row["day"] for row in table(ahead, "npm_days")} == {str(int(MIDNIGHT // DAY) - 1)}


@pytest.mark.parametrize("latest", [NOW, float("inf")])
def test_of_a_long_range_the_last_91_days_are_read_the_oldest_first(world: World, latest: float) -> None:
    before_map = world.app.saved_searches[HISTORY].search.split("| map")[0]
    rows = world.run_text(before_map, 0, latest)
    days = [(row["from"], row["to"]) for row in rows if "npm_tcp_edges" in str(row["learner"])]
    midnights = [MIDNIGHT - back * DAY for back in range(90, -1, -1)]
    assert days == [(begins - HOUR, min(begins + DAY, NOW)) for begins in midnights]


def test_running_it_again_over_days_that_are_learned_changes_nothing(new_world: Callable[[], World]) -> None:
    once, twice = sending(new_world()), sending(new_world())
    for world, ranges in ((once, (2,)), (twice, (2, 1, 2))):
        for days in ranges:
            world.run_over(HISTORY, MIDNIGHT - days * DAY, MIDNIGHT)
    assert_same_tables(once, twice)


def test_a_deploy_of_days_ago_is_learned_as_it_was_then(new_world: Callable[[], World]) -> None:
    """A deploy raises the level; the profile follows it, as it did for the run of that hour."""
    worlds = new_world(), new_world()
    for world in worlds:
        world.add(sent("web", "app", "1.0", -136, -130)).add(sent("web", "app", "1.1", -112, -109, tcp_bytes=2000))
    worlds[0].rows(HISTORY)
    scheduled(worlds[1], (*range(135, 128, -1), 111, 110, 109, 108), (0,))
    assert_same_tables(*worlds, ("npm_profile",))


def test_it_learns_from_a_source_without_peers_and_images(world: World) -> None:
    for macro in ("npm_edges", "npm_images", "npm_edges(2)", "npm_images(2)"):
        world.set_macro(macro, "`npm_no_rows`")
    assert [row["rows"] for row in sending(world).rows(HISTORY)][-4:] == [2, 0, 0, 4]


def test_it_reads_one_day_at_a_time(learned: Learned) -> None:
    """No reading is longer than a day and the hour before it, which completes counters and hours."""
    assert max(learned.spans) == 25 * HOUR
    assert len(learned.spans) == 4 * 8
