"""The learned profile and its detection: traffic by the hour in, findings out, and a table that nothing can upset.

A process sends about 1 MB every five minutes, with a daily rhythm, for nine days before NOW.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.detections.sent import Points, learn_days, sending, table
from tests.detections.world import DAY, HOUR, NOW, PROFILE, SUSTAINED, World
from workbench.compiler.build import Package
from workbench.replay.rows import Row


def run_hourly(world: World, first: float, hours: int) -> None:
    for hour in range(hours):
        world.run(PROFILE, first + hour * HOUR + 22 * 60)


def profiles(world: World) -> dict[tuple[str, str], dict[str, Any]]:
    rows = world.run_text('| inputlookup npm_profile where kind="profile"', 0, NOW)
    return {(str(row["workload"]), str(row["metric"])): dict(row) for row in rows}


@pytest.fixture
def learned(world: World, nine_days: str) -> World:
    """A world that has learned nine days; its points begin three hours before NOW."""
    (world.app.root / "lookups" / "npm_profile.csv").write_text(nine_days)
    return world.add(sending("web", NOW - 3 * HOUR, NOW))


def test_a_lasting_rise_is_found_and_told(learned: World) -> None:
    learned.add(sending("web", NOW, NOW + 3 * HOUR, times=2.5))
    run_hourly(learned, NOW + HOUR, 3)
    [row] = learned.rows(SUSTAINED, NOW + 3 * HOUR + 32 * 60)
    assert {name: row[name] for name in ("cluster", "entity", "workload", "process", "protocol", "metrics")} == {
        "cluster": "prod",
        "entity": "prod/shop/web",
        "workload": "web",
        "process": "app",
        "protocol": "tcp",
        "metrics": "tcp.bytes",
    }
    assert (row["confidence"], row["risk_score"], row["hours"]) == ("high", 65, 3)
    assert row["channels"] == ("day", "floor", "peak", "volume")
    actual, expected, excess = (float(str(row[name])) for name in ("actual_bytes", "expected_bytes", "excess_bytes"))
    assert expected == pytest.approx(actual / 2.5, rel=0.05)
    assert excess == pytest.approx(actual - expected)
    sentence = re.fullmatch(
        r"tcp\.bytes: ([0-9.]+) MB in the hour from 0[4-6]:00 UTC instead of the expected ([0-9.]+) MB to ([0-9.]+) MB,"
        r" 2\.[3-7] times as much as usual \(day, floor, peak, volume, 3 hours\);"
        r" no hour of the 8 days before stood out as much",
        str(row["anomalies"]),
    )
    assert sentence is not None, row["anomalies"]
    sent, low, high = (float(number) for number in sentence.groups())
    assert low < sent / 2.5 < high < sent
    assert (row["first_time"], row["last_time"]) == ("2026-03-01T04:00:00+0000", "2026-03-01T07:00:00+0000")


def test_the_usual_is_not_reported(learned: World) -> None:
    learned.add(sending("web", NOW, NOW + 6 * HOUR))
    run_hourly(learned, NOW + HOUR, 6)
    assert learned.rows(SUSTAINED, NOW + 6 * HOUR + 32 * 60) == []


def test_a_third_more_for_six_hours_is_found_by_the_slow_channel(learned: World) -> None:
    """Three sigma over the average of 30 days cannot see this: the daily rhythm alone is as large."""
    learned.add(sending("web", NOW, NOW + 6 * HOUR, times=1.35))
    run_hourly(learned, NOW + HOUR, 6)
    [row] = learned.rows(SUSTAINED, NOW + 6 * HOUR + 32 * 60)
    assert "slow" in str(row["channels"])


@pytest.mark.parametrize(
    ("times", "levels"),
    [(2, [("high", 40)]), (2.6, [("extreme", 66), ("lasting", 66)]), (9, [("extreme", 90), ("lasting", 90)])],
)
def test_findings_are_throttled_for_a_day_and_an_extreme_rise_that_lasts_counts_once_more(
    learned: World, times: float, levels: list[tuple[str, int]]
) -> None:
    learned.add(sending("web", NOW, NOW + 5 * HOUR, times=times))
    found: list[Row] = []
    for hour in range(1, 6):
        learned.run(PROFILE, NOW + hour * HOUR + 22 * 60)
        found += learned.run(SUSTAINED, NOW + hour * HOUR + 32 * 60).findings
    assert [(row["level"], row["risk_score"]) for row in found] == levels


def test_a_run_of_the_detection_that_was_missed_loses_nothing(learned: World) -> None:
    learned.add(sending("web", NOW, NOW + HOUR, times=2.5)).add(sending("web", NOW + HOUR, NOW + 3 * HOUR))
    run_hourly(learned, NOW + HOUR, 3)
    [row] = learned.rows(SUSTAINED, NOW + 3 * HOUR + 32 * 60)
    assert row["hours"] == 1


@pytest.mark.parametrize(
    ("macro", "definition"),
    [
        ("npm_sustained_floors", '"tcp.bytes=10000000000,tcp.packets=10000000000,tcp.new_sockets=10000000000"'),
        ("npm_sustained_point", '"" '),
    ],
)
def test_floor_and_point_are_macros(learned: World, macro: str, definition: str) -> None:
    learned.add(sending("web", NOW, NOW + HOUR, times=2.5))
    run_hourly(learned, NOW + HOUR, 1)
    assert len(learned.rows(SUSTAINED, NOW + HOUR + 32 * 60)) == 1
    learned.set_macro(macro, definition)
    assert learned.rows(SUSTAINED, NOW + HOUR + 32 * 60) == []


def test_the_allow_list_hides_it(learned: World) -> None:
    learned.add(sending("web", NOW, NOW + HOUR, times=2.5))
    run_hourly(learned, NOW + HOUR, 1)
    learned.allow("prod,*,web,*,*,*,load test,ops,never")
    assert learned.rows(SUSTAINED, NOW + HOUR + 32 * 60) == []


def test_a_young_profile_says_less(world: World) -> None:
    """Silent on the first day, low confidence until it is a week old."""
    start = NOW - 2 * DAY
    world.add(sending("web", start, NOW)).add(sending("web", NOW, NOW + HOUR, times=6))
    world.add(sending("late", NOW - HOUR, NOW)).add(sending("late", NOW, NOW + HOUR, times=6))
    learn_days(world, start, NOW)
    run_hourly(world, NOW + HOUR, 1)
    states = {key: row["state"] for key, row in profiles(world).items()}
    assert states[("web", "tcp.bytes")] == "provisional"
    assert states[("late", "tcp.bytes")] == "silent"
    found = world.rows(SUSTAINED, NOW + HOUR + 32 * 60)
    assert [(row["workload"], row["confidence"], row["risk_score"]) for row in found] == [("web", "low", 10)]


def every_hour(world: World) -> None:
    run_hourly(world, NOW + HOUR, 7)


def with_an_old_run_behind_each(world: World) -> None:
    for hour in range(1, 8):
        world.run(PROFILE, NOW + hour * HOUR + 22 * 60)
        world.run(PROFILE, NOW + HOUR + 22 * 60)


def killed_before_the_table_was_written(world: World) -> None:
    """The search dies after npmlearn and before outputlookup, every second time, and is run again an hour later."""
    search = world.app.saved_searches[PROFILE].search
    cut = search[: search.rindex("| outputlookup")]
    for hour in range(1, 8):
        at = NOW + hour * HOUR
        if hour % 2 == 0 and hour < 7:
            world.run_text(cut, at - 2 * HOUR, at, at)
        else:
            world.run(PROFILE, at + 22 * 60)


def in_a_zone_half_an_hour_off(world: World) -> None:
    """In India @h is the half hour of UTC; hours that are cut in two wait for the run that reads them whole."""
    for hour in range(1, 9):
        at = NOW + hour * HOUR
        world.run_over(PROFILE, at - 2.5 * HOUR, at - 0.5 * HOUR, at)


def all_at_once_later(world: World) -> None:
    world.run_over(PROFILE, NOW - 2 * HOUR, NOW + 7 * HOUR, NOW + 7 * HOUR)


def varied_traffic(world: World) -> World:
    traffic: Iterable[Points] = (
        sending("web", NOW - 2 * DAY, NOW + 7 * HOUR),
        sending("batch", NOW - 2 * DAY, NOW + 2 * HOUR),  # then silent
        sending("new", NOW + 3 * HOUR, NOW + 7 * HOUR),
        sending("other", NOW - 2 * DAY, NOW + 7 * HOUR, times=3, cluster="stage"),
    )
    for points in traffic:
        world.add(points)
    return world


@pytest.fixture(scope="module")
def unbroken(built: Package, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The table when two days are learned, and after a run in each of the next seven hours."""
    world = varied_traffic(World(built.staged, tmp_path_factory.mktemp("unbroken")))
    learn_days(world, NOW - 2 * DAY, NOW)
    before = table(world)
    every_hour(world)
    return before, table(world)


