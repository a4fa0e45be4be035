"""Command line of the evaluation, ``make evaluate``.

    python -m workbench.evaluate [--quick] [--out DIR]

Writes docs/detection-quality.json, the tables of docs/detection-quality.md and its charts; with --out only the JSON
and the charts, there.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from workbench.evaluate import document
from workbench.evaluate.chart import draw_all
from workbench.evaluate.recorded import EvaluateError
from workbench.evaluate.tables import tables
from workbench.evaluate.whole import QUICK, STEPS, Extent, evaluate_all

SHARED = Path(os.environ.get("NPM_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the evaluation; exit code 0, or 1 after a message that names what is missing."""
    parser = argparse.ArgumentParser(prog="python -m workbench.evaluate", description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder with the recorded series (NPM_SHARED)")
    parser.add_argument("--quick", action="store_true", help="few attacks and series, to see that everything runs")
    parser.add_argument("--out", type=Path, help="folder for JSON and charts, instead of the documents")
    parser.add_argument("--no-charts", action="store_true", help="draw nothing: needs no matplotlib")
    options = parser.parse_args(arguments)
    if options.quick and options.out is None:
        parser.error("--quick needs --out: its figures are too rough for the documents")
    try:
        results = _run(options.shared, QUICK if options.quick else Extent(), Console(stderr=True))
        _write(results, options.out, charts=not options.no_charts)
    except (EvaluateError, OSError) as error:
        Console(stderr=True).print(f"evaluate: {error}", style="red", markup=False, soft_wrap=True)
        return 1
    return 0


def _run(shared: Path, extent: Extent, console: Console) -> dict[str, Any]:
    columns = (BarColumn(), TextColumn("{task.completed:.0f}/{task.total:.0f}"), TimeElapsedColumn())
    with Progress(*columns, TextColumn("{task.description}", markup=False), console=console) as progress:
        task = progress.add_task("", total=STEPS)
        begun = False

        def tell(text: str) -> None:
            nonlocal begun
            progress.update(task, advance=1 if begun else 0, description=text)
            begun = True
            if not console.is_terminal:
                console.print(text, markup=False, highlight=False)

        results = evaluate_all(shared, extent, tell)
        progress.update(task, completed=STEPS, description="done")
    return results


def _write(results: dict[str, Any], out: Path | None, charts: bool) -> None:
    figures = document.FIGURES if out is None else out / document.FIGURES.name
    images = document.IMAGES if out is None else out
    images.mkdir(parents=True, exist_ok=True)
    document.write_aside(figures, json.dumps(results, indent=1) + "\n")
    if charts:
        draw_all(results, images)
    if out is None:
        document.publish()
    for table in tables(results):
        if table.name == "targets":
            sys.stdout.write(table.markdown() + "\n")


if __name__ == "__main__":
    sys.exit(main())
