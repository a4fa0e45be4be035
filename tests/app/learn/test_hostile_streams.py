"""Hostile input of npmlearn: a search that did not come whole gives no table at all."""

from __future__ import annotations

import io
import sys
from itertools import accumulate
from pathlib import Path

import pytest

from tests.app.chunks import execute, getinfo
from tests.app.conftest import ROOT
from tests.app.learn.learning import ARGS, body, sent
from tests.app.outcome import Outcome

sys.path.append(str(ROOT / "build" / "sdk"))

from npmlib.learn.command import run

ROWS = body([sent(0), sent(1)])
CHUNKS = [getinfo(ARGS), execute(ROWS), execute(finished=True)]
STREAM = b"".join(CHUNKS)
BORDERS = list(accumulate(map(len, CHUNKS)))


def outcome(folder: Path, stream: bytes) -> Outcome:
    output = io.BytesIO()
    code = run(io.BytesIO(stream), output, str(folder))
    return Outcome(code, output.getvalue(), name="npmlearn")


def learned(folder: Path, rows: bytes) -> Outcome:
    return outcome(folder, getinfo(ARGS) + execute(rows) + execute(finished=True))


def test_an_end_at_any_byte_but_the_last_gives_no_table(tmp_path: Path) -> None:
    assert len(outcome(tmp_path, STREAM).findings) > 1
    for end in range(len(STREAM)):
        early = outcome(tmp_path, STREAM[:end])
        assert early.findings == []
        if end in BORDERS:
            assert (early.code, early.messages) == (0, [])
            assert early.replies[-1].metadata.get("finished") is not True
        else:
            assert early.refusal.startswith("npmlearn: the input from Splunk ")


@pytest.mark.parametrize(
    "rows",
    [ROWS.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + ROWS, ROWS[:-1], ROWS.replace(b"\n", b"\n\n"), ROWS + b"\n"],
    ids=["crlf", "byte-order-mark", "no-last-line-end", "blank-lines", "blank-end"],
)
def test_rows_in_another_form_are_learned_alike(tmp_path: Path, rows: bytes) -> None:
    assert learned(tmp_path, rows).findings == learned(tmp_path, ROWS).findings


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (ROWS.replace(b"\n", b"\r"), "cannot be read as CSV (new-line character seen in unquoted field)"),
        (ROWS + b'"x', "cannot be read as CSV (it ends inside a quoted cell)"),
    ],
    ids=["carriage-returns", "open-quote"],
)
def test_rows_that_are_no_csv_give_no_table(tmp_path: Path, rows: bytes, said: str) -> None:
    refused = learned(tmp_path, rows)
    assert said in refused.refusal
    assert refused.findings == []


@pytest.mark.parametrize("name", [b"pr\0od", b"pr\xffod", b"{0}{x!r", b"p,\xe2\x82"])
def test_odd_bytes_in_a_name_are_learned(tmp_path: Path, name: bytes) -> None:
    odd = learned(tmp_path, ROWS.replace(b"prod", b'"' + name + b'"'))
    assert odd.code == 0
    assert len(odd.findings) == len(learned(tmp_path, ROWS).findings)


def test_a_chunk_after_the_last_is_an_error(tmp_path: Path) -> None:
    late = outcome(tmp_path, STREAM + execute(ROWS))
    assert "Splunk sent a chunk after the one it called the last" in late.refusal
