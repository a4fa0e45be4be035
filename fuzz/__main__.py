"""Fuzz one target with libFuzzer, through atheris: python -m fuzz TARGET [options of libFuzzer].

Begins with the seeds of the target and with the inputs that earlier runs left in build/fuzz/TARGET, which reach
different code. An input that breaks a promise, takes 20 seconds or 4 GB ends the run, and is written there as well.
"""

from __future__ import annotations

import importlib
import sys
from hashlib import sha256
from pathlib import Path

import atheris

CHECKOUT = Path(__file__).parents[1]
TARGETS = ("chunks", "command", "baseline", "learn")


def main(arguments: list[str]) -> None:
    """Fuzz until libFuzzer ends the process."""
    if not arguments or arguments[0] not in TARGETS:
        sys.exit(f"{__doc__}\nTargets: {', '.join(TARGETS)}")
    name, *options = arguments
    sys.path[:0] = [str(CHECKOUT / "app" / "bin"), str(CHECKOUT / "build" / "sdk")]
    with atheris.instrument_imports(include=["npmlib", "splunklib.searchcommands"]):
        target = importlib.import_module(f"fuzz.{name}")
        for module in ("npmlib.anomaly.command", "npmlib.learn.command") if name == "command" else ():
            importlib.import_module(module)
    work = CHECKOUT / "build" / "fuzz" / name
    (work / "inputs").mkdir(parents=True, exist_ok=True)
    for seed in target.SEEDS:
        (work / "inputs" / sha256(seed).hexdigest()).write_bytes(seed)
    limits = ["-max_len=8192", "-timeout=20", "-rss_limit_mb=4096", f"-artifact_prefix={work}/"]
    atheris.Setup([sys.argv[0], *limits, *options, str(work / "inputs")], target.check)
    atheris.Fuzz()


main(sys.argv[1:])
