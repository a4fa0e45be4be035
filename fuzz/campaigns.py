"""Runs campaigns as processes of their own, which libFuzzer needs, and keeps count of them."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from fuzz.targets import Target

CHECKOUT = Path(__file__).parents[1]
WORK = CHECKOUT / "build" / "fuzz"
CORPUS = Path(__file__).with_name("corpus")
LIBRARIES = (CHECKOUT / "app" / "bin", CHECKOUT / "build" / "sdk")
KEPT_BYTES = 60_000  # of each target, so that the corpus stays small enough for the repository
_EXECUTIONS = re.compile(r"stat::number_of_executed_units: (\d+)|^#(\d+)\t", re.MULTILINE)


@dataclass(frozen=True)
class Report:
    """What came of one campaign. ``finding``: whether an input broke a promise, hung, or ate the memory."""

    target: str
    executions: int
    seconds: int
    finding: bool


def run(name: str, target: Target, runs: int, seconds: int) -> Report:
    """Fuzz one target for so many executions, or so many seconds if that comes first; 0 seconds have no end."""
    work = WORK / name
    for folder in ("found", "seeds", "broken"):
        (work / folder).mkdir(parents=True, exist_ok=True)
    (CORPUS / name).mkdir(parents=True, exist_ok=True)
    for seed, data in target.seeds().items():
        if len(data) <= target.longest:  # libFuzzer would cut the others off
            (work / "seeds" / seed).write_bytes(data)
    words = work / "words"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in target.words), encoding="ascii")
    options = [
        *(f"-runs={runs}", f"-max_total_time={seconds}", f"-max_len={target.longest}", f"-dict={words}"),
        *("-timeout=20", "-rss_limit_mb=4096", "-print_final_stats=1", f"-artifact_prefix={work / 'broken'}/"),
        *map(str, (work / "found", work / "seeds", CORPUS / name)),
    ]
    begun = time.monotonic()
    status = _libfuzzer(name, options, work / "log")
    said = (work / "log").read_text(encoding="utf-8", errors="replace")
    counts = [int(number) for pair in _EXECUTIONS.findall(said) for number in pair if number]
    return Report(name, max(counts, default=0), round(time.monotonic() - begun), status != 0)


def keep(name: str, target: Target) -> int:
    """Replace the kept inputs that libFuzzer chose by the smallest ones that reach what was reached; returns how many.

    Inputs with a name of their own, which tells why they are kept, stay.
    """
    corpus, merged = CORPUS / name, WORK / name / "merged"
    shutil.rmtree(merged, ignore_errors=True)
    merged.mkdir(parents=True)
    options = ["-merge=1", f"-max_len={target.longest}", *map(str, (merged, corpus, WORK / name / "found"))]
    _libfuzzer(name, options, WORK / name / "merge-log")
    for path in corpus.iterdir():
        if _chosen(path):
            path.unlink()
    room = KEPT_BYTES
    chosen = sorted(merged.iterdir(), key=lambda path: (path.stat().st_size, path.name))
    for path in chosen:
        room -= path.stat().st_size
        if room >= 0 and path.stat().st_size:
            shutil.copy(path, corpus)
    return sum(1 for _ in corpus.iterdir())


def _chosen(path: Path) -> bool:
    """Whether libFuzzer named the file, by the SHA-1 of its content."""
    return re.fullmatch(r"[0-9a-f]{40}", path.name) is not None


def _libfuzzer(name: str, options: list[str], log: Path) -> int:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (CHECKOUT, *LIBRARIES)))}
    again = log.with_name("again")
    command = [sys.executable, "-m", "fuzz.campaign", name, str(again)]
    again.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n', encoding="utf-8")
    again.chmod(0o755)
    command += options
    with log.open("wb") as said:
        return subprocess.run(command, stdout=said, stderr=said, env=environment, check=False).returncode


def _escaped(word: bytes) -> str:
    return "".join(chr(byte) if 32 < byte < 127 and chr(byte) not in '"\\' else f"\\x{byte:02x}" for byte in word)
