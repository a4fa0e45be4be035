"""A month of risk, added up as two rules of Enterprise Security do: attacks cross, ordinary weeks do not.

Five hours are searched as scheduled. What happens in them to ordinary workloads happens on every day of the month; each
attack happens once. What is found of the whole simulated estate in such a month, ``make demo`` prints.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import duckdb
import pytest

from tests.detections.rising import COLUMNS, RISES, hour_of, last_hour, profile_of, rise_outbound, write_profile
from tests.detections.sent import STEP, sending
from tests.detections.talking import learned, talk
from tests.detections.world import (
    DAY,
    EDGE_BASELINE,
    HOUR,
    MINUTE,
    NEW_EDGE,
    NOW,
    OUTBOUND,
    PROFILE,
    SUSTAINED,
    TRAFFIC_BASELINE,
    World,
    point,
)
from workbench.compiler.build import Package
from workbench.demo.risk import TACTICS, highest, risks
from workbench.replay.risk import MOST_POINTS
from workbench.replay.schedule import due

HOURS = 4
DAYS = 28
DENSE = 30.0  # seconds between points
AGES = [-(10 * MINUTE + DENSE * step) for step in range(240)]  # two hours of intervals, from ten minutes after NOW on
LATER = [age - 2 * HOUR for age in AGES[:120]]  # an hour of them, when these are over
# By workload: what it does, and the day on which it is attacked, from 0.
ATTACKED = {
    "orders-db": ("it is copied to a new address outside", 8),
    "gateway": ("an intruder tries twelve workloads, and sends what it finds to a new address", 15),
    "scanner": ("an intruder tries twelve workloads", 26),
    "users-db": ("ten minutes of thirty times as much, to a place that it knows", 1),
    "mailer": ("an hour of five times as many DNS queries", 16),
    "cart": ("four hours of two thirds more, to a place that it knows", 22),
    "batch": ("it talks to the secrets, which it never did", 23),
}
# The last two look like a release and a new dependency, of which there is one every day.
CROSSING = {"orders-db", "gateway", "scanner", "users-db", "mailer"}
# On every day of the month.
ORDINARY = {
    "web": "a release doubles what it sends",
    "report": "a batch three times as large as usual",
    "pricing": "a new workload with twelve peers, of which web is one",
    "cache": "twelve workloads begin to use it",
    "cron": "it meets a service that it did not know",
    "sync": "a new CronJob",
}


def stolen(workload: str, ages: Iterable[float]) -> Iterable[dict[str, Any]]:
    """Copies to an address outside."""
    address = "203.0.113.77"
    for age in ages:
        sent = point(NOW - age, "prod", workload, process="app", dest=address, outside="destination", tcp_bytes=3e6)
        yield sent | {"tcp.packets": 2000.0}
    yield from talk("prod", address, workload, *ages, outside="source")


@pytest.fixture(scope="module")
def events(built: Package, nine_days: str, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Risk events of all detections in these hours, of which none has five processes that rise together."""
    world = World(built.staged, tmp_path_factory.mktemp("month"))
    usual = ("web", "report", "orders-db", "gateway", "users-db", "cart")
    header, *rows = nine_days.splitlines()
    profiles = [row.replace(",web,", f",{workload},") for workload in usual for row in rows]
    profiles += [row.replace(",web,", ",mailer,").replace(",tcp.", ",udp.") for row in rows]
    (world.app.root / "lookups" / "npm_profile.csv").write_text("\n".join([header, *profiles, ""]))

    def sends(workload: str, earliest: float, latest: float, times: float = 1.0) -> None:
        protocol = "udp" if workload == "mailer" else "tcp"
        step = DENSE if earliest >= NOW else STEP  # fewer are as good to learn from
        world.add(sending(workload, earliest, latest, times, step=step, protocol=protocol))

    end = NOW + HOURS * HOUR
    for workload in (*usual, "mailer"):
        sends(workload, NOW - 28 * HOUR, NOW)
    learned(world)
    world.rows(TRAFFIC_BASELINE)
    sends("web", NOW, end, times=2)
    sends("cart", NOW, end, times=5 / 3)
    sends("report", NOW, end - HOUR)
    sends("report", end - HOUR, end, times=3)
    sends("users-db", NOW, NOW + 20 * MINUTE)
    sends("users-db", NOW + 20 * MINUTE, NOW + 30 * MINUTE, times=30)
    sends("users-db", NOW + 30 * MINUTE, end)
    sends("mailer", NOW, NOW + HOUR, times=5)
    sends("mailer", NOW + HOUR, end)
    for workload, ages in (("orders-db", AGES), ("gateway", LATER)):
        sends(workload, NOW, end)
        world.add(stolen(workload, ages))
    for number in range(12):
        world.add(talk("prod", "gateway", f"app-{number}", *LATER[:3], volume=500))
        world.add(talk("prod", "scanner", f"app-{number}", AGES[0], volume=500))
        world.add(talk("prod", f"app-{number}", "cache", *AGES)).add(talk("prod", "cache", f"app-{number}", *AGES[1:]))
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
    """The events of a month."""
    return [
        {**event, "_time": event["_time"] + day * DAY}
        for event in events
        for day in range(DAYS)
        if day == ATTACKED.get(workload_of(event), ("", day))[1]
    ]


