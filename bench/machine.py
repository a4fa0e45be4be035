"""What the figures were measured on, as far as it matters for reading them."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
from collections.abc import Mapping
from pathlib import Path

import duckdb


def describe(pythons: Mapping[str, Path]) -> dict[str, str]:
    """Date, processor, system, and exact releases of everything that was run."""
    found = {
        "measured": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"),
        "processor": _processor(),
        "processors": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "duckdb": duckdb.__version__,
    }
    for release, interpreter in pythons.items():
        asked = [str(interpreter), "-c", "import platform; print(platform.python_version())"]
        found[f"python {release}"] = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    return found


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
