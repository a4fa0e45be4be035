"""One process from start to end, with what it used, and what its output says.

On Linux a process begins with the peak memory of the one that started it. So the bench imports nothing large.
"""

from __future__ import annotations

import csv
import os
import statistics
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from workbench.replay.chunked import read_chunk

Findings = dict[tuple[str, ...], tuple[float, float]]  # value and score, by series, time and metric


class BenchError(Exception):
    """The bench cannot go on; the text names what failed and where to look."""


@dataclass(frozen=True)
class Usage:
    """What a run used. cpu: user and system time in seconds. wall: seconds. rss: peak memory in bytes."""

    cpu: float
    wall: float
    rss: int


def run(command: Sequence[str], source: Path | Iterable[bytes], target: Path) -> Usage:
    """Run ``command`` on ``source``, a file or pieces to send through a pipe; its output goes to ``target``.

    What it writes to stderr lands beside ``target``, with the ending .err. Raises BenchError when it fails.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    errors = target.with_suffix(".err")
    with target.open("wb") as stdout, errors.open("wb") as stderr:
        begun = time.perf_counter()
        if isinstance(source, Path):
            with source.open("rb") as stdin:
                process = subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=stderr)
        else:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=stdout, stderr=stderr)
            with suppress(BrokenPipeError), cast(IO[bytes], process.stdin) as pipe:  # why it ended is in its output
                pipe.writelines(source)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        text = errors.read_text(encoding="utf-8", errors="replace").strip()[-2000:]
        raise BenchError(
            f"{' '.join(command)} ended with status {process.returncode}; its output is in {target}\n{text}"
        )
    return Usage(used.ru_utime + used.ru_stime, wall, used.ru_maxrss * 1024)


def median(usages: Sequence[Usage], what: str) -> float:
    """Return the median of one number of ``usages``, by its name."""
    return float(statistics.median(getattr(usage, what) for usage in usages))


def median_ratio(over: Sequence[Usage], under: Sequence[Usage]) -> float:
    """Return the median over the rounds of the CPU time of ``over`` divided by that of ``under`` in the same round."""
    return statistics.median(a.cpu / b.cpu for a, b in zip(over, under, strict=True))


def answers(output: Path) -> Iterator[str]:
    """Yield the CSV of each chunk of a command's output; BenchError when it reported an error."""
    with output.open("rb") as stream:
        while (chunk := read_chunk(stream)) is not None:
            for level, text in chunk.metadata.get("inspector", {}).get("messages", []):
                if level in ("ERROR", "FATAL"):
                    raise BenchError(f"the command reported {level}: {text} ({output})")
            if chunk.body:
                yield chunk.body.decode("utf-8")


def findings(tables: Iterable[str], series: Sequence[str]) -> Findings:
    """Read the findings in ``tables``, texts of CSV; ``series`` are the fields that name one."""
    found: Findings = {}
    for table in tables:
        for row in csv.DictReader(table.splitlines()):
            key = (*(row[name] for name in series), row["_time"], row["metric"])
            if key in found:
                raise BenchError(f"a finding was given twice: {key}")
            found[key] = float(row["value"]), float(row["score"])
    return found
