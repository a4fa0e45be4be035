"""Runs saved searches of the staged app, or SPL of your own, on a metrics store: ``python -m workbench.replay run``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from workbench.replay import engine, report
from workbench.replay.app import App
from workbench.replay.context import Limits, Window
from workbench.replay.errors import ReplayError
from workbench.replay.savedsearch import SavedSearch
from workbench.replay.schedule import SearchRun, Site, baselines_first, run_between, run_search
from workbench.replay.throttle import Throttle
from workbench.spl.errors import SplSyntaxError
from workbench.spl.times import TimeError, instant, utc_text
from workbench.traffic.store import MetricsStore, StoreError

PROBES = 2  # starts before the real one; reference/command-protocol.md section 8 speaks of 3-4 in all for a search


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code: 0 done, 1 the replay failed (the reason is on stderr)."""
    options = _parser().parse_args(_times_joined(sys.argv[1:] if arguments is None else arguments))
    console = Console()
    try:
        with ExitStack() as stack:
            _run(options, console, stack)
    except (ReplayError, SplSyntaxError, StoreError) as error:
        Console(stderr=True).print(f"replay: {error}", markup=False, highlight=False, soft_wrap=True)
        return 1
    return 0


def _run(options: argparse.Namespace, console: Console, stack: ExitStack) -> None:
    scratch = options.scratch or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="replay-")))
    store = MetricsStore(options.store)
    stack.callback(store.close)
    site = Site(
        app=App.scratch_copy(options.app, scratch),
        store=store,
        interpreter=options.python,
        limits=Limits(join_rows=options.join_rows, append_rows=options.append_rows),
        mv_ne=options.mv_ne,
        rates=options.rates,
        probes=PROBES,
    )
    if options.spl is not None:
        _run_text(options, site, console)
        return
    runs = _run_saved(options, site, console)
    count = report.write_json_lines(options.findings, report.records(runs)) if options.findings else 0
    report.print_runs(runs, console)
    if options.findings:
        console.print(f"{count} findings and risk events written to {options.findings}", markup=False)


def _run_text(options: argparse.Namespace, site: Site, console: Console) -> None:
    if options.now is None:
        raise ReplayError("--spl needs --now: the time the search believes it is")
    text = _spl(options.spl)
    window = Window.at(options.now, options.earliest, options.latest)
    context = site.context(window, options.now)
    rows = engine.run_text(text, context)
    report.print_rows(rows, console)
    for message in context.messages:
        console.print(f"{message.level}: {message.text}", markup=False)
    console.print(f"rows: {len(rows)}, points read: {context.points_read:,}", markup=False, highlight=False)


def _run_saved(options: argparse.Namespace, site: Site, console: Console) -> list[SearchRun]:
    searches = _chosen(options.search, site.app)
    throttle = Throttle()
    if options.start is not None and options.end is not None:
        planned = run_between(searches, options.start, options.end, site, throttle)
    elif options.now is not None:
        planned = (run_search(search, options.now, site, throttle) for search in searches)
    else:
        raise ReplayError("say when: --now for one run of each search, or --from and --to for their schedules")
    runs: list[SearchRun] = []
    with console.status("starting") as status:
        for run in planned:
            status.update(f"{utc_text(run.at)} {run.search.name}: {len(run.rows)} rows")
            runs.append(run)
    return runs


def _chosen(names: Sequence[str] | None, app: App) -> list[SavedSearch]:
    """Return searches by name, or by a part that only one name has, in the order asked for; without names all of them.

    Disabled searches run too: those of the app ship disabled.
    """
    if not names:
        return baselines_first(tuple(app.saved_searches.values()))
    chosen: list[SavedSearch] = []
    for name in names:
        exact = app.saved_searches.get(name)
        parts = [search for key, search in app.saved_searches.items() if name.lower() in key.lower()]
        if exact is None and len(parts) != 1:
            found = "\n  ".join(search.name for search in parts) or "\n  ".join(app.saved_searches) or "none"
            what = "is not a saved search of the app" if not parts else "fits several saved searches"
            raise ReplayError(f"'{name}' {what}:\n  {found}")
        chosen.append(exact or parts[0])
    return chosen


def _times_joined(arguments: Sequence[str]) -> list[str]:
    """Join --earliest and --latest with their values: argparse takes -70m@m for an option of its own."""
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] in ("--earliest", "--latest"):
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined


def _spl(text_or_file: str) -> str:
    try:
        return Path(text_or_file).read_text(encoding="utf-8")
    except (OSError, ValueError):  # no such file: then it is the search itself
        return text_or_file


def _instant(text: str) -> float:
    try:
        return instant(text)
    except TimeError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _limit(text: str) -> int | None:
    """Rows, or "none" for no limit."""
    if text == "none":
        return None
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number of rows nor 'none'")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m workbench.replay", description="Run searches without Splunk.")
    run = parser.add_subparsers(dest="command", required=True).add_parser(
        "run", help="run saved searches, or SPL of your own", description="Run searches of the staged app on a store."
    )
    run.add_argument("--app", type=Path, required=True, help="the staged app folder (it is copied, never changed)")
    run.add_argument("--store", type=Path, required=True, help="the metrics store: a folder for each metrics index")
    run.add_argument("--search", action="append", metavar="NAME", help="saved search, whole name or a part; repeatable")
    run.add_argument("--now", type=_instant, metavar="TIME", help="ISO time (UTC) or epoch: run each search once then")
    run.add_argument("--from", dest="start", type=_instant, metavar="TIME", help="run at the cron times from here on")
    run.add_argument("--to", dest="end", type=_instant, metavar="TIME", help="up to, but not including, this time")
    run.add_argument("--spl", metavar="TEXT|FILE", help="run this SPL instead of a saved search")
    run.add_argument("--earliest", default="-60m@m", help="time range of --spl (default %(default)s)")
    run.add_argument("--latest", default="now", help="time range of --spl (default %(default)s)")
    limits = Limits()
    run.add_argument(
        "--join-rows", type=_limit, default=limits.join_rows, help="rows a join takes (default %(default)s)"
    )
    run.add_argument("--append-rows", type=_limit, default=limits.append_rows, help="rows of an append (%(default)s)")
    run.add_argument("--mv-ne", choices=("any", "none"), default="none", help="how != reads a multivalue field")
    run.add_argument(
        "--rates",
        choices=("strict", "lenient"),
        default="strict",
        help="how rate_sum reads restarts and missed points (default %(default)s, the reading that hurts)",
    )
    run.add_argument("--python", type=Path, default=Path(sys.executable), help="interpreter for custom commands")
    run.add_argument("--scratch", type=Path, help="keep lookups here between calls (default: a folder that goes away)")
    run.add_argument("--findings", type=Path, metavar="FILE", help="write findings and risk events here, JSON lines")
    return parser


if __name__ == "__main__":
    sys.exit(main())
