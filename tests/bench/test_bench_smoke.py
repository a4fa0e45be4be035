"""The bench at its smallest: it runs from end to end, and everybody it compares finds the same. No time is asserted."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from bench.__main__ import main
from bench.agreement import Found, require_agreement
from bench.processes import BenchError, run
from bench.workload import Shape, prepare
from workbench.compiler.build import Package

SMALL = Shape("decimals", rows=600, series=20, chunk_rows=250, over=0.02)


def test_everybody_finds_what_the_generator_made(built: Package, tmp_path: Path) -> None:
    out = tmp_path / "bench"
    assert (
        main(["--quick", "--no-chart", "--app", str(built.staged), "--out", str(out), "--python", sys.executable]) == 0
    )
    results = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert list(results["throughput"]) == ["integers", "decimals", "sparse"]
    for entries in results["throughput"].values():
        assert [entry["contender"] for entry in entries] == ["npmanomaly", "sdk_scoring", "sdk_identity", "duckdb"]
    (entry,) = results["scale"]
    assert [line["series"] for line in entry["series"]] == [50, 500]
    assert [list(entry["nanoseconds_to"]) for entry in results["stages"]] == [["lines", "split", "series", "whole"]] * 2
    (entry,) = results["learning"]
    assert [line["profiles"] for line in entry["runs"]] == [100, 500]
    assert entry["state_numbers"] <= 150


def test_the_same_shape_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (prepare(tmp_path / name, SMALL) for name in ("a", "b"))
    assert first.stream.read_bytes() == second.stream.read_bytes()
    assert first.findings == 600 * 0.02


def test_a_prepared_workload_is_taken_as_it_is(tmp_path: Path) -> None:
    before = prepare(tmp_path, SMALL).stream.stat().st_mtime_ns
    assert prepare(tmp_path, SMALL).stream.stat().st_mtime_ns == before


def test_the_chunks_hold_the_rows_of_the_table(tmp_path: Path) -> None:
    workload = prepare(tmp_path, SMALL)
    header, *rows = (workload.folder / "rows.csv").read_bytes().splitlines()
    lines = [line for line in workload.stream.read_bytes().splitlines() if b"chunked 1.0" not in line]
    assert [line for line in lines if line.endswith(b"," * 9)] == rows
    assert sum(line.endswith(header) for line in lines) == 3  # 250 + 250 + 100 rows


def test_a_repeated_stream_has_its_rows_again_between_one_start_and_one_end(tmp_path: Path) -> None:
    workload = prepare(tmp_path, SMALL)
    whole = workload.stream.read_bytes()
    twice = b"".join(workload.repeated(2))
    assert b"".join(workload.repeated(1)) == whole
    assert len(twice) == 2 * len(whole) - workload.head - workload.tail
    assert twice.count(b'"getinfo"') == twice.count(b'"finished":true') == 1


@pytest.mark.parametrize(
    ("found", "complaint"),
    [
        ({"a": {}}, "generator made 1"),
        ({"a": {("x", "1", "m"): (5.0, 3.0)}, "b": {}}, "differ in 1 findings"),
        ({"a": {("x", "1", "m"): (5.0, 3.0)}, "b": {("x", "1", "m"): (5.0, 3.1)}}, "differ in value or score"),
    ],
)
def test_contenders_that_disagree_stop_the_bench(found: dict[str, Found], complaint: str) -> None:
    with pytest.raises(BenchError, match=complaint):
        require_agreement(1, found)


def test_a_process_that_fails_is_named_with_what_it_said(tmp_path: Path) -> None:
    command = (sys.executable, "-c", "import sys; sys.exit('no such luck')")
    with pytest.raises(BenchError, match=r"status 1(.|\n)*no such luck"):
        run(command, Path("/dev/null"), tmp_path / "out")


def test_memory_of_the_bench_does_not_count_as_the_process_s_own(tmp_path: Path) -> None:
    ballast = bytearray(300_000_000)
    usage = run((sys.executable, "-c", "pass"), Path("/dev/null"), tmp_path / "out")
    assert usage.rss < len(ballast) / 3


def test_without_a_staged_app_it_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--quick", "--app", str(tmp_path), "--out", str(tmp_path / "out"), "--python", sys.executable]) == 1
    assert "run 'make package'" in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "out" / "results.json").exists()
