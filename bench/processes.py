"""One process from start to end, with what it used, its output kept in a file."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

LAUNCH = Path(__file__).with_name("launch.py")


class BenchError(Exception):
    """The bench cannot go on; the text names what failed and where to look."""


@dataclass(frozen=True)
class Usage:
    """What one run used. cpu: user and system time in seconds. wall: seconds. rss: peak memory in bytes."""

    cpu: float
    wall: float
    rss: int


def run(command: Sequence[str], source: Path | Iterable[bytes], target: Path) -> Usage:
    """Run ``command`` with ``source`` as its input (a file, or pieces sent through a pipe), output to ``target``.

    What it writes to stderr lands beside ``target``, with the ending .err. Raises BenchError when it fails.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    report = target.with_suffix(".json")
    errors = target.with_suffix(".err")
    piped = not isinstance(source, Path)
    launch = [sys.executable, "-I", "-S", str(LAUNCH), str(report), "-" if piped else str(source), str(target)]
    with errors.open("wb") as stderr:
        process = subprocess.Popen([*launch, *command], stdin=subprocess.PIPE if piped else None, stderr=stderr)
        if process.stdin is not None and not isinstance(source, Path):
            feeder = threading.Thread(target=_feed, args=(process.stdin, source))
            feeder.start()
            feeder.join()
        status = process.wait()
    if status == 0:
        used = json.loads(report.read_text(encoding="utf-8"))
        if used["status"] == 0:
            return Usage(used["cpu"], used["wall"], used["rss"])
        status = used["status"]
    said = errors.read_text(encoding="utf-8", errors="replace").strip()[-2000:]
    raise BenchError(f"{' '.join(command)} ended with status {status}; its output is in {target}\n{said}")


def _feed(pipe: IO[bytes], pieces: Iterable[bytes]) -> None:
    with suppress(BrokenPipeError), pipe:  # a command that ends early says why in its status and output
        for piece in pieces:
            pipe.write(piece)
