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


def test_the_command_prints_the_table(runs: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*map(str, runs)]) == 0
    assert capsys.readouterr().out == EXPECTED + "\n"


def test_a_folder_that_is_missing_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "absent")]) == 1
    assert "run the demo with --out FOLDER first" in capsys.readouterr().err
