"""The data check over a store: its lines, with the source that a site has chosen in its macros."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.detections.world import HOUR, MINUTE, NOW
from tests.stores import write_index
from workbench.replay import engine
from workbench.replay.app import App
from workbench.replay.context import SearchContext, Window
from workbench.replay.rows import Row
from workbench.traffic.store import MetricsStore

DATA_CHECK = "K8S NPM - Data Check Of Kubernetes NPM"
INTERVALS = {"ebpf": 30, "obi": 120, "obi_stat": 120, "obi_o11y": 60, "tetragon": 60, "kubelet": 30}
_DIMENSIONS = (
    "k8s.cluster.name", "host", "source.namespace.name", "source.workload.name", "source.process.name",
    "source.resolution_type", "dest.namespace.name", "dest.workload.name", "dest.resolution_type", "aggregation",
    "k8s.src.namespace", "k8s.src.owner.name", "k8s.src.owner.type", "k8s.dst.owner.type", "k8s.dst.namespace",
    "k8s.dst.owner.name", "transport", "namespace", "workload", "binary", "service.instance.id",
)  # fmt: skip
_METRICS = (
    "tcp.bytes", "tcp.packets", "obi.network.flow.bytes", "tetragon_socket_stats_txbytes_total",
    "tetragon_socket_stats_txsegs_total", "mesh.bytes",
)  # fmt: skip

Points = list[dict[str, Any]]


def chosen(source: str, interval: int | None = None) -> dict[str, str]:
    """Return the lines of local/macros.conf that docs/sources tells for a source, as macro and definition."""
    edges = {"obi_stat": "`npm_edges_obi`", "kubelet": "`npm_no_rows`"}.get(source, f"`npm_edges_{source}`")
    return {
        "npm_sent_of(3)": f"`npm_sent_{source}($seconds$, $cluster$, $workload$)`",
        "npm_sent_in(2)": f"`npm_sent_of({interval or INTERVALS[source]}, $cluster$, $workload$)`",
        "npm_edges": edges,
    }


@dataclass(frozen=True)
class Check:
    """The lines of one run, by check and subject."""

    lines: Mapping[tuple[str, str], Row]

    def state(self, check: str, subject: str = "all") -> str:
        return str(self.lines[check, subject]["state"])

    def measured(self, check: str, subject: str = "all") -> str:
        return str(self.lines[check, subject]["measured"])

    def advice(self, check: str, subject: str = "all") -> str:
        return str(self.lines[check, subject]["advice"])

    def not_ok(self) -> dict[tuple[str, str], str]:
        return {key: str(row["state"]) for key, row in self.lines.items() if row["state"] != "ok"}


class Site:
    """A search head with the app, in ``folder``; ``macros`` are the overrides of a site."""

    def __init__(self, staged: Path, folder: Path, macros: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        app = App.scratch_copy(staged, folder)
        (app.root / "lookups").mkdir(exist_ok=True)
        for name, header in (("npm_networks", "cidr,name"), ("npm_edge_workloads", "cluster,namespace,workload")):
            (app.root / "lookups" / f"{name}.csv").write_text(f"{header}\n")
        self.know()
        (app.root / "local").mkdir(exist_ok=True)
        lines = (f"[{name}]\ndefinition = {text}\n" for name, text in (macros or {}).items())
        (app.root / "local" / "macros.conf").write_text("".join(lines))
        self.app = App.load(app.root)

    def know(self, *averages: str) -> None:
        """Write what the baseline knows of tcp.bytes: its key columns, then hours, count and average."""
        lines = "\n".join(["cluster,namespace,workload,process,hours,count_tcp.bytes,avg_tcp.bytes", *averages, ""])
        (self.folder / "SA-npmanomaly" / "lookups" / "npm_baseline.csv").write_text(lines)

    def run(self, text: str, root: Path, now: float, window: Window | None = None) -> list[Row]:
        """Run SPL over the store at ``root``, over the time range of the data check unless another is given."""
        store = MetricsStore(root, threads=1)
        try:
            asked = window or Window(now - 70 * MINUTE, now - 10 * MINUTE)
            return engine.run_text(text, SearchContext(self.app, store, asked, now, interpreter=Path(sys.executable)))
        finally:
            store.close()

    def check(self, root: Path, now: float) -> Check:
        """Run the data check over the store at ``root``."""
        rows = self.run(self.app.saved_searches[DATA_CHECK].search, root, now)
        return Check({(str(row["check"]), str(row["subject"])): row for row in rows})

    def check_points(self, points: Iterable[dict[str, Any]]) -> Check:
        """Run the data check at NOW over points written down."""
        root = self.folder / "store"
        write_index(root / "kubernetes_metrics", list(points), _DIMENSIONS, _METRICS)
        return self.check(root, NOW)


def amount(at: float, workload: int) -> float:
    """What a workload sends in the interval of that time: uneven, never twice the same."""
    return 1000.0 + 137 * (int(at) // 30 * (workload + 3) % 101)


def ebpf(
    first: float = NOW - 75 * MINUTE, last: float = NOW, workloads: int = 3, **dimensions: str | None
) -> Iterator[dict[str, Any]]:
    """Points of the eBPF collector as they should be, each 30 seconds; ``dimensions`` replace what they have."""
    for workload in range(workloads):
        about = {
            "k8s.cluster.name": "prod",
            "host": f"node-{workload % 3}",
            "source.namespace.name": "shop",
            "source.workload.name": f"app-{workload}",
            "source.process.name": "java",
            "source.resolution_type": "K8S_CONTAINER",
            "dest.namespace.name": "shop",
            "dest.workload.name": "db",
            "dest.resolution_type": "K8S_CONTAINER",
            **{name.replace("__", "."): value for name, value in dimensions.items()},
        }
        for step in range(int((last - first) / 30)):
            at = first + 30 * step
            yield {"_time": at, **about, "tcp.bytes": amount(at, workload), "tcp.packets": 9.0}


def grown(points: Iterable[dict[str, Any]], metric: str, start: float = 5e9) -> Points:
    """The same traffic as a counter of each workload would tell it, ``metric`` in the place of tcp.bytes."""
    totals: dict[tuple[object, ...], float] = {}
    told = []
    for point in points:
        key = tuple(value for value in point.values() if not isinstance(value, float))
        totals[key] = totals.get(key, start) + point["tcp.bytes"]
        told.append({**point, "tcp.bytes": None, metric: totals[key]})
    return told


__all__ = ["DATA_CHECK", "HOUR", "MINUTE", "NOW", "Check", "Site", "amount", "chosen", "ebpf", "grown"]
