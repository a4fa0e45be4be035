"""From a deploy to the sustained detection: what a deploy changes of its findings, and what it does not.

The traffic is that of the tests of that detection: nine days learned before NOW, and from NOW on another level.
"""

from __future__ import annotations

import csv
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.detections.sent import Points, sending
from tests.detections.world import DAY, DEPLOYS, HOUR, IMAGE, MINUTE, NOW, PROFILE, SUSTAINED, World
from workbench.evaluate.risk import evaluated, runs
from workbench.replay.rows import Row
from workbench.traffic.attacks import SUSTAINED as SUSTAINED_DETECTION

CHECKOUT = Path(__file__).parents[2]
HEAD = (CHECKOUT / "contentctl" / "lookups" / "npm_profile.csv").read_text().strip().split(",")
SAYS_SO = "; a new level is accepted from 04:00 UTC on, see npm_deploys and npm_accepted_levels"


def imaged(points: Points, image: str) -> Points:
    return [{**each, IMAGE: image} for each in points]


@pytest.fixture
def learned(world: World, nine_days: str) -> World:
    """A world that has learned nine days of image 1, and knows that image for two days."""
    (world.app.root / "lookups" / "npm_profile.csv").write_text(nine_days)
    world.add(imaged(sending("web", NOW - 2 * DAY, NOW), "1"))
    world.run_over(DEPLOYS, NOW - 2 * DAY, NOW, NOW)
    return world


def follow(world: World, hours: int, deploys: bool = True) -> dict[int, Row]:
    """The schedule of ``hours`` hours from NOW on; what the detection finds in each hour, before throttling."""
    findings = {}
    for hour in range(1, hours + 1):
        at = NOW + hour * HOUR
        if deploys:
            world.run(DEPLOYS, at + 14 * MINUTE)
        world.run(PROFILE, at + 22 * MINUTE)
        for row in world.rows(SUSTAINED, at + 32 * MINUTE):
            findings[hour] = row
    return findings


def test_a_deploy_that_doubles_the_level_is_reported_with_low_confidence_and_then_no_more(learned: World) -> None:
    learned.add(imaged(sending("web", NOW, NOW + 8 * HOUR, times=2), "2"))
    findings = follow(learned, 8)
    assert findings
    assert 8 not in findings
    assert {(row["confidence"], row["risk_score"]) for row in findings.values()} == {("low", 10)}
    assert all(str(row["anomalies"]).endswith(SAYS_SO) for row in findings.values())


@pytest.mark.parametrize("deploys", [True, False], ids=["the same image", "the search of deploys disabled"])
def test_without_a_deploy_the_same_rise_is_reported_all_day_with_high_confidence(learned: World, deploys: bool) -> None:
    learned.add(imaged(sending("web", NOW, NOW + 8 * HOUR, times=2), "1" if deploys else "2"))
    findings = follow(learned, 8, deploys)
    assert set(findings) == set(range(1, 9))
    assert findings[6]["confidence"] == "high"
    assert not any(SAYS_SO in str(row["anomalies"]) for row in findings.values())


def test_five_times_the_level_is_never_accepted_whatever_was_deployed(learned: World) -> None:
    learned.add(imaged(sending("web", NOW, NOW + 8 * HOUR, times=5), "2"))
    findings = follow(learned, 8)
    assert 8 in findings
    assert findings[8]["confidence"] == "high"


def test_a_deploy_in_the_middle_of_a_theft_does_not_make_it_normal(learned: World) -> None:
    learned.add(imaged(sending("web", NOW, NOW + 2 * HOUR, times=2), "1"))
    learned.add(imaged(sending("web", NOW + 2 * HOUR, NOW + 8 * HOUR, times=2), "2"))
    findings = follow(learned, 8)
    assert 8 in findings
    assert findings[8]["confidence"] == "high"


def test_a_deploy_that_changes_nothing_gives_no_finding(learned: World) -> None:
    learned.add(imaged(sending("web", NOW, NOW + 8 * HOUR), "2"))
    assert follow(learned, 8) == {}


def hour_row(hour: float, accepted_at: float | None = None, **cells: Any) -> dict[str, Any]:
    """A row of npm_profile, an hour that stood out at every point; its hour is counted from NOW."""
    dimensions = {
        "cluster": "prod",
        "namespace": "shop",
        "workload": "web",
        "process": "app",
        "metric": "tcp.bytes",
        "kind": "hour",
        "hour": f"{NOW + hour * HOUR:.0f}",
        "state": "ready",
        "expected": "20000000",
        "actual": "50000000",
        "ratio": "2.5",
        "low": "15000000",
        "high": "25000000",
        "excess": "30000000",
        "times_limit": "2.2",
        "score": "6.3",
        "highest": "8.5",
        "third": "4.1",
        "record_days": "28",
        **dict.fromkeys((name for name in HEAD if name.startswith("channels_")), "volume"),
        "accepted_at": "" if accepted_at is None else f"{NOW + accepted_at * HOUR:.0f}",
    }
    return {**dimensions, **cells}


