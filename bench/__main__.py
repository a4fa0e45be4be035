"""Command line of the bench.

    python -m bench [--rounds N] [--quick] [--publish]

Prints the figures, writes results.json and throughput.png below --out; --publish also makes them the ones in docs/.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table as Shown

from bench import document, learning, machine, scale, stages, throughput
from bench.processes import BenchError
from bench.stage import stage
from bench.tables import tables
from bench.targets import judge
from bench.workload import Notation, Shape, prepare
from workbench.interpreters import SPLUNK_PYTHONS, find_python, variable
from workbench.replay.errors import ReplayError

CHECKOUT = Path(__file__).parents[1]
NOTATIONS: tuple[Notation, ...] = ("integers", "decimals", "sparse")
FULL = (Shape("integers", 1_000_000, 2_000), scale.Extent(), learning.Extent())
QUICK = (
    Shape("integers", 4_000, 50, chunk_rows=1_000, over=0.01),
    scale.Extent(rows=4_000, chunk_rows=1_000, repeats=3, series=(50, 500), starts=1),
    learning.Extent(series=(20, 100)),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench; returns the exit status."""
    options = _parser().parse_args(arguments)
    console = Console(stderr=True)
    try:
        results = measure(options, console)
    except (BenchError, ReplayError) as error:
        console.print(f"bench: {error}", style="red", markup=False)
        return 1
    show(results, Console(width=None if sys.stdout.isatty() else 120))
    written = write(results, options.out, chart=not options.no_chart)
    console.print(f"written: {', '.join(map(str, written))}", markup=False)
    if options.publish:
        shutil.copy(options.out / "results.json", document.FIGURES)
        document.CHART.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(options.out / "throughput.png", document.CHART)
        document.publish()
    return 0


def measure(options: argparse.Namespace, console: Console) -> dict[str, Any]:
    """All figures of a run, as they stand in the JSON."""

    def tell(text: str) -> None:
        console.print(text, style="dim", markup=False)

    shape, extent, learned = QUICK if options.quick else FULL
    rounds = options.rounds or (1 if options.quick else 5)
    pythons = _pythons(options.python)
    app = stage(options.app, options.out / "app")
    outputs, cache = options.out / "out", options.out / "workload"
    results: dict[str, Any] = {
        "machine": machine.describe(pythons),
        "rows": shape.rows,
        "series": shape.series,
        "chunk_rows": shape.chunk_rows,
        "rounds": rounds,
        "throughput": {},
    }
    for notation in NOTATIONS:
        workload = prepare(cache, dataclasses.replace(shape, notation=notation))
        found = throughput.measure(app, pythons, workload, rounds, outputs, tell)
        results["throughput"][notation] = [one.as_json() for one in found]
    site = scale.Site(app, cache, outputs, rounds, tell)
    results["scale"] = scale.measure(site, pythons, extent)
    results["stages"] = stages.measure(site, pythons, shape)
    results["learning"] = learning.measure(site, pythons, learned)
    results["duckdb_start"] = scale.duckdb_start(site, extent.starts)
    # A few thousand rows are mostly start-up: to hold them against the targets would say nothing.
    results["targets"] = [] if options.quick else [dataclasses.asdict(target) for target in judge(results)]
    return results


def show(results: Mapping[str, Any], console: Console) -> None:
    """Print all tables."""
    for table in (table for table in tables(dict(results)) if table.rows):
        shown = Shown(title=table.title, title_justify="left")
        for column, head in enumerate(table.heads):
            shown.add_column(head, justify="left" if column == 0 else "right")
        for row in table.rows:
            shown.add_row(*(cell.replace("**", "") for cell in row))
        console.print(shown)


def write(results: Mapping[str, Any], out: Path, *, chart: bool) -> list[Path]:
    """Write results.json and, if wanted, throughput.png; returns their paths."""
    path = out / "results.json"
    aside = path.with_suffix(".new")
    aside.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    aside.replace(path)
    if not chart:
        return [path]
    from bench.chart import draw

    draw(dict(results), out / "throughput.png")
    return [path, out / "throughput.png"]


def _pythons(named: Sequence[Path]) -> dict[str, Path]:
    if named:
        return {f"named {path}": path for path in named}
    found: dict[str, Path] = {}
    for release in SPLUNK_PYTHONS:
        path = find_python(release)
        if path is None:
            raise BenchError(f"no Python {release} found; name one in {variable(release)}")
        found[release] = path
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measures npmanomaly and npmlearn as whole processes."
    )
    parser.add_argument("--rounds", type=int, metavar="N", help="how often everybody runs (5; with --quick 1)")
    parser.add_argument("--quick", action="store_true", help="a few thousand rows: shows that it works, not how fast")
    parser.add_argument("--app", type=Path, default=CHECKOUT / "build" / "stage" / "SA-npmanomaly", metavar="DIR")
    parser.add_argument("--out", type=Path, default=CHECKOUT / "build" / "bench", metavar="DIR")
    parser.add_argument(
        "--python", type=Path, action="append", default=[], metavar="PATH", help="interpreter instead of 3.9 and 3.13"
    )
    parser.add_argument("--no-chart", action="store_true", help="draw nothing (needs no matplotlib)")
    parser.add_argument("--publish", action="store_true", help="make these the figures, tables and chart in docs/")
    return parser


if __name__ == "__main__":
    sys.exit(main())
