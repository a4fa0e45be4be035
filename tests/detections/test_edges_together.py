"""New edges that are one finding together: of a workload that is new itself, of a scan, of new addresses outside."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from tests.detections.talking import learned, talk
from tests.detections.world import DAY, EDGE_BASELINE, HOUR, MINUTE, NEW_EDGE, NEW_UDP_EDGE, NOW, World, point
from workbench.replay.context import Limits
from workbench.replay.rows import each_text


def test_a_new_workload_is_one_finding_with_its_edges_for_a_day(world: World) -> None:
    learned(world)
    for peer in ("db", "cache", "payments"):
        world.add(talk("prod", "pricing", peer, HOUR / 2)).add(talk("prod", peer, "pricing", HOUR / 2))
    world.add(talk("prod", "hub", "pricing", HOUR / 2))
    run = world.run(NEW_EDGE)
    (finding,) = run.findings
    assert (finding["workload"], finding["kind"], finding["peers"]) == ("pricing", "its first peers", 4)
    assert sorted(each_text(finding["peer_names"])) == ["cache", "db", "hub", "payments"]
    assert (finding["reason"], finding["confidence"], finding["risk_score"]) == (
        "the workload itself is new",
        "low",
        15,
    )
    world.rows(EDGE_BASELINE)
    world.add(talk("prod", "pricing", "batch", -3 * HOUR))
    later = world.run(NEW_EDGE, NOW + 3 * HOUR + HOUR / 2)
    assert (len(later.rows), len(later.findings)) == (1, 0)


def over_udp(workload: str, dest: str, age: float, outside: str = "neither") -> list[dict[str, Any]]:
    return [point(NOW - age, "prod", workload, dest=dest, outside=outside, udp_packets=4, udp_bytes=400)]


@pytest.mark.parametrize(
    ("udp", "found"),
    [
        ([("store", "neither")], {NEW_EDGE: ["its first peers"], NEW_UDP_EDGE: []}),
        (
            [("store", "neither"), ("203.0.113.9", "destination")],
            {NEW_EDGE: ["its first peers"], NEW_UDP_EDGE: ["its first peers"]},
        ),
    ],
    ids=["inside", "outside"],
)
def test_what_a_new_workload_says_over_udp_inside_is_left_to_the_finding_of_its_tcp_edges(
    world: World, udp: list[tuple[str, str]], found: dict[str, list[str]]
) -> None:
    """Nearly every new workload asks DNS; one that speaks nothing but UDP is found by that."""
    learned(world).add(talk("prod", "pricing", "db", HOUR / 2)).add(over_udp("clock", "store", HOUR / 2))
    for dest, outside in udp:
        world.add(over_udp("pricing", dest, HOUR / 2, outside))
    for name, kinds in found.items():
        rows = {str(row["workload"]): row["kind"] for row in world.rows(name)}
        assert rows.pop("clock", None) == (None if name == NEW_EDGE else "its first peers")
        assert list(rows.values()) == kinds


def test_a_theft_by_a_workload_on_its_first_day_is_a_finding_of_its_own(world: World) -> None:
    """Its first finding, hours before, holds back nothing but more of the kind."""
    learned(world).add(talk("prod", "pricing", "db", HOUR / 2))
    assert [row["kind"] for row in world.run(NEW_EDGE).findings] == ["its first peers"]
    world.rows(EDGE_BASELINE)
    world.add(talk("prod", "pricing", "203.0.113.9", -3 * HOUR, volume=20_000_000, outside="destination"))
    world.add(talk("prod", "pricing", "203.0.113.10", -3 * HOUR, outside="destination"))
    (theft,) = world.run(NEW_EDGE, NOW + 3 * HOUR + HOUR / 2).findings
    assert (theft["workload"], theft["dest_workload"], theft["kind"]) == ("pricing", "203.0.113.9", "edge")
    assert (theft["risk_score"], theft["confidence"]) == (75, "high")


def test_a_scan_is_one_finding_with_more_risk(world: World) -> None:
    """Whoever answers; nine new peers are nine findings."""
    learned(world)
    for number in range(10):
        world.add(talk("prod", "scanner", f"app-{number}", HOUR / 2)).add(
            talk("prod", f"app-{number}", "scanner", HOUR / 2)
        )
    for number in range(9):
        world.add(talk("prod", f"app-{number}", "batch", HOUR / 2))
    scan, *others = sorted(world.rows(NEW_EDGE), key=lambda row: str(row["kind"] != "many peers"))
    assert (scan["workload"], scan["kind"], scan["peers"], scan["risk_score"]) == ("scanner", "many peers", 10, 110)
    assert scan["confidence"] == "high"
    assert "10 peers (app-0, app-1," in str(scan["summary"])
    assert [(row["workload"], row["kind"]) for row in others] == [("batch", "edge")] * 9


INSIDE = [f"app-{number}" for number in range(10)]


@pytest.mark.parametrize(
    ("edges_of_ten", "points"),
    [
        ([talk("prod", "scanner", name, HOUR / 2) for name in INSIDE], 110),
        ([talk("prod", "trojan", name, HOUR / 2) for name in INSIDE], 40),
        ([talk("prod", name, "store", 2000) + talk("prod", "store", name, 1900) for name in INSIDE], 40),
        (
            [talk("prod", "scanner", f"203.0.113.{number}", HOUR / 2, outside="destination") for number in range(10)],
            60,
        ),
    ],
    ids=["known", "new itself", "a service that ten begin to use", "outside"],
)
def test_a_scan_counts_fully_where_a_known_workload_tries_ten_others_inside(
    world: World, edges_of_ten: list[list[dict[str, Any]]], points: int
) -> None:
    """A new workload meets its peers, clients come to a service and addresses to a crawler: these are ordinary."""
    learned(world)
    for edge in edges_of_ten:
        world.add(edge)
    found = [row["risk_score"] for row in world.rows(NEW_EDGE) if row["kind"] == "many peers"]
    assert found == [points]


def test_a_job_that_reaches_many_again_after_a_month_does_not_count_fully(world: World) -> None:
    for name in INSIDE:
        world.add(talk("prod", "scanner", name, 31 * DAY + HOUR))
    world.run_over(EDGE_BASELINE, NOW - 40 * DAY, NOW - 28 * DAY, NOW - 28 * DAY)
    learned(world)
    for name in INSIDE:
        world.add(talk("prod", "scanner", name, HOUR / 2))
    (scan,) = world.rows(NEW_EDGE)
    assert (scan["kind"], scan["peers"], scan["risk_score"]) == ("many peers", 10, 40)


def test_a_scan_of_more_than_eventstats_counts_is_found_all_the_same_with_the_names_of_a_hundred(world: World) -> None:
    learned(world).add(talk("prod", "web", "db", HOUR / 2))
    names = [f"198.51.100.{n}" for n in range(150)]
    world.add(each for name in names for each in talk("prod", "scanner", name, HOUR / 2, outside="destination"))
    search = world.app.saved_searches[NEW_EDGE].search
    (scan,) = world.run_text(search, NOW - 55 * MINUTE, NOW - 5 * MINUTE, limits=Limits(eventstats_rows=20))
    assert (scan["kind"], scan["peers"], len(each_text(scan["peer_names"]))) == ("many peers", 150, 100)


def crawled(world: World, days: Iterable[int], protocol: str = "tcp") -> World:
    """A workload that met three new addresses in an hour of each of these days."""
    learned(world)
    for day in days:
        for name in (f"198.51.{day}.{n}" for n in range(3)):
            world.add(talk("prod", "batch", name, day * DAY, outside="destination", protocol=protocol))
    world.run_over(EDGE_BASELINE, NOW - 30 * DAY, NOW - 6 * HOUR, NOW - 6 * HOUR)
    return world


def meet(world: World, count: int, **more: Any) -> list[tuple[Any, ...]]:
    for number in range(count):
        world.add(talk("prod", "batch", f"203.0.113.{number}", HOUR / 2, outside="destination", **more))
    detection = NEW_UDP_EDGE if more.get("protocol") == "udp" else NEW_EDGE
    return [(row["kind"], row["peers"], row["risk_score"]) for row in world.rows(detection)]


@pytest.mark.parametrize(
    ("count", "volume", "findings"),
    [
        (4, 1000, []),
        (5, 1000, [("many new addresses", 5, 45)]),
        (1, 20_000_000, [("edge", 1, 75)]),
    ],
    ids=["as usual", "a record", "much sent"],
)
def test_a_workload_that_meets_new_addresses_on_most_days_is_known_for_it(
    world: World, count: int, volume: float, findings: list[tuple[Any, ...]]
) -> None:
    assert meet(crawled(world, range(2, 9)), count, volume=volume) == findings


def test_a_workload_that_meets_new_addresses_on_few_days_is_reported(world: World) -> None:
    assert meet(crawled(world, range(2, 8)), 2) == [("edge", 1, 35)] * 2


@pytest.mark.parametrize(("usual", "other"), [("tcp", "udp"), ("udp", "tcp")])
def test_new_addresses_that_are_usual_over_one_protocol_are_not_over_the_other(
    world: World, usual: str, other: str
) -> None:
    crawled(world, range(2, 9), protocol=usual)
    assert (meet(world, 4, protocol=usual), meet(world, 1, protocol=other)) == ([], [("edge", 1, 35)])


def test_a_table_without_these_columns_stops_no_search_and_hides_nothing(world: World) -> None:
    """As an older version left it; the next hourly run writes them."""
    path = crawled(world, range(2, 9)).app.root / "lookups" / "npm_edge_workloads.csv"
    path.write_text(path.read_text().replace("_outside_", "_met_"))
    assert meet(world, 4) == [("edge", 1, 35)] * 4
    world.rows(EDGE_BASELINE)
    assert meet(world, 4) == []
