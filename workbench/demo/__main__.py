"""Command line of the demo, ``make demo``: everything from the build to the false alerts, in a few minutes."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from workbench.compiler.build import Package
from workbench.compiler.finding import BuildError
from workbench.conf import ConfError
from workbench.demo.alerts import judged
from workbench.demo.datasets import REAL_DATA, Dataset, recorded, simulated
from workbench.demo.report import Watched, write_report
from workbench.demo.tables import print_causes, print_findings, print_risks, print_summary, print_truth
from workbench.demo.verdict import findings_of, judge
from workbench.demo.watch import CHECKOUT, by_hand, compiled_package
from workbench.replay.app import App
from workbench.replay.errors import ReplayError
from workbench.replay.report import records, write_json_lines
from workbench.replay.schedule import SearchRun
from workbench.spl.errors import SplSyntaxError
from workbench.traffic.clusters import PlanError
from workbench.traffic.nezha_points import NEZHA_SOURCES
from workbench.traffic.nezha_recording import NezhaError
from workbench.traffic.sources import EBPF, SOURCES
from workbench.traffic.store import StoreError


def main(arguments: list[str] | None = None) -> int:
    """Run the demo; exit code 0, or 1 after a message that names what failed, or when an attack was missed."""
    parser = argparse.ArgumentParser(prog="python -m workbench.demo", description=__doc__)
    parser.add_argument("--out", type=Path, default=CHECKOUT / "demo", help="where everything goes (default demo/)")
    parser.add_argument("--days", type=float, default=30, help="days to simulate (default 30)")
    parser.add_argument(
        "--source", choices=SOURCES, default=EBPF, help=f"the collector whose metrics are searched (default {EBPF})"
    )
    parser.add_argument(
        "--real-data",
        type=Path,
        default=REAL_DATA,
        help="folder with the Online Boutique recording of Nezha, pod_network.csv.gz and edges.csv.gz",
    )
    options = parser.parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 150)
    try:
        missed = _demo(options.out, options.source, options.days, options.real_data, console)
    except (BuildError, ConfError, ReplayError, SplSyntaxError, StoreError, PlanError, NezhaError) as error:
        Console(stderr=True).print(f"demo: {error}", markup=False, highlight=False, soft_wrap=True)
        return 1
    return 1 if missed else 0


def _demo(out: Path, source: str, days: float, real_data: Path, console: Console) -> int:
    began = time.perf_counter()
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[now]}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        package = _build(progress)
        datasets = [_simulated(out / "simulated", source, days, progress)]
        if real_data.is_dir() and source in NEZHA_SOURCES:
            datasets.append(recorded(out / "real", source, real_data))
        watched = [(dataset, _watch(dataset, package, progress)) for dataset in datasets]
    sections = [_show(dataset, runs, package, console) for dataset, runs in watched]
    write_report(out / "report.html", sections)
    if source not in NEZHA_SOURCES:
        console.print(f"\nReal traffic left out: the recording cannot stand for {source}.", highlight=False)
    elif len(datasets) == 1:
        console.print(
            f"\nReal traffic left out: {real_data} is not there. Name the folder of the Nezha Online Boutique recording"
            " with --real-data or NPM_REAL_DATA.",
            highlight=False,
        )
    console.print(
        f"\nThe report: {_shown(out / 'report.html')} (open it in a browser; it needs no network)", highlight=False
    )
    console.print(f"The app:    {_shown(package.path)} (sha256 {package.sha256})", highlight=False)
    for dataset, _ in watched:
        console.print(
            f"As JSON:    {_shown(dataset.folder / 'findings.jsonl')} (findings and risk events)", highlight=False
        )
    console.print(f"All of it took {time.perf_counter() - began:.0f} seconds.", highlight=False)
    return sum(len(section.verdict.missed) for section in sections)


def _build(progress: Progress) -> Package:
    task = progress.add_task("building the app", total=1, now="")
    package = compiled_package()
    progress.update(task, completed=1, now=package.path.name)
    return package


def _simulated(folder: Path, source: str, days: float, progress: Progress) -> Dataset:
    task = progress.add_task("simulating", total=days, now="")

    def advance(done: int, total: int) -> None:
        progress.update(task, completed=done, total=total, now=f"day {done} of {total}")

    return simulated(folder, source, days, progress=advance)


def _watch(dataset: Dataset, package: Package, progress: Progress) -> list[SearchRun]:
    task: TaskID = progress.add_task(f"searching {dataset.folder.name} traffic", total=None, now="")

    def advance(name: str, done: int, total: int) -> None:
        progress.update(task, completed=done, total=total, now=name.removeprefix("K8S NPM - ")[:48])

    return dataset.watched(package, advance)


def _show(dataset: Dataset, runs: list[SearchRun], package: Package, console: Console) -> Watched:
    truth = dataset.truth
    verdict = judge(truth, findings_of(runs))
    console.rule(f"[bold]{dataset.title}")
    first = [run for run in runs if by_hand(run)]
    later = [run.points_read for run in runs if run.search.trigger is not None and run.points_read]
    console.print(
        f"{len(runs)} runs of {len({run.search.name for run in runs})} compiled searches over {dataset.hours:g} hours."
        f" The {len(first)} first runs by hand read {sum(run.points_read for run in first):,} data points, a run of a"
        f" detection that reads points at all {sum(later) // max(1, len(later)):,} on average.",
        highlight=False,
    )
    # That the tables are not there yet is what first runs are for.
    for message in sorted({text.text for run in runs[len(first) :] for text in run.messages if text.level != "INFO"}):
        console.print(f"[yellow]{message}[/yellow]")
    findings = judged(verdict)
    print_truth(verdict, console)
    print_findings(findings, truth, console)
    print_causes(findings, truth, console)
    print_risks(verdict, runs, console)
    print_summary(verdict, dataset.hours, console)
    write_json_lines(dataset.folder / "findings.jsonl", records(runs))
    app = App.load(dataset.folder / "app" / package.staged.name)
    return Watched(dataset.title, dataset.folder.name, truth, dataset.hours, runs, verdict, app, dataset.store)


def _shown(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


if __name__ == "__main__":
    sys.exit(main())
