"""Traffic to watch, simulated or recorded, with what a site would set for its source."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.compiler.build import Package
from workbench.demo.collectors import site_macros
from workbench.demo.watch import HOUR, Progress, watch
from workbench.replay.schedule import SearchRun
from workbench.traffic.nezha import QUIET, write_nezha_store
from workbench.traffic.simulated_store import DEFAULT_SEED, Order, write_simulated_store
from workbench.traffic.sources import EBPF
from workbench.traffic.writing import TRUTH_FILE

RECORDING = Path(__file__).resolve().parents[3] / "shared" / "data" / "nezha-online-boutique"
REAL_DATA = Path(os.environ.get("NPM_REAL_DATA", RECORDING))
# The recording has a point a minute, and counters want at least one in an interval.
EACH_MINUTE = {"npm_sent_in(2)": "`npm_sent_of(60, $cluster$, $workload$)`", "npm_outbound_intervals": "4"}


@dataclass(frozen=True)
class Dataset:
    """Traffic to watch: its store, the hours at its end that are watched, and the macros a site would override."""

    title: str
    folder: Path
    hours: float
    macros: dict[str, str] = field(default_factory=dict)

    @property
    def store(self) -> Path:
        """Folder of the metrics store."""
        return self.folder / "store"

    @property
    def truth(self) -> dict[str, Any]:
        """Content of the truth file."""
        content: dict[str, Any] = json.loads((self.store / TRUTH_FILE).read_text(encoding="utf-8"))
        return content

    def watched(
        self, package: Package, progress: Progress = lambda *_: None, *, reports: bool = True
    ) -> list[SearchRun]:
        """Run the searches of ``package`` over the watched hours; ``reports`` and errors as for watch."""
        end = float(self.truth["end"])
        # One hour more, so that the last hour of the traffic is searched as well.
        window = end - self.hours * HOUR, end + HOUR
        return watch(package.staged, self.store, self.folder / "app", *window, self.macros, progress, reports=reports)


def simulated(
    folder: Path,
    source: str,
    days: float,
    seed: int = DEFAULT_SEED,
    progress: Callable[[int, int], None] | None = None,
) -> Dataset:
    """Simulate three clusters in ``folder``; the last day is watched. PlanError or StoreError as for the store."""
    title = f"{days:g} simulated days of three clusters, with attacks on the last"
    dataset = Dataset(title + ("" if source == EBPF else f", seen by {source}"), folder, 24, site_macros(source))
    write_simulated_store(dataset.store, Order(days=days, source=source, seed=seed), progress)
    return dataset


def recorded(folder: Path, source: str, recording: Path) -> Dataset:
    """Convert the recording of Nezha into ``folder``, attacks injected; NezhaError or StoreError as for the store."""
    # The recording is two days long: a learning period of seven would never end.
    macros = {**site_macros(source), **({} if source == EBPF else EACH_MINUTE), "npm_edge_learning_days": "1"}
    dataset = Dataset("Real traffic: Online Boutique, attacks injected", folder, QUIET, macros)
    write_nezha_store(recording, dataset.store, inject=True, source=source)
    return dataset
