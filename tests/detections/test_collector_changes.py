"""A collector changes in a cluster with a few known processes, or on some hosts: each finding says it by itself.

What really sends more keeps its confidence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.detections.bursts import around, current, steady, usual
from tests.detections.checking import MINUTE
from tests.detections.collected import BYTES, choose, flow
from tests.detections.rising import last_hour, rise_outbound, write_profile
from tests.detections.sent import sending
from tests.detections.world import HOUR, NOW, OUTBOUND, PROFILE, SUSTAINED, TRAFFIC_BASELINE, World
from tests.examples import GENERATE, examples
from workbench.replay.rows import Row

Points = Iterator[dict[str, Any]]
OF_TETRAGON = {"k8s.cluster.name": "prod", "host": "node-1", "namespace": "shop", "workload": "web", "binary": "nginx"}


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


def sampled(dimensions: dict[str, Any], metric: str, step: float, grows: bool, first: float, last: float) -> Points:
    """About 100 bytes a second, by points so many seconds apart: amounts, or a counter."""
    for at in range(int(first), int(last), int(step)):
        yield {"_time": float(at), **dimensions, metric: 1e9 + 100.0 * at if grows else 100 * step + at // step % 5}


@pytest.mark.parametrize(
    ("source", "metric", "step", "longer", "found"),
    [
        ("obi_o11y", BYTES, 60, 120, [LESS_OFTEN]),  # amounts
        ("obi", BYTES, 60, 240, []),  # counters: what is between two points is spread over the time, or not seen
        ("tetragon", "tetragon_socket_stats_txbytes_total", 30, 120, []),
    ],
)
@pytest.mark.parametrize("rates", ["strict", "lenient"])
def test_other_sources_that_begin_to_send_less_often(
    world: World, source: str, metric: str, step: float, longer: float, found: list[str], rates: Any
) -> None:
    dimensions = flow("web", "db") if source != "tetragon" else OF_TETRAGON
    choose(world, source).rates = rates
    world.add(sampled(dimensions, metric, step, not found, NOW - 14 * HOUR, NOW - 5 * HOUR))
    world.add(sampled(dimensions, metric, longer, not found, NOW - 70 * MINUTE, NOW))
    world.rows(TRAFFIC_BASELINE)
    assert [told(row) for row in world.rows(OUTBOUND)] == found
