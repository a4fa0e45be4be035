"""Our content as compiled, line for line: what changes here changes on somebody's search head.

``make golden`` (pytest --update-golden) rewrites the expected files after a wanted change.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compiler.content_samples import compile_content

CHECKOUT = Path(__file__).parents[2]
GOLDEN = CHECKOUT / "tests" / "golden"
CONFS = ("analyticstories.conf", "macros.conf", "savedsearches.conf", "transforms.conf")


@pytest.fixture(scope="module")
def compiled() -> dict[str, str]:
    return compile_content(CHECKOUT / "contentctl")


@pytest.mark.parametrize("conf", CONFS)
def test_the_compiled_stanzas_are_the_expected_ones(
    conf: str, compiled: dict[str, str], request: pytest.FixtureRequest
) -> None:
    path = GOLDEN / conf
    if request.config.getoption("--update-golden"):
        path.write_text(compiled[conf])
    assert compiled[conf].splitlines() == path.read_text().splitlines()


def test_every_compiled_conf_has_an_expected_file(compiled: dict[str, str]) -> None:
    assert sorted(compiled) == sorted(CONFS) == sorted(path.name for path in GOLDEN.glob("*.conf"))
