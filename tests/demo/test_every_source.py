"""The same attacks seen through each source, with its macros and the reading of rate_sum that hurts: what is found.

A day is learned, the next has the attacks. The sustained detection is left out: it learns for a week.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.detections.world import EDGE_BASELINE, NEW_EDGE, OUTBOUND, TABLES, TRAFFIC_BASELINE
from tests.traffic.answers import ONE_CLUSTER
from workbench.compiler.build import Package
from workbench.demo.collectors import enabled, site_macros
from workbench.demo.verdict import Verdict, findings_of, judge
from workbench.demo.watch import installed
from workbench.replay.savedsearch import SavedSearch
from workbench.replay.schedule import Site, run_search
from workbench.replay.throttle import Throttle
from workbench.traffic import attacks
from workbench.traffic.loadcurves import DAY
from workbench.traffic.simulated_store import DEFAULT_END, Order
from workbench.traffic.sources import SOURCES
from workbench.traffic.store import MetricsStore

LAST_DAY = DEFAULT_END - DAY
QUARTER = 900.0  # seconds from one run of a detection to the next
BY_OUTBOUND, BY_NEW_EDGE = attacks.OUTBOUND, attacks.NEW_EDGE


ALL = {
    "burst": {BY_OUTBOUND},
    "sustained": {BY_OUTBOUND, BY_NEW_EDGE},
    "new edge": {BY_NEW_EDGE},
    "scan": {BY_NEW_EDGE},
    "UDP exfiltration": {BY_OUTBOUND},
}
# Kubelet statistics know no peer, and of a pod's bytes one number for TCP and UDP together.
LESS: dict[str, set[str]] = {
    "burst": {BY_OUTBOUND},
    "sustained": {BY_OUTBOUND},
    "new edge": set(),
    "scan": set(),
    "UDP exfiltration": set(),
}
FOUND = {source: LESS if source == "kubelet" else ALL for source in SOURCES}


def watched(source: str, package: Package, stored: Path, folder: Path) -> Verdict:
    """Learn the first day, then run each detection once for each attack: the first run behind its end."""
    truth = json.loads((stored / "truth.json").read_text())
    # The estate is two days old, so edges are learned for one.
    macros = {**site_macros(source), "npm_edge_learning_days": "1"}
    app = installed(package.staged, folder / "app", macros)
    searches = enabled(tuple(app.saved_searches.values()), macros)
    planned: list[tuple[SavedSearch, float]] = [(app.saved_searches[TABLES], LAST_DAY)]
    learned = [search for search in searches if search.name in (TRAFFIC_BASELINE, EDGE_BASELINE)]
    planned += [(replace(search, earliest="-1d@d", latest="@d"), LAST_DAY) for search in learned]
    for attack in truth["attacks"]:
        if attack["kind"] in ALL:
            at = (attack["end"] // QUARTER + 2) * QUARTER
            planned += [(search, at) for search in searches if search.name in (OUTBOUND, NEW_EDGE)]
    store, throttle = MetricsStore(stored, threads=1), Throttle()
    try:
        site = Site(app, store, Path(sys.executable), rates="strict")
        return judge(truth, findings_of([run_search(search, at, site, throttle) for search, at in planned]))
    finally:
        store.close()


@pytest.mark.parametrize("source", SOURCES)
def test_each_source_shows_the_attacks_that_it_carries(
    source: str, built: Package, simulated: Callable[[Order], Path], tmp_path: Path
) -> None:
    verdict = watched(source, built, simulated(replace(ONE_CLUSTER, source=source)), tmp_path)
    found = {
        attack["kind"]: {finding.detection for finding in findings} & FOUND[source][attack["kind"]]
        for attack, findings in verdict.caught
        if attack["kind"] in ALL
    }
    assert found == FOUND[source]
