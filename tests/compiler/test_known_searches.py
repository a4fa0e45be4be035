"""Searches of which it is known whether Splunk runs or refuses them: the checker says the same.

The cases lie beside the checkout (compiler/searches.py: name, search, ground), as do those of whoever adds some there.
"""

from __future__ import annotations

import os
import runpy
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from tests.compiler.content_samples import DETECTION, FILES, write_sample
from workbench.compiler.finding import Finding
from workbench.compiler.run import check_folder

SEARCHES = Path(os.environ.get("NPM_SHARED", Path(__file__).parents[3] / "shared")) / "compiler" / "searches.py"
_MISSING = [("missing", "", "")]
CASES: Mapping[str, list[tuple[str, str, str]]] = (
    runpy.run_path(str(SEARCHES)) if SEARCHES.is_file() else {"ACCEPT": _MISSING, "REFUSE": _MISSING}
)
# What Splunk runs, though not as it was meant: reported as a warning.
STYLE = {"mstats_nowhere"}


@pytest.fixture(scope="module")
def found(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Finding]]:
    """What is found in the searches of a project of which each case is a detection, by case."""
    if not SEARCHES.is_file():
        missing = f"{SEARCHES} is absent from {shared}"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    root = write_sample(tmp_path_factory.mktemp("searches"))
    (root / DETECTION).unlink()
    (root / "baselines/sample_baseline.yml").unlink()
    table = FILES["lookups/sample_table.yml"].replace("sample_table", "tbl").replace("33333333-", "77777777-")
    (root / "lookups/tbl.yml").write_text(table)
    (root / "lookups/tbl.csv").write_text("a,n\n")
    two = {
        "name": "two",
        "arguments": ["first", "second"],
        "definition": "eval got=$first$ . $second$",
        "description": ".",
    }
    (root / "macros/two.yml").write_text(yaml.safe_dump(two))
    cases = [(kind, name, search) for kind in ("ACCEPT", "REFUSE") for name, search, _ in CASES[kind]]
    for number, (kind, name, search) in enumerate(cases):
        detection = yaml.safe_load(FILES[DETECTION])
        changes = {"name": f"{kind} {name}", "id": f"11111111-1111-4111-8111-{number:012d}", "search": search}
        (root / "detections" / f"{kind}-{name}.yml".lower()).write_text(yaml.safe_dump({**detection, **changes}))
    by_case = defaultdict(list)
    for one in check_folder(root)[1]:
        if one.message.startswith("search:") and one.rule not in ("NPM214", "NPM215"):  # they call no filter
            by_case[Path(one.file).stem.partition("-")[2]].append(one)
    return by_case


@pytest.mark.shared
@pytest.mark.parametrize("name", [name for name, _, _ in CASES["ACCEPT"]])
def test_what_splunk_runs_has_no_error(name: str, found: Mapping[str, list[Finding]]) -> None:
    assert [one for one in found[name] if one.severity == "error"] == []


@pytest.mark.shared
@pytest.mark.parametrize("name", [name for name, _, _ in CASES["REFUSE"]])
def test_what_splunk_refuses_is_found(name: str, found: Mapping[str, list[Finding]]) -> None:
    wanted = "warning" if name in STYLE else "error"
    assert wanted in {one.severity for one in found[name] if one.rule != "NPM217"}