@pytest.mark.parametrize(
    "way",
    [with_an_old_run_behind_each, killed_before_the_table_was_written, in_a_zone_half_an_hour_off, all_at_once_later],
)
def test_however_the_runs_go_the_table_is_that_of_an_unbroken_run(
    world: World, unbroken: tuple[str, str], way: Callable[[World], None]
) -> None:
    before, after = unbroken
    (world.app.root / "lookups" / "npm_profile.csv").write_text(before)
    way(varied_traffic(world))
    assert table(world) == after


def test_no_metrics_leave_the_table_in_place(learned: World) -> None:
    before = table(learned)
    learned.run(PROFILE, NOW + 5 * DAY)
    assert table(learned) == before


def test_a_damaged_table_is_neither_emptied_nor_overwritten(learned: World) -> None:
    lookup = learned.app.root / "lookups" / "npm_profile.csv"
    damaged = lookup.read_text().replace(",1.", ",1.!", 1)
    lookup.write_text(damaged)
    learned.add(sending("web", NOW, NOW + HOUR))
    with pytest.raises(Exception, match="the table of profiles is damaged"):
        learned.run(PROFILE, NOW + HOUR + 22 * 60)
    assert lookup.read_text() == damaged


def accept(world: World, line: str) -> None:
    lookup = Path(world.app.root, "lookups", "npm_accepted_levels.csv")
    lookup.write_text(f"cluster,namespace,workload,process,accepted_at,reason,owner\n{line}\n")


@pytest.mark.parametrize(
    "line",
    [
        f"prod,shop,web,app,{NOW:.0f},release 4.2,shop",
        "prod,*,w*,*,2026-03-01T04:00,release 4.2,deploys",
    ],
)
def test_an_accepted_level_is_no_finding_and_the_next_rise_is(learned: World, line: str) -> None:
    accept(learned, line)
    learned.add(sending("web", NOW, NOW + 10 * HOUR, times=2.5))
    run_hourly(learned, NOW + HOUR, 10)
    assert learned.rows(SUSTAINED, NOW + 4 * HOUR + 32 * 60) == []
    assert learned.rows(SUSTAINED, NOW + 10 * HOUR + 32 * 60) == []
    learned.add(sending("web", NOW + 10 * HOUR, NOW + 12 * HOUR, times=7.5))
    run_hourly(learned, NOW + 11 * HOUR, 2)
    [row] = learned.rows(SUSTAINED, NOW + 12 * HOUR + 32 * 60)
    assert 2.5 < float(str(row["ratio"])) < 3.6
