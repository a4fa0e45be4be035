"""What each source shows of one day: outcomes of verdicts, and the table that the documents show of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.demo.test_verdict import ATTACK
from workbench.demo import comparison
from workbench.demo.comparison import outcome
from workbench.demo.verdict import DetectionFinding, judge
from workbench.site.comparison import recorded_table, simulated_table
from workbench.traffic.attacks import OUTBOUND, SUSTAINED
from workbench.traffic.nezha_recording import NezhaError

HOUR = 3600.0
RELEASE = {"kind": "release", "cluster": "prod", "workload": "api", "process": "java", "start": 0.0, "end": 24 * HOUR}


def finding_of(detection: str, workload: str, hour: float = 11) -> DetectionFinding:
    row = {"cluster": "prod", "workload": workload, "process": "postgres", "protocol": "tcp"}
    return DetectionFinding(
        detection, hour * HOUR, (hour - 1) * HOUR, hour * HOUR, {**row, "dest_workload": "203.0.113.9"}
    )


def test_an_outcome_has_the_minutes_to_the_first_finding_and_false_alerts_by_cause() -> None:
    api = DetectionFinding(SUSTAINED, HOUR, 0, HOUR, {"cluster": "prod", "workload": "api", "process": "java"})
    findings = [finding_of(OUTBOUND, "db", 12), finding_of(OUTBOUND, "db"), finding_of(OUTBOUND, "web"), api]
    assert outcome(judge({"attacks": [ATTACK], "benign": [RELEASE]}, findings)) == {
        "attacks": [{"expected": ["outbound", "new edge"], "minutes": {"outbound": 60}}],
        "false alerts": {
            "outbound": {"noise": 1, "benign": 0},
            "sustained": {"noise": 0, "benign": 1},
            "new edge": {"noise": 0, "benign": 0},
            "new UDP edge": {"noise": 0, "benign": 0},
        },
    }


NONE = {name: {"noise": 0, "benign": 0} for name in ("outbound", "sustained", "new edge")}
DAY = {
    "attacks": ["burst, prod", "new edge, prod"],
    "sources": {
        "ebpf": {
            "attacks": [
                {"expected": ["outbound", "sustained"], "minutes": {"outbound": 12}},
                {"expected": ["new edge"], "minutes": {"new edge": 7}},
            ],
            "false alerts": {**NONE, "outbound": {"noise": 4, "benign": 2}},
        },
        "kubelet": {
            "attacks": [{"expected": [], "minutes": {"outbound": 30}}, {"expected": [], "minutes": {}}],
            "false alerts": NONE,
        },
    },
}
FIGURES = {
    "measured": "2026-11-28",
    "days": 10,
    "seed": 7,
    "detections": {"outbound": 3, "sustained": 2, "new edge": 5},
    "simulated": DAY,
    "recorded": {"attacks": ["burst, prod"], "sources": {"kubelet": DAY["sources"]["kubelet"]}},  # type: ignore[index]
}
TABLE = """\
| Attack | Detection | `ebpf` | `kubelet` |
| --- | --- | ---: | ---: |
| burst, prod | outbound | 12 | (30) |
| burst, prod | sustained | **missed** | - |
| new edge, prod | new edge | 7 | - |
| false alerts | outbound | 4 + 2 | 0 + 0 |
| false alerts | sustained | 0 + 0 | 0 + 0 |
| false alerts | new edge | 0 + 0 | 0 + 0 |

Measured on 2026-11-28, after 9 days of learning, on draw 7 of the simulation, with these versions of the detections: \
outbound 3, sustained 2, new edge 5."""


def test_a_cell_has_minutes_in_brackets_if_none_was_expected_or_says_that_it_was_missed() -> None:
    assert simulated_table(FIGURES) == TABLE
    assert recorded_table(FIGURES).splitlines()[2] == "| burst, prod | outbound | (30) |"


def test_a_recording_that_is_not_there_is_named_and_nothing_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise NezhaError("no such folder")

    monkeypatch.setattr(comparison, "CHECKOUT", tmp_path)
    monkeypatch.setattr(comparison, "measure", refuse)
    assert comparison.main([]) == 1
    assert capsys.readouterr().err == "comparison: no such folder\n"
    assert list(tmp_path.iterdir()) == []


def test_the_published_figures_are_of_every_source() -> None:
    from workbench.site.comparison import FIGURES as PUBLISHED
    from workbench.traffic.nezha_points import NEZHA_SOURCES
    from workbench.traffic.sources import SOURCES

    figures = json.loads((Path(__file__).parents[2] / PUBLISHED).read_text(encoding="utf-8"))
    assert set(figures["simulated"]["sources"]) == set(SOURCES)
    assert set(figures["recorded"]["sources"]) == set(NEZHA_SOURCES)
    assert figures["days"] == comparison.DAYS
