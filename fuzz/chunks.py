"""The protocol reader: a stream of whole chunks is read to the byte, and anything else is an error.

An input is a stream of chunks.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from npmlib.errors import SearchError
from npmlib.protocol import LONGEST_HEADER, read_chunk

Chunk = tuple[dict[str, Any], bytes]  # metadata and body


def check(data: bytes) -> None:
    """Raise AssertionError if ``data`` breaks a promise."""
    expected = whole_chunks(data)
    stream = io.BytesIO(data)
    chunks: list[Chunk] = []
    try:
        while (chunk := read_chunk(stream)) is not None:
            chunks.append((chunk.metadata, chunk.body))
    except SearchError as error:
        assert expected is None, f"whole chunks are read: {error}"
        assert 0 < len(str(error)) < 300 and "\n" not in str(error), "an error is one line of moderate length"
    else:
        assert repr(chunks) == repr(expected), "what is read is what the stream contains"


def framed(chunks: Iterable[tuple[Mapping[str, object], bytes]]) -> bytes:
    """Write chunks of metadata and body with their lengths."""
    texts = [(json.dumps(metadata).encode(), body) for metadata, body in chunks]
    return b"".join(b"chunked 1.0,%d,%d\n%b%b" % (len(text), len(body), text, body) for text, body in texts)


def whole_chunks(data: bytes) -> list[Chunk] | None:
    """Return the chunks of ``data``, or None unless it consists of whole chunks; an oracle without npmlib's pattern."""
    chunks: list[Chunk] = []
    while data:
        header, line_end, data = data.partition(b"\n")
        name, *lengths = header.removesuffix(b"\r").split(b",")
        sizes = [length.strip(b" \t") for length in lengths]
        words = name.replace(b"\t", b" ").split(b" ")
        if (
            not line_end
            or len(header) >= LONGEST_HEADER
            or [words[0], *filter(None, words[1:])] != [b"chunked", b"1.0"]
        ):
            return None
        if len(sizes) != 2 or not all(size.isdigit() and len(size) <= 15 for size in sizes):
            return None
        middle, end = int(sizes[0]), int(sizes[0]) + int(sizes[1])
        if end > len(data):
            return None
        try:
            metadata = json.loads(data[:middle].decode("utf-8"))
        except (ValueError, RecursionError):
            return None
        if not isinstance(metadata, dict):
            return None
        chunks.append((metadata, data[middle:end]))
        data = data[end:]
    return chunks


SEEDS = (
    framed([({"action": "getinfo"}, b""), ({"action": "execute", "finished": True}, b'a,"b\n"\n1,2\n')]),
    b'chunked\t1.0 , 7 , 0 \r\n{"a":1}',
)
