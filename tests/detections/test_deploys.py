"""The search of deploys: images of processes in, the tables npm_known_images and npm_deploys out, row by row.

Hours are counted from NOW; see deploying.
"""

from __future__ import annotations

import pytest

from tests.detections.deploying import (
    LEVELS,
    OWNER,
    accepted,
    by_hand,
    cells,
    hourly,
    images,
    line,
    quoted,
    running,
)
from tests.detections.world import DEPLOYS, HOUR, NOW, World


def test_the_first_sight_of_a_process_is_no_deploy(world: World) -> None:
    world.add(running("1.0", -2, 1)).add(running("2.0", -1.9, 1))
    hourly(world, 0, 1)
    assert images(world) == [("1.0", -2, 0.833, None), ("2.0", -1.9, 0.933, None)]
    assert accepted(world) == []


def test_a_new_image_of_a_known_process_is_a_deploy_from_the_hour_it_appears_in(world: World) -> None:
    world.add(running("1.0", -30, 0.5)).add(running("1.1", 0.5, 2))
    by_hand(world, -30, 0)
    hourly(world, 1, 2)
    assert images(world) == [("1.0", -30, 0.333, None), ("1.1", 0.5, 1.833, 0)]
    assert accepted(world) == [line(0, "1.1")]


def test_the_run_before_the_profile_learns_the_hour_of_a_deploy_has_found_it(world: World) -> None:
    """At minute 22 npmlearn learns the hour that just closed; the deploy was in its last minutes."""
    world.add(running("1.0", -30, 0.7)).add(running("1.1", 5 / 6, 1))
    by_hand(world, -30, 0)
    hourly(world, 1, 1)
    assert accepted(world) == [line(0, "1.1")]


def test_a_process_is_known_after_a_day(world: World) -> None:
    world.add(running("1.0", -30, 2)).add(running("1.1", -30 + 23.5, 2)).add(running("1.2", -30 + 24, 2))
    by_hand(world, -30, 0)
    assert [(image, deployed) for image, _, _, deployed in images(world)] == [
        ("1.0", None),
        ("1.1", None),
        ("1.2", -6),
    ]
    assert accepted(world) == [line(-6, "1.2")]


def test_a_first_run_over_the_history_knows_its_deploys_and_accepts_the_last_ones(world: World) -> None:
    for image, first, last in (("1", -700, -200), ("2", -200, -40), ("3", -40, 0)):
        world.add(running(image, first, last))
    assert [dict(row) for row in by_hand(world, -30 * 24, 0)] == [
        {
            "since": "2026-02-27T12:00+0000",
            "cluster": "prod",
            "namespace": "shop",
            "workload": "web",
            "process": "app",
            "reason": "image 3",
        }
    ]
    assert images(world) == [("1", -700, -200.167, None), ("2", -200, -40.167, -200), ("3", -40, -0.167, -40)]
    assert accepted(world) == [line(-40, "3")]


def test_a_rollback_after_a_day_is_a_deploy(world: World) -> None:
    world.add(running("1.0", -60, -26)).add(running("1.1", -26, 0)).add(running("1.0", 0, 2))
    by_hand(world, -60, -24)
    hourly(world, -23, 2)
    assert images(world) == [("1.0", -60, 1.833, 0), ("1.1", -26, -0.167, -26)]
    assert sorted(accepted(world)) == [line(-26, "1.1"), line(0, "1.0")]


def test_a_rollback_after_an_hour_is_none(world: World) -> None:
    world.add(running("1.0", -60, -2)).add(running("1.1", -2, -1)).add(running("1.0", -1, 2))
    by_hand(world, -60, -3)
    hourly(world, -2, 2)
    assert images(world) == [("1.0", -60, 1.833, None), ("1.1", -2, -1.167, -2)]
    assert accepted(world) == [line(-2, "1.1")]


def test_a_canary_beside_the_old_image_is_one_deploy_however_long_both_run(world: World) -> None:
    world.add(running("1.0", -30, 40)).add(running("1.1", 0, 40))
    by_hand(world, -30, 0)
    hourly(world, 1, 40)
    assert images(world) == [("1.0", -30, 39.833, None), ("1.1", 0, 39.833, 0)]
    assert accepted(world) == [line(0, "1.1")]


def test_two_images_in_the_same_hour_are_one_row(world: World) -> None:
    world.add(running("1.0", -30, 0)).add(running("2.0", 0.2, 1)).add(running("1.9", 0.5, 0.9))
    by_hand(world, -30, 0)
    hourly(world, 1, 1)
    assert accepted(world) == [quoted(0, "1.9, 2.0")]


@pytest.mark.parametrize("later", [None, 0.4, 5], ids=["one image", "two images at once", "one hours after the other"])
def test_a_silence_of_the_whole_process_is_no_deploy(world: World, later: float | None) -> None:
    """A weekly job, or a collector that was away."""
    for first, last in ((-24 * 8, -24 * 7), (0, 8)):
        world.add(running("1.0", first, last))
        if later is not None:
            world.add(running("1.1", first + later, last))
    by_hand(world, -24 * 8, -24 * 7)
    hourly(world, 1, 8)
    assert {deployed for _, _, _, deployed in images(world)} == {None}
    assert accepted(world) == []


