"""The part of docs/detection-quality.md that is made of docs/month.json: findings of new edges by cause."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from statistics import mean
from typing import Any

from workbench.site.wording import paragraph

FIGURES = Path("docs") / "month.json"


def read_figures(checkout: Path) -> dict[str, Any]:
    """Return the published figures, as workbench/demo/month.py writes them."""
    figures: dict[str, Any] = json.loads((checkout / FIGURES).read_text(encoding="utf-8"))
    return figures


def month_of_edges(figures: Mapping[str, Any]) -> str:
    """Return what a day gives, a table of causes, and one of attacks."""
    return "\n\n".join((paragraph(_summary(figures)), _causes(figures), _attacks(figures)))


def _summary(figures: Mapping[str, Any]) -> str:
    working, weekend = figures["working days"], figures["weekends"]
    versions = ", ".join(f"{name} {version}" for name, version in figures["detections"].items())
    expected = [each for each in figures["attacks"] if each["expected"]]
    found, number = (sum(each[name] for each in expected) for name in ("found", "number"))
    return (
        f"**{mean(working):.1f} findings of new edges on a working day**, {max(working)} on the worst of"
        f" {len(working)}, and {mean(weekend):.1f} at a weekend; those of attacks come on top. {found} of {number}"
        f" attacks were found. {figures['workloads']} workloads in three clusters, {figures['days']} days after"
        f" {figures['history']} that were learned, draw {figures['seed']}, measured on {figures['measured']} with these"
        f" versions of the detections: {versions}. By these findings alone"
        f" {figures['risk']['not attacked'] or 'no'} risk object that was not attacked crosses a rule of Enterprise"
        f" Security; the highest of them had {figures['risk']['most points']} points in 24 hours."
    )


def _causes(figures: Mapping[str, Any]) -> str:
    lines = ["| Cause | How often, as assumed | Findings over TCP | over UDP |", "| --- | --- | ---: | ---: |"]
    lines += [
        f"| {cause['kind']} | {cause['often']} | {' | '.join(map(str, cause['findings']))} |"
        for cause in figures["causes"]
    ]
    return "\n".join(lines)


def _attacks(figures: Mapping[str, Any]) -> str:
    lines = ["| Attack | Number | Found | Minutes to the first finding, at most |", "| --- | ---: | ---: | ---: |"]
    for attack in figures["attacks"]:
        found = attack["found"] if attack["expected"] else f"{attack['found']}, none expected"
        minutes = "-" if attack["minutes"] is None else attack["minutes"]
        lines.append(f"| {attack['kind']} | {attack['number']} | {found} | {minutes} |")
    return "\n".join(lines)
