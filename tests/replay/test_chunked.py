"""Chunks and the CSV in them: exact lengths, Splunk's quoting, and agreement with the SDK in both directions."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.replay import chunk_csv
from workbench.replay.chunked import ProtocolError, encode_chunk, frame, read_chunk
from workbench.replay.errors import ReplayError
from workbench.replay.rows import Row, as_text

# every character a chunk can carry: no surrogates (not UTF-8), no NUL (csv on Python 3.9 refuses it)
characters = st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")
texts = st.text(st.one_of(st.sampled_from('a1$;",\n\r _-.'), characters), min_size=1)
values = st.one_of(
    st.none(),
    texts,
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(texts, min_size=2, max_size=4).map(tuple),
)
names = st.lists(texts.filter(lambda name: not name.startswith("__mv_")), min_size=1, max_size=5, unique=True)


@st.composite
def tables(draw: st.DrawFn) -> tuple[tuple[str, ...], list[Row]]:
    fields = draw(names)
    return tuple(fields), draw(st.lists(st.fixed_dictionaries(dict.fromkeys(fields, values)), max_size=6))


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("total", "total"),
        ("100", "100"),
        ("", ""),
        ("2147943.07811", '"2147943.07811"'),
        ("prod-us-east-1", '"prod-us-east-1"'),
        ("_time", '"_time"'),
        ('say "hi"', '"say ""hi"""'),
        ("naïve", '"naïve"'),
        ("-5", '"-5"'),
    ],
)
def test_splunk_quotes_whatever_is_not_plain_letters_and_digits(text: str, cell: str) -> None:
    assert chunk_csv.quoted(text) == cell


def test_a_body_has_lf_line_ends_and_the_twins_after_all_plain_columns() -> None:
    rows: list[Row] = [{"host": "a b", "n": 5.0, "x": 0.25}, {"host": ("a$", "b;c"), "n": None}]
    assert chunk_csv.encode(("host", "n", "x"), rows).decode().split("\n") == [
        'host,n,x,"__mv_host","__mv_n","__mv_x"',
        '"a b",5,"0.25",,,',
        '"a$',
        'b;c",,,"$a$$$;$b;c$",,',
        "",
    ]


@given(st.lists(st.text(characters), min_size=1, max_size=5))
def test_any_values_survive_the_multivalue_form(several: list[str]) -> None:
    assert chunk_csv.decode_multivalue(chunk_csv.encode_multivalue(several)) == tuple(several)


@pytest.mark.parametrize("text", ["a", "$a", "a$", "$a$b$", "$a$;b", "$a$$", ";"])
def test_a_malformed_multivalue_is_an_error(text: str) -> None:
    with pytest.raises(ReplayError, match="must look like"):
        chunk_csv.decode_multivalue(text)


@given(tables())
def test_what_we_write_we_read_back(table: tuple[tuple[str, ...], list[Row]]) -> None:
    fields, rows = table
    expected = [
        {name: value if isinstance(value, tuple) else as_text(value) for name, value in row.items()} for row in rows
    ]
    assert chunk_csv.decode(chunk_csv.encode(fields, rows)) == (fields, expected)


@given(tables())
def test_the_sdk_reads_what_we_write(sdk: Any, table: tuple[tuple[str, ...], list[Row]]) -> None:
    fields, rows = table
    command = sdk.search_command.SearchCommand()
    chunk = encode_chunk({"action": "execute", "finished": True}, chunk_csv.encode(fields, rows))
    metadata, body = command._read_chunk(io.BytesIO(chunk))
    assert (metadata.action, metadata.finished) == ("execute", True)
    read = [dict(record) for record in command._read_csv_records(io.StringIO(body, newline=""))]
    assert read == [
        {name: list(value) if isinstance(value, tuple) else as_text(value) or "" for name, value in row.items()}
        for row in rows
    ]


@given(tables())
def test_we_read_what_the_sdk_writes(sdk: Any, table: tuple[tuple[str, ...], list[Row]]) -> None:
    _, rows = table
    texts_only = [
        {name: list(value) if isinstance(value, tuple) else as_text(value) for name, value in row.items()}
        for row in rows
    ]
    out = io.BytesIO()
    writer = sdk.internals.RecordWriterV2(out)
    writer.write_records(texts_only)
    writer.write_chunk(finished=True)
    chunk = read_chunk(io.BytesIO(out.getvalue()))
    assert chunk is not None
    assert chunk.metadata == {"finished": True}
    expected = [
        {name: value if isinstance(value, tuple) else as_text(value) for name, value in row.items()} for row in rows
    ]
    assert chunk_csv.decode(chunk.body)[1] == expected


@pytest.mark.parametrize("body", [b"", b"a,b\n", b'a,"__mv_a"\n'])
def test_a_body_may_be_empty_or_only_a_header(body: bytes) -> None:
    assert chunk_csv.decode(body)[1] == []


def test_replies_may_have_crlf_twins_beside_their_fields_or_none() -> None:
    beside = b'a,__mv_a,b,__mv_b\r\n"1\n2",$1$;$2$,x,\r\n'
    assert chunk_csv.decode(beside) == (("a", "b"), [{"a": ("1", "2"), "b": "x"}])
    assert chunk_csv.decode(b"a,b\n1,\n") == (("a", "b"), [{"a": "1", "b": None}])


@pytest.mark.parametrize("body", [b"a\n1,2\n", b'a\n"open\n', b"a\n\xff\n"])
def test_a_body_that_is_no_csv_is_an_error(body: bytes) -> None:
    with pytest.raises(ReplayError):
        chunk_csv.decode(body)


def test_chunks_follow_each_other_without_a_gap_and_lengths_count_bytes() -> None:
    first, second = encode_chunk({"a": "é"}, "ü,\n".encode()), encode_chunk({}, b"")
    assert first.startswith(b"chunked 1.0,10,4\n")
    stream = io.BytesIO(first + second)
    read = [read_chunk(stream), read_chunk(stream)]
    assert [chunk and chunk.metadata for chunk in read] == [{"a": "é"}, {}]
    assert b"".join(frame(chunk.metadata_bytes, chunk.body) for chunk in read if chunk) == first + second
    assert read_chunk(stream) is None


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"Traceback (most recent call last):\n", "got 'Traceback"),
        (b"chunked 1.0,2,5\n{}abc", "body of a chunk ends after 3 of 5 bytes"),
        (b"chunked 1.0,20,0\n{}", "metadata of a chunk ends after 2 of 20 bytes"),
        (b"chunked 1.0,2,0\n{]", "metadata of a chunk is not JSON"),
        (b"chunked 1.0,2,0\n[]", "must be a JSON object"),
        (b"chunked 1.0,2\n{}", "expected a chunk"),
        (b"\nchunked 1.0,2,0\n{}", "expected a chunk"),
    ],
)
def test_anything_else_on_the_pipe_is_an_error(sent: bytes, said: str) -> None:
    with pytest.raises(ProtocolError, match=said.replace("(", r"\(")):
        read_chunk(io.BytesIO(sent))
