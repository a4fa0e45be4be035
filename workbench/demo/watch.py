"""Runs the shipped searches over a store as a site would: fill the tables from history, then follow the schedule."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from workbench.metrics.store import MetricsStore
from workbench.replay.app import App
from workbench.replay.schedule import SearchRun, Site, baselines_first, due, run_search
from workbench.replay.throttle import Throttle

HISTORY = "-30d@m"  # what the documented first run of each baseline search covers

Progress = Callable[[str, int, int], None]  # name of the search, runs done, runs in all


def watch(
    staged: Path, store_folder: Path, scratch: Path, start: float, end: float, macros: Mapping[str, str], told: Progress
) -> list[SearchRun]:
    """Run the first runs at ``start`` and the schedule from then to ``end`` (epoch seconds); return every run.

    ``macros`` are overridden in local/macros.conf of the scratch copy, as a site does it. ReplayError or StoreError
    when a search cannot be run.
    """
    shutil.rmtree(scratch, ignore_errors=True)  # tables learned in an earlier demo are not part of this one
    app = App.scratch_copy(staged, scratch)
    if macros:
        local = app.root / "local"
        local.mkdir(exist_ok=True)
        stanzas = "".join(f"[{name}]\ndefinition = {definition}\n" for name, definition in macros.items())
        (local / "macros.conf").write_text(stanzas, encoding="utf-8")
        app = App.load(app.root)
    store = MetricsStore(store_folder)
    try:
        site = Site(app, store, Path(sys.executable))
        searches = baselines_first(tuple(app.saved_searches.values()))
        # Those that write tables; a report only reads them and has nothing to say on the first day.
        writing = [search for search in searches if search.trigger is None and "outputlookup" in search.search]
        baselines = [replace(search, earliest=HISTORY) for search in writing]
        planned = [(start, search) for search in baselines] + list(due(searches, start, end))
        throttle = Throttle()
        runs: list[SearchRun] = []
        for done, (at, search) in enumerate(planned):
            told(search.name, done, len(planned))
            runs.append(run_search(search, at, site, throttle))
        told("done", len(planned), len(planned))
        return runs
    finally:
        store.close()
