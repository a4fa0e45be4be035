"""The bench at its smallest: it runs from end to end, and everybody it compares finds the same. No time is asserted."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from bench.__main__ import HEADS, main
from bench.processes import BenchError, Findings, run
from bench.scoring import expected, require_agreement
from bench.workload import FINISH, HEADER, Shape, prepare
from workbench.compiler.build import Package

SMALL = Shape("decimals", rows=600, series=20, chunk_rows=250, over=0.02)


def test_everybody_finds_what_the_generator_made(built: Package, tmp_path: Path) -> None:
    out = tmp_path / "bench"
    assert main(["--quick", "--app", str(built.staged), "--out", str(out), "--python", sys.executable]) == 0
    tables = json.loads((out / "results.json").read_text(encoding="utf-8"))["tables"]
    assert list(tables) == list(HEADS)
    for notation in ("integers", "decimals", "sparse"):
        assert [row[0] for row in tables[notation]] == ["npmanomaly", "SDK identity command", "DuckDB, one thread"]
    assert [row[1] for row in tables["learning"]] == [100, 500]


def test_the_same_shape_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (prepare(tmp_path / name, SMALL) for name in ("a", "b"))
    assert (first.folder / "stream").read_bytes() == (second.folder / "stream").read_bytes()
    assert first.findings == len(expected(first)) > 0


def test_a_prepared_workload_is_used_again(tmp_path: Path) -> None:
    before = (prepare(tmp_path, SMALL).folder / "stream").stat().st_mtime_ns
    assert (prepare(tmp_path, SMALL).folder / "stream").stat().st_mtime_ns == before


def test_the_chunks_hold_the_rows_of_the_table(tmp_path: Path) -> None:
    workload = prepare(tmp_path, SMALL)
    header, *rows = (workload.folder / "rows.csv").read_bytes().splitlines()
    lines = [line for line in (workload.folder / "stream").read_bytes().splitlines() if b"chunked 1.0" not in line]
    assert [line for line in lines if line.endswith(b"," * 10)] == rows
    assert len(rows) == 600
    assert sum(line.endswith(header) for line in lines) == 3  # 250 + 250 + 100 rows
    assert header == HEADER.encode().rstrip()


def test_sparse_rows_have_silent_series_and_empty_cells(tmp_path: Path) -> None:
    workload = prepare(tmp_path, Shape("sparse", rows=600, series=20, chunk_rows=250))
    rows = [line.split(",")[:10] for line in (workload.folder / "rows.csv").read_text().splitlines()[1:]]
    assert 0.2 < sum(row[8:] == ["", ""] for row in rows) / 600 < 0.5
    assert 0.4 < len([row for row in rows if row[0] == rows[0][0]]) / 20 + 0.2 < 1


def test_a_repeated_stream_has_its_rows_again_between_one_start_and_one_end(tmp_path: Path) -> None:
    workload = prepare(tmp_path, SMALL)
    stream = (workload.folder / "stream").read_bytes()
    twice = b"".join(workload.repeated(2))
    assert b"".join(workload.repeated(1)) == stream
    assert twice == stream[: -len(FINISH)] + stream[workload.head :]


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, "differs in 1 findings"),
        ({("x", "1", "m"): (5.0, 3.1)}, "differs in value or score"),
        ({("x", "1", "m"): (5.0, 3.0), ("x", "2", "m"): (5.0, 3.0)}, "differs in 1 findings"),
    ],
)
def test_contenders_that_disagree_stop_the_bench(given: Findings, complaint: str) -> None:
    with pytest.raises(BenchError, match=complaint):
        require_agreement("it", given, {("x", "1", "m"): (5.0, 3.0)}, 1)


def test_a_workload_that_is_not_what_was_made_stops_the_bench() -> None:
    with pytest.raises(BenchError, match="made with 2 values over their limit, and has 1"):
        require_agreement("it", {}, {("x", "1", "m"): (5.0, 3.0)}, 2)


def test_a_process_that_fails_is_named_with_what_it_wrote(tmp_path: Path) -> None:
    command = (sys.executable, "-c", "import sys; sys.exit('no such luck')")
    with pytest.raises(BenchError, match=r"status 1(.|\n)*no such luck"):
        run(command, Path("/dev/null"), tmp_path / "out")


def test_memory_of_the_bench_does_not_count_as_that_of_the_process(tmp_path: Path) -> None:
    ballast = bytearray(300_000_000)
    assert run((sys.executable, "-c", "pass"), Path("/dev/null"), tmp_path / "out").rss < len(ballast) / 3


def test_without_a_staged_app_it_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--quick", "--app", str(tmp_path), "--out", str(tmp_path / "out"), "--python", sys.executable]) == 1
    assert "run 'make package'" in capsys.readouterr().err
    assert not (tmp_path / "out" / "results.json").exists()
