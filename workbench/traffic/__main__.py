"""Command line: simulate a metrics store, convert real traffic into one, write one as HEC JSON."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from workbench.spl.times import TimeError, instant
from workbench.traffic.clusters import PlanError
from workbench.traffic.hec import HecError, write_hec
from workbench.traffic.nezha import write_nezha_store
from workbench.traffic.nezha_points import NEZHA_SOURCES
from workbench.traffic.nezha_recording import NezhaError
from workbench.traffic.points import NPM_INDEX
from workbench.traffic.simulated_store import DEFAULT_END, DEFAULT_SEED, Order, write_simulated_store
from workbench.traffic.sources import EBPF, SOURCES
from workbench.traffic.store import MetricsStore, StoreError
from workbench.traffic.writing import TRUTH_FILE


def _instant(text: str) -> float:
    try:
        return instant(text)
    except TimeError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m workbench.traffic", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    simulate = commands.add_parser("simulate", help="simulate a Kubernetes estate with attacks on its last day")
    simulate.add_argument("--out", type=Path, required=True, help="folder of the store; an older store is replaced")
    simulate.add_argument("--days", type=float, default=30, help="days up to --end (default 30)")
    simulate.add_argument("--interval", type=int, default=30, help="seconds between points, 10 or 30 (default 30)")
    simulate.add_argument("--seed", type=int, default=DEFAULT_SEED, help=f"default {DEFAULT_SEED}")
    simulate.add_argument(
        "--end", type=_instant, default=DEFAULT_END, help="ISO time or epoch (default 2026-03-05T00:00:00Z)"
    )
    simulate.add_argument("--clusters", type=int, default=3, help="clusters, the last is staging (default 3)")
    simulate.add_argument("--source", choices=SOURCES, default=EBPF, help=f"the collector (default {EBPF})")

    hec = commands.add_parser("hec", help="write points of a store as JSON lines for the HTTP Event Collector")
    hec.add_argument("--store", type=Path, required=True, help="folder of the store")
    hec.add_argument("--out", type=Path, required=True, help="file to write; compressed if it ends in .gz")
    hec.add_argument("--index", default=NPM_INDEX, help=f"metrics index (default {NPM_INDEX})")
    hec.add_argument("--from", dest="start", type=_instant, help="first instant, ISO or epoch")
    hec.add_argument("--to", dest="end", type=_instant, help="instant after the last, ISO or epoch")

    nezha = commands.add_parser("nezha", help="convert the Nezha Online Boutique recording (real traffic)")
    nezha.add_argument("--source", type=Path, required=True, help="folder with pod_network.csv.gz, edges.csv.gz")
    nezha.add_argument("--out", type=Path, required=True, help="folder of the store; an older store is replaced")
    nezha.add_argument("--as", dest="collector", choices=NEZHA_SOURCES, default=EBPF, help=f"default {EBPF}")
    nezha.add_argument("--inject", action="store_true", help="add labelled attacks to the real traffic")
    return parser


def _simulate(options: argparse.Namespace, progress: Progress) -> str:
    order = Order(options.days, options.interval, options.seed, options.end, options.clusters, source=options.source)
    task = progress.add_task("simulating days", total=None)
    written = write_simulated_store(
        options.out, order, lambda done, days: progress.update(task, completed=done, total=days)
    )
    return (
        f"{options.out}: {written.points:,} points of {written.flows} flows between {written.processes} processes, "
        f"{written.attacks} attacks, see {options.out / TRUTH_FILE}"
    )


def _hec(options: argparse.Namespace, progress: Progress) -> str:
    store = MetricsStore(options.store)
    try:
        task = progress.add_task("writing points", total=None)
        written = write_hec(
            store,
            options.out,
            options.index,
            options.start,
            options.end,
            lambda done: progress.update(task, completed=done),
        )
    finally:
        store.close()
    return f"{options.out}: {written:,} metric points for index {options.index}"


def _nezha(options: argparse.Namespace, progress: Progress) -> str:
    progress.add_task("converting", total=None)
    points = write_nezha_store(options.source, options.out, inject=options.inject, source=options.collector)
    return f"{options.out}: {points:,} points, what is real and what is not: {options.out / TRUTH_FILE}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code: 0, or 1 after a message that says what to change."""
    options = _parser().parse_args(arguments)
    action = {"simulate": _simulate, "hec": _hec, "nezha": _nezha}[options.command]
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=console) as progress:
            done = action(options, progress)
    except (PlanError, StoreError, HecError, NezhaError) as error:
        console.print(str(error), style="bold red", markup=False, highlight=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("stopped; nothing was written", style="bold red")
        return 130
    print(done)
    return 0


if __name__ == "__main__":
    sys.exit(main())
