"""What Splunk runs and what it refuses, kind by kind: a search that has no error, beside one that comes close and has.

They are in search_kinds.txt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.compiler.content_samples import found_in, write_searches
from workbench.compiler.finding import Finding

_TEXT = (Path(__file__).parent / "search_kinds.txt").read_text(encoding="utf-8")
KINDS: list[tuple[str, str, str, str]] = re.findall(r"^(\S.*)\n  (.+)\n  (NPM\d+)  (.+)$", _TEXT, re.MULTILINE)
ADVICE = ("NPM204", "NPM208", "NPM217", "NPM218", "NPM301")  # of the house, or of what is not in the sample project


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Finding]]:
    """What is found in the searches of a project of which each is a detection, by its name."""
    runs = {f"runs {about}": search for about, search, _, _ in KINDS}
    refused = {f"refused {about}": search for about, _, _, search in KINDS}
    return found_in(write_searches(tmp_path_factory.mktemp("kinds"), runs | refused))


def test_all_kinds_are_read() -> None:
    assert len(KINDS) == len([line for line in _TEXT.split("\n") if line[:1] not in ("", " ", "#")])


@pytest.mark.parametrize("about", [about for about, *_ in KINDS])
def test_what_splunk_runs_has_no_error(about: str, findings: Mapping[str, list[Finding]]) -> None:
    errors = [one for one in findings.get(f"runs {about}", []) if one.severity == "error" and one.rule not in ADVICE]
    assert [str(one) for one in errors] == []


@pytest.mark.parametrize(("about", "rule"), [(about, rule) for about, _, rule, _ in KINDS])
def test_what_splunk_refuses_is_found(about: str, rule: str, findings: Mapping[str, list[Finding]]) -> None:
    assert rule in {one.rule for one in findings[f"refused {about}"]}
