"""A small world for the detections: metric points that a test writes down, and the shipped searches run over them.

The searches are the compiled ones, exactly as packed; the command runs as a process. Times are given as minutes
before NOW, which is when the detections are due.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import yaml

from tests.stores import write_index
from workbench.replay import engine
from workbench.replay.app import App
from workbench.replay.context import Limits, Message, SearchContext, Window
from workbench.replay.rows import Row
from workbench.replay.schedule import SearchRun, Site, run_search
from workbench.replay.throttle import Throttle
from workbench.traffic.store import MetricsStore

OUTBOUND = "K8S NPM - Kubernetes Anomalous Outbound Network Activity from Process - Rule"
NEW_EDGE = "K8S NPM - Kubernetes newly seen TCP edge - Rule"
NEW_UDP_EDGE = "K8S NPM - Kubernetes newly seen UDP edge - Rule"
TRAFFIC_BASELINE = "K8S NPM - Baseline Of Kubernetes NPM Process Traffic"
EDGE_BASELINE = "K8S NPM - Baseline Of Kubernetes NPM TCP Edges"
PROFILE = "K8S NPM - Profile Of Kubernetes NPM Process Traffic"
DEPLOYS = "K8S NPM - Deploys Of Kubernetes NPM Processes"
SUSTAINED = "K8S NPM - Kubernetes Sustained Outbound Volume from Process - Rule"
TABLE_CHECK = "K8S NPM - Table Check Of Kubernetes NPM"
TABLES = "K8S NPM - Tables"
HIDDEN = "K8S NPM - Findings Hidden By The Allow List Of Kubernetes NPM"
SEEDS = {
    OUTBOUND: "kubernetes_anomalous_outbound_network_activity_from_process.yml",
    NEW_EDGE: "kubernetes_newly_seen_tcp_edge.yml",
}

NOW = 1_772_337_600.0  # 2026-03-01T04:00:00Z, a whole hour
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
ALLOWED = "cluster,namespace,workload,process,dest_namespace,dest_workload"
METRICS = ("tcp.bytes", "tcp.new_sockets", "tcp.packets", "udp.bytes", "udp.packets")
IMAGE = "source.image_version"
DIMENSIONS = (
    "k8s.cluster.name",
    "source.namespace.name",
    "source.workload.name",
    "source.process.name",
    "source.resolution_type",
    "dest.namespace.name",
    "dest.workload.name",
    "dest.resolution_type",
    IMAGE,
)
NAMESPACE = "shop"
UNNAMED = ("(unknown)", "-", "", None)  # what a collector says where it does not know a workload


def point(
    at: float,
    cluster: str,
    workload: str,
    *,
    process: str | None = None,
    dest: str | None = None,
    image: str | None = None,
    outside: str = "neither",
    **metrics: float,
) -> dict[str, Any]:
    """One data point of the eBPF collector; tcp_bytes=5 is the metric tcp.bytes.

    ``outside`` is source, destination or neither: an end outside the cluster has no namespace, as one without a name.
    """
    return {
        "_time": at,
        "k8s.cluster.name": cluster,
        "source.namespace.name": None if workload in UNNAMED or outside == "source" else NAMESPACE,
        "source.workload.name": workload,
        "source.process.name": process,
        "source.resolution_type": None,
        "dest.namespace.name": None if dest in UNNAMED or outside == "destination" else NAMESPACE,
        "dest.workload.name": dest,
        "dest.resolution_type": None,
        IMAGE: image,
        **{name.replace("_", ".", 1): float(value) for name, value in metrics.items()},
    }


@cache
def tables_made(staged: Path) -> dict[str, bytes]:
    """Return the files that the search of tables makes for an app that has just been installed."""
    with TemporaryDirectory() as folder:
        app = App.scratch_copy(staged, Path(folder))
        no_store: Any = None
        run_search(app.saved_searches[TABLES], NOW, Site(app, no_store, Path(sys.executable)), Throttle())
        return {path.name: path.read_bytes() for path in (app.root / "lookups").iterdir()}


class World:
    """Points, the app they are searched with, and its lookups, in ``folder``; the tables there are all made."""

    def __init__(self, staged: Path, folder: Path) -> None:
        self.folder = folder
        self.app = App.scratch_copy(staged, folder)
        for name, content in tables_made(staged).items():
            (self.app.root / "lookups" / name).write_bytes(content)
        self.allow()
        self.name_networks()
        self.points: list[dict[str, Any]] = []
        self.throttle = Throttle()
        self.rates: Literal["strict", "lenient"] = "strict"  # how rate_sum reads what Splunk does not document
        self._store: MetricsStore | None = None
        self._written = -1
        self._clock = 0.0

    def add(self, points: Iterable[dict[str, Any]]) -> World:
        """Let these points arrive now: searches that ran before have not seen them."""
        self.points.extend(points)
        return self

    def allow(self, *entries: str) -> None:
        """Write the allow-list: its key columns, then reason,owner,expires."""
        self._write_lookup("npm_allowlist", f"{ALLOWED},reason,owner,expires", entries)

    def name_networks(self, *networks: str) -> None:
        """Write the names of networks outside: cidr,name."""
        self._write_lookup("npm_networks", "cidr,name", networks)

    def _write_lookup(self, name: str, header: str, rows: Iterable[str]) -> None:
        lookup = self.app.root / "lookups" / f"{name}.csv"
        lookup.parent.mkdir(exist_ok=True)
        lookup.write_text("\n".join([header, *rows, ""]))

    def set_macro(self, name: str, definition: str) -> None:
        """Override a macro the way a site does, in local/macros.conf."""
        local = self.app.root / "local"
        local.mkdir(exist_ok=True)
        with (local / "macros.conf").open("a") as conf:
            conf.write(f"[{name}]\ndefinition = {definition}\n")
        self.app = App.load(self.app.root)

    def store(self) -> MetricsStore:
        """Return a store of the points that have arrived so far; it stays open, as reading its columns costs 5 ms."""
        if self._store is None or self._written != len(self.points):
            others = {name: value for point in self.points for name, value in point.items() if value is not None}
            texts = [name for name, value in others.items() if isinstance(value, str)]
            numbers = [name for name, value in others.items() if name != "_time" and not isinstance(value, str)]
            dimensions, metrics = dict.fromkeys((*DIMENSIONS, *texts)), dict.fromkeys((*METRICS, *numbers))
            write_index(self.folder / "store" / "kubernetes_metrics", self.points, (*dimensions,), (*metrics,))
            self._written = len(self.points)
            self._store = MetricsStore(self.folder / "store", threads=1)
        return self._store

    def run(self, name: str, at: float = NOW) -> SearchRun:
        """Run the shipped search ``name`` as if it were ``at``."""
        site = Site(self.app, self.store(), Path(sys.executable), rates=self.rates, clock=self._time_of_day(at))
        return run_search(self.app.saved_searches[name], at, site, self.throttle)

    def _time_of_day(self, at: float) -> float:
        """A run that is made up for, or repeated, is for a time that has passed: clocks do not go back."""
        self._clock = max(self._clock, at)
        return self._clock

    def rows(self, name: str, at: float = NOW) -> list[Row]:
        """Result rows of one run, before throttling."""
        return list(self.run(name, at).rows)

    def run_text(
        self,
        text: str,
        earliest: float,
        latest: float,
        at: float = NOW,
        events: tuple[Row, ...] | None = None,
        limits: Limits | None = None,
    ) -> list[Row]:
        """Run other SPL over a time range, with the macros and lookups of the app; ``events`` are there to search."""
        return self._run(text, Window(earliest, latest), at, limits or Limits(), "none", events)[0]

    def run_over(self, name: str, earliest: float, latest: float, at: float = NOW) -> list[Row]:
        """Run the shipped search over another time range, as a person does with the time picker."""
        return self.run_text(self.app.saved_searches[name].search, earliest, latest, at)

    def learn_traffic(self, at: float = NOW) -> list[Row]:
        """Run the traffic baseline over the last 30 days, in one run."""
        return self.run_over(TRAFFIC_BASELINE, at // DAY * DAY - 30 * DAY, at, at)

    def run_seed(
        self,
        shared: Path,
        name: str,
        limits: Limits | None = None,
        mv_ne: Literal["any", "none"] = "none",
        at: float = NOW,
    ) -> tuple[list[Row], list[Message]]:
        """Run the original of detection ``name`` as written; its filter macro is the one of ours."""
        text = yaml.safe_load((shared / "seeds" / SEEDS[name]).read_text())["search"]
        return self._run(text, Window(at - 70 * MINUTE, at - 10 * MINUTE), at, limits or Limits(), mv_ne)

    def _run(
        self,
        text: str,
        window: Window,
        at: float,
        limits: Limits,
        mv_ne: Literal["any", "none"],
        events: tuple[Row, ...] | None = None,
    ) -> tuple[list[Row], list[Message]]:
        context = SearchContext(
            self.app,
            self.store(),
            window,
            at,
            limits,
            mv_ne,
            Path(sys.executable),
            rates=self.rates,
            clock=self._time_of_day(at),
            events=events,
        )
        return list(engine.run_text(text, context)), context.messages
