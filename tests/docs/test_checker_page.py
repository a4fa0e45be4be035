"""The hook and the workflow of docs/checker.md work as they are, on a project beside a checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.compiler.content_samples import DETECTION, write_sample

CHECKOUT = Path(__file__).parents[2]
EXAMPLES = CHECKOUT / "docs" / "checker"
BROKEN = (DETECTION, "lookup sample_table", "lookup sample_tables")
GIT = {
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.com",
}


def run(folder: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    environ = os.environ | GIT | environment
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environ)


@pytest.mark.parametrize("broken", [False, True], ids=["sound", "broken"])
def test_the_hook_stops_a_commit_while_there_are_findings(broken: bool, tmp_path: Path) -> None:
    checker, content = tmp_path / "checker", write_sample(tmp_path / "content", *([BROKEN] if broken else []))
    (checker / ".venv" / "bin").mkdir(parents=True)
    (checker / ".venv" / "bin" / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (checker / ".venv" / "bin" / "python").chmod(0o755)
    for name in ("build.py", "workbench", "app"):
        (checker / name).symlink_to(CHECKOUT / name)
    run(content, "git", "init")
    shutil.copy(EXAMPLES / "pre-commit", content / ".git" / "hooks" / "pre-commit")
    run(content, "git", "add", ".")
    done = run(content, "git", "commit", "-m", "All", NPM_CHECKER=str(checker))
    assert bool(done.returncode) is broken, done.stderr
    assert ("NPM216" in done.stdout + done.stderr) is broken


@pytest.mark.parametrize("broken", [False, True], ids=["sound", "broken"])
def test_the_workflow_writes_the_file_that_it_uploads(broken: bool, tmp_path: Path) -> None:
    content = write_sample(tmp_path, *([BROKEN] if broken else []))
    (content / ".checker").symlink_to(CHECKOUT)
    steps = yaml.safe_load((EXAMPLES / "content-check.yml").read_text())["jobs"]["check"]["steps"]
    install, check = (step["run"] for step in steps if "run" in step)
    assert (content / install.split()[-1]).is_file()
    done = run(content, "bash", "-euo", "pipefail", "-c", check.replace("python ", f"{sys.executable} ", 1))
    assert bool(done.returncode) is broken
    uploaded = next(step["with"]["sarif_file"] for step in steps if "sarif_file" in step.get("with", {}))
    assert ('"ruleId": "NPM216"' in (content / uploaded).read_text()) is broken
