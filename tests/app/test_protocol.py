"""The reader of chunks: what is whole is read to the byte, what is not is an error that says what is wrong."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npmlib import protocol
from npmlib.errors import SearchError
from npmlib.protocol import Chunk, read_chunk

from tests.app.chunks import chunk


def refusal(stream: bytes) -> str:
    with pytest.raises(SearchError) as refused:
        read_chunk(io.BytesIO(stream))
    said = str(refused.value)
    assert len(said) < 300
    assert "\n" not in said
    return said


def test_a_chunk_is_its_metadata_and_its_body() -> None:
    assert read_chunk(io.BytesIO(b'chunked 1.0,7,4\n{"a":1}x\n1\n')) == Chunk({"a": 1}, b"x\n1\n")


def test_the_end_between_chunks_is_none() -> None:
    stream = io.BytesIO(chunk({}) + chunk({"b": 2}, b"\0\r\n"))
    assert [read_chunk(stream) for _ in range(4)] == [Chunk({}, b""), Chunk({"b": 2}, b"\0\r\n"), None, None]


@pytest.mark.parametrize(
    "header", [b"chunked 1.0,2,1\n", b"chunked 1.0,2,1\r\n", b"chunked\t1.0 , 2 , 1 \n", b"chunked 1.0,002,0001\n"]
)
def test_blanks_and_zeros_in_the_first_line(header: bytes) -> None:
    assert read_chunk(io.BytesIO(header + b"{}x")) == Chunk({}, b"x")


def test_lengths_count_bytes_not_letters() -> None:
    metadata = '{"name":"wörker"}'.encode()
    stream = b"chunked 1.0,%d,6\n" % len(metadata) + metadata + "häß\n".encode()
    assert read_chunk(io.BytesIO(stream)) == Chunk({"name": "wörker"}, "häß\n".encode())


@given(
    st.dictionaries(st.text(max_size=5), st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=9)),
    st.binary(max_size=50),
    st.binary(max_size=50),
    st.sampled_from([1, 7, 1024]),
)
def test_any_chunk_is_read_to_its_last_byte_and_no_further(
    metadata: dict[str, object], body: bytes, after: bytes, piece: int
) -> None:
    stream = io.BytesIO(chunk(metadata, body) + after)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(protocol, "PIECE", piece)
        assert read_chunk(stream) == Chunk(metadata, body)
    assert stream.read() == after


@given(st.binary(max_size=30), st.data())
def test_a_chunk_that_ends_early_is_cut_off(body: bytes, data: st.DataObject) -> None:
    whole = chunk({"action": "execute"}, body)
    end = data.draw(st.integers(1, len(whole) - 1))
    said = refusal(whole[:end])
    in_first_line = end < whole.index(b"\n") + 1
    assert ("in the first line of a chunk" if in_first_line else "was cut off") in said
    assert "run the search again" in said


@pytest.mark.parametrize(
    ("stream", "said"),
    [
        (b"chunked 1.0,2,5\n{}x,y\n"[:-1], "rows of a chunk should have 5 bytes, 3 came"),
        (b"chunked 1.0,20,0\n{}", "metadata of a chunk should have 20 bytes, 2 came"),
        (b"chunked 1.0,2,999999999999999\n{}x", "rows of a chunk should have 999999999999999 bytes, 1 came"),
    ],
)
def test_how_much_is_missing_is_told(stream: bytes, said: str) -> None:
    assert said in refusal(stream)


@pytest.mark.parametrize(
    "header",
    [
        b"chunked 1.0,-1,0\n",
        b"chunked 1.0,1,-1\n",
        b"chunked 1.0,1.5,0\n",
        b"chunked 1.0,0x2,0\n",
        b"chunked 1.0,2\n",
        b"chunked 1.0,2,3,4\n",
        b"chunked 1.0,2," + b"9" * 16 + b"\n",
        "chunked 1.0,\u0662,0\n".encode(),
        b"chunked 1.1,2,0\n",
        b"chunked 10,2,0\n",
        b"chunked 2.0,2,0\n",
        b" chunked 1.0,2,0\n",
        b"CHUNKED 1.0,2,0\n",
        b"\xef\xbb\xbfchunked 1.0,2,0\n",
        b"\0chunked 1.0,2,0\n",
        b"\n",
        b"\r\n",
        b"splunkVersion:10.2\n",
        b"infoPath:/x\n\n",
        b"_time,host,m\n",
        b"\xff\xfe" * 100,
    ],
)
def test_a_first_line_of_another_form_is_shown(header: bytes) -> None:
    said = refusal(header + b"{}")
    assert "is not a chunk of the search command protocol; it begins with " in said
    assert "The command needs chunked = true in commands.conf" in said
    assert said.isascii()
    assert said.isprintable()


@pytest.mark.parametrize(
    "header", [b"chunked 1.0," + b"1" * 5000, b"chunked 1.0,1,1" + b" " * 5000 + b"\n", b"chunked 1.0,2,0\r"]
)
def test_a_first_line_without_end_is_not_read_to_its_end(header: bytes) -> None:
    assert "ends, or runs on, in the first line of a chunk" in refusal(header)


@pytest.mark.parametrize(
    "metadata", [b"", b"{", b"{'a':1}", b'{"a":1}}', b'{"a":"\xff"}', b"\xef\xbb\xbf{}", b"\0", b"nul"]
)
def test_metadata_that_is_no_json(metadata: bytes) -> None:
    assert "the metadata of a chunk from Splunk is not JSON (" in refusal(
        b"chunked 1.0,%d,0\n" % len(metadata) + metadata
    )


def test_metadata_nested_too_deep() -> None:
    metadata = b"[" * 100_000
    assert "is not JSON (nested too deep)" in refusal(b"chunked 1.0,%d,0\n" % len(metadata) + metadata)


@pytest.mark.parametrize("metadata", [[], [1, 2], None, True, 5, "text", "{0}" * 100])
def test_metadata_that_is_no_object(metadata: object) -> None:
    said = refusal(chunk(metadata))
    assert "the metadata of a chunk from Splunk is not a JSON object but '" in said
    assert json.dumps(metadata)[:40] in said


class Pipe(io.BytesIO):
    """Gives fewer bytes than asked for, as a pipe without a buffer does; remembers the most that was asked for."""

    most = 0

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        self.most = max(self.most, size)
        return super().read(min(size, 3))


def test_a_body_that_comes_in_pieces_is_put_together() -> None:
    assert read_chunk(Pipe(chunk({"a": 1}, b"0123456789"))) == Chunk({"a": 1}, b"0123456789")


def test_a_wrong_length_reserves_no_memory() -> None:
    stream = Pipe(b"chunked 1.0,2,900000000000000\n{}x")
    with pytest.raises(SearchError):
        read_chunk(stream)
    assert stream.most == protocol.PIECE
