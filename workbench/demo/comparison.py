"""Puts runs of the demo with different sources beside each other, as a table in Markdown.

Each folder is the output of one run, such as ``python -m workbench.demo --source obi --out demo-obi``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.demo.tables import SHORT
from workbench.demo.verdict import Finding, Verdict, judge
from workbench.traffic.attacks import DETECTIONS
from workbench.traffic.writing import TRUTH_FILE


@dataclass(frozen=True)
class Outcome:
    """What one run of the demo came to: its source, the days it simulated, and how its findings were judged."""

    source: str
    days: float
    verdict: Verdict


def outcome(folder: Path) -> Outcome:
    """Read what the demo wrote of its simulated traffic to ``folder``; OSError or ValueError when it cannot be."""
    truth = json.loads((folder / "simulated" / "store" / TRUTH_FILE).read_text(encoding="utf-8"))
    lines = (folder / "simulated" / "findings.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [entry for entry in map(json.loads, lines) if entry["kind"] == "finding"]
    return Outcome(truth["source"], (truth["end"] - truth["start"]) / 86400, judge(truth, [*map(_finding, entries)]))


def table(outcomes: Sequence[Outcome]) -> str:
    """Return a Markdown table: a row for each attack and each detection's false alerts, a column for each source.

    A cell names the detections that found the attack, with the minutes from its begin to the finding; one that should
    have found it and did not is struck out.
    """
    rows = [["Attack", *(f"`{each.source}`" for each in outcomes)]]
    rows.append(["---"] * len(rows[0]))
    for number, (attack, _) in enumerate(outcomes[0].verdict.caught):
        rows.append([f"{attack['kind']}, {attack['cluster']}", *(_caught(each, number) for each in outcomes)])
    counts = [Counter(finding.detection for finding in _false_alerts(each.verdict)) for each in outcomes]
    rows += [[f"False alerts, {SHORT[name]}", *(str(count[name]) for count in counts)] for name in DETECTIONS]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _caught(run: Outcome, number: int) -> str:
    attack, findings = run.verdict.caught[number]
    cells = []
    for name in DETECTIONS:
        first = min((finding.at for finding in findings if finding.detection == name), default=None)
        if first is not None:
            cells.append(f"{SHORT[name]} {(first - attack['start']) / 60:.0f}")
        elif name in attack["expected_by"]:
            cells.append(f"~~{SHORT[name]}~~")
    return ", ".join(cells) or "none"


def _false_alerts(verdict: Verdict) -> list[Finding]:
    return [*(finding for finding, _ in verdict.explained), *verdict.unexplained]


def _finding(entry: dict[str, Any]) -> Finding:
    detection = next((name for name in DETECTIONS if name in entry["search_name"]), entry["search_name"])
    row = {name: tuple(value) if isinstance(value, list) else value for name, value in entry["result"].items()}
    return Finding(detection, entry["_time"], entry["info_min_time"], entry["info_max_time"], row)


def main(arguments: list[str] | None = None) -> int:
    """Print the table; exit code 1 after a message when a folder cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m workbench.demo.comparison", description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+", help="output folders of the demo, --out")
    options = parser.parse_args(arguments)
    try:
        print(table([outcome(folder) for folder in options.folders]))
    except (OSError, ValueError, KeyError) as error:
        print(f"comparison: {error}; run the demo with --out FOLDER first", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
