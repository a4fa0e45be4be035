"""Chunks of the protocol, taken apart and put together again: strictly, to judge replies, and leniently, to change
inputs that may be broken already.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

Piece = tuple[bytes, bytes]

_HEADER = re.compile(rb"chunked[ \t]+1\.0[ \t]*,[ \t]*([0-9]{1,15})[ \t]*,[ \t]*([0-9]{1,15})[ \t]*\r?\n")


def framed(pieces: Iterable[Piece]) -> bytes:
    """Write chunks of (metadata, body) with their true lengths."""
    return b"".join(b"chunked 1.0,%d,%d\n%b%b" % (len(meta), len(body), meta, body) for meta, body in pieces)


def strictly(data: bytes) -> list[Piece] | None:
    """Chunks of ``data``, None unless it consists of whole chunks only."""
    pieces: list[Piece] = []
    position = 0
    while position < len(data):
        match = _HEADER.match(data, position)
        if match is None:
            return None
        middle = match.end() + int(match[1])
        end = middle + int(match[2])
        if end > len(data):
            return None
        pieces.append((data[match.end() : middle], data[middle:end]))
        position = end
    return pieces


def leniently(data: bytes) -> list[Piece]:
    """What can be made out as chunks: whatever stands between two headers, cut after the length of the metadata."""
    matches = list(_HEADER.finditer(data))
    if not matches:
        return []
    ends = [*(match.start() for match in matches[1:]), len(data)]
    pieces: list[Piece] = []
    for match, end in zip(matches, ends, strict=True):
        middle = min(match.end() + int(match[1]), end)
        pieces.append((data[match.end() : middle], data[middle:end]))
    return pieces
