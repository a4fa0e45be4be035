"""How many examples the property tests draw: few in `make test`, many in `make test-long`."""

import os

LONG_RUN = os.environ.get("NPM_TESTS") == "long"


def examples(usual: int, long: int) -> int:
    """Return ``usual``, or ``long`` where the environment asks for the long tests (NPM_TESTS=long)."""
    return long if LONG_RUN else usual
