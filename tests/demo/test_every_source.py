"""The same attacks seen through each source, with its macros and the reading of rate_sum that hurts: what is found.

A day is learned, the next has the attacks. The sustained detection is left out: it learns for a week.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.detections.world import EDGE_BASELINE, NEW_EDGE, OUTBOUND, TRAFFIC_BASELINE
from workbench.compiler.build import Package
from workbench.demo.verdict import Verdict, findings_of, judge
from workbench.replay.app import App
from workbench.replay.savedsearch import SavedSearch
from workbench.replay.schedule import Site, run_search
from workbench.replay.throttle import Throttle
from workbench.traffic import attacks
from workbench.traffic.loadcurves import DAY
from workbench.traffic.simulated_store import DEFAULT_END, Order, write_simulated_store
from workbench.traffic.store import MetricsStore

LAST_DAY = DEFAULT_END - DAY
QUARTER = 900.0  # seconds from one run of a detection to the next
BY_OUTBOUND, BY_NEW_EDGE = attacks.OUTBOUND, attacks.NEW_EDGE


@dataclass(frozen=True)
class Choice:
    """What a site sets for its source: the seconds of an interval, and the macros of amounts, edges and images."""

    seconds: int
    sent: str
    edges: str | None
    images: str = "npm_no_rows"

    def macros(self) -> str:
        """The site's macros.conf; the estate is two days old, so edges are learned for one."""
        definitions = {
            "npm_sent_in(2)": f"`npm_sent_of({self.seconds}, $cluster$, $workload$)`",
            "npm_sent_of(3)": f"`{self.sent}($seconds$, $cluster$, $workload$)`",
            "npm_edges": f"`{self.edges or 'npm_no_rows'}`",
            "npm_images": f"`{self.images}`",
            "npm_edge_learning_days": "1",
        }
        return "".join(f"[{name}]\ndefinition = {definition}\n" for name, definition in definitions.items())


CHOICES = {
    "ebpf": Choice(30, "npm_sent_ebpf", "npm_edges_ebpf", "npm_images_ebpf"),
    "obi": Choice(120, "npm_sent_obi", "npm_edges_obi"),
    "obi_stat": Choice(120, "npm_sent_obi_stat", "npm_edges_obi"),
    "obi_o11y": Choice(60, "npm_sent_obi_o11y", "npm_edges_obi_o11y"),
    "tetragon": Choice(60, "npm_sent_tetragon", "npm_edges_tetragon"),
    "kubelet": Choice(30, "npm_sent_kubelet", None),
}
ALL = {
    "burst": {BY_OUTBOUND},
    "sustained": {BY_OUTBOUND, BY_NEW_EDGE},
    "new edge": {BY_NEW_EDGE},
    "UDP exfiltration": {BY_OUTBOUND},
}
# Kubelet statistics know no peer, and of a pod's bytes one number for TCP and UDP together.
LESS: dict[str, set[str]] = {
    "burst": {BY_OUTBOUND},
    "sustained": {BY_OUTBOUND},
    "new edge": set(),
    "UDP exfiltration": set(),
}
FOUND = {source: LESS if source == "kubelet" else ALL for source in CHOICES}


def watched(source: str, package: Package, folder: Path) -> Verdict:
    """Learn the first day, then run each detection once for each attack: the first run behind its end."""
    write_simulated_store(folder / "store", Order(days=2, clusters=1, seed=7, source=source))
    truth = json.loads((folder / "store" / "truth.json").read_text())
    app = App.scratch_copy(package.staged, folder / "app")
    (app.root / "local").mkdir(exist_ok=True)
    (app.root / "local" / "macros.conf").write_text(CHOICES[source].macros(), encoding="utf-8")
    app = App.load(app.root)
    detections = (OUTBOUND, NEW_EDGE) if CHOICES[source].edges else (OUTBOUND,)
    people = [
        replace(search, cron=None)
        for search in app.saved_searches.values()
        if search.search.startswith("| makeresults") and "outputlookup" in search.search
    ]

    def over_a_day(name: str) -> SavedSearch:
        return replace(app.saved_searches[name], earliest="-1d@d", latest="@d")

    planned: list[tuple[SavedSearch, float]] = [(search, LAST_DAY) for search in people]
    planned.append((over_a_day(TRAFFIC_BASELINE), LAST_DAY))
    if CHOICES[source].edges:
        planned.append((over_a_day(EDGE_BASELINE), LAST_DAY))
    for attack in truth["attacks"]:
        if attack["kind"] in ALL:
            at = (attack["end"] // QUARTER + 2) * QUARTER
            planned += [(app.saved_searches[name], at) for name in detections]
    store, throttle = MetricsStore(folder / "store", threads=1), Throttle()
    try:
        site = Site(app, store, Path(sys.executable), rates="strict")
        return judge(truth, findings_of([run_search(search, at, site, throttle) for search, at in planned]))
    finally:
        store.close()


@pytest.mark.parametrize("source", CHOICES)
def test_each_source_shows_the_attacks_that_it_carries(source: str, built: Package, tmp_path: Path) -> None:
    verdict = watched(source, built, tmp_path)
    found = {
        attack["kind"]: {finding.detection for finding in findings} & FOUND[source][attack["kind"]]
        for attack, findings in verdict.caught
        if attack["kind"] in ALL
    }
    assert found == FOUND[source]
