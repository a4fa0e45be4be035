"""The command runs in this process here, so the SDK has to be importable."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SDK = Path(__file__).parents[2] / "build" / "sdk"


@pytest.fixture(scope="session", autouse=True)
def sdk_importable() -> Iterator[None]:
    if not (SDK / "splunklib").is_dir():
        pytest.fail(f"{SDK} is missing: run 'python build.py' once (make test does)")
    sys.path.append(str(SDK))
    yield
    sys.path.remove(str(SDK))
