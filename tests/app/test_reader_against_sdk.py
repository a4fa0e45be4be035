"""Our readers against those of Splunk's SDK: the same chunks and the same records of whatever is well formed."""

from __future__ import annotations

import gzip
import io
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from npmlib.anomaly.columnwise import DIGITS, SWAP, layout_of, plain_shapes
from npmlib.anomaly.options import Options
from npmlib.protocol import Chunk, read_chunk
from npmlib.rows import csv_rows, multivalue, readable

from tests.app.chunks import KEYS, METRICS, bodies, chunk, execute, getinfo, read_records
from tests.app.conftest import ROOT
from tests.examples import examples

sys.path.append(str(ROOT / "build" / "sdk"))

from splunklib.searchcommands.internals import MetadataEncoder
from splunklib.searchcommands.search_command import SearchCommand

RECORDINGS = {"countmatches": 500, "sum.map": 50_000, "sum.reduce": 1}  # name: rows sent
Record = dict[str, Any]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
metadata = st.dictionaries(st.text(max_size=8), json_values, max_size=5)
texts = st.text(st.characters(codec="utf-8"), max_size=40)


@st.composite
def streams(draw: st.DrawFn) -> bytes:
    """Whole chunks with any metadata and any text for a body; blanks and CRLF in the first line, as both allow them."""
    pieces = []
    for _ in range(draw(st.integers(1, 4))):
        text = json.dumps(draw(metadata), ensure_ascii=draw(st.booleans())).encode()
        body = draw(texts | bodies().map(bytes.decode)).encode()
        blank = draw(st.sampled_from(["", " ", "\t"]))
        end = draw(st.sampled_from(["\n", "\r\n", " \n"]))
        pieces.append(f"chunked 1.0,{blank}{len(text)},{len(body)}{blank}{end}".encode() + text + body)
    return b"".join(pieces)


class SdkReader(SearchCommand):  # type: ignore[misc]
    """The SDK's own reading, without a command around it."""

    def __init__(self) -> None: ...


def sdk_chunks(stream: bytes) -> Iterator[tuple[Record, str]]:
    """What the SDK reads: metadata turned back into JSON's own types, and the body as text."""
    source = io.BytesIO(stream)
    while (read := SdkReader._read_chunk(source)) is not None:
        yield json.loads(MetadataEncoder().encode(read[0])), read[1]
    assert source.tell() == len(stream)


def our_chunks(stream: bytes) -> Iterator[Chunk]:
    source = io.BytesIO(stream)
    while (read := read_chunk(source)) is not None:
        yield read
    assert source.tell() == len(stream)


def sdk_records(body: str) -> list[Record]:
    """Records as the SDK gives them to a command, without those that it makes of blank lines."""
    return [dict(record) for record in SdkReader()._read_csv_records(io.StringIO(body)) if record]


def our_records(body: bytes) -> list[Record]:
    return list(read_records(io.StringIO(readable(body)[0].decode(), newline="\n")))


def assert_same_chunks(stream: bytes) -> Sequence[Chunk]:
    ours = list(our_chunks(stream))
    assert [(one.metadata, one.body.decode()) for one in ours] == list(sdk_chunks(stream))
    return ours


def test_every_recording_is_read_here(shared: Path) -> None:
    found = {path.name.removesuffix(".input.gz") for path in (shared / "recordings").rglob("*.input.gz")}
    assert found == set(RECORDINGS)


@pytest.mark.parametrize("name", RECORDINGS)
def test_recorded_traffic_is_read_as_the_sdk_reads_it(shared: Path, name: str) -> None:
    stream = gzip.decompress((shared / "recordings" / "splunk-6.3" / f"{name}.input.gz").read_bytes())
    getinfo, execute = assert_same_chunks(stream)
    assert (getinfo.metadata["action"], execute.metadata["action"]) == ("getinfo", "execute")
    ours = our_records(execute.body)
    assert len(ours) == RECORDINGS[name]
    assert ours == sdk_records(execute.body.decode())


