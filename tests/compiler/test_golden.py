"""Our content as compiled, line for line: what changes here changes on somebody's search head.

``make golden`` (pytest --update-golden) rewrites the expected files after a wanted change.
"""

from __future__ import annotations

from pathlib import Path
from uuid import NAMESPACE_DNS, uuid5

import pytest

from tests.compiler.content_samples import SEED_STORY, compile_content
from workbench.compiler.build import OWN_TABLES
from workbench.compiler.project import read_project

CHECKOUT = Path(__file__).parents[2]
GOLDEN = CHECKOUT / "tests" / "golden"
CONFS = ("analyticstories.conf", "macros.conf", "savedsearches.conf", "transforms.conf")


@pytest.fixture(scope="module")
def compiled() -> dict[str, str]:
    return compile_content(CHECKOUT / "contentctl", OWN_TABLES)


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


def test_ids_of_detections_and_of_the_story_follow_from_their_names_and_are_nobody_elses() -> None:
    """ESCU ships detections of the same names: equal ids, or one story, would make both apps overwrite each other."""
    project, _ = read_project(CHECKOUT / "contentctl")
    documents = [*project.kind("detections"), *project.kind("stories")]
    ours = uuid5(NAMESPACE_DNS, "SA-npmanomaly")
    assert [one.text("id") for one in documents] == [str(uuid5(ours, one.text("name"))) for one in documents]
    assert SEED_STORY not in {one.text("name") for one in documents}
