"""A small simulated store with its attacks, and the same without them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.traffic.answers import SMALL, Answers
from workbench.traffic.simulated_store import write_simulated_store


@pytest.fixture(scope="session")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    root = tmp_path_factory.mktemp("attacked") / "store"
    write_simulated_store(root, SMALL)
    return Answers(root)


@pytest.fixture(scope="session")
def peaceful(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    root = tmp_path_factory.mktemp("peaceful") / "store"
    write_simulated_store(root, replace(SMALL, attacks=False))
    return Answers(root)
