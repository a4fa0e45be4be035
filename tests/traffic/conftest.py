"""A small simulated store with its attacks, and the same without them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.traffic.answers import SMALL, Answers
from workbench.traffic.simulated_store import Order


@pytest.fixture(scope="session")
def attacked(simulated: Callable[[Order], Path]) -> Answers:
    return Answers(simulated(SMALL))


@pytest.fixture(scope="session")
def peaceful(simulated: Callable[[Order], Path]) -> Answers:
    return Answers(simulated(replace(SMALL, attacks=False)))
