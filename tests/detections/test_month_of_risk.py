"""A month of risk, added up as two rules of Enterprise Security do: an attack crosses, ordinary weeks do not.

Four hours are searched as scheduled. What ordinary workloads did in them happens every week of the month, what the
attacked one did happens once.
"""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from tests.detections.rising import COLUMNS, hour_of, last_hour, profile_of, rise_outbound, write_profile
from tests.detections.sent import sending
from tests.detections.talking import learned, talk
from tests.detections.world import (
    DAY,
    EDGE_BASELINE,
    HOUR,
    MINUTE,
    NOW,
    OUTBOUND,
    PROFILE,
    SUSTAINED,
    TRAFFIC_BASELINE,
    World,
    point,
)
from workbench.compiler.build import Package
from workbench.replay.schedule import due

ADDRESS = "203.0.113.77"
WEEKS, ATTACKED = 4, 2  # weeks of the month, and the one with the attack, from 0
TACTICS = {"T1048": "Exfiltration", "T1030": "Exfiltration", "T1021": "Lateral Movement"}

# "24 Hour Risk Threshold Exceeded": more than 100 points of one object. "7 Day ATT&CK Tactic Threshold Exceeded": at
# least three tactics. Both are asked at the time of each event.
RULES = """
select distinct risk_object, floor((now - {start}) / 604800)::int as week from (
    select risk_object, risk_object_type, _time as now,
           sum(points) over (partition by risk_object, risk_object_type order by _time
                             range between 86399 preceding and current row) as a_day,
           len(list_distinct(flatten(list(tactics) over (partition by risk_object, risk_object_type order by _time
                             range between 604799 preceding and current row)))) as tactics
    from events
) where a_day > 100 or tactics >= 3 order by all
"""


def crossed(events: list[tuple[float, str, str, float, list[str]]]) -> list[tuple[str, int]]:
    """Objects for which a rule fires, and the weeks in which it does."""
    with duckdb.connect() as database:
        database.execute(
            "create table events (_time double, risk_object text, risk_object_type text, points double, tactics text[])"
        )
        database.executemany("insert into events values (?, ?, ?, ?, ?)", events)
        return database.execute(RULES.format(start=NOW)).fetchall()


def counted(event: dict[str, Any], week: float) -> tuple[float, str, str, float, list[str]]:
    tactics = [TACTICS[technique] for technique in event["annotations.mitre_attack"]]
    at = event["_time"] + week * 7 * DAY
    return at, event["risk_object"], event["risk_object_type"], event["risk_score"], tactics


