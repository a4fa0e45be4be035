"""A month of risk, added up as two rules of Enterprise Security do: attacks cross, ordinary weeks do not.

Five hours are searched as scheduled. What happens in them to ordinary workloads happens every week of the month; each
attack happens once, each in a week of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import duckdb
import pytest

from tests.detections.rising import COLUMNS, hour_of, last_hour, profile_of, rise_outbound, write_profile
from tests.detections.sent import STEP, sending
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
from workbench.demo.risk import MOST_POINTS, TACTICS, risks
from workbench.replay.schedule import due

HOURS = 4
WEEKS = 4
AGES = [-(10 * MINUTE + 30 * step) for step in range(240)]  # two hours of intervals, from ten minutes after NOW on
LATER = [age - 2 * HOUR for age in AGES[:120]]  # an hour of them, when these are over
# By workload: what it does, and the week in which it is attacked, from 0.
ATTACKED = {
    "orders-db": ("it is copied to a new address outside", 1),
    "gateway": ("an intruder tries twelve workloads, and sends what it finds to a new address", 2),
    "users-db": ("ten minutes of thirty times as much, to a place that it knows", 0),
    "cart": ("four hours of two thirds more, to a place that it knows", 3),
    "mailer": ("an hour of five times as many DNS queries", 2),
    "batch": ("it talks to the secrets, which it never did", 3),
}
ORDINARY = {
    "web": "a release doubles what it sends",
    "report": "a batch three times as large as usual",
    "pricing": "a new workload with twelve peers, of which web is one",
    "cron": "it meets a service that it did not know",
    "sync": "a new CronJob",
}
CROSSING = {"orders-db", "gateway"}  # several detections see them; a single detection is never enough


def stolen(workload: str, ages: Iterable[float]) -> Iterable[dict[str, Any]]:
    """Copies to an address outside."""
    address = "203.0.113.77"
    for age in ages:
        sent = point(NOW - age, "prod", workload, process="app", dest=address, outside="destination", tcp_bytes=3e6)
        yield sent | {"tcp.packets": 2000.0}
    yield from talk("prod", address, workload, *ages, outside="source")


def asking(earliest: float, latest: float, times: float = 1.0) -> Iterable[dict[str, Any]]:
    """DNS queries of the mailer, which come and go."""
    for step in range(int(earliest), int(latest), int(STEP)):
        size = round((4000 + 500 * (step // 300 % 3)) * times)
        queries = point(float(step), "prod", "mailer", process="app", dest="store", udp_bytes=size)
        yield queries | {"udp.packets": round(size / 90)}


@pytest.fixture(scope="module")
def events(built: Package, nine_days: str, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Risk events of all detections in these hours, of which none has five processes that rise together."""
    world = World(built.staged, tmp_path_factory.mktemp("month"))
    usual = ("web", "report", "orders-db", "gateway", "users-db", "cart")
    header, *rows = nine_days.splitlines()
    profiles = [row.replace(",web,", f",{workload},") for workload in usual for row in rows]
    (world.app.root / "lookups" / "npm_profile.csv").write_text("\n".join([header, *profiles, ""]))
    for workload in usual:
        world.add(sending(workload, NOW - 28 * HOUR, NOW))
    world.add(asking(NOW - 28 * HOUR, NOW))
    learned(world)
    world.rows(TRAFFIC_BASELINE)
    end = NOW + HOURS * HOUR
    world.add(sending("web", NOW, end, times=2)).add(sending("cart", NOW, end, times=5 / 3))
    world.add(sending("report", NOW, end - HOUR)).add(sending("report", end - HOUR, end, times=3))
    for workload, ages in (("orders-db", AGES), ("gateway", LATER)):
        world.add(sending(workload, NOW, end)).add(stolen(workload, ages))
    world.add(sending("users-db", NOW, end))
    for age in AGES[:20]:
        burst = point(NOW - age, "prod", "users-db", process="app", dest="store", tcp_bytes=3e6)
        world.add([burst | {"tcp.packets": 2000.0}])
    world.add(asking(NOW, NOW + HOUR, times=5)).add(asking(NOW + HOUR, end))
    for number in range(12):
        world.add(talk("prod", "gateway", f"app-{number}", *LATER[:3], volume=500))
    world.add(talk("prod", "batch", "secrets", *AGES[:40])).add(talk("prod", "cron", "payments", *AGES))
    for peer in ("web", "db", "store", "report", *(f"service-{letter}" for letter in "abcdefgh")):
        world.add(talk("prod", "pricing", peer, *AGES, volume=5000)).add(talk("prod", peer, "pricing", *AGES))
    for run in range(HOURS):
        world.add(talk("prod", f"sync-{int(NOW) // 60 + 60 * run}", "db", -HOUR * run - 20 * MINUTE))
    detections = [search for search in world.app.saved_searches.values() if search.risk is not None]
    keeping = [world.app.saved_searches[name] for name in (EDGE_BASELINE, PROFILE)]
    runs = [world.run(search.name, at) for at, search in due([*keeping, *detections], NOW, end + HOUR)]
    return [event for run in runs for event in run.risk_events]


