"""The compiled app, and a world of one's own for each test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.detections.bursts import around, current, usual
from tests.detections.sent import DAYS, learn_days, sending, table
from tests.detections.talking import learned, talk
from tests.detections.world import (
    DAY,
    HOUR,
    MINUTE,
    NEW_EDGE,
    NEW_UDP_EDGE,
    NOW,
    OUTBOUND,
    PROFILE,
    SUSTAINED,
    TRAFFIC_BASELINE,
    World,
    point,
)
from workbench.compiler.build import Package
from workbench.replay.schedule import SearchRun


@pytest.fixture
def new_world(built: Package, tmp_path: Path) -> Callable[[], World]:
    """Make an empty world; each call makes another."""
    made: list[World] = []

    def make() -> World:
        made.append(World(built.staged, tmp_path / f"world{len(made)}"))
        return made[-1]

    return make


@pytest.fixture
def world(new_world: Callable[[], World]) -> World:
    """An empty world."""
    return new_world()


@pytest.fixture(scope="session")
def nine_days(built: Package, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The table after nine days up to NOW, learned day by day."""
    world = World(built.staged, tmp_path_factory.mktemp("nine-days"))
    world.add(sending("web", NOW - DAYS * DAY, NOW))
    learn_days(world, NOW - DAYS * DAY, NOW)
    return table(world)


# One finding of each detection.


@pytest.fixture
def outbound(world: World) -> SearchRun:
    """nginx of web sends 52 times as much as usual; another process of the same workload does not."""
    for process, value in (("nginx", 52_000), ("sidecar", 1000)):
        world.add(usual("prod", "web", process, around(1000, 100))).add(
            current("prod", "web", process, 12, tcp_bytes=value)
        )
    world.rows(TRAFFIC_BASELINE)
    return world.run(OUTBOUND)


@pytest.fixture
def new_edge(world: World) -> SearchRun:
    learned(world).add(talk("prod", "web", "secrets", HOUR / 2)).add(talk("prod", "web", "db", HOUR / 2))
    return world.run(NEW_EDGE)


@pytest.fixture
def sustained(world: World, nine_days: str) -> SearchRun:
    """Sixteen days of points, and an hour of twice and a half as much; another workload with a longer name."""
    (world.app.root / "lookups" / "npm_profile.csv").write_text(nine_days)
    world.add(point(NOW - back * HOUR, "prod", "web", process="app", tcp_bytes=1e7) for back in range(4, 16 * 24))
    world.add(sending("web", NOW - 3 * HOUR, NOW)).add(sending("web", NOW, NOW + HOUR, times=2.5))
    world.add(sending("web-admin", NOW - 2 * HOUR, NOW + HOUR))
    world.run(PROFILE, NOW + HOUR + 22 * MINUTE)
    return world.run(SUSTAINED, NOW + HOUR + 32 * MINUTE)


@pytest.fixture
def new_udp_edge(world: World) -> SearchRun:
    """One packet of UDP from web to secrets."""
    learned(world).add([point(NOW - HOUR / 2, "prod", "web", dest="secrets", udp_packets=1, udp_bytes=90)])
    return world.run(NEW_UDP_EDGE)
