"""Recorded traffic of a real Splunk (6.3): our reader takes it apart exactly, our writer puts it together again.

What these recordings can show is bounded (reference/command-protocol.md section 10): the bodies are what Splunk
sent; the getinfo JSON was re-encoded by whoever recorded it, so its bytes are kept as they are and say nothing
about Splunk's own JSON; no recording holds a multivalue. The output files are what commands of that time answered,
with a newline after each chunk that no length counts.
"""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest

from workbench.replay import chunk_csv
from workbench.replay.chunked import Chunk, encode_chunk, frame, read_chunk

RECORDINGS = {"countmatches": 500, "sum.map": 50_000, "sum.reduce": 1}  # name: rows sent
ANSWERS = {"countmatches": 500, "sum.map": 1, "sum.reduce": 1}  # name: rows answered

pytestmark = pytest.mark.shared


@pytest.fixture
def folder(shared: Path) -> Path:
    return shared / "recordings" / "splunk-6.3"


def chunks(sent: bytes, blank_lines: bool = False) -> list[Chunk]:
    stream = io.BytesIO(sent)
    found = list(iter(lambda: read_chunk(stream, blank_lines), None))
    assert stream.tell() == len(sent)
    return [chunk for chunk in found if chunk is not None]


def test_every_recording_is_tested_here(folder: Path) -> None:
    assert {path.name.removesuffix(".input.gz") for path in folder.glob("*.input.gz")} == set(RECORDINGS)


@pytest.mark.parametrize("name", RECORDINGS)
def test_what_splunk_sent_is_rebuilt_to_the_same_bytes_from_its_parts(folder: Path, name: str) -> None:
    sent = gzip.decompress((folder / f"{name}.input.gz").read_bytes())
    getinfo, execute = chunks(sent)
    assert getinfo.metadata["action"] == "getinfo"
    assert getinfo.body == b""
    fields, rows = chunk_csv.decode(execute.body)
    assert len(rows) == RECORDINGS[name]
    body = chunk_csv.encode(fields, rows)
    assert body == execute.body
    rebuilt = frame(getinfo.metadata_bytes, b"") + encode_chunk({"action": "execute", "finished": True}, body)
    assert rebuilt == sent


@pytest.mark.parametrize("name", ANSWERS)
def test_what_commands_answered_is_read(folder: Path, name: str) -> None:
    info, answer = chunks((folder / f"{name}.output").read_bytes(), blank_lines=True)
    assert info.metadata["type"] in ("streaming", "reporting")
    assert answer.metadata == {"finished": True}
    fields, rows = chunk_csv.decode(answer.body)
    assert len(rows) == ANSWERS[name]
    assert all(tuple(row) == fields for row in rows)


def test_the_sum_that_came_back_went_out_again(folder: Path) -> None:
    (_, mapped) = chunks((folder / "sum.map.output").read_bytes(), blank_lines=True)
    (_, reduced) = chunks(gzip.decompress((folder / "sum.reduce.input.gz").read_bytes()))
    assert chunk_csv.decode(mapped.body) == chunk_csv.decode(reduced.body) == (("total",), [{"total": "2147943.07811"}])
