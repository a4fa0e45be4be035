"""A collector changes its interval or its unit: noticed, told with what to do, and no finding of it is sure."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.detections.bursts import around, current, usual
from tests.detections.checking import MINUTE, Site, ebpf
from tests.detections.rising import last_hour, rise_outbound, write_profile
from tests.detections.sent import sending
from tests.detections.world import DAY, HOUR, NOW, OUTBOUND, PROFILE, SUSTAINED, TRAFFIC_BASELINE, World, point
from tests.examples import GENERATE, examples
from workbench.compiler.build import Package
from workbench.replay.rows import Row

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


# A cluster with a few known processes, or some hosts of a larger one: each process by itself.


def told(row: Row) -> str:
    """Why the confidence of a finding is low, or its confidence."""
    found = re.search(r"Confidence is (?:low, as )?([^.]*)\.", str(row["summary"]))
    assert found
    return found[1]


LESS_OFTEN = "it sent more in fewer intervals and no more in all, as when a collector begins to send less often"


def compared(world: World, processes: int, after: Callable[[int], Points]) -> list[tuple[str, str]]:
    """What the outbound detection says of processes that sent each 30 seconds for six hours."""
    for workload in range(processes):
        world.add(steady(workload, NOW - 12 * HOUR, NOW - 6 * HOUR, 30, 3000)).add(after(workload))
    world.rows(TRAFFIC_BASELINE)
    return [(str(row["workload"]), told(row)) for row in world.rows(OUTBOUND)]


@settings(max_examples=examples(5, 100), phases=GENERATE, deadline=None)
@given(st.integers(1, 5), st.integers(2, 10), st.data())
def test_what_is_sent_less_often_has_low_confidence_and_what_sends_more_has_not(
    new_world: Callable[[], World], processes: int, times: int, data: st.DataObject
) -> None:
    """The same factor, once in as many fewer intervals and once in each, in one or more processes of a cluster."""
    thieves = data.draw(st.sets(st.integers(0, processes - 1), max_size=min(processes, 2)))

    def after(workload: int) -> Points:
        if workload in thieves:
            return steady(workload, NOW - 70 * MINUTE, NOW, 30, 12_000 * times)
        return steady(workload, NOW - 70 * MINUTE, NOW, 30 * times, 3000 * times)

    found = dict(compared(new_world(), processes, after))
    assert set(found) == {f"app-{workload}" for workload in range(processes)} or "*" in found
    for workload, why in found.items():
        thief = workload != "*" and int(workload.removeprefix("app-")) in thieves
        assert ("low" if why not in ("medium", "high") else why) == ("high" if thief else "low")


def test_of_a_few_that_are_sent_less_often_it_is_said(world: World) -> None:
    found = compared(world, 2, lambda workload: steady(workload, NOW - 70 * MINUTE, NOW, 60, 6000))
    assert found == [("app-0", LESS_OFTEN), ("app-1", LESS_OFTEN)]


def test_what_rises_besides_keeps_its_confidence(world: World) -> None:
    """Once a hundred times as much in the longer intervals, once twice in each second interval of 30 seconds."""

    def after(workload: int) -> Points:
        if workload == 0:
            return steady(workload, NOW - 70 * MINUTE, NOW, 60, 300_000)
        return chain(
            steady(workload, NOW - 70 * MINUTE, NOW, 60, 9000), steady(workload, NOW - 69.5 * MINUTE, NOW, 60, 3000)
        )

    assert compared(world, 2, after) == [("app-0", "high"), ("app-1", "high")]


def test_of_hosts_that_begin_to_send_less_often_it_is_said_too(world: World) -> None:
    """Two of nine processes are on them; a third has a pod there and one elsewhere, a fourth sends more."""

    def after(workload: int) -> Points:
        start, each = NOW - 70 * MINUTE, 3000
        if workload < 2:
            return steady(workload, start, NOW, 60, 2 * each)
        if workload == 2:
            return chain(steady(workload, start, NOW, 60, 1.2 * each), steady(workload, start, NOW, 30, 0.4 * each))
        return steady(workload, start, NOW, 30, (3 if workload == 3 else 1) * each)

    found = dict(compared(world, 9, after))
    assert found == {**{f"app-{workload}": LESS_OFTEN for workload in range(3)}, "app-3": "high"}


UNIT = "nothing but its bytes rose, to about {} times, as after a change of their unit"


@pytest.mark.parametrize(
    ("of", "factors", "unit"),
    [
        (1, [8.0], "8"),
        (1, [1000.0], "1,000"),
        (2, [1024.0, 1024.0], "1,000"),
        (2, [8.0], None),  # the other process is as it was
        (9, [8.0, 8.4], "8"),  # those of one host
        (9, [8.0, 1000.0], None),
        (9, [8.0], None),
        (1, [5.0], None),
        (1, [100.0], None),
        (2, [300.0, 300.0], None),
    ],
)
def test_a_factor_of_units_in_nothing_but_bytes_has_low_confidence(
    world: World, of: int, factors: list[float], unit: str | None
) -> None:
    expected = UNIT.format(unit) if unit else "high"
    write_profile(world, last_hour(factors), [("prod", f"app-{number}") for number in range(of)])
    rise_outbound(world, [*factors, *[None] * (of - len(factors))])
    assert [told(row) for row in (*world.rows(SUSTAINED), *world.rows(OUTBOUND))] == [expected] * 2 * len(factors)


@pytest.mark.parametrize(("packets", "confidence"), [(8, "high"), (1, UNIT.format("8"))])
def test_bytes_that_rise_with_their_packets_are_sent(world: World, packets: int, confidence: str) -> None:
    for metric, average, factor in (("tcp_bytes", 1000, 8), ("tcp_packets", 10, packets)):
        world.add(usual("prod", "web", "java", around(average, average / 100, metric)))
        world.add(current("prod", "web", "java", 12, **{metric: average * factor}))
    world.learn_traffic()
    assert [told(row) for row in world.rows(OUTBOUND)] == [confidence]


@pytest.mark.parametrize(
    ("intervals", "factor", "confidence"),
    [
        (60, 2.0, LESS_OFTEN),  # from 30 to 60 seconds
        (90, 1.4, LESS_OFTEN),  # from the middle of the hour on
        (60, 3.0, "high"),
        (120, 2.0, "high"),
        ("", 2.0, "high"),  # learned before the column was kept
    ],
)
def test_an_hour_of_fewer_intervals_that_holds_no_more_has_low_confidence(
    world: World, intervals: float | str, factor: float, confidence: str
) -> None:
    """Risk and level stay."""
    baseline = "cluster,namespace,workload,process,hours,count_tcp.bytes\nprod,shop,app-0,java,100,12000\n"
    (world.app.root / "lookups" / "npm_baseline.csv").write_text(baseline)
    write_profile(world, last_hour([factor]), [("prod", "app-0")], intervals=intervals)
    (row,) = world.rows(SUSTAINED)
    assert (told(row), row["level"], row["risk_score"]) == (confidence, "moderate", 10)


def test_an_hour_that_was_sent_less_often_has_low_confidence(world: World, nine_days: str) -> None:
    """From points each five minutes to points each ten, with twice as much in each."""
    (world.app.root / "lookups" / "npm_profile.csv").write_text(nine_days)
    world.add(sending("web", NOW - 30 * HOUR, NOW)).add(sending("web", NOW, NOW + HOUR, times=2, step=600))
    world.rows(TRAFFIC_BASELINE)
    world.run(PROFILE, NOW + HOUR + 22 * MINUTE)
    (row,) = world.rows(SUSTAINED, NOW + HOUR + 32 * MINUTE)
    assert told(row) == LESS_OFTEN