def with_hours(world: World, *rows: dict[str, Any], head: list[str] = HEAD) -> Row:
    """The finding of the detection at 08:32 on a table with these hours of 04:00 to 08:00."""
    with (world.app.root / "lookups" / "npm_profile.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, head, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    [row] = world.rows(SUSTAINED, NOW + 4 * HOUR + 32 * MINUTE)
    return row


def test_an_hour_over_which_a_level_is_measured_is_low_and_says_so(world: World) -> None:
    row = with_hours(world, hour_row(0, accepted_at=0))
    assert (row["confidence"], row["risk_score"]) == ("low", 2)
    assert row["anomalies"] == (
        "tcp.bytes: 50.0 MB in the hour from 04:00 UTC instead of the expected 15.0 MB to 25.0 MB, 2.5 times as much as"
        " usual (volume); one of the three hours that stood out most in 28 days" + SAYS_SO
    )
    assert " Confidence is low, as a new level is being measured. Next: " in str(row["summary"])


def test_a_young_profile_is_low_and_says_so(world: World) -> None:
    row = with_hours(world, hour_row(0, state="provisional"))
    assert " Confidence is low, as its profile is younger than a week. Next: " in str(row["summary"])


@pytest.mark.parametrize(
    ("times", "highest", "days", "points", "rare"),
    [
        ("2.9", "8.5", "28", 2, "one of the three hours that stood out most in 28 days"),
        ("2.9", "6.2", "28", 5, "no hour of the 28 days before stood out as much"),
        ("2.9", "2.5", "28", 20, "no hour of the 28 days before stood out as much"),
        ("1.2", "0.3", "28", 5, "no hour of the 28 days before stood out as much"),
        ("9", "0", "6", 65, "how rare that is for it is not known yet"),
        ("", "", "", 2, "how rare that is for it is not known yet"),
    ],
)
def test_points_and_words_follow_how_rare_the_hour_is(
    world: World, times: str, highest: str, days: str, points: int, rare: str
) -> None:
    row = with_hours(world, hour_row(0, times_limit=times, highest=highest, record_days=days))
    assert row["risk_score"] == points
    assert row["summary"] == (
        "Process app of workload web in Kubernetes cluster prod sent more than it should at this hour of the day."
        " 50.0 MB over TCP in the hour from 04:00 UTC instead of the expected 15.0 MB to 25.0 MB, 2.5 times as much as"
        f" usual; {rare}. Confidence is high. Next: see in the dashboard Investigate its hours, its edges and whether"
        " it has a new image."
    )


@pytest.mark.parametrize("hours", [1, 2, 3])
def test_level_and_points_of_a_run_are_those_that_the_evaluation_adds_up(world: World, hours: int) -> None:
    for rare, factor in product((0.5, 1.0, 1.6, 2.0, 3.0, 7.9, 8.0, 20.0), (1.2, 2.49, 2.5, 6.0)):
        cells: dict[str, Any] = {
            "times_limit": str(rare),
            "highest": "0",
            "expected": "20000000",
            "actual": f"{2e7 * factor:.0f}",
        }
        found = with_hours(world, *(hour_row(hour, **cells) for hour in range(hours)))
        reported = [(True, rare, factor)] * hours
        *_, last = (evaluated(SUSTAINED_DETECTION, ("level", "risk_score"), **row) for row in runs(reported))
        assert (found["level"], found["risk_score"]) == (last["level"], last["risk_score"]), (rare, factor)


def test_an_hour_outside_of_it_keeps_its_confidence(world: World) -> None:
    row = with_hours(world, hour_row(0), hour_row(1, accepted_at=1), hour_row(2, accepted_at=1))
    assert (row["confidence"], row["risk_score"], row["hours"]) == ("high", 2, 3)
    assert "a new level is accepted from 05:00 UTC on" in str(row["anomalies"])


def test_a_metric_without_an_accepted_level_does_not_say_so(world: World) -> None:
    packets: dict[str, Any] = {"metric": "tcp.packets", "actual": "90000", "high": "30000", "excess": "60000"}
    row = with_hours(world, hour_row(0, accepted_at=0), hour_row(0, **packets))
    assert row["confidence"] == "high"
    assert isinstance(row["anomalies"], tuple)
    of_bytes, of_packets = row["anomalies"]
    assert SAYS_SO in str(of_bytes)
    assert "accepted" not in str(of_packets)


def test_a_table_from_before_the_column_works(world: World) -> None:
    row = with_hours(world, hour_row(0), head=[name for name in HEAD if name != "accepted_at"])
    assert row["confidence"] == "high"


def test_the_columns_of_the_table_are_those_that_npmlearn_writes_and_what_the_search_counts() -> None:
    from npmlib.learn.options import RESULT_FIELDS

    assert tuple(HEAD[4:]) == (*RESULT_FIELDS, "read_until", "lost_at", "rows", "clusters")
