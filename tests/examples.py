"""How many examples the property tests draw: few in `make test`, many in `make test-long`."""

import os

from hypothesis import Phase

# Shrinking a failure of whole searches would take an hour; the example as generated says enough.
GENERATE = (Phase.explicit, Phase.reuse, Phase.generate)
LONG_RUN = os.environ.get("NPM_TESTS") == "long"


def examples(usual: int, long: int) -> int:
    """Return ``usual``, or ``long`` where the environment asks for the long tests (NPM_TESTS=long)."""
    return long if LONG_RUN else usual
