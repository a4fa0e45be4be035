"""Finds the Python releases that Splunk runs commands with."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

SPLUNK_PYTHONS = ("3.9", "3.13")


def variable(release: str) -> str:
    """Name of the environment variable that may name a Python of ``release``."""
    return "NPM_PYTHON_" + release.replace(".", "_")


def find_python(release: str) -> Path | None:
    """Path of a Python of ``release`` that starts: NPM_PYTHON_3_9 or the like, the PATH, or pyenv's versions."""
    versions = sorted((Path.home() / ".pyenv" / "versions").glob(f"{release}.*/bin/python"))
    candidates = [os.environ.get(variable(release)), shutil.which(f"python{release}"), *map(str, versions)]
    for candidate in filter(None, candidates):
        asked = [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        if subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() == release:
            return Path(candidate)
    return None
