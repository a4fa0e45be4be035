"""What charts are drawn from: what series sent and edges carried over time, of sources of amounts and of counters."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.detections.collected import PACKETS, START, choose, counter, flow
from tests.detections.world import NOW, World, point
from workbench.compiler.build import Package
from workbench.demo.amounts import AmountReader
from workbench.replay.context import Window

WEB = ("prod", "shop", "web", "-")
EDGE = ("prod", "tcp", "shop", "web", "shop", "db")
HOUR = Window(START, NOW)


@pytest.fixture
def world(built: Package, tmp_path: Path) -> World:
    return World(built.staged, tmp_path)


def read(world: World) -> AmountReader:
    return AmountReader(world.app, world.store())


def test_amounts_are_read_by_interval_and_edges_by_step(world: World) -> None:
    world.add(point(START + at, "prod", "web", dest="db", tcp_bytes=100, tcp_packets=2) for at in range(0, 3600, 30))
    amounts = read(world)
    sent = amounts.sent(WEB, HOUR)
    assert set(sent) == {WEB}
    assert sent[WEB][START + 60] == {"tcp.bytes": 100, "tcp.packets": 2}
    packets, step = amounts.carried(HOUR)
    assert step == 300
    assert packets == {EDGE: {START + at: 20 for at in range(0, 3600, 300)}}


def test_counters_are_read_by_what_they_grew(world: World) -> None:
    choose(world, "obi").add(counter(flow("web", "db"), range(0, 60_000, 1000)))
    world.add(counter(flow("web", "db"), range(0, 600, 10), PACKETS))
    amounts = read(world)
    sent = amounts.sent(WEB, HOUR)[WEB]
    assert sent[START + 120] == {"tcp.bytes": pytest.approx(2000), "tcp.packets": pytest.approx(20)}
    packets, step = amounts.carried(HOUR)
    assert step == 600
    assert packets[EDGE] == {START + at: pytest.approx(100) for at in range(0, 3600, 600)}


def test_a_source_without_peers_has_no_edges(world: World) -> None:
    assert read(choose(world, "kubelet").add([point(START, "prod", "web")])).carried(HOUR) == ({}, 300)


def test_names_that_would_need_quotes_are_read_with_the_others(world: World) -> None:
    world.add(point(START, "prod", name, tcp_bytes=1) for name in ('a "b`', "web"))
    assert {workload for _, _, workload, _ in read(world).sent(("prod", "shop", 'a "b`', "-"), HOUR)} == {
        'a "b`',
        "web",
    }
