"""Names that mislead: a workload with dots is inside, what has no name is no edge, generated names are no news."""

from __future__ import annotations

import itertools

from tests.detections.collected import choose, counter, flow
from tests.detections.talking import learned, talk
from tests.detections.world import DAY, EDGE_BASELINE, HOUR, MINUTE, NEW_EDGE, NOW, World

SERVICES = [f"svc-{number}" for number in range(40)]


def settle(world: World) -> World:
    """Let the edges that have arrived so far be known for weeks."""
    world.run_over(EDGE_BASELINE, NOW - 30 * DAY, NOW - 6 * HOUR, NOW - 6 * HOUR)
    return world


def test_a_workload_or_a_node_with_dots_is_inside_and_its_risk_is_its_own(world: World) -> None:
    """Of several collectors a name with dots or blanks was taken for one outside."""
    settle(learned(world).add(talk("prod", "web", "frontend.v2", 20 * DAY, 8 * HOUR)))
    world.add(talk("prod", "frontend.v2", "payments", HOUR / 2))
    node = talk("prod", "web", "ip-10-0-1-5.ec2.internal", HOUR / 2, outside="destination")
    world.add({**each, "dest.resolution_type": "INSTANCE_METADATA"} for each in node)
    found = {(row["entity"], row["outside"], row["risk_score"]) for row in world.rows(NEW_EDGE)}
    assert found == {
        ("prod/shop/frontend.v2", "neither", 15),
        ("prod/-/ip-10-0-1-5.ec2.internal", "neither", 15),  # a workload that is new itself
    }


def test_a_minute_without_kubernetes_metadata_is_no_flood(world: World) -> None:
    for source, dest in itertools.pairwise(SERVICES):
        world.add(talk("prod", source, dest, 20 * DAY, 10 * DAY, 8 * HOUR, HOUR / 2))
    settle(world)
    for name in SERVICES:
        for unknown in ("(unknown)", "-", "(no agent)"):
            world.add(talk("prod", unknown, name, HOUR / 2)).add(talk("prod", name, unknown, HOUR / 2))
    world.add(talk("prod", "(unknown)", "(unknown)", HOUR / 2))
    assert world.run(NEW_EDGE).risk_events == ()
    world.rows(EDGE_BASELINE, NOW - 50 * MINUTE)
    world.add(talk("prod", "svc-1", "203.0.113.9", HOUR / 2, outside="destination"))
    assert [row["dest_workload"] for row in world.rows(NEW_EDGE)] == ["203.0.113.9"], "a theft is no known edge for it"


def test_a_rollout_whose_pods_have_no_metadata_yet_is_one_finding_of_their_network(world: World) -> None:
    """OBI then knows addresses only; where they go outside is their workloads' once these are known, no network's.

    A place on the internet is found beside them, and so is a network with a name.
    """
    choose(world, "obi")
    known = [each for name in SERVICES for each in counter(flow("web", name), range(0, 50_000, 1000))]
    for age in (20 * DAY, 10 * DAY, 8 * HOUR, 0):
        world.add({**each, "_time": each["_time"] - age} for each in known)
    settle(world)
    for number, name in enumerate(SERVICES):
        for address in (f"10.244.{number}.7", f"fd00:10:244:{number}::7"):
            world.add(counter(flow(name, None, **{"dst.name": address}), [None] * 40 + [0, 900, 1800]))
            world.add(counter(flow(None, name, **{"src.name": address}), [None] * 40 + [0, 900, 1800]))
            mirror = flow(None, None, **{"src.name": address, "dst.name": "198.51.100.4"})
            world.add(counter(mirror, [None] * 40 + [0, 900, 1800]))
    rows = world.rows(NEW_EDGE)
    assert {(row["entity"], row["kind"], row["risk_score"]) for row in rows} == {
        ("prod/-/10.244.0.0/16", "many peers", 40),
        ("prod/-/fd00:10:244::/48", "many peers", 40),
    }
    world.rows(EDGE_BASELINE, NOW - 50 * MINUTE)
    theft = flow("svc-1", None, **{"dst.name": "203.0.113.9"})
    world.add(counter(theft, [None] * 40 + [0, 900, 1800]))
    world.name_networks("10.244.7.0/24,bank")
    assert {row["peer_names"] for row in world.rows(NEW_EDGE) if row["outside"] != "neither"} == {"203.0.113.9", "bank"}


