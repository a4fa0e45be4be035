"""A collector changes its interval or its unit: noticed, told with what to do, and no finding of it is sure."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from tests.detections.bursts import steady
from tests.detections.checking import MINUTE, Site, ebpf
from tests.detections.world import DAY, HOUR, NOW, OUTBOUND, TRAFFIC_BASELINE, World
from workbench.compiler.build import Package

DOCS = Path(__file__).parents[2] / "docs"
Points = Iterator[dict[str, Any]]


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
    assert check.measured("resolution", "ebpf").startswith(
        "one in 60 s, a day ago one in 30 s: prod/node-0 60 s, a day ago 30 s, prod/node-1"
    )
    assert "A collector changes" in check.advice("resolution", "ebpf")
    assert site.check_points([*before, *ebpf()]).state("resolution", "ebpf") == "ok"


def every(seconds: int, end: float, cluster: str = "prod", node: str = "", busy: float = 1) -> Points:
    """75 minutes of six workloads on each of three nodes, up to a time, with points in a share of the intervals."""
    draw = random.Random(f"{end} {cluster} {node}")
    for workload in range(18):
        about = {
            "k8s.cluster.name": cluster,
            "host": f"{node}node-{workload % 3}",
            "source.namespace.name": "shop",
            "source.workload.name": f"app-{workload}",
            "source.process.name": "java",
        }
        for step in range(75 * 60 // seconds):
            if draw.random() < busy:
                at = end - 75 * MINUTE + step * seconds + 3
                yield {"_time": at, **about, "tcp.bytes": 1000.0 * (1 + workload) * seconds * (1 + draw.random() / 5)}


def only(points: Points, *hosts: str) -> Points:
    return (each for each in points if each["host"] in hosts)


def without(points: Points, first: int, last: int) -> Points:
    """Without those between so many minutes before NOW."""
    return (each for each in points if not NOW - first * MINUTE <= each["_time"] < NOW - last * MINUTE)


TWO = ("node-1", "node-2")
CHANGED = {
    "10 to 30 s": (lambda: every(10, NOW - DAY), lambda: every(30, NOW), "prod/node-0 30 s, a day ago 10 s"),
    "30 to 60 s": (lambda: every(30, NOW - DAY), lambda: every(60, NOW), "prod/node-0 60 s, a day ago 30 s"),
    "60 to 10 s": (lambda: every(60, NOW - DAY), lambda: every(10, NOW), "prod/node-0 10 s, a day ago 60 s"),
    "and half as busy": (
        lambda: every(10, NOW - DAY, busy=0.8),
        lambda: every(60, NOW, busy=0.4),
        "prod/node-0 60 s, a day ago 10 s",
    ),
    "one cluster of two": (
        lambda: chain(every(10, NOW - DAY), every(10, NOW - DAY, "stage")),
        lambda: chain(every(10, NOW), every(60, NOW, "stage")),
        "stage/node-0 60 s, a day ago 10 s, stage/node-1 60 s",
    ),
    "one node of three": (
        lambda: every(10, NOW - DAY),
        lambda: chain(only(every(60, NOW), "node-0"), only(every(10, NOW), *TWO)),
        "prod/node-0 60 s, a day ago 10 s",
    ),
    "60 to 120 s": (lambda: every(60, NOW - DAY), lambda: every(120, NOW), "prod/node-0 120 s, a day ago 60 s"),
    "points twice": (
        lambda: every(30, NOW - DAY),
        lambda: chain(every(30, NOW), every(30, NOW)),
        "one in 15 s, a day ago one in 30 s",
    ),
}
UNCHANGED = {
    "as it was": lambda: every(30, NOW),
    "half as busy": lambda: every(30, NOW, busy=0.4),
    "a gap of a restart": lambda: without(every(30, NOW), 50, 25),
    "other nodes": lambda: every(30, NOW, node="new-"),
    "a minute late": lambda: (dict(each, _time=each["_time"] + 17) for each in every(30, NOW)),
}


@pytest.mark.parametrize(("before", "after", "told"), CHANGED.values(), ids=CHANGED)
def test_another_time_between_points_is_told_with_the_hosts(
    site: Site, before: Callable[[], Points], after: Callable[[], Points], told: str
) -> None:
    check = site.check_points([*before(), *after()])
    assert check.state("resolution", "ebpf") == "look"
    assert told in check.measured("resolution", "ebpf")


@pytest.mark.parametrize("after", UNCHANGED.values(), ids=UNCHANGED)
def test_other_traffic_is_no_other_time_between_points(site: Site, after: Callable[[], Points]) -> None:
    check = site.check_points([*every(30, NOW - DAY, busy=0.8), *after()])
    assert check.state("resolution", "ebpf") == "ok"


def test_a_second_collector_is_told_and_twice_the_traffic_is_not(site: Site) -> None:
    """It sends all again under another host; the estate that is twice as busy sends no more points."""
    site.know(*(f"prod,shop,app-{number},java,20,2400,{33_000 * (1 + number)}" for number in range(18)))
    before = list(every(30, NOW - DAY))
    doubled = site.check_points([*before, *every(30, NOW), *every(30, NOW, node="second-")])
    assert doubled.state("levels") == "look"
    assert re.fullmatch(
        r"prod (1\.9\d+|2(\.0\d*)?) times \(18 series, 2\.0 times as many points\)", doubled.measured("levels")
    )
    for times in (0.5, 2):
        busier = [{**each, "tcp.bytes": times * each["tcp.bytes"]} for each in every(30, NOW)]
        assert site.check_points([*before, *busier]).state("levels") == "ok"


def test_the_data_check_tells_of_levels_that_moved_together(site: Site) -> None:
    points = list(ebpf(workloads=6))
    usual = {f"app-{number}": 7750.0 for number in range(6)}
    site.know(*(f"prod,shop,{name},java,20,2400,{average}" for name, average in usual.items()))
    assert site.check_points(points).state("levels") == "ok"
    kilobytes = [{**each, "tcp.bytes": each["tcp.bytes"] / 1000} for each in points]
    check = site.check_points(kilobytes)
    assert (check.state("levels"), check.measured("levels")) == ("look", "prod 0.001 times (6 series)")
    site.know(
        *(f"prod,shop,{name},java,20,2400,{average * 10.0**k}" for k, (name, average) in enumerate(usual.items()))
    )
    assert site.check_points(points).state("levels") == "ok", "they moved, but not together"


def test_the_advice_leads_to_a_recipe() -> None:
    assert "## A collector changes\n" in (DOCS / "troubleshooting.md").read_text()
