"""The app folder that is measured: the packed app as built, with the other commands and the baselines beside it."""

from __future__ import annotations

import shutil
from pathlib import Path

from bench.processes import BenchError
from bench.workload import Workload, lookup_name

CONTENDERS = Path(__file__).with_name("contenders")


def stage(app: Path, folder: Path) -> Path:
    """Copy the staged ``app`` to ``folder``, with the commands to compare beside it; returns ``folder``."""
    if not (app / "bin" / "npmanomaly.py").is_file() or not (app / "lib" / "splunklib").is_dir():
        raise BenchError(f"{app} is no staged app: run 'make package', or name one with --app")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(app, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for script in sorted(CONTENDERS.glob("sdk_*.py")):
        shutil.copy(script, folder / "bin")
    (folder / "lookups").mkdir(exist_ok=True)
    return folder


def install_baseline(folder: Path, workload: Workload) -> None:
    """Give the app in ``folder`` the baseline that the stream of ``workload`` asks for."""
    shutil.copy(workload.folder / "baseline.csv", folder / "lookups" / f"{lookup_name(workload.shape.series)}.csv")