def test_what_one_pod_without_a_name_meets_is_the_risk_of_what_it_meets(world: World) -> None:
    """Whoever sends first: the network of all pods would pass any threshold, and nobody answers for it."""
    choose(world, "obi")
    known = [
        *counter(flow("web", "svc-0"), range(0, 50_000, 1000)),
        *counter(flow("svc-0", None, **{"dst.name": "10.244.3.9"}), range(0, 50_000, 1000)),
    ]
    for age in (20 * DAY, 10 * DAY, 8 * HOUR, 0):
        world.add({**each, "_time": each["_time"] - age} for each in known)
    for name in SERVICES[1:9]:
        world.add(
            {**each, "_time": each["_time"] - 20 * DAY} for each in counter(flow("web", name), range(0, 50_000, 1000))
        )
    settle(world)
    for number, name in enumerate(SERVICES[1:9]):
        ends = (None, name, "src.name") if number % 2 else (name, None, "dst.name")
        world.add(counter(flow(*ends[:2], **{ends[2]: f"10.244.{number}.7"}), [None] * 40 + [0, 900, 1800]))
    assert {(row["entity"], row["dest_workload"], row["risk_score"]) for row in world.rows(NEW_EDGE)} == {
        (f"prod/shop/{name}", "10.244.0.0/16", 15) for name in SERVICES[1:9]
    }


def test_pods_of_known_workloads_whose_owner_is_not_known_yet_are_no_news(world: World) -> None:
    """The collector sends the name of the pod first; the hour after learns nothing of it either."""
    learned(world).add(talk("prod", "store", "orders-db", 20 * DAY, 8 * HOUR))
    settle(world.add(talk("prod", "cache", "orders-db", 20 * DAY, 8 * HOUR)))
    for pod in ("store-0", "store-11", "cache-bcdfg", "cache-x7k2p"):
        world.add(talk("prod", pod, "orders-db-2", HOUR / 2)).add(talk("prod", "orders-db-2", pod, HOUR / 2))
    assert world.rows(NEW_EDGE) == []
    world.rows(EDGE_BASELINE)
    table = (world.app.root / "lookups" / "npm_known_edges.csv").read_text()
    assert [name for name in ("store-0", "bcdfg") if name in table] == []
    world.add(talk("prod", "store-0", "payments", HOUR / 2)).add(talk("prod", "payments-2", "secrets-7", HOUR / 2))
    assert {(row["workload"], row["dest_workload"]) for row in world.rows(NEW_EDGE)} == {
        ("payments", "store"),
        ("payments", "secrets"),
    }


def test_a_workload_whose_name_only_looks_like_a_pods_keeps_it(world: World) -> None:
    """It is known as itself: web-2, which was there before web, or as long."""
    settle(learned(world.add(talk("prod", "web-2", "payments", 20 * DAY, 8 * HOUR))))
    world.add(talk("prod", "web-2", "db", HOUR / 2))
    assert [(row["workload"], row["dest_workload"]) for row in world.rows(NEW_EDGE)] == [("web-2", "db")]


def test_a_name_that_is_seen_for_more_than_ten_minutes_is_no_pods(world: World) -> None:
    """A Deployment web-2 that comes after web is a workload that is new itself, not a pod of web."""
    learned(world).add(talk("prod", "web", "db", 8 * HOUR))
    world.add(talk("prod", "web-2", "db", *(HOUR / 2 - minute * MINUTE for minute in range(20))))
    world.add(talk("prod", "web-3", "db", *(HOUR / 2 - minute * MINUTE for minute in range(10))))
    assert [(row["workload"], row["kind"]) for row in world.rows(NEW_EDGE)] == [("web-2", "its first peers")]


def test_runs_of_a_cronjob_and_pods_of_a_rollout_are_known(world: World) -> None:
    learned(world).add(talk("prod", "report", "orders-db", 20 * DAY, 8 * HOUR))
    settle(world.add(talk("prod", "orders-db", "report", 20 * DAY, 8 * HOUR)))
    generated = [f"report-{28374000 + 15 * run}" for run in range(4)]
    generated += [
        "report-28374900-x7k2p",
        "report-28374900-0-x7k2p",
        "report-0-bcdfg",
        "report-x7k2p",
        "report-7d9c5b8f6d",
        "report-7d9c5b8f6d-x7k2p",
        "report-5d59d67564-2bkzt",
    ]
    for name in generated:
        world.add(talk("prod", name, "orders-db", HOUR / 2)).add(talk("prod", "orders-db", name, HOUR / 2))
    assert world.rows(NEW_EDGE) == []
    world.add(talk("prod", "report-28374000", "payments", HOUR / 2))
    assert [(row["workload"], row["dest_workload"]) for row in world.rows(NEW_EDGE)] == [("report", "payments")]
