"""A collector changes its interval or its unit: noticed, told with what to do, and no finding of it is sure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.detections.checking import MINUTE, Site, ebpf
from tests.detections.world import DAY, HOUR, NOW, OUTBOUND, SUSTAINED, TRAFFIC_BASELINE, World, point
from tests.replay.given_rows import run_on
from workbench.compiler.build import Package
from workbench.replay.app import App

DOCS = Path(__file__).parents[2] / "docs"
Points = Iterator[dict[str, Any]]


def steady(workload: int, first: float, last: float, step: float, each: float) -> Points:
    """A workload that sends about as much in each step, those of a higher number more."""
    for number in range(int((last - first) / step)):
        at = first + number * step
        value = each * (workload + 1) * (1 + 0.1 * (int(at) // 30 * 7 % 5 - 2))
        yield point(at, "prod", f"app-{workload}", process="java", tcp_bytes=value)


def confidences(world: World) -> set[tuple[object, object]]:
    return {(row["workload"], row["confidence"]) for row in world.rows(OUTBOUND)}


def test_an_interval_that_still_holds_each_point_changes_nothing(world: World) -> None:
    """From 10 to 30 seconds, in intervals of 30 seconds."""
    for workload in range(2):
        world.add(steady(workload, NOW - 9 * HOUR, NOW - 6 * HOUR, 10, 1000))
        world.add(steady(workload, NOW - 70 * MINUTE, NOW, 30, 3000))
    world.rows(TRAFFIC_BASELINE)
    assert world.rows(OUTBOUND) == []


def test_findings_of_series_that_rise_together_are_of_low_confidence(world: World) -> None:
    """From 30 to 60 seconds each point holds twice as much; one process sends a hundred times as much besides."""
    for workload in range(6):
        world.add(steady(workload, NOW - 12 * HOUR, NOW - 6 * HOUR, 30, 3000))
        world.add(steady(workload, NOW - 70 * MINUTE, NOW, 60, 600_000 if workload == 5 else 6000))
    world.rows(TRAFFIC_BASELINE)
    assert {row["workload"] for row in world.rows(OUTBOUND)} == {f"app-{number}" for number in range(6)}
    low = {workload for workload, confidence in confidences(world) if confidence == "low"}
    assert low == {f"app-{number}" for number in range(5)}
    (found,) = (row for row in world.rows(OUTBOUND) if row["workload"] == "app-0")
    assert found["risk_score"] == 15
    assert "6 series of the cluster rose by like factors" in str(found["summary"])


def test_four_that_rise_are_not_enough_and_those_that_differ_neither(built: Package) -> None:
    search = App.load(built.staged).expand("`npm_together(value, expected, cluster metric)`")
    factors = {
        "four": [2.0, 2.1, 2.2, 1.9],
        "alike": [2.0, 2.1, 2.2, 1.9, 2.0, 9.0],
        "apart": [1.3, 2.0, 4.0, 8.0, 16.0, 3.0],
        "nothing expected": [0.0] * 6,
    }
    rows = [
        {"cluster": name, "metric": "tcp.bytes", "value": 100.0 * factor, "expected": 100.0 if factor else 0.0}
        for name, each in factors.items()
        for factor in each
    ]
    together = [(row["cluster"], row["together"]) for row in run_on(rows, search) if row["together"] is not None]
    assert together == [("alike", 6)] * 5


def hour_rows(factors: list[float]) -> str:
    """Rows of npm_profile: an hour that stands out, of processes that send so many times what is expected."""
    names = (
        "cluster,namespace,workload,process,metric,kind,hour,state,expected,actual,ratio,low,high,excess,"
        "channels_hunting,channels_loud,channels_balanced,channels_quiet,times_limit,score,highest,third,record_days"
    )
    lines = [
        f"prod,shop,app-{number},java,tcp.bytes,hour,{NOW - HOUR:.0f},ready,1e8,{factor * 1e8},{factor},9e7,1.1e8,"
        f"{factor * 1e8 - 1e8},volume,volume,volume,volume,3,9,5,4,9"
        for number, factor in enumerate(factors)
    ]
    return "\n".join([names, *lines, ""])


@pytest.mark.parametrize(("factors", "low"), [([2.0, 2.1, 1.9, 2.0, 2.2, 30.0], 5), ([2.0, 2.1, 1.9, 2.0], 0)])
def test_sustained_findings_of_such_an_hour_are_of_low_confidence(world: World, factors: list[float], low: int) -> None:
    (world.app.root / "lookups" / "npm_profile.csv").write_text(hour_rows(factors))
    found = world.rows(SUSTAINED)
    assert len(found) == len(factors)
    sure = {str(row["workload"]): row["confidence"] for row in found}
    assert [number for number in range(len(factors)) if sure[f"app-{number}"] == "low"] == list(range(low))


@pytest.fixture
def site(built: Package, tmp_path: Path) -> Site:
    """A site that reads the eBPF collector, as shipped."""
    return Site(built.staged, tmp_path)


def test_the_data_check_tells_of_another_time_between_points(site: Site) -> None:
    before = list(ebpf(NOW - DAY - 75 * MINUTE, NOW - DAY))
    check = site.check_points([*before, *(each for each in ebpf() if each["_time"] % 60 == 0)])
    assert check.state("resolution", "ebpf") == "look"
    assert check.measured("resolution", "ebpf") == "one in 60 s, a day ago one in 30 s"
    assert "A collector changes" in check.advice("resolution", "ebpf")
    assert site.check_points([*before, *ebpf()]).state("resolution", "ebpf") == "ok"


def test_the_data_check_tells_of_levels_that_moved_together(site: Site) -> None:
    points = list(ebpf(workloads=6))
    usual = {f"app-{number}": 7750.0 for number in range(6)}
    site.know(*(f"prod,shop,{name},java,2000,{average}" for name, average in usual.items()))
    assert site.check_points(points).state("levels") == "ok"
    kilobytes = [{**each, "tcp.bytes": each["tcp.bytes"] / 1000} for each in points]
    check = site.check_points(kilobytes)
    assert (check.state("levels"), check.measured("levels")) == ("look", "prod 0.001 times (6 series)")
    site.know(*(f"prod,shop,{name},java,2000,{average * 10.0**k}" for k, (name, average) in enumerate(usual.items())))
    assert site.check_points(points).state("levels") == "ok", "they moved, but not together"


def test_the_advice_leads_to_a_recipe() -> None:
    assert "## A collector changes\n" in (DOCS / "troubleshooting.md").read_text()
