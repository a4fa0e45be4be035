"""The table of docs/sources/index.md, made of docs/sources/comparison.json: what is found with each source."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

FIGURES = Path("docs") / "sources" / "comparison.json"
_MISSED, _NOTHING = "**missed**", "-"


def read_figures(checkout: Path) -> dict[str, Any]:
    """Return the published figures, as workbench/demo/comparison.py writes them."""
    figures: dict[str, Any] = json.loads((checkout / FIGURES).read_text(encoding="utf-8"))
    return figures


def simulated_table(figures: Mapping[str, Any]) -> str:
    """Return the table of the simulated day, and what it was measured with."""
    versions = ", ".join(f"{name} {version}" for name, version in figures["detections"].items())
    about = (
        f"Measured on {figures['measured']}, after {figures['days'] - 1} days of learning, on draw {figures['seed']}"
        f" of the simulation, with these versions of the detections: {versions}."
    )
    return f"{_table(figures['simulated'], figures['detections'])}\n\n{about}"


def recorded_table(figures: Mapping[str, Any]) -> str:
    """Return the table of the recorded pods."""
    return _table(figures["recorded"], figures["detections"])


def _table(figures: Mapping[str, Any], detections: Iterable[str]) -> str:
    """Return a row for each attack and detection, and for the false alerts of each detection; a column a source.

    A cell has the minutes from the beginning of the attack to the first finding, in brackets if none was expected.
    """
    sources = figures["sources"]
    rows = [["Attack", "Detection", *(f"`{name}`" for name in sources)], ["---", "---", *["---:"] * len(sources)]]
    for number, attack in enumerate(figures["attacks"]):
        outcomes = [each["attacks"][number] for each in sources.values()]
        for detection in detections:
            cells = [_cell(outcome, detection) for outcome in outcomes]
            if set(cells) != {_NOTHING}:
                rows.append([attack, detection, *cells])
    for detection in detections:
        counts = [each["false alerts"][detection] for each in sources.values()]
        rows.append(["false alerts", detection, *(f"{count['noise']} + {count['benign']}" for count in counts)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(outcome: Mapping[str, Any], detection: str) -> str:
    minutes = outcome["minutes"].get(detection)
    if detection in outcome["expected"]:
        return _MISSED if minutes is None else str(minutes)
    return _NOTHING if minutes is None else f"({minutes})"
