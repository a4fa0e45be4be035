"""Runs the shipped searches over a store as a site would: fill the tables from history, then follow the schedule."""

from __future__ import annotations

import compileall
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from workbench.compiler.build import Package, build_package
from workbench.demo.collectors import enabled
from workbench.replay.app import App
from workbench.replay.savedsearch import SavedSearch
from workbench.replay.schedule import SearchRun, Site, baselines_first, due, run_search
from workbench.replay.throttle import Throttle
from workbench.spl.times import utc_text
from workbench.traffic.store import MetricsStore

CHECKOUT = Path(__file__).resolve().parents[2]
DAY, HOUR = 86400.0, 3600.0  # seconds
HISTORY = "-30d@d"  # how far back edges and deploys are learned; Learn History reads seven days
LEARNED_DAYS = 8  # of traffic; a week is enough for all channels of the profile, one more is the usual
DAY_BY_DAY = ("npmlearn", "npm_days")  # searches with these in them read a row for each process and interval

Progress = Callable[[str, int, int], None]  # name of the search, runs done, runs in all


def watch(
    staged: Path,
    store_folder: Path,
    scratch: Path,
    start: float,
    end: float,
    macros: Mapping[str, str],
    progress: Progress,
    *,
    reports: bool = True,
) -> list[SearchRun]:
    """Run the first runs at ``start`` and the schedule from then to ``end`` (epoch seconds); return every run.

    ``macros`` are overridden in local/macros.conf of the scratch copy, as a site does it; searches that these leave
    without rows are not run. Without ``reports`` only those run that write a table or raise an alert. ReplayError or
    StoreError when a search cannot be run.
    """
    app = installed(staged, scratch, macros)
    store = MetricsStore(store_folder)
    try:
        site = Site(app, store, Path(sys.executable))
        searches = baselines_first(enabled(tuple(app.saved_searches.values()), macros))
        searches = [each for each in searches if reports or each.trigger or _writes(each)]
        planned = [*first_runs(searches, start), *due(searches, start, end)]
        throttle = Throttle()
        runs: list[SearchRun] = []
        for done, (at, search) in enumerate(planned):
            progress(_named(search, at), done, len(planned))
            runs.append(run_search(search, at, site, throttle))
        progress("done", len(planned), len(planned))
        return runs
    finally:
        store.close()


def compiled_package() -> Package:
    """Build the package of this checkout, its staged commands compiled, as Splunk keeps their bytecode too."""
    package = build_package(CHECKOUT, CHECKOUT / "contentctl", CHECKOUT / "dist")
    compileall.compile_dir(package.staged, quiet=1)
    return package


def installed(staged: Path, scratch: Path, macros: Mapping[str, str]) -> App:
    """Return a copy of the app in ``scratch``, as new, with ``macros`` in its local/macros.conf."""
    shutil.rmtree(scratch, ignore_errors=True)  # tables learned in an earlier demo are not part of this one
    app = App.scratch_copy(staged, scratch)
    if not macros:
        return app
    local = app.root / "local"
    local.mkdir(exist_ok=True)
    stanzas = "".join(f"[{name}]\ndefinition = {definition}\n" for name, definition in macros.items())
    (local / "macros.conf").write_text(stanzas, encoding="utf-8")
    return App.load(app.root)


def first_runs(searches: Sequence[SavedSearch], start: float) -> list[tuple[float, SavedSearch]]:
    """Return what is learned before the schedule begins at ``start`` (epoch seconds), in the order of Learn History.

    Tables are made first; other searches that write tables read all of history at once. Then the baseline of process
    traffic and the learned profile read a day after the other, the oldest first, from midnight to midnight, and the
    profile what is left. Runs by hand have no cron. A report only reads tables and has nothing to say on the first day.
    """
    writing = [each for each in searches if each.trigger is None and _writes(each)]
    writing.sort(key=lambda each: (not _makes(each), not each.search.startswith("| makeresults")))
    daily = [each for each in writing if not _makes(each) and any(part in each.search for part in DAY_BY_DAY)]
    planned = [(start, replace(each, earliest=HISTORY, cron=None)) for each in writing if each not in daily]
    midnight = start // DAY * DAY
    for back in reversed(range(LEARNED_DAYS)):
        planned += [(midnight - back * DAY, replace(each, earliest="-1d@d", latest="@d", cron=None)) for each in daily]
    if start >= midnight + HOUR:
        left = [each for each in daily if "npmlearn" in each.search]
        planned += [(start, replace(each, earliest="@d", latest="@h", cron=None)) for each in left]
    return planned


def _makes(search: SavedSearch) -> bool:
    return "`npm_make(" in search.search


def _writes(search: SavedSearch) -> bool:
    return "| outputlookup" in search.search or _makes(search)


def by_hand(run: SearchRun) -> bool:
    """Return whether ``run`` is one of the first runs and not one of the schedule."""
    return run.search.cron is None


def _named(search: SavedSearch, at: float) -> str:
    """Name the search, and the day that it learns if it is one of several first runs."""
    if search.cron is None and search.earliest == "-1d@d":
        return f"{utc_text(at - DAY)[5:10]} {search.name.removeprefix('K8S NPM - ')}"
    return search.name
