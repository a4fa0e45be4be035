"""What reaches the analyst: how many points a finding has, and what the allow-list keeps away."""

from __future__ import annotations

import pytest

from tests.detections.bursts import around, current, usual
from tests.detections.talking import edges, learned, talk
from tests.detections.world import (
    DAY,
    HIDDEN,
    HOUR,
    NEW_EDGE,
    NOW,
    OUTBOUND,
    TRAFFIC_BASELINE,
    World,
    point,
)
from workbench.replay.rows import Row


@pytest.mark.parametrize(
    ("value", "level", "points"),
    [(1400, "moderate", 10), (2700, "high", 20), (9000, "extreme", 30), (9e9, "extreme", 30)],
)
def test_the_score_grows_with_what_was_seen_and_is_capped(world: World, value: float, level: str, points: int) -> None:
    world.add(usual("prod", "web", "nginx", around(1000, 100)))
    world.add(current("prod", "web", "nginx", 12, tcp_bytes=value))
    world.rows(TRAFFIC_BASELINE)
    assert [(row["level"], row["risk_score"]) for row in world.rows(OUTBOUND)] == [(level, points)]


def test_an_edge_out_of_the_cluster_and_a_large_one_score_more(world: World) -> None:
    learned(world).add(talk("prod", "web", "cache", HOUR / 2)).add(talk("prod", "web", "frontend.v2", HOUR / 2))
    world.add(talk("prod", "web", "api.bank.example", HOUR / 2, outside="destination"))
    world.add(talk("prod", "198.51.100.7", "web", HOUR / 2, outside="source"))
    world.add(talk("prod", "web", "2001:db8::1", HOUR / 2, volume=20_000_000, outside="destination"))
    world.add(talk("prod", "web", "store", HOUR / 2, volume=20_000_000))
    found = {
        (row["workload"], row["dest_workload"]): (row["entity"], row["risk_score"]) for row in world.rows(NEW_EDGE)
    }
    assert found == {
        ("web", "cache"): ("prod/shop/web", 15),
        ("web", "frontend.v2"): ("prod/shop/web", 15),
        ("web", "api.bank.example"): ("prod/shop/web", 35),
        ("web", "198.51.100.7"): ("prod/shop/web", 35),
        ("web", "2001:db8::1"): ("prod/shop/web", 75),
        ("web", "store"): ("prod/shop/web", 25),
    }


def test_the_message_is_the_same_from_hour_to_hour(world: World) -> None:
    world.add(usual("prod", "web", "nginx", around(1000, 100)))
    world.add(current("prod", "web", "nginx", 12, tcp_bytes=1400))
    world.add(point(NOW + HOUR / 4 + 30 * i, "prod", "web", process="nginx", tcp_bytes=90_000) for i in range(20))
    world.rows(TRAFFIC_BASELINE)
    first, second = world.run(OUTBOUND), world.run(OUTBOUND, NOW + HOUR)
    assert first.risk_events[0]["risk_message"] == second.risk_events[0]["risk_message"]
    assert first.risk_events[0]["risk_score"] != second.risk_events[0]["risk_score"]


def noisy(world: World) -> World:
    """One outbound finding, prod/backup/restic, and one new edge, prod/web to secrets."""
    learned(world).add(usual("prod", "backup", "restic", around(1000, 100)))
    world.add(current("prod", "backup", "restic", 12, tcp_bytes=52_000)).add(talk("prod", "web", "secrets", HOUR / 2))
    world.rows(TRAFFIC_BASELINE)
    return world


def findings(world: World) -> tuple[list[Row], list[tuple[str, str, str]]]:
    return world.rows(OUTBOUND), edges(world.rows(NEW_EDGE))


@pytest.mark.parametrize(
    ("entry", "hides"),
    [
        ("prod,shop,backup,restic,*,*,nightly,ops,never", "outbound"),
        ("*,*,backup*,*,*,*,nightly,ops,2026-03-01", "outbound"),
        ("prod,*,web,*,shop,secrets,vault rollout,ops,2026-12-31", "edge"),
        ("prod,*,*,*,*,*,everything,nobody,never", "both"),
        ("prod,shop,backup,restic,*,*,nightly,ops,2026-02-28", "nothing"),  # expired yesterday
        ("prod,shop,backup,restic,*,*,nightly,ops,", "nothing"),  # no last day: hides nothing
        ("prod,blog,backup,restic,*,*,nightly,ops,never", "nothing"),  # another namespace
        ("staging,*,backup,restic,*,*,nightly,ops,never", "nothing"),
        (
            "prod,*,backup,restic,*,store,nightly,ops,never",
            "nothing",
        ),  # for one destination: not the process as a whole
        ("prod,*,web,nginx,*,secrets,one process,ops,never", "nothing"),  # an edge does not know its process
    ],
)
def test_the_allow_list_hides_what_an_entry_names_until_its_last_day(world: World, entry: str, hides: str) -> None:
    noisy(world).allow(entry)
    outbound, new_edges = findings(world)
    assert (outbound == [], new_edges == []) == (hides in ("outbound", "both"), hides in ("edge", "both"))


def test_a_valid_entry_counts_beside_an_expired_one(world: World) -> None:
    noisy(world).allow("prod,*,backup,*,*,*,old,ops,2020-01-01", "prod,shop,backup,restic,*,*,new,ops,2030-01-01")
    assert findings(world)[0] == []


def test_what_the_allow_list_hid_in_seven_days_can_be_shown(world: World) -> None:
    noisy(world).allow(
        "prod,*,backup,*,*,*,nightly,ops,never", "prod,*,web,*,shop,secrets,vault rollout,sec,2026-12-31"
    )
    world.rows("K8S NPM - Baseline Of Kubernetes NPM TCP Edges")
    hidden = world.run_over(HIDDEN, NOW - 7 * DAY, NOW)
    shown = [
        (row["hidden"], row["workload"], row["dest_workload"], row["allowed_because"], row["allowed_by"])
        for row in hidden
    ]
    assert shown == [
        ("outbound", "backup", "*", "nightly", "ops"),
        ("new edge", "web", "secrets", "vault rollout", "sec"),
    ]
    assert [(row.get("score"), row.get("first_seen")) for row in hidden] == [
        (508.3, None),
        (None, "2026-03-01T03:30:00+0000"),
    ]
