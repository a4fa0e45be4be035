"""Watches the same day through each source, and publishes what was found: ``make compare``.

The traffic, its attacks and its look-alikes are those of the demo, from a draw that nothing was chosen on. Every
source gets the searches as they ship and the macros of its page. The figures go to docs/sources/comparison.json, and
the table in docs/sources/index.md is made of them.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

from workbench.compiler.build import Package
from workbench.compiler.finding import BuildError
from workbench.compiler.project import read_project
from workbench.demo.datasets import REAL_DATA, recorded, simulated
from workbench.demo.tables import SHORT
from workbench.demo.verdict import DetectionFinding, Verdict, findings_of, judge
from workbench.demo.watch import CHECKOUT, LEARNED_DAYS, compiled_package
from workbench.replay.errors import ReplayError
from workbench.site.blocks import parts, renewed
from workbench.site.comparison import FIGURES, recorded_table, simulated_table
from workbench.traffic.attacks import DETECTIONS
from workbench.traffic.nezha_points import NEZHA_SOURCES
from workbench.traffic.nezha_recording import NezhaError
from workbench.traffic.sources import SOURCES
from workbench.traffic.store import StoreError
from workbench.writing import write_text

DAYS = LEARNED_DAYS + 2  # all that is learned by day, one more for edges, and the day that is watched
SEED = 1153  # used for nothing else


def outcome(verdict: Verdict) -> dict[str, Any]:
    """Return what became of each attack, and how many false alerts there were, by the short name of the detection.

    An attack has the detections that should find it, and the minutes from its begin to the first finding of each that
    did. False alerts are counted apart by whether the truth names a benign cause.
    """
    benign = Counter(finding.detection for finding, _ in verdict.explained)
    noise = Counter(finding.detection for finding in verdict.unexplained)
    return {
        "attacks": [_attack(attack, findings) for attack, findings in verdict.caught],
        "false alerts": {SHORT[name]: {"noise": noise[name], "benign": benign[name]} for name in DETECTIONS},
    }


def _attack(attack: Mapping[str, Any], findings: Sequence[DetectionFinding]) -> dict[str, Any]:
    minutes: dict[str, int] = {}
    for finding in sorted(findings, key=lambda each: each.at):
        minutes.setdefault(SHORT[finding.detection], round((finding.at - attack["start"]) / 60))
    return {"expected": [SHORT[name] for name in attack["expected_by"]], "minutes": minutes}


def measure(sources: Sequence[str], days: int, folder: Path, recording: Path) -> dict[str, Any]:
    """Watch the last of ``days`` days through each source, in ``folder``; return the figures, ready for JSON.

    The ``recording`` of real pods is watched too, through each source that it can stand for. BuildError, ReplayError,
    StoreError or NezhaError when the app cannot be built or a search cannot be run.
    """
    package = compiled_package()
    figures: dict[str, Any] = {
        "measured": datetime.now(timezone.utc).date().isoformat(),
        "days": days,
        "seed": SEED,
        "detections": versions(),
        "simulated": {"attacks": [], "sources": {}},
        "recorded": {"attacks": [], "sources": {}},
    }
    # One source a processor: the replay is plain Python for most of the time.
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        outcomes = pool.map(partial(_watched, package, days, folder, recording), sources)
        for source, by_traffic in zip(sources, outcomes, strict=True):
            for traffic, (attacks, outcome_of_it) in by_traffic.items():
                figures[traffic]["attacks"] = attacks
                figures[traffic]["sources"][source] = outcome_of_it
    return figures


def _watched(
    package: Package, days: int, folder: Path, recording: Path, source: str
) -> dict[str, tuple[list[str], dict[str, Any]]]:
    """Return the attacks and the outcome of the simulated and of the recorded traffic, if the source has that."""
    began = time.perf_counter()
    datasets = {"simulated": simulated(folder / source, source, days, SEED)}
    if source in NEZHA_SOURCES:
        datasets["recorded"] = recorded(folder / source / "recorded", source, recording)
    made = {}
    for traffic, dataset in datasets.items():
        truth, runs = dataset.truth, dataset.watched(package, reports=False)
        attacks = [f"{attack['kind']}, {attack['cluster']}" for attack in truth["attacks"]]
        made[traffic] = attacks, outcome(judge(truth, findings_of(runs)))
    print(f"{source}: {time.perf_counter() - began:.0f} seconds", file=sys.stderr, flush=True)
    return made


def versions() -> dict[str, int]:
    """Return the version of each detection of the content, by its short name."""
    detections = read_project(CHECKOUT / "contentctl")[0].named("detections")
    return {SHORT[name]: int(str(detections[name].get("version"))) for name in DETECTIONS}


def _one_line_an_attack(text: str) -> str:
    return re.sub(
        r"\{\s+\"(?:expected|noise|outbound)[^}]*\}(?:\s+\})?", lambda found: " ".join(found[0].split()), text
    )


def main(arguments: list[str] | None = None) -> int:
    """Measure and print the table; without ``--source`` publish it too. Exit code 1 after a message if that fails."""
    parser = argparse.ArgumentParser(prog="python -m workbench.demo.comparison", description=__doc__)
    parser.add_argument("--source", choices=SOURCES, action="append", help="only this one, and publish nothing")
    parser.add_argument("--days", type=int, default=DAYS, help=f"days to simulate (default {DAYS})")
    parser.add_argument("--real-data", type=Path, default=REAL_DATA, help="folder with the recording of Nezha")
    parser.add_argument("--out", type=Path, default=CHECKOUT / "demo" / "comparison", help="folder to work in")
    options = parser.parse_args(arguments)
    try:
        figures = measure(options.source or tuple(SOURCES), options.days, options.out, options.real_data)
    except (BuildError, ReplayError, StoreError, NezhaError) as error:
        print(f"comparison: {error}", file=sys.stderr)
        return 1
    if not options.source:
        write_text(CHECKOUT / FIGURES, _one_line_an_attack(json.dumps(figures, indent=1)) + "\n")
        page = CHECKOUT / FIGURES.parent / "index.md"
        write_text(page, renewed(page.read_text(encoding="utf-8"), parts(CHECKOUT), page.name))
    print(simulated_table(figures), recorded_table(figures), sep="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
