"""Command line of the evaluation, ``make evaluate``.

    python -m workbench.evaluate [--quick] [--out DIR]

Writes docs/detection-quality.json and fills the tables of docs/detection-quality.md; with --out only the JSON, there.
Prints the aims and whether they are met.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from workbench.evaluate import page
from workbench.evaluate.figures import FIGURES, Figures, write_figures
from workbench.evaluate.recorded import EvaluateError
from workbench.evaluate.study import QUICK, STEPS, StudySize, evaluate_all

SHARED = Path(os.environ.get("NPM_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the evaluation; exit code 0, or 1 after a message that names what is missing."""
    parser = argparse.ArgumentParser(prog="python -m workbench.evaluate", description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder with the recorded series (NPM_SHARED)")
    parser.add_argument("--quick", action="store_true", help="few attacks and series, to see that everything runs")
    parser.add_argument("--out", type=Path, help="folder for the JSON, instead of the documents")
    options = parser.parse_args(arguments)
    if options.quick and options.out is None:
        parser.error("--quick needs --out: its figures are too rough for the documents")
    try:
        figures = _run(options.shared, QUICK if options.quick else StudySize(), Console(stderr=True))
        write_figures(FIGURES if options.out is None else options.out / FIGURES.name, figures)
        if options.out is None:
            page.publish()
    except (EvaluateError, OSError) as error:
        Console(stderr=True).print(f"evaluate: {error}", style="red", markup=False, soft_wrap=True)
        return 1
    sys.stdout.write(page.aims_table(figures).markdown() + "\n")
    return 0


def _run(shared: Path, extent: StudySize, console: Console) -> Figures:
    columns = (BarColumn(), TextColumn("{task.completed:.0f}/{task.total:.0f}"), TimeElapsedColumn())
    with Progress(*columns, TextColumn("{task.description}", markup=False), console=console) as progress:
        task = progress.add_task("", total=STEPS, completed=-1)

        def tell(text: str) -> None:
            progress.update(task, advance=1, description=text)
            if not console.is_terminal:
                console.print(text, markup=False, highlight=False)

        figures = evaluate_all(shared, extent, tell)
        progress.update(task, completed=STEPS, description="done")
    return figures


if __name__ == "__main__":
    sys.exit(main())
