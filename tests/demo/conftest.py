"""The hostile estate, watched by the shipped searches."""

from __future__ import annotations

import pytest

from tests.demo.hostile_estate import DIMENSIONS, END, HOUR, METRICS, TRUTH, hostile_points
from tests.stores import write_index
from workbench.compiler.build import Package
from workbench.demo.report import Watched
from workbench.demo.verdict import findings_of, judge
from workbench.demo.watch import watch
from workbench.replay.app import App


@pytest.fixture(scope="session")
def watched(built: Package, tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """The last three hours, watched; the edges of a cluster are learned for one day."""
    folder = tmp_path_factory.mktemp("watched")
    write_index(folder / "store" / "kubernetes_metrics", list(hostile_points()), DIMENSIONS, METRICS)
    start, end = END - 3 * HOUR, END + HOUR
    macros = {"npm_edge_learning_days": "1"}
    runs = watch(built.staged, folder / "store", folder / "app", start, end, macros, lambda *_: None)
    verdict = judge(TRUTH, findings_of(runs))
    app = App.load(folder / "app" / built.staged.name)
    return Watched("Traffic of a test", "test", TRUTH, 3, runs, verdict, app, folder / "store")