def workload_of(event: dict[str, Any]) -> str:
    return str(event["risk_object"]).rsplit("/", 1)[-1]


@pytest.fixture(scope="module")
def month(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events in four weeks."""
    return [
        {**event, "_time": event["_time"] + week * 7 * DAY}
        for event in events
        for week in range(WEEKS)
        if week == ATTACKED.get(workload_of(event), ("", week))[1]
    ]


def test_attacks_that_several_detections_see_cross_in_their_week_and_nothing_ordinary_in_any(
    month: list[dict[str, Any]],
) -> None:
    crossed = {
        (risk.risk_object.rsplit("/", 1)[1], int((risk.at - NOW) // (7 * DAY)))
        for risk in risks(month)
        if risk.reported
    }
    assert {workload for workload, _ in crossed} >= CROSSING
    assert crossed <= {(workload, week) for workload, (_, week) in ATTACKED.items()}


def test_every_attack_and_what_is_ordinary_is_spoken_of(events: list[dict[str, Any]]) -> None:
    """A month without findings would cross nothing either."""
    assert {workload_of(event) for event in events} >= {*ATTACKED, *ORDINARY}
    assert {event["risk_object_type"] for event in events} == {"other"}
    assert all(event["risk_object"].count("/") == 2 for event in events), "the cluster is no risk object"


def test_a_cluster_of_which_a_large_part_rises_every_day_crosses_in_no_week(world: World) -> None:
    """A load test each day, seen over TCP and UDP by both detections of processes."""
    rise_outbound(world, [2.0, 2.5, 3.0, 3.5, 4.0, None])
    both = [(*hour[:2], metric, *hour[3:]) for hour in last_hour([2.0] * 5) for metric in ("tcp.bytes", "udp.bytes")]
    write_profile(world, both, [("prod", f"app-{number}") for number in range(6)])
    day = [event for name in (OUTBOUND, SUSTAINED) for event in world.run(name).risk_events]
    assert [event["risk_object"] for event in day] == ["prod"] * 2
    month = [{**event, "_time": event["_time"] + days * DAY} for event in day for days in range(7 * WEEKS)]
    assert not any(risk.reported for risk in risks(month))


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


def test_no_detection_reaches_the_threshold_alone(events: list[dict[str, Any]]) -> None:
    for name in {event["source"] for event in events}:
        alone = [risk for risk in risks(event for event in events if event["source"] == name) if risk.reported]
        assert alone == [], name


RULES = """
select risk_object, now, a_day, tactics from (
    select risk_object, _time as now,
           sum(points) over (partition by risk_object, risk_object_type order by _time
                             range between 86399 preceding and current row) as a_day,
           len(list_distinct(flatten(list(tactics) over (partition by risk_object, risk_object_type order by _time
                             range between 604799 preceding and current row)))) as tactics
    from events
) order by all
"""


def test_risk_is_added_up_as_sql_does(month: list[dict[str, Any]]) -> None:
    with duckdb.connect() as database:
        database.execute(
            "create table events (_time double, risk_object text, risk_object_type text, points double, tactics text[])"
        )
        database.executemany(
            "insert into events values (?, ?, ?, ?, ?)",
            [
                (
                    event["_time"],
                    event["risk_object"],
                    event["risk_object_type"],
                    event["risk_score"],
                    [TACTICS[technique] for technique in event["annotations.mitre_attack"]],
                )
                for event in month
            ],
        )
        by_hand = database.execute(RULES).fetchall()
    ours = [(risk.risk_object, risk.at, risk.points, len(risk.tactics)) for risk in risks(month)]
    assert sorted(ours) == by_hand
    assert any(points > MOST_POINTS for _, _, points, _ in by_hand)
