"""Real counters of pods, searched as a site with kubelet statistics would: the recording, as the demo watches it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from tests.detections.world import HOUR, OUTBOUND, TABLES, TRAFFIC_BASELINE
from workbench.compiler.build import Package
from workbench.demo.datasets import recorded
from workbench.demo.verdict import findings_of, judge
from workbench.demo.watch import installed
from workbench.replay.schedule import Site, run_search
from workbench.replay.throttle import Throttle
from workbench.traffic import attacks
from workbench.traffic.store import MetricsStore


def test_both_attacks_that_bytes_can_show_are_found(shared: Path, built: Package, tmp_path: Path) -> None:
    """The demo learns hour by hour and searches each hour; here a day is learned and the two attacks are searched."""
    dataset = recorded(tmp_path, "kubelet", shared / "data" / "nezha-online-boutique")
    truth = dataset.truth
    app = installed(built.staged, tmp_path / "app", dataset.macros)
    learning = replace(app.saved_searches[TRAFFIC_BASELINE], earliest="-1d@d", latest="@d")
    planned = [(app.saved_searches[TABLES], truth["start"]), (learning, truth["end"] - dataset.hours * HOUR)]
    for attack in truth["attacks"]:
        planned += [(app.saved_searches[OUTBOUND], attack["end"] + 900)] * bool(attack["expected_by"])
    store = MetricsStore(dataset.store, threads=1)
    try:
        site, throttle = Site(app, store, Path(sys.executable)), Throttle()
        verdict = judge(truth, findings_of([run_search(search, at, site, throttle) for search, at in planned]))
    finally:
        store.close()
    found = {attack["kind"]: {each.detection for each in findings} for attack, findings in verdict.caught if findings}
    assert found == {"burst": {attacks.OUTBOUND}, "sustained": {attacks.OUTBOUND}}