@settings(max_examples=examples(100, 2000))
@given(streams())
def test_generated_streams_are_read_as_the_sdk_reads_them(stream: bytes) -> None:
    assert_same_chunks(stream)


@settings(max_examples=examples(150, 3000))
@given(bodies())
def test_generated_bodies_give_the_records_of_the_sdk(body: bytes) -> None:
    assert our_records(body) == sdk_records(body.decode())


@given(st.lists(st.text("a$;,\n", max_size=5), min_size=1, max_size=5))
def test_generated_multivalues_are_taken_apart_as_the_sdk_does(values: list[str]) -> None:
    text = ";".join("$" + value.replace("$", "$$") + "$" for value in values)
    assert multivalue(text) == SdkReader._decode_list(text)


def test_a_whole_search_is_read_as_the_sdk_reads_it() -> None:
    stream = getinfo(["by=a,b", "x"]) + execute(b"a,b\n1,2\n") + execute("a\nwörker\r\n".encode()) + execute(b"", True)
    assert len(assert_same_chunks(stream)) == 4


@settings(max_examples=examples(150, 3000))
@given(bodies())
def test_a_row_that_is_cut_at_its_commas_has_the_cells_of_the_csv_module(body: bytes) -> None:
    """Why rows can be scored by columns: a row of a plain shape needs no csv module."""
    lines = io.BytesIO(body).readlines()
    names = next(csv_rows([lines[0].decode()])) if lines and not lines[0].count(b'"') % 2 else []
    layout = layout_of(names, Options(by=KEYS, metrics=METRICS))
    if layout is None:
        return
    plain = plain_shapes(layout)
    for line in lines[1:]:
        if plain.fullmatch(line.rstrip(b"\r\n").translate(SWAP).translate(None, DIGITS)):
            cells = [cell.strip('"') for cell in line.decode().rstrip("\r\n").split(",")]
            assert cells == next(csv_rows([line.decode()]))


# Where we mean to differ: each is what the SDK does, and why the command does not read with it.


def test_the_sdk_takes_half_a_body_for_a_whole_one() -> None:
    """Ours calls it cut off: see test_protocol.py."""
    ((_, body),) = sdk_half(execute(b"a\n1\n2\n"), 2)
    assert body == "a\n1\n"


def sdk_half(stream: bytes, cut: int) -> list[tuple[Record, str]]:
    source = io.BytesIO(stream[:-cut])
    return [SdkReader._read_chunk(source)]


def test_the_sdk_glues_a_byte_order_mark_to_the_first_name() -> None:
    body = b"\xef\xbb\xbfa\n1\n"
    assert sdk_records(body.decode()) == [{"\ufeffa": "1"}]
    assert our_records(body) == [{"a": "1"}]


def test_the_sdk_takes_what_follows_an_open_quote_for_one_cell() -> None:
    """Ours calls it no CSV: see test_rows.py."""
    assert sdk_records('a\n"1\n2\n3\n') == [{"a": "1\n2\n3\n"}]


def test_the_sdk_leaves_out_the_fields_of_missing_cells() -> None:
    """Ours are empty, so that the first row of a chunk tells its columns even if it is cut short."""
    assert sdk_records("a,b\n1\n") == [{"a": "1"}]
    assert our_records(b"a,b\n1\n") == [{"a": "1", "b": ""}]


def test_both_refuse_a_body_whose_lines_end_in_carriage_returns() -> None:
    reads: tuple[Callable[[], object], ...] = (lambda: sdk_records("a\r1\r"), lambda: our_records(b"a\r1\r"))
    for read in reads:
        with pytest.raises(Exception, match="new-line character seen in unquoted field"):
            read()


def test_chunks_of_the_tests_are_what_both_read() -> None:
    assert assert_same_chunks(chunk({"a": 1}, b"x"))[0] == Chunk({"a": 1}, b"x")
