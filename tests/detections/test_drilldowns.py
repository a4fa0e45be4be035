"""Drilldowns, opened as Enterprise Security opens them: with the fields and times of the risk event.

An offset of a drilldown is the token of a time of the search, or a number of seconds before the event
(correlationsearches.conf.spec of Enterprise Security, drilldown_earliest_offset).
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.detections.rising import RISES, last_hour, rise_outbound, write_profile
from tests.detections.sent import sending
from tests.detections.talking import learned, talk
from tests.detections.world import DAY, HOUR, MINUTE, NEW_EDGE, NEW_UDP_EDGE, NOW, OUTBOUND, SUSTAINED, World, point
from workbench.replay.context import Window
from workbench.replay.eventlog import events_of
from workbench.replay.risk import fill
from workbench.replay.rows import Row, as_number
from workbench.replay.schedule import SearchRun


def drilldowns(world: World, name: str) -> list[dict[str, str]]:
    conf = (world.app.root / "default" / "savedsearches.conf").read_text()
    stanza = conf.split(f"[{name}]", 1)[1].split("\n[", 1)[0]
    (line,) = (text for text in stanza.splitlines() if text.startswith("action.notable.param.drilldown_searches"))
    found: list[dict[str, str]] = json.loads(line.split(" = ", 1)[1])
    return found


def window_of(drilldown: dict[str, str], event: Row) -> Window:
    """The time range that Enterprise Security fills in."""
    earliest, latest = drilldown["earliest_offset"], drilldown["latest_offset"]
    assert latest == "$info_max_time$"
    if earliest.isdigit():
        return Window(number(event, "_time") - int(earliest), number(event, "info_max_time"))
    assert earliest == "$info_min_time$"
    return Window(number(event, "info_min_time"), number(event, "info_max_time"))


def number(row: Row, name: str) -> float:
    value = as_number(row[name])
    assert value is not None, row[name]
    return value


def opened(world: World, run: SearchRun, words: str, at: float | None = None, *earlier: SearchRun) -> list[Row]:
    """What the drilldown with these words in its name shows of the only finding of ``run``, five minutes later."""
    events = events_of([run, *earlier], "SA-npmanomaly")
    (event,) = (event for event in events if event["index"] == "risk" and event["_time"] == run.at)
    (drilldown,) = (one for one in drilldowns(world, run.search.name) if words in one["name"])
    for text in drilldown.values():
        assert fill(text, event)[1] == (), text
    text = fill(drilldown["search"], event)[0]
    window = window_of(drilldown, event)
    return world.run_text(text, window.earliest, window.latest, at or run.at + 5 * MINUTE, events)


@pytest.fixture
def new_udp_edge(world: World) -> SearchRun:
    """The same two workloads talk over TCP too."""
    learned(world).add(talk("prod", "web", "secrets", HOUR / 2)).add(talk("prod", "web", "db", HOUR / 2))
    world.add([point(NOW - HOUR / 2, "prod", "web", dest="secrets", udp_packets=4, udp_bytes=400)])
    return world.run(NEW_UDP_EDGE)


def test_the_traffic_of_a_finding_is_that_of_its_process_in_its_hour_beside_the_baseline(
    world: World, outbound: SearchRun
) -> None:
    shown = opened(world, outbound, "Traffic of process")
    assert [(row["tcp.bytes"], row["avg_tcp.bytes"]) for row in shown] == [(52_000, "1000")] * 12
    times = [number(row, "_time") for row in shown]
    assert NOW - 49 * MINUTE <= min(times) <= max(times) < NOW - 4 * MINUTE


def test_the_traffic_of_a_new_edge_is_that_between_its_ends_with_their_names_in_either_role(
    world: World, new_edge: SearchRun
) -> None:
    world.add(talk("prod", "secrets", "web", HOUR / 2))
    shown = opened(world, new_edge, "Traffic between")
    assert sorted((row["workload"], row["dest_workload"]) for row in shown) == [("secrets", "web"), ("web", "secrets")]


def test_the_traffic_of_an_edge_to_the_outside_is_found_too(world: World) -> None:
    learned(world).add(talk("prod", "web", "203.0.113.77", HOUR / 2, outside="destination"))
    shown = opened(world, world.run(NEW_EDGE), "Traffic between")
    assert [(row["dest_namespace"], row["dest_workload"]) for row in shown] == [("(outside)", "203.0.113.77")]


def test_the_traffic_of_a_new_udp_edge_is_that_between_its_ends_over_either_protocol(
    world: World, new_udp_edge: SearchRun
) -> None:
    shown = opened(world, new_udp_edge, "Traffic between")
    assert sorted((str(row["protocol"]), row["bytes"]) for row in shown) == [("tcp", 1000), ("udp", 400)]
    assert {(row["workload"], row["dest_workload"]) for row in shown} == {("web", "secrets")}


@pytest.mark.parametrize(("name", "protocol"), [(NEW_EDGE, "tcp"), (NEW_UDP_EDGE, "udp")])
@pytest.mark.parametrize(("workload", "peers"), [("scanner", 10), ("pricing", 2)])
def test_the_traffic_of_a_finding_of_several_edges_is_that_with_all_its_peers(
    world: World, name: str, protocol: str, workload: str, peers: int
) -> None:
    """A scan, and a workload that is new itself."""
    metrics: dict[str, Any] = {f"{protocol}_packets": 4, f"{protocol}_bytes": 400}
    learned(world).add(talk("prod", "web", "db", HOUR / 2))
    for number in range(peers):
        world.add([point(NOW - HOUR / 2, "prod", workload, dest=f"app-{number}", **metrics)])
    shown = opened(world, world.run(name), "Traffic between")
    assert sorted(str(row["dest_workload"]) for row in shown) == [f"app-{number}" for number in range(peers)]
    assert {(row["workload"], row["protocol"]) for row in shown} == {(workload, protocol)}


def test_the_hours_of_a_sustained_finding_are_two_weeks_up_to_its_own(world: World, sustained: SearchRun) -> None:
    hours = sorted(number(row, "_time") for row in opened(world, sustained, "Hours of process"))
    assert hours == [NOW + HOUR * (back + 1) for back in range(-14 * 24, 0)]


def test_the_profile_of_a_sustained_finding_is_that_of_its_process(world: World, sustained: SearchRun) -> None:
    shown = opened(world, sustained, "Profile of process")
    assert sorted(str(row["kind"]) for row in shown if row["metric"] == "tcp.bytes") == ["hour", "profile"]


@pytest.fixture
def shared(world: World) -> SearchRun:
    """Five of six processes of a cluster send two to four times as much."""
    rise_outbound(world, [*RISES, None])
    return world.run(OUTBOUND)


def test_the_drilldowns_of_a_finding_of_a_cluster_show_each_of_its_processes(world: World, shared: SearchRun) -> None:
    rows = opened(world, shared, "Traffic of process")
    assert {row["workload"] for row in rows} == {f"app-{number}" for number in range(5)}
    assert {row["avg_tcp.bytes"] for row in rows} == {"1000"}
    world.add(sending("app-1", NOW - 3 * HOUR, NOW))
    write_profile(world, last_hour(RISES), [("prod", f"app-{number}") for number in range(6)])
    run = world.run(SUSTAINED)
    assert {row["workload"] for row in opened(world, run, "Profile of process")} == {f"app-{n}" for n in range(6)}
    assert "app-1" in {row["workload"] for row in opened(world, run, "Hours of process")}


@pytest.mark.parametrize("name", ["outbound", "new_edge", "new_udp_edge", "sustained", "shared"])
def test_the_risk_of_an_entity_is_that_of_seven_days_with_the_finding_itself(
    world: World, name: str, request: pytest.FixtureRequest
) -> None:
    run: SearchRun = request.getfixturevalue(name)
    (finding,) = run.risk_events
    (now,) = opened(world, run, "Risk of")
    assert (now["risk_object"], now["points"], now["search_name"]) == (
        finding["entity"],
        finding["risk_score"],
        run.search.name,
    )
    assert now["risk_message"] == finding["risk_message"]
    assert len(opened(world, run, "Risk of", run.at + 7 * DAY)) == 1
    assert opened(world, run, "Risk of", run.at + 7 * DAY + 1) == []


@pytest.mark.parametrize("name", [OUTBOUND, NEW_EDGE, NEW_UDP_EDGE, SUSTAINED])
def test_tokens_are_quoted_as_names_may_hold_anything(world: World, name: str) -> None:
    for drilldown in drilldowns(world, name):
        assert drilldown["search"].count("$") == 2 * len(re.findall(r'"\$\w+\$"', drilldown["search"]))
