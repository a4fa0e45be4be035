"""The compiled app, and a world of one's own for each test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.detections.sent import DAYS, learn_days, sending, table
from tests.detections.world import DAY, NOW, World
from workbench.compiler.build import Package


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
