"""Streams that are too large to keep, made here: each ends soon, with the right result or a message."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.chunks import getinfo
from tests.app.outcome import ARGS, LOOKUP, run, search

FIELDS = b"_time,process,tx"
OVER = b"1772323200,nginx,999"
COLUMNS = b",".join(b"column%d" % number for number in range(10_000))
LARGE = 11_000_000  # bytes; Splunk's SDK stops at 10 MB a field, the csv module by itself at 128 KiB


@pytest.fixture
def folder(staged_folder: Path) -> Path:
    (staged_folder / "lookups" / "npm_baseline.csv").write_text(LOOKUP)
    return staged_folder


def lines(*rows: bytes) -> bytes:
    return b"".join(row + b"\n" for row in rows)


def test_ten_thousand_columns_more_than_wanted(folder: Path, interpreter: Path) -> None:
    body = lines(FIELDS + b"," + COLUMNS, OVER + b"," * 10_000, OVER + b"," * 10_000)
    outcome = run(folder, interpreter, search(body))
    assert (len(outcome.findings), outcome.messages) == (2, [])


def test_ten_thousand_columns_and_none_of_them_wanted(folder: Path, interpreter: Path) -> None:
    said = run(folder, interpreter, search(lines(COLUMNS, b"," * 9_999))).refusal
    assert "no row has the field 'process' named in by=" in said
    assert len(said) < 1_000


def test_ten_thousand_columns_and_no_rows(folder: Path, interpreter: Path) -> None:
    outcome = run(folder, interpreter, search(lines(COLUMNS), COLUMNS))
    assert (outcome.findings, outcome.messages) == ([], [])


@pytest.mark.parametrize("quote", [b"", b'"'])
def test_a_name_of_eleven_million_bytes(folder: Path, interpreter: Path, quote: bytes) -> None:
    row = b"1772323200," + quote + b"x" * LARGE + quote + b",999"
    outcome = run(folder, interpreter, search(lines(FIELDS, row, OVER), args=[*ARGS, "unseen=flag"]))
    assert [len(row["process"]) for row in outcome.findings] == [LARGE, 5]


@pytest.mark.parametrize("cell", [b"9" * LARGE, b"9" * LARGE + b"x", b'"' + b"9." * (LARGE // 2) + b'"'])
def test_a_cell_of_eleven_million_digits_is_no_number(folder: Path, interpreter: Path, cell: bytes) -> None:
    outcome = run(folder, interpreter, search(lines(FIELDS, OVER, b"1,nginx," + cell, OVER)))
    assert len(outcome.findings) == 2
    assert "1 value that is no amount left out in 3 rows" in outcome.messages[0][1]
    assert len(outcome.messages[0][1]) < 1_000


def test_a_field_name_of_eleven_million_bytes(folder: Path, interpreter: Path) -> None:
    outcome = run(folder, interpreter, search(lines(b"x" * LARGE + b"," + FIELDS, b"1," + OVER)))
    assert len(outcome.findings) == 1


def test_a_twin_of_a_million_dollars(folder: Path, interpreter: Path) -> None:
    body = lines(b"process,tx,__mv_tx", b"nginx,999,", b"nginx,999," + b"$$a" * 1_000_000)
    outcome = run(folder, interpreter, search(body))
    assert len(outcome.findings) == 1
    assert "1 value that is no amount left out in 2 rows" in outcome.messages[0][1]


def test_a_hundred_thousand_blank_lines(folder: Path, interpreter: Path) -> None:
    outcome = run(folder, interpreter, search(lines(FIELDS, OVER) + b"\n" * 100_000 + lines(OVER)))
    assert (len(outcome.findings), outcome.messages) == (2, [])


@pytest.mark.parametrize("depth", [900, 100_000])
def test_metadata_nested_deep(folder: Path, interpreter: Path, depth: int) -> None:
    metadata = b'{"action":' + b"[" * depth + b"]" * depth + b"}"
    said = run(folder, interpreter, getinfo(ARGS) + b"chunked 1.0,%d,0\n" % len(metadata) + metadata).refusal
    assert "a chunk from Splunk must be execute, not [[[" in said or "is not JSON (nested too deep)" in said
    assert len(said) < 1_000


def test_an_action_of_eleven_million_bytes_is_not_repeated(folder: Path, interpreter: Path) -> None:
    metadata = b'{"action":"' + b"x" * LARGE + b'"}'
    said = run(folder, interpreter, getinfo(ARGS) + b"chunked 1.0,%d,0\n" % len(metadata) + metadata).refusal
    assert "a chunk from Splunk must be execute, not 'xxx" in said
    assert len(said) < 1_000


def test_a_first_line_without_end(folder: Path, interpreter: Path) -> None:
    stream = getinfo(ARGS) + b"chunked 1.0," + b"1" * LARGE
    assert "ends, or runs on, in the first line of a chunk" in run(folder, interpreter, stream).refusal
