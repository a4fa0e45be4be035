"""python -m workbench.traffic: what it writes, what it prints, and one clear message for bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.traffic.__main__ import main


def test_simulate_then_hec(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store, lines = tmp_path / "store", tmp_path / "points.json"
    order = ["--days", "2", "--clusters", "1", "--interval", "30", "--seed", "1", "--end", "2026-01-08T12:00:17Z"]
    assert main(["simulate", "--out", str(store), *order]) == 0
    assert "6 attacks" in capsys.readouterr().out
    truth = json.loads((store / "truth.json").read_text())
    assert truth["end_text"] == "2026-01-08T12:00:00Z"
    assert len(list((store / "kubernetes_metrics").iterdir())) == 3
    window = ["--from", "2026-01-08T11:00:00Z", "--to", str(truth["end"])]
    assert main(["hec", "--store", str(store), "--out", str(lines), *window]) == 0
    times = {json.loads(line)["time"] for line in lines.read_text().splitlines()}
    assert (min(times), max(times)) == (truth["end"] - 3600, truth["end"] - 30)


def test_nezha(shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = shared / "data" / "nezha-online-boutique"
    assert main(["nezha", "--source", str(source), "--out", str(tmp_path / "store"), "--inject"]) == 0
    assert "points" in capsys.readouterr().out
    assert len(json.loads((tmp_path / "store" / "truth.json").read_text())["attacks"]) == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["simulate", "--out", "{}/store", "--interval", "60"], "interval = 60: must be 10 or 30 seconds"),
        (["simulate", "--out", "{}/store", "--days", "1"], "days = 1: must be 2 or more"),
        (["simulate", "--out", "{}", "--days", "2"], "holds something other than a metrics store"),
        (["hec", "--store", "{}/gone", "--out", "{}/x.json"], "gone: no metrics store here"),
        (["hec", "--store", "{}", "--out", "{}/x.json"], "no metrics index 'kubernetes_metrics'"),
        (["nezha", "--source", "{}/gone", "--out", "{}/store"], "gone: no such folder"),
    ],
)
def test_bad_input_gets_one_message_and_no_traceback(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    assert main([argument.format(tmp_path) for argument in arguments]) == 1
    shown = capsys.readouterr()
    assert message in " ".join(shown.err.split())
    assert "Traceback" not in shown.err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_time_that_is_none_is_refused_by_a_real_process(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "workbench.traffic", "simulate", "--out", str(tmp_path / "x"), "--end", "soon"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == 2
    assert "'soon' is not a point in time" in done.stderr
    assert "Traceback" not in done.stderr
