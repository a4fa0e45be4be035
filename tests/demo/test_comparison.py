"""Runs of the demo side by side: what each source found, and false alerts by detection."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from workbench.demo.comparison import main, outcome, table
from workbench.traffic.attacks import NEW_EDGE, OUTBOUND

ATTACK: dict[str, Any] = {
    "kind": "sustained",
    "cluster": "prod",
    "workload": "db",
    "process": "postgres",
    "dest": "203.0.113.9",
    "protocol": "tcp",
    "start": 36_000.0,
    "end": 43_200.0,
    "expected_by": [OUTBOUND, NEW_EDGE],
}


def run(folder: Path, source: str, *findings: dict[str, Any]) -> Path:
    """Write what a run of the demo with one attack leaves behind: its truth, and findings raised at 11:00."""
    (folder / "simulated" / "store").mkdir(parents=True)
    truth = {"source": source, "start": 0.0, "end": 86_400.0, "attacks": [ATTACK], "benign": []}
    (folder / "simulated" / "store" / "truth.json").write_text(json.dumps(truth))
    window = {"_time": 39_600.0, "info_min_time": 36_000.0, "info_max_time": 39_600.0}
    entries = [{"kind": "finding", **window, **finding} for finding in findings] + [{"kind": "risk_event"}]
    lines = "".join(json.dumps(entry) + "\n" for entry in entries)
    (folder / "simulated" / "findings.jsonl").write_text(lines)
    return folder


def outbound(workload: str) -> dict[str, Any]:
    result = {
        "cluster": "prod",
        "workload": workload,
        "process": "postgres",
        "protocol": "tcp",
        "metrics": ["tcp.bytes"],
    }
    return {"search_name": f"K8S NPM - {OUTBOUND} - Rule", "result": result}


EDGE = {
    "search_name": f"K8S NPM - {NEW_EDGE} - Rule",
    "result": {"cluster": "prod", "workload": "db", "dest_workload": "203.0.113.9"},
}
EXPECTED = """| Attack | `ebpf` | `obi` |
| --- | --- | --- |
| sustained, prod | outbound 60, new edge 60 | outbound 60, ~~new edge~~ |
| False alerts, outbound | 0 | 1 |
| False alerts, sustained | 0 | 0 |
| False alerts, new edge | 0 | 0 |"""


@pytest.fixture
def runs(tmp_path: Path) -> list[Path]:
    return [
        run(tmp_path / "ebpf", "ebpf", outbound("db"), EDGE),
        run(tmp_path / "obi", "obi", outbound("db"), outbound("web")),
    ]


def test_a_cell_names_detections_with_minutes_and_strikes_out_what_was_missed(runs: list[Path]) -> None:
    assert table([outcome(folder) for folder in runs]) == EXPECTED


def test_the_table_of_a_page_is_made_anew_and_the_rest_stays(runs: list[Path], tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- table sources -->\nold\n<!-- end -->\nafter\n")
    for _ in range(2):
        assert main([*map(str, runs), "--page", str(page)]) == 0
        assert page.read_text() == f"before\n<!-- table sources -->\n{EXPECTED}\n<!-- end -->\nafter\n"


def test_what_is_missing_is_named_and_the_page_stays(
    runs: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("no marks\n")
    assert main([str(runs[0]), "--page", str(page)]) == 1
    assert "page.md: no <!-- table sources -->" in capsys.readouterr().err
    assert page.read_text() == "no marks\n"
    assert main([str(tmp_path / "absent")]) == 1
    assert "run the demo with --out FOLDER first" in capsys.readouterr().err
