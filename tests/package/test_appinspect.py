"""The real splunk-appinspect on the package as built: its exit code says nothing, so its report is read."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from workbench.compiler.build import Package

CHECKOUT = Path(__file__).parents[2]
CHECKS_OF_4_3_1 = 252
EXPECTED_WARNINGS = {
    "check_for_python_script_existence": "any Python at all",
    "check_python_sdk_version": "3.0 of the SDK needs a newer Python than Splunk 9.x and 10.0 run apps with",
}


@pytest.fixture(scope="module")
def report(built: Package, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    program = Path(os.environ.get("NPM_APPINSPECT", CHECKOUT / ".venv-appinspect" / "bin" / "splunk-appinspect"))
    assert program.is_file(), f"{program} is absent; run make test, or set NPM_APPINSPECT"
    path = tmp_path_factory.mktemp("appinspect") / "report.json"
    command = [str(program), "inspect", str(built.path), "--mode", "precert"]
    done = subprocess.run(
        [*command, "--data-format", "json", "--output-file", str(path)], capture_output=True, text=True, check=False
    )
    assert path.is_file(), done.stderr
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


def checks(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [check for one in report["reports"] for group in one["groups"] for check in group["checks"]]


def named(report: dict[str, Any], result: str) -> dict[str, list[str]]:
    """The checks with a result, with what they say."""
    return {
        check["name"]: [message["message"] for message in check["messages"]]
        for check in checks(report)
        if check["result"] == result
    }


def test_all_checks_ran(report: dict[str, Any]) -> None:
    assert len(checks(report)) == CHECKS_OF_4_3_1


@pytest.mark.parametrize("result", ["error", "failure", "future_failure", "skipped"])
def test_no_check_ends_badly(result: str, report: dict[str, Any]) -> None:
    assert report["summary"][result] == 0, named(report, result)
    assert named(report, result) == {}


def test_each_warning_is_expected_by_name(report: dict[str, Any]) -> None:
    assert named(report, "warning").keys() == EXPECTED_WARNINGS.keys(), named(report, "warning")
