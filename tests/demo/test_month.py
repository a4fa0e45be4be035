"""A month of new edges: how findings are counted by cause and day, and what the document says of them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from tests.demo.test_verdict import edge
from workbench.compiler.build import Package
from workbench.demo.month import counted, over_the_month, watched
from workbench.demo.verdict import findings_of, judge
from workbench.site.month import FIGURES, month_of_edges
from workbench.traffic.attacks import NEW_EDGE
from workbench.traffic.blueprint import STAGING
from workbench.traffic.changes import CAUSES, MEETINGS
from workbench.traffic.loadcurves import DAY, HOUR
from workbench.traffic.month import write_month
from workbench.traffic.simulated_store import DEFAULT_END
from workbench.traffic.writing import TRUTH_FILE

THURSDAY = 0  # the epoch began on one
TRUTH: dict[str, Any] = {
    "watched_from": THURSDAY * DAY,
    "end": (THURSDAY + 4) * DAY,
    "attacks": [
        {
            "kind": "theft", "cluster": "prod", "workload": "db", "dest": f"203.0.113.{number}", "start": number * DAY,
            "end": number * DAY + 2 * HOUR, "expected_by": [NEW_EDGE],
        }
        for number in range(2)
    ],
    "benign": [{"kind": "mail", "cluster": "prod", "workload": "mailer", "start": 0.0, "end": 4 * DAY}],
}  # fmt: skip


def test_findings_are_counted_by_cause_and_day_and_attacks_by_kind() -> None:
    found = [edge("db", "203.0.113.0", hour=1), edge("mailer", "198.18.0.1", hour=5), edge("mailer", "x", hour=52)]
    found.append(edge("web", "db", hour=30))
    figures = counted(judge(TRUTH, found), TRUTH)
    assert (figures["working days"], figures["weekends"]) == ([1, 1], [1, 0])
    by_kind = {cause["kind"]: cause["findings"] for cause in figures["causes"]}
    assert {kind: counts for kind, counts in by_kind.items() if any(counts)} == {
        "mail": [2, 0],
        "ordinary traffic": [1, 0],
    }
    assert set(by_kind) == {*(each.kind for each in (*CAUSES, *MEETINGS)), "ordinary traffic"}
    assert figures["attacks"] == [{"kind": "theft", "number": 2, "expected": True, "found": 1, "minutes": 120}]


def test_the_published_figures_are_those_of_all_days_and_attacks() -> None:
    figures = json.loads((Path(__file__).parents[2] / FIGURES).read_text(encoding="utf-8"))
    found = sum(figures["working days"]) + sum(figures["weekends"])
    assert found == sum(sum(cause["findings"]) for cause in figures["causes"])
    assert len(figures["working days"]) + len(figures["weekends"]) == figures["days"]
    assert {each["number"] for each in figures["attacks"]} == {figures["days"] // 7}
    assert f"{figures['workloads']} workloads" in " ".join(month_of_edges(figures).split())


def test_of_two_days_what_is_new_and_wanted_is_found_once_and_the_rest_has_a_cause(
    built: Package, tmp_path: Path
) -> None:
    """The smallest cluster, as it is without copies of the shop."""
    write_month(tmp_path / "store", 2, DEFAULT_END, seed=2, copies=1)
    truth = json.loads((tmp_path / "store" / TRUTH_FILE).read_text(encoding="utf-8"))
    runs = watched(built.staged, tmp_path, STAGING)
    verdict = judge(truth, findings_of(runs))
    assert verdict.unexplained == ()
    wanted = ("new workload", "new CronJob", "release with a new dependency")
    found = Counter(cause["workload"] for _, cause in verdict.explained if cause["kind"] in wanted)
    assert found == {
        look["workload"]: 1
        for look in truth["benign"]
        if look["cluster"] == STAGING and look["kind"] in wanted and look["start"] > truth["watched_from"]
    }
    assert len(found) == 3
    assert over_the_month(verdict, runs) == {"attacked": 0, "not attacked": 0, "most points": 15}
