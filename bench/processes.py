"""One process from start to end, with what it used, and what its output says."""

from __future__ import annotations

import csv
import json
import statistics
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from workbench.replay.chunked import read_chunk

Findings = dict[tuple[str, ...], tuple[float, float]]  # value and score, by series, time and metric

# On Linux a process begins with the peak memory of the one that started it, so a small one stands between.
LAUNCH = """
import json, resource, subprocess, sys, time
begun = time.perf_counter()
status = subprocess.call(sys.argv[2:])
wall, used = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
with open(sys.argv[1], "w") as report:
    json.dump([status, used.ru_utime + used.ru_stime, wall, used.ru_maxrss * 1024], report)
"""


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
    errors, report = target.with_suffix(".err"), target.with_suffix(".json")
    launch = [sys.executable, "-I", "-S", "-c", LAUNCH, str(report), *command]
    with target.open("wb") as stdout, errors.open("wb") as stderr:
        if isinstance(source, Path):
            with source.open("rb") as stdin:
                subprocess.run(launch, stdin=stdin, stdout=stdout, stderr=stderr, check=True)
        else:
            process = subprocess.Popen(launch, stdin=subprocess.PIPE, stdout=stdout, stderr=stderr)
            with suppress(BrokenPipeError), cast(IO[bytes], process.stdin) as pipe:  # why it ended is in its output
                pipe.writelines(source)
            process.wait()
    status, cpu, wall, rss = json.loads(report.read_text(encoding="utf-8"))
    if status:
        text = errors.read_text(encoding="utf-8", errors="replace").strip()[-2000:]
        raise BenchError(f"{' '.join(command)} ended with status {status}; its output is in {target}\n{text}")
    return Usage(cpu, wall, rss)


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
    scores: Findings = {}
    for table in tables:
        for row in csv.DictReader(table.splitlines()):
            key = (*(row[name] for name in series), row["_time"], row["metric"])
            if key in scores:
                raise BenchError(f"a finding was given twice: {key}")
            scores[key] = float(row["value"]), float(row["score"])
    return scores