@pytest.fixture(scope="module")
def events(built: Package, nine_days: str, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Risk events of all detections in four hours of a release, a larger batch, and a theft.

    ``web`` is released: it sends twice as much and talks to ``pricing``, which is new and has twelve peers. ``report``
    sends three times as much for an hour. ``orders-db`` is copied to an address outside for two hours.
    """
    world = World(built.staged, tmp_path_factory.mktemp("month"))
    workloads = ("web", "report", "orders-db")
    header, *rows = nine_days.splitlines()
    profiles = [row.replace(",web,", f",{workload},") for workload in workloads for row in rows]
    (world.app.root / "lookups" / "npm_profile.csv").write_text("\n".join([header, *profiles, ""]))
    for workload in workloads:
        world.add(sending(workload, NOW - 28 * HOUR, NOW))
    learned(world)
    world.rows(TRAFFIC_BASELINE)
    hours = 4
    world.add(sending("web", NOW, NOW + hours * HOUR, times=2))
    world.add(sending("report", NOW, NOW + HOUR, times=3)).add(sending("report", NOW + HOUR, NOW + hours * HOUR))
    world.add(sending("orders-db", NOW, NOW + hours * HOUR))
    ages = [-(10 * MINUTE + 30 * i) for i in range(240)]
    for age in ages:
        copied = point(
            NOW - age, "prod", "orders-db", process="app", dest=ADDRESS, outside="destination", tcp_bytes=3e6
        )
        world.add([copied | {"tcp.packets": 2000.0}])
    world.add(talk("prod", ADDRESS, "orders-db", *ages, outside="source"))
    for peer in ("web", "db", "store", "report", *(f"service-{letter}" for letter in "abcdefgh")):
        world.add(talk("prod", "pricing", peer, *ages, volume=5000)).add(talk("prod", peer, "pricing", *ages))
    detections = [search for search in world.app.saved_searches.values() if search.risk is not None]
    keeping = [world.app.saved_searches[name] for name in (EDGE_BASELINE, PROFILE)]
    runs = [world.run(search.name, at) for at, search in due([*keeping, *detections], NOW, NOW + (hours + 1) * HOUR)]
    return [event for run in runs for event in run.risk_events]


def test_the_theft_crosses_in_its_week_and_nothing_else_in_any(events: list[dict[str, Any]]) -> None:
    thefts = [event for event in events if event["risk_object"] == "prod/shop/orders-db"]
    ordinary = [event for event in events if event not in thefts]
    month = [counted(event, week) for week in range(WEEKS) for event in ordinary]
    month += [counted(event, ATTACKED) for event in thefts]
    assert crossed(month) == [("prod/shop/orders-db", ATTACKED)]


def test_the_ordinary_week_is_one_that_the_detections_speak_of(events: list[dict[str, Any]]) -> None:
    """A month without findings would cross nothing either."""
    points: dict[str, float] = {}
    for event in events:
        points[event["risk_object"]] = points.get(event["risk_object"], 0) + event["risk_score"]
    assert {"prod/shop/web", "prod/shop/report", "prod/shop/pricing"} <= set(points)
    assert points["prod/shop/web"] >= 30


def test_a_cluster_of_which_a_large_part_rises_every_day_crosses_in_no_week(world: World) -> None:
    """A load test each day, seen over TCP and UDP by both detections of processes."""
    rise_outbound(world, [2.0, 2.5, 3.0, 3.5, 4.0, None])
    both = [(*hour[:2], metric, *hour[3:]) for hour in last_hour([2.0] * 5) for metric in ("tcp.bytes", "udp.bytes")]
    write_profile(world, both, [("prod", f"app-{number}") for number in range(6)])
    day = [event for name in (OUTBOUND, SUSTAINED) for event in world.run(name).risk_events]
    assert [(event["risk_object"], event["risk_score"]) for event in day] == [("prod", 5)] * 2
    assert crossed([counted(event, days / 7) for days in range(7 * WEEKS) for event in day]) == []


def test_an_ordinary_process_collects_next_to_nothing_and_a_record_far_beyond_all_before_counts_fully(
    world: World,
) -> None:
    """Findings of a process on five days of a month, and then one that is three times its highest hour."""
    found = [(2, 1.1, 4.6), (8, 1.9, 8.0), (15, 2.8, 8.9), (21, 1.3, 5.0), (27, 1.2, 10.0), (29, 7.0, 27.0)]
    points = []
    for day, times_limit, score in found:  # the highest score of the 28 days before is 9
        hour = hour_of("prod", "web", "tcp.bytes", NOW + day * DAY - HOUR, 2.0)
        row = hour.replace(",3,9,5,4,9", f",{times_limit},{score},9,4,28")
        (world.app.root / "lookups" / "npm_profile.csv").write_text(
            "\n".join((COLUMNS, row, profile_of("prod", "web"), ""))
        )
        (event,) = world.run(SUSTAINED, NOW + day * DAY).risk_events
        points.append(event["risk_score"])
    assert points == [2, 2, 2, 2, 5, 40]


def test_each_detection_takes_part_and_no_object_is_a_cluster_in_an_ordinary_week(events: list[dict[str, Any]]) -> None:
    assert len({event["source"] for event in events if event["risk_object"] == "prod/shop/orders-db"}) >= 3
    assert {event["risk_object_type"] for event in events} == {"other"}
    assert all(event["risk_object"].count("/") == 2 for event in events)
