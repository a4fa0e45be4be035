"""New edges, what was never there before: what is a finding, what it says, and what the tables know."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest

from tests.detections.talking import edges, learned, pairs, talk
from tests.detections.world import DAY, EDGE_BASELINE, HOUR, MINUTE, NEW_EDGE, NEW_UDP_EDGE, NOW, World, point
from workbench.spl.times import cron_runs


def test_a_finding_tells_who_with_whom_and_why(world: World) -> None:
    learned(world).add(talk("prod", "web", "secrets", HOUR / 2, HOUR / 2 - 30))
    world.add(talk("prod", "secrets", "web", HOUR / 2 - 30, packets=3, volume=9_000_000))
    run = world.run(NEW_EDGE)
    assert run.rows == (
        {
            "summary": "Workload web in Kubernetes cluster prod exchanged TCP traffic with secrets, which is new"
            " there. Never seen before in this cluster: web sent first, 9.0 MB in 23 packets at 03:30 UTC."
            " Confidence is medium. Next: ask who answers for web whether it is wanted, and see in the dashboard"
            " Investigate what else it sends; allow in npm_allowlist what is.",
            "cluster": "prod",
            "entity": "prod/shop/web",
            "edge": "shop/secrets shop/web",
            "protocol": "tcp",
            "namespace": "shop",
            "workload": "web",
            "dest_namespace": "shop",
            "dest_workload": "secrets",
            "outside": "neither",
            "kind": "edge",
            "peers": 1,
            "peer_names": "secrets",
            "reason": "never seen before in this cluster",
            "confidence": "medium",
            "packets": 23,
            "bytes": 9_002_000,
            "risk_score": 15,
            "first_time": "2026-03-01T03:30:00+0000",
            "last_time": "2026-03-01T03:30:30+0000",
        },
    )
    (event,) = run.risk_events
    assert str(run.rows[0]["summary"]).startswith(f"{event['risk_message']}. ")
    assert (event["risk_object"], event["risk_object_type"], event["risk_score"]) == ("prod/shop/web", "other", 15)
    assert (event["threat_object"], event["threat_object_type"]) == (["secrets"], ["service"])


@pytest.mark.parametrize("answer", [0, 30, 60])
def test_both_directions_are_one_edge_whichever_is_seen_first(world: World, answer: float) -> None:
    """An edge in the table is known from either end, and what repeats the other way round is held back."""
    learned(world).add(talk("prod", "web", "secrets", HOUR / 2)).add(
        talk("prod", "secrets", "web", HOUR / 2 + 30 - answer)
    )
    world.add(talk("prod", "db", "web", HOUR / 2))
    first = world.run(NEW_EDGE)
    world.rows(EDGE_BASELINE)
    assert (
        len(
            world.run_text(
                "| inputlookup npm_known_edges | search workload IN (web, secrets) dest_workload IN (web, secrets)",
                0,
                NOW,
            )
        )
        == 1
    )
    again = world.run(NEW_EDGE, NOW + 15 * MINUTE)
    assert [len(run.rows) for run in (first, again)] == [1, 1]
    assert [len(run.findings) for run in (first, again)] == [1, 0]


def test_edges_of_both_directions_in_a_table_from_before_are_one(world: World) -> None:
    learned(world).add(talk("prod", "web", "secrets", HOUR / 2))
    fields, rows = world.app.lookups.read("npm_known_edges")
    old = {**rows[0], "workload": "secrets", "dest_workload": "web", "namespace": "shop", "dest_namespace": "shop"}
    world.app.lookups.write("npm_known_edges", fields, [*rows, old])
    assert world.rows(NEW_EDGE) == []


def test_a_udp_edge_is_a_finding_of_its_own_detection(world: World) -> None:
    learned(world).add([point(NOW - HOUR / 2, "prod", "web", dest="secrets", udp_packets=4, udp_bytes=400)])
    assert world.rows(NEW_EDGE) == []
    (finding,) = world.rows(NEW_UDP_EDGE)
    assert "exchanged UDP traffic with secrets" in str(finding["summary"])
    world.rows(EDGE_BASELINE)
    world.add(talk("prod", "web", "secrets", 20 * MINUTE))
    assert [len(world.rows(name, NOW + HOUR)) for name in (NEW_EDGE, NEW_UDP_EDGE)] == [0, 0]


def test_an_allowed_edge_is_allowed_from_either_end(world: World) -> None:
    learned(world).add(talk("prod", "cache", "web", HOUR / 2))
    entry = {"cluster": "prod", "workload": "web", "dest_workload": "cache", "expires": "never"}
    names = (
        "cluster",
        "namespace",
        "workload",
        "process",
        "dest_namespace",
        "dest_workload",
        "reason",
        "owner",
        "expires",
    )
    world.app.lookups.write("npm_allowlist", names, [{**dict.fromkeys(names, "*"), **entry}])
    assert world.rows(NEW_EDGE) == []


@pytest.mark.parametrize("begins", [0, 7 * MINUTE, 14.5 * MINUTE])
def test_a_new_edge_is_found_within_25_minutes_of_its_beginning_and_once(world: World, begins: float) -> None:
    learned(world).add(talk("prod", "web", "secrets", -begins))
    times = cron_runs(world.app.saved_searches[NEW_EDGE].cron or "", NOW + begins)
    runs = [world.run(NEW_EDGE, at) for at in islice(times, 5)]
    found = [run.at for run in runs if run.findings]
    assert len(found) == 1
    assert found[0] <= NOW + begins + 25 * MINUTE


def test_a_known_edge_is_not_reported(world: World) -> None:
    learned(world).add(talk("prod", "web", "db", HOUR / 2))
    assert world.rows(NEW_EDGE) == []


def test_an_edge_known_in_another_cluster_is_new_here(new_world: Callable[[], World], shared: Path) -> None:
    world = learned(learned(new_world(), "staging"), "prod")
    world.add(talk("staging", "web", "payments", 3 * DAY, 2 * DAY))
    world.run_over(EDGE_BASELINE, NOW - 30 * DAY, NOW - 6 * HOUR, NOW - 6 * HOUR)
    world.add(talk("prod", "web", "payments", HOUR / 2)).add(talk("staging", "web", "payments", HOUR / 2))
    assert edges(world.rows(NEW_EDGE)) == [("prod", "web", "payments")]
    seed, _ = world.run_seed(shared, NEW_EDGE)
    assert seed == []


def test_a_repeated_window_gives_the_same_rows_before_and_after_the_table_knows_the_edge(world: World) -> None:
    learned(world).add(talk("prod", "web", "secrets", HOUR / 2))
    world.add(talk("prod", "batch", "db", 35 * DAY))
    world.run_over(EDGE_BASELINE, NOW - 40 * DAY, NOW - 34 * DAY)
    world.add(talk("prod", "batch", "db", HOUR / 2))
    before = world.rows(NEW_EDGE)
    world.rows(EDGE_BASELINE, NOW - 10 * MINUTE)
    after = world.rows(NEW_EDGE)
    world.rows(EDGE_BASELINE, NOW + 50 * MINUTE)
    assert world.rows(NEW_EDGE) == after == before
    assert edges(before) == [("prod", "batch", "db"), ("prod", "web", "secrets")]


def test_merging_a_window_twice_gives_the_same_tables(world: World) -> None:
    learned(world).add(talk("prod", "web", "secrets", HOUR / 2))
    world.rows(EDGE_BASELINE)
    lookups = world.app.root / "lookups"
    once = {path.name: path.read_bytes() for path in lookups.glob("*.csv")}
    world.rows(EDGE_BASELINE)
    world.run_over(EDGE_BASELINE, NOW - 30 * DAY, NOW - 10 * MINUTE)
    assert {path.name: path.read_bytes() for path in lookups.glob("*.csv")} == once
    assert {"npm_known_edges.csv", "npm_edge_clusters.csv"} <= set(once)


def test_the_finding_is_raised_once_a_day_though_each_point_is_searched_several_times(world: World) -> None:
    learned(world).add(talk("prod", "web", "secrets", HOUR / 2))
    runs = [world.run(NEW_EDGE, NOW + quarter * 15 * MINUTE) for quarter in range(2)]
    assert [len(run.rows) for run in runs] == [1, 1]
    assert [len(run.findings) for run in runs] == [1, 0]


def test_late_data_is_found_by_a_later_run(world: World, shared: Path) -> None:
    """The point arrives half an hour late, after its time was searched and just before the table is merged."""
    learned(world)
    assert world.rows(NEW_EDGE) == []
    world.add(talk("prod", "web", "secrets", 30 * MINUTE))
    world.rows(EDGE_BASELINE, NOW + 10 * MINUTE)
    assert edges(world.rows(NEW_EDGE, NOW + 15 * MINUTE)) == [("prod", "web", "secrets")]
    seed, _ = world.run_seed(shared, NEW_EDGE, at=NOW + HOUR)
    assert seed == []


def test_an_edge_silent_for_31_days_is_new_again_and_says_so(world: World) -> None:
    world.add(talk("prod", "batch", "db", 31 * DAY + HOUR, packets=5))
    world.add(talk("prod", "cron", "db", 29 * DAY + HOUR, packets=5))
    world.run_over(EDGE_BASELINE, NOW - 40 * DAY, NOW - 28 * DAY, NOW - 28 * DAY)
    learned(world).add(talk("prod", "batch", "db", HOUR / 2)).add(talk("prod", "cron", "db", HOUR / 2))
    (finding,) = world.rows(NEW_EDGE)
    assert (finding["workload"], finding["reason"]) == ("batch", "seen again after 31 days of silence")


def test_a_table_still_learning_says_so_instead_of_alerting(world: World) -> None:
    """Three days of history: everything is recorded, nothing is reported, and the table tells until when."""
    world.add(talk("young", "web", "db", 3 * DAY, 2 * DAY, HOUR / 2)).add(talk("young", "web", "cache", HOUR / 2))
    learned(world, "prod").add(talk("prod", "web", "cache", HOUR / 2))
    world.run_over(EDGE_BASELINE, NOW - 30 * DAY, NOW - 10 * MINUTE)
    assert edges(world.rows(NEW_EDGE)) == [("prod", "web", "cache")]
    said = world.run_text("| inputlookup npm_edge_clusters | fields cluster state learning_until", 0, NOW)
    assert {str(row["cluster"]): str(row["state"]) for row in said} == {"young": "learning", "prod": "ready"}
    until = {str(row["cluster"]): float(str(row["learning_until"])) for row in said}
    assert until["young"] == NOW + 4 * DAY


def test_nothing_is_reported_before_the_tables_were_ever_filled_from_a_cluster(world: World) -> None:
    learned(world, "prod").add(talk("brand-new", "web", "db", HOUR / 2))
    assert world.rows(NEW_EDGE) == []


def test_the_learning_period_is_a_macro(world: World) -> None:
    world.set_macro("npm_edge_learning_days", "1")
    world.add(talk("young", "web", "db", 3 * DAY, HOUR / 2)).add(talk("young", "web", "cache", HOUR / 2))
    world.run_over(EDGE_BASELINE, NOW - 30 * DAY, NOW - 5 * HOUR, NOW - 5 * HOUR)
    assert pairs(world.rows(NEW_EDGE)) == [("young", "cache", "web")]


def test_a_point_without_packets_is_no_traffic(world: World) -> None:
    """One zero point is written after activity ends; alone in a window it neither makes an edge nor reports one."""
    learned(world).add(talk("prod", "web", "ghost", HOUR / 2, packets=0))
    assert world.rows(NEW_EDGE) == []
    world.rows(EDGE_BASELINE)
    assert [
        row["dest_workload"]
        for row in world.run_text('| inputlookup npm_known_edges | where workload != "hub"', 0, NOW)
    ] == ["db"]


def test_an_edge_silent_for_90_days_is_dropped_from_the_table(world: World) -> None:
    world.add(talk("prod", "web", "old", 100 * DAY))
    world.run_over(EDGE_BASELINE, NOW - 110 * DAY, NOW - 99 * DAY, NOW - 99 * DAY)
    learned(world).rows(EDGE_BASELINE)
    known = world.run_text('| inputlookup npm_known_edges | where workload != "hub"', 0, NOW)
    assert [row["dest_workload"] for row in known] == ["db"]
