"""Command line of the bench: python -m bench [--rounds N] [--quick] [--publish].

Prints the tables and writes them to results.json below --out; --publish also makes them the ones in docs/.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.checker import checking
from bench.learning import learning
from bench.processes import BenchError
from bench.runs import runs
from bench.scoring import NOTATIONS, Bench, BenchSize, Row, memory, series, stage, starts, throughput
from bench.workload import Shape
from workbench.interpreters import SPLUNK_PYTHONS, find_python, variable
from workbench.site.wording import paragraph
from workbench.writing import write_text

CHECKOUT = Path(__file__).parents[1]
FIGURES, PAGE = CHECKOUT / "docs" / "performance.json", CHECKOUT / "docs" / "performance.md"
FULL = BenchSize(5, Shape("", 1_000_000, 2_000), 10, (200, 20_000, 200_000), 15, (1_300, 13_000), (500, 13_000), 1_625)
QUICK = BenchSize(1, Shape("", 4_000, 50, chunk_rows=1_000, over=0.01), 3, (50, 500), 1, (20, 100), (5, 10), 60)

AGAINST = ("", "Python", "rows/s", "x identity", "x DuckDB's CPU", "CPU s", "peak MB")
HEADS = {
    **dict.fromkeys(NOTATIONS, AGAINST),
    "memory": ("Python", "rows", "peak MB"),
    "series": ("series", "Python", "load, CPU s", "peak MB, loaded", "peak MB, all rows", "µs per row", "later"),
    "start": ("", "Python", "CPU ms", "wall ms"),
    "learning": ("series", "profiles", "Python", "CPU s", "peak MB", "table MB", "bytes per profile"),
    "runs": ("run of", "processes", "rows", "Python", "CPU s", "seconds", "peak MB"),
    "checker": ("detections", "baselines", "CPU s", "peak MB"),
}
_MARKED = re.compile(r"<!-- table (?P<name>[a-z]+) -->\n.*?<!-- end -->", re.DOTALL)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench; returns the exit status."""
    options = _parser().parse_args(arguments)
    sizes = QUICK if options.quick else FULL
    sizes = replace(sizes, rounds=options.rounds or sizes.rounds)
    try:
        bench = Bench(
            stage(options.app, options.out / "app"), options.out, _pythons(options.python), lambda text: print(text)
        )
        tables = {notation: throughput(bench, sizes, notation) for notation in NOTATIONS}
        tables |= {
            "memory": memory(bench, sizes),
            "series": series(bench, sizes),
            "start": starts(bench, sizes),
        }
        tables |= {"learning": learning(bench, sizes), "runs": runs(bench, sizes), "checker": checking(bench, sizes)}
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    results = {"machine": machine(bench.pythons, sizes), "tables": tables}
    print(*(f"\n{name}\n\n{markdown(name, rows)}" for name, rows in tables.items()), sep="\n")
    write_text(options.out / "results.json", json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    if options.publish:
        write_text(FIGURES, (options.out / "results.json").read_text(encoding="utf-8"))
        write_text(PAGE, filled(PAGE.read_text(encoding="utf-8"), results))
    return 0


def machine(pythons: Mapping[str, Path], sizes: BenchSize) -> str:
    """Say what was measured, when, and on what."""
    cpu = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    asked = "import platform; print(platform.python_version())"
    exact = [subprocess.check_output([str(path), "-c", asked], text=True).strip() for path in pythons.values()]
    return (
        f"{sizes.shape.rows:,} rows, {sizes.shape.series:,} series, chunks of {sizes.shape.chunk_rows:,};"
        f" {sizes.rounds} rounds; {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d};"
        f" {cpu[1] if cpu else platform.processor()}, {os.cpu_count()} processors, {platform.system()};"
        f" Python {' and '.join(exact)}, DuckDB {version('duckdb')}."
    )


def markdown(name: str, rows: Sequence[Row]) -> str:
    """Return a table as Markdown; numbers are to the right."""
    cells = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    right = ["---:" if isinstance(cell, int | float) or cell[:2] == "3." else "---" for cell in rows[0]]
    return "\n".join("| " + " | ".join(line) + " |" for line in (HEADS[name], right, *cells))


def filled(page: str, results: Mapping[str, Any]) -> str:
    """Return ``page`` with the text between each pair of marks made anew; KeyError for a name there is not."""
    tables = {name: markdown(name, rows) for name, rows in results["tables"].items()}
    texts = {"machine": paragraph(results["machine"]), **tables}
    return _MARKED.sub(lambda mark: f"<!-- table {mark['name']} -->\n{texts[mark['name']]}\n<!-- end -->", page)


def _pythons(named: Sequence[Path]) -> dict[str, Path]:
    if named:
        return {f"named {path}": path for path in named}
    pythons: dict[str, Path] = {}
    for release in SPLUNK_PYTHONS:
        path = find_python(release)
        if path is None:
            raise BenchError(f"no Python {release} here; name one in {variable(release)}")
        pythons[release] = path
    return pythons


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures npmanomaly and npmlearn.")
    parser.add_argument("--rounds", type=int, metavar="N", help="how often everybody runs (5; with --quick 1)")
    parser.add_argument("--quick", action="store_true", help="a few thousand rows: shows that it works, not how fast")
    parser.add_argument("--app", type=Path, default=CHECKOUT / "build" / "stage" / "SA-npmanomaly", metavar="DIR")
    parser.add_argument("--out", type=Path, default=CHECKOUT / "build" / "bench", metavar="DIR")
    parser.add_argument(
        "--python", type=Path, action="append", default=[], metavar="PATH", help="interpreter instead of 3.9 and 3.13"
    )
    parser.add_argument("--publish", action="store_true", help="make these the figures in docs/")
    return parser


if __name__ == "__main__":
    sys.exit(main())
