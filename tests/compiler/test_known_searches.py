"""Searches of which it is known whether Splunk runs or refuses them: the checker says the same.

The cases lie beside the checkout (compiler/searches.py: name, search, ground), as do those of whoever adds some there.
"""

from __future__ import annotations

import os
import runpy
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.compiler.content_samples import found_in, write_searches
from workbench.compiler.finding import Finding

SEARCHES = Path(os.environ.get("NPM_SHARED", Path(__file__).parents[3] / "shared")) / "compiler" / "searches.py"
_MISSING = [("missing", "", "")]
CASES: Mapping[str, list[tuple[str, str, str]]] = (
    runpy.run_path(str(SEARCHES)) if SEARCHES.is_file() else {"ACCEPT": _MISSING, "REFUSE": _MISSING}
)
# What Splunk runs, though not as it was meant: reported as a warning.
STYLE = {"mstats_nowhere"}


@pytest.fixture(scope="module")
def findings(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Finding]]:
    """What is found in the searches of a project of which each case is a detection, by case."""
    if not SEARCHES.is_file():
        missing = f"{SEARCHES} is absent from {shared}"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    kinds = ("ACCEPT", "REFUSE")
    searches = {f"{kind}-{name}": search for kind in kinds for name, search, _ in CASES[kind]}
    return found_in(write_searches(tmp_path_factory.mktemp("searches"), searches))


@pytest.mark.shared
@pytest.mark.parametrize("name", [name for name, _, _ in CASES["ACCEPT"]])
def test_what_splunk_runs_has_no_error(name: str, findings: Mapping[str, list[Finding]]) -> None:
    assert [one for one in findings.get(f"ACCEPT-{name}", []) if one.severity == "error"] == []


@pytest.mark.shared
@pytest.mark.parametrize("name", [name for name, _, _ in CASES["REFUSE"]])
def test_what_splunk_refuses_is_found(name: str, findings: Mapping[str, list[Finding]]) -> None:
    wanted = "warning" if name in STYLE else "error"
    assert wanted in {one.severity for one in findings[f"REFUSE-{name}"] if one.rule != "NPM217"}
