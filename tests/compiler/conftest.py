"""What the tests of the compiler share: the real contentctl."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def contentctl() -> Path:
    """The program: NPM_CONTENTCTL, or where make puts it."""
    named = os.environ.get("NPM_CONTENTCTL", CHECKOUT / ".venv-contentctl" / "bin" / "contentctl")
    program = Path(named)
    assert program.is_file(), f"{program} is absent; run make test, or set NPM_CONTENTCTL"
    return program