def test_a_weekly_job_that_got_a_new_image_is_deployed_once(world: World) -> None:
    world.add(running("1", -3 * 168, 2, process="always"))
    for week, image in ((-3, "old"), (-2, "new"), (-1, "new"), (0, "new")):
        world.add(running(image, week * 168, week * 168 + 1))
        by_hand(world, (week - 1) * 168, week * 168)
        hourly(world, week * 168 + 1, week * 168 + 2)
    assert [(image, deployed) for image, _, _, deployed in images(world)] == [("old", None), ("new", -336)]


def test_images_are_told_apart_by_cluster_workload_and_process(world: World) -> None:
    world.add(running("1.0", -30, 0))
    for other in ({"cluster": "stage"}, {"workload": "shop"}, {"process": "sidecar"}):
        world.add(running("2.0", -30, 2, **other))
    world.add(running("2.0", 0, 2))
    by_hand(world, -30, 0)
    hourly(world, 1, 2)
    assert accepted(world) == [line(0, "2.0")]
    assert len(cells(world, "npm_known_images")) == 5


def test_a_process_that_only_speaks_udp_is_seen_as_well(world: World) -> None:
    world.add(running("1.0", -30, 0, metric="udp_bytes")).add(running("1.1", 0, 1, metric="udp_bytes"))
    by_hand(world, -30, 0)
    hourly(world, 1, 1)
    assert accepted(world) == [line(0, "1.1")]


@pytest.mark.parametrize("image", [None, "(unknown)", "-", "(no agent)", ""])
def test_points_without_an_image_change_nothing(world: World, image: str | None) -> None:
    world.add(running(image, -30, 1))
    by_hand(world, -30, 0)
    hourly(world, 1, 1)
    assert cells(world, "npm_known_images") == []
    assert accepted(world) == []


def test_points_that_lose_their_image_for_a_while_are_no_deploy(world: World) -> None:
    world.add(running("1.0", -30, 0)).add(running("(unknown)", 0, 30)).add(running("1.0", 30, 32))
    by_hand(world, -30, 0)
    hourly(world, 1, 32)
    assert images(world) == [("1.0", -30, 31.833, None)]


@pytest.mark.parametrize("metric", ["tcp_packets", "udp_packets"])
def test_points_without_bytes_are_not_looked_at(world: World, metric: str) -> None:
    world.add(running("1.0", -30, 1, metric=metric))
    hourly(world, 0, 1)
    assert cells(world, "npm_known_images") == []


@pytest.mark.parametrize("image", ["1|2", "a b", "v1,2", 'say "v1"', "ümlaut", "1.0|", "|", "1772337600"])
def test_an_image_may_have_any_name(world: World, image: str) -> None:
    world.add(running("old", -30, 0)).add(running(image, 0, 1))
    by_hand(world, -30, 0)
    hourly(world, 1, 1)
    assert images(world) == sorted([(image, 0, 0.833, 0), ("old", -30, -0.167, None)], key=lambda row: row[1] or 0)
    [row] = cells(world, "npm_deploys")
    assert row["reason"] == f"image {image}"


@pytest.mark.parametrize("column", ["cluster", "workload", "process"])
def test_a_name_with_a_star_is_never_accepted_as_it_would_stand_for_others(world: World, column: str) -> None:
    name = {column: "w*"}
    world.add(running("1.0", -30, 0, **name)).add(running("1.1", 0, 1, **name))
    by_hand(world, -30, 0)
    hourly(world, 1, 1)
    assert [row["deployed_at"] != "" for row in cells(world, "npm_known_images")] == [False, True]
    assert accepted(world) == []


def test_images_ahead_of_the_clock_are_not_learned(world: World) -> None:
    world.add(running("1.0", -30, 0)).add(running("2.0", 48, 49))
    world.run_over(DEPLOYS, NOW - 40 * HOUR, NOW + 72 * HOUR, NOW)
    assert [row["image"] for row in cells(world, "npm_known_images")] == ["1.0"]
    assert accepted(world) == []


def test_a_table_from_a_week_ago_makes_no_deploys_of_what_came_since(world: World) -> None:
    """Nobody knows when: a level is taken over only within hours of its deploy."""
    week = 7 * 24
    world.add(running("1.0", -30, 1)).add(running("1.1", week - 100, week + 3)).add(
        running("new", week + 1.5, week + 3)
    )
    by_hand(world, -30, 0)
    hourly(world, week, week + 1)
    assert images(world) == [("1.0", -30, -0.167, None), ("1.1", -0.167, week + 1.0, -1)]
    assert accepted(world) == []
    hourly(world, week + 2, week + 2)
    assert accepted(world) == [line(week + 1, "new")]


def test_a_lost_table_makes_no_deploys(world: World) -> None:
    world.add(running("1.0", -60, -20)).add(running("1.1", -20, 3))
    by_hand(world, -60, 0)
    assert accepted(world) == [line(-20, "1.1")]
    (world.app.root / "lookups" / "npm_known_images.csv").write_bytes(b"")
    hourly(world, 1, 2)
    assert images(world) == [("1.1", -1, 2.0, None)]
    assert accepted(world) == []


def test_deploys_ahead_of_the_clock_are_dropped_with_their_table(world: World) -> None:
    world.add(running("1.0", -60, 3))
    by_hand(world, -60, 0)
    ahead = f"{LEVELS}\nprod,shop,web,app,{NOW + 40 * HOUR:.0f},3,image 9,{OWNER}\n"
    (world.app.root / "lookups" / "npm_deploys.csv").write_text(ahead)
    hourly(world, 1, 1)
    assert accepted(world) == []
