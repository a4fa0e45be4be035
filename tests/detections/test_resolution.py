"""A collector changes its interval or its unit: noticed, told with what to do, and no finding of it is sure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.detections.checking import MINUTE, Site, ebpf
from tests.detections.world import DAY, HOUR, NOW, OUTBOUND, TRAFFIC_BASELINE, World, point
from workbench.compiler.build import Package

DOCS = Path(__file__).parents[2] / "docs"
Points = Iterator[dict[str, Any]]


def steady(workload: int, first: float, last: float, step: float, each: float) -> Points:
    """A workload that sends about as much in each step, those of a higher number more."""
    for number in range(int((last - first) / step)):
        at = first + number * step
        value = each * (workload + 1) * (1 + 0.1 * (int(at) // 30 * 7 % 5 - 2))
        yield point(at, "prod", f"app-{workload}", process="java", tcp_bytes=value)


def test_an_interval_that_still_holds_each_point_changes_nothing(world: World) -> None:
    """From 10 to 30 seconds, in intervals of 30 seconds."""
    for workload in range(2):
        world.add(steady(workload, NOW - 9 * HOUR, NOW - 6 * HOUR, 10, 1000))
        world.add(steady(workload, NOW - 70 * MINUTE, NOW, 30, 3000))
    world.rows(TRAFFIC_BASELINE)
    assert world.rows(OUTBOUND) == []


def test_series_that_rise_by_like_factors_are_one_finding_that_says_what_it_looks_like(world: World) -> None:
    """From 30 to 60 seconds each point holds twice as much; one process sends a hundred times as much besides."""
    for workload in range(6):
        world.add(steady(workload, NOW - 12 * HOUR, NOW - 6 * HOUR, 30, 3000))
        world.add(steady(workload, NOW - 70 * MINUTE, NOW, 60, 600_000 if workload == 5 else 6000))
    world.rows(TRAFFIC_BASELINE)
    found = {str(row["workload"]): row for row in world.rows(OUTBOUND)}
    assert {workload: row["confidence"] for workload, row in found.items()} == {"*": "low", "app-5": "high"}
    assert "6 of 6 known processes rose at once" in str(found["*"]["summary"])
    assert "a change of the collector, as they rose by like factors" in str(found["*"]["summary"])


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
