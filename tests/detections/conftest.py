"""The compiled app, and a world of one's own for each test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from world import World

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
