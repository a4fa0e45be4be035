"""The command as Splunk starts it: a staged app folder, and the two Python releases that Splunk ships."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from workbench.interpreters import SPLUNK_PYTHONS, find_python, variable

ROOT = Path(__file__).parents[2]
WRITE_BYTECODE = """
import sys
sys.dont_write_bytecode = False
sys.path[:0] = ["bin", "lib"]
import npmlib.anomaly.command, npmlib.conversation, npmlib.learn.command
"""


@pytest.fixture(scope="session", params=SPLUNK_PYTHONS)
def interpreter(request: pytest.FixtureRequest, staged_folder: Path) -> Path:
    """Each Python release that Splunk runs commands with; skipped where there is none, never under CI.

    It finds bytecode of the commands in the staged folder, which halves their start-up.
    """
    python = find_python(request.param)
    if python is None:
        missing = f"no Python {request.param} found; set {variable(request.param)}"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    subprocess.run([str(python), "-c", WRITE_BYTECODE], cwd=staged_folder, check=True)
    return python


@pytest.fixture(scope="session")
def staged_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An app folder with the command and the vendored SDK, as the package lays them out."""
    folder = tmp_path_factory.mktemp("app") / "SA-npmanomaly"
    shutil.copytree(ROOT / "app" / "bin", folder / "bin", ignore=shutil.ignore_patterns("__pycache__"))
    sdk = ROOT / "build" / "sdk" / "splunklib"
    if not sdk.is_dir():
        pytest.fail(f"{sdk} is missing: run 'python build.py' once (make test does)")
    shutil.copytree(sdk, folder / "lib" / "splunklib", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "lookups").mkdir()
    return folder
