"""The day that the pictures show: the simulated traffic of the demo, watched by the shipped searches."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.dashboards.running import Scene
from workbench.dashboards.tokens import default_tokens
from workbench.dashboards.view import View
from workbench.demo.watch import compiled_package, watch
from workbench.replay.app import App
from workbench.replay.eventlog import events_of
from workbench.replay.schedule import Site
from workbench.spl.times import instant
from workbench.traffic.simulated_store import Order, write_simulated_store
from workbench.traffic.store import MetricsStore
from workbench.traffic.writing import TRUTH_FILE

HOUR = 3600.0
_LATE = 600.0  # somebody looks ten minutes after the last data point

# An allow-list for the picture; the app ships an empty one. "expires" counts from the end of the traffic.
_ALLOWED = (
    ("prod-*", "*", "nightly-backup", "restic", "*", "*", "nightly copy to the object store", "platform team", "never"),
    (
        "prod-eu",
        "shop",
        "report-export",
        "python",
        "*",
        "sftp.partner.example",
        "monthly export",
        "finance",
        "2026-03-12",
    ),
    ("staging", "*", "load-generator", "*", "*", "*", "load tests before the release", "web team", "2026-02-28"),
)
_ALLOWED_COLUMNS = (
    *("cluster", "namespace", "workload", "process", "dest_namespace", "dest_workload"),
    *("reason", "owner", "expires"),
)

# What is chosen in the picture where the defaults would not show much: the copy of a database to outside.
_CHOSEN = {
    "npm_investigate": {
        "cluster": "prod-us",
        "namespace": "shop",
        "workload": "orders-db",
        "process": "postgres",
        "range.earliest": str(int(instant("2026-03-04T05:30:00"))),
        "range.latest": str(int(instant("2026-03-04T09:00:00"))),
    }
}


@dataclass(frozen=True)
class BuiltApp:
    """The app as built, and the folder of the demo with the simulated traffic."""

    app: Path
    folder: Path


def prepare(folder: Path) -> BuiltApp:
    """Build the app, and simulate the demo's traffic in ``folder`` unless it is there."""
    package = compiled_package()
    if not (folder / "store" / TRUTH_FILE).is_file():
        write_simulated_store(folder / "store", Order(days=30), lambda _done, _total: None)
    return BuiltApp(package.staged, folder)


@contextmanager
def the_day(built: BuiltApp) -> Iterator[Scene]:
    """The scene at the end of the last simulated day, after the searches followed their schedule for 24 hours."""
    end = float(json.loads((built.folder / "store" / TRUTH_FILE).read_text(encoding="utf-8"))["end"])
    now = end + _LATE
    scratch = built.folder / "dashboards"
    runs = watch(built.app, built.folder / "store", scratch, end - 24 * HOUR, now, {}, lambda *_: None)
    app, ran = App.load(scratch / built.app.name), {run.search.name for run in runs}
    searches = {name: replace(each, enabled=each.enabled or name in ran) for name, each in app.saved_searches.items()}
    app = replace(app, saved_searches=searches)  # as a site that has enabled what it runs
    with (app.root / "lookups" / "npm_allowlist.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([_ALLOWED_COLUMNS, *_ALLOWED])
    store = MetricsStore(built.folder / "store")
    try:
        yield Scene(Site(app, store, Path(sys.executable)), events_of(runs, app.root.name), now)
    finally:
        store.close()


def chosen_tokens(view: View) -> dict[str, str]:
    """Token values for the picture of a dashboard."""
    return default_tokens(view) | _CHOSEN.get(view.name, {})
