"""Figures as docs/detection-quality.json holds them: plain numbers by name, and the file itself."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

from workbench.evaluate.evaluation import Result
from workbench.writing import write_text

DOCS = Path(__file__).resolve().parents[2] / "docs"
FIGURES = DOCS / "detection-quality.json"
ORIGINAL, PLAIN, THREE_SIGMA = "original", "plain three sigma", "three sigma"  # detectors that have no profile
DENSITY, FOREST = "density", "forest"

Figures = dict[str, Any]
_INNERMOST = re.compile(r"[\[{][^\[\]{}]*[\]}]")


def number(value: float) -> float | None:
    """Return a figure as JSON can hold it: rounded to four decimals, None when it is not a number."""
    return round(value, 4) if math.isfinite(value) else None


def totals(result: Result) -> Figures:
    """Return false alert-hours and findings per series-day, those of the worst series, and mean recall."""
    return {
        "false_hours": number(result.false_alerts.hours_a_day),
        "findings": number(result.false_alerts.findings_a_day),
        "worst": number(result.worst),
        "recall": number(result.mean_recall),
    }


def read_figures(path: Path = FIGURES) -> Figures:
    """Read the figures of an evaluation."""
    content: Figures = json.loads(path.read_text(encoding="utf-8"))
    return content


def write_figures(path: Path, content: Figures) -> None:
    """Write the figures, whole or not at all, with each innermost list or object on a line."""
    text = json.dumps(content, indent=1)
    write_text(path, _INNERMOST.sub(lambda inner: re.sub(r"\s*\n\s*", " ", inner[0]), text) + "\n")
