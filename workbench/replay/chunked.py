"""Chunks of the search command protocol, version 2, as Splunk sends and expects them.

A chunk is ``chunked 1.0,<metadata length>,<body length>`` and a newline, then so many bytes of JSON, then
so many bytes of CSV; lengths count bytes. Source: reference/command-protocol.md section 2.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, BinaryIO

from workbench.replay.errors import ReplayError

LONGEST_HEADER = 256  # bytes; a line longer than this is output that does not belong here, a print() for example
_HEADER = re.compile(rb"chunked 1\.0,(\d{1,19}),(\d{1,19})\r?\n\Z")


class ProtocolError(ReplayError):
    """What came over the pipe is not a chunk, or a chunk that is cut short."""


@dataclass(frozen=True)
class Chunk:
    """One chunk: ``metadata_bytes`` is the JSON as it was sent, ``metadata`` the same decoded, ``body`` the CSV."""

    metadata_bytes: bytes
    metadata: dict[str, Any]
    body: bytes


def frame(metadata: bytes, body: bytes) -> bytes:
    """Put a chunk header before ``metadata`` (JSON) and ``body`` (CSV)."""
    return b"chunked 1.0,%d,%d\n%b%b" % (len(metadata), len(body), metadata, body)


def encode_chunk(metadata: dict[str, Any], body: bytes = b"") -> bytes:
    """Write a chunk with compact JSON, as Splunk's own execute chunks have it."""
    return frame(json.dumps(metadata, separators=(",", ":"), ensure_ascii=False).encode("utf-8"), body)


def read_chunk(stream: BinaryIO, blank_lines: bool = False) -> Chunk | None:
    """Read the next chunk, exactly as many bytes as its header says; None at the end of the stream.

    ``blank_lines`` passes over empty lines before the header: the recorded output files have one after each
    chunk that no length counts. Raises ProtocolError for anything else.
    """
    header = stream.readline(LONGEST_HEADER)
    while blank_lines and header in (b"\n", b"\r\n"):
        header = stream.readline(LONGEST_HEADER)
    if not header:
        return None
    match = _HEADER.match(header)
    if match is None:
        shown = header[:80].decode("utf-8", "replace").rstrip()
        raise ProtocolError(f"expected a chunk ('chunked 1.0,<length>,<length>'), got {shown!r}")
    metadata_bytes = _read_exactly(stream, int(match[1]), "metadata")
    body = _read_exactly(stream, int(match[2]), "body")
    try:
        metadata = json.loads(metadata_bytes) if metadata_bytes else {}
    except ValueError as error:
        raise ProtocolError(f"the metadata of a chunk is not JSON: {error}") from error
    if not isinstance(metadata, dict):
        raise ProtocolError("the metadata of a chunk must be a JSON object")
    return Chunk(metadata_bytes, metadata, body)


def _read_exactly(stream: BinaryIO, length: int, what: str) -> bytes:
    pieces: list[bytes] = []
    missing = length
    while missing:
        piece = stream.read(min(missing, 1 << 20))  # a made-up length must not reserve its memory at once
        if not piece:
            raise ProtocolError(f"the {what} of a chunk ends after {length - missing} of {length} bytes")
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)