def crossing(events: Iterable[dict[str, Any]]) -> set[tuple[str, int]]:
    """The workloads that a rule reports, each with the day."""
    return {
        (workload_of({"risk_object": risk.risk_object}), int((risk.at - NOW) // DAY))
        for risk in risks(events)
        if risk.reported
    }


def test_what_is_far_beyond_all_before_crosses_on_its_day_and_nothing_ordinary_on_any(
    month: list[dict[str, Any]],
) -> None:
    assert crossing(month) == {(workload, ATTACKED[workload][1]) for workload in CROSSING}


def test_the_points_are_those_of_the_documents(month: list[dict[str, Any]]) -> None:
    """A table of docs/detections.md tells them."""
    assert {workload_of({"risk_object": risk.risk_object}): risk.points for risk in highest(month)} == {
        "orders-db": 285,
        "gateway": 320,
        "scanner": 110,
        "users-db": 120,
        "mailer": 110,
        "cart": 50,
        "batch": 15,
        "report": 90,
        "web": 50,
        "cache": 40,
        "pricing": 40,
        "cron": 15,
        "sync": 15,
    }


def test_every_attack_and_what_is_ordinary_is_spoken_of(events: list[dict[str, Any]]) -> None:
    """A month without findings would cross nothing either."""
    assert {workload_of(event) for event in events} >= {*ATTACKED, *ORDINARY}
    assert {event["risk_object_type"] for event in events} == {"other"}
    assert all(event["risk_object"].count("/") == 2 for event in events), "the cluster is no risk object"


def test_a_cluster_of_which_a_large_part_rises_every_day_crosses_in_no_week(world: World) -> None:
    """A load test each day, seen over TCP and UDP by both detections of processes."""
    rise_outbound(world, [*RISES, None])
    both = [(*hour[:2], metric, *hour[3:]) for hour in last_hour(RISES) for metric in ("tcp.bytes", "udp.bytes")]
    write_profile(world, both, [("prod", f"app-{number}") for number in range(6)])
    day = [event for name in (OUTBOUND, SUSTAINED) for event in world.run(name).risk_events]
    assert [event["risk_object"] for event in day] == ["prod"] * 2
    month = [{**event, "_time": event["_time"] + days * DAY} for event in day for days in range(DAYS)]
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


def test_a_single_detection_reaches_the_threshold_only_where_an_extreme_rise_lasts_or_a_known_workload_scans(
    events: list[dict[str, Any]],
) -> None:
    alone = {
        (name, workload)
        for name in {event["source"] for event in events}
        for workload, _ in crossing(event for event in events if event["source"] == name)
    }
    assert alone == {(SUSTAINED, "orders-db"), (SUSTAINED, "gateway"), (NEW_EDGE, "gateway"), (NEW_EDGE, "scanner")}


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
