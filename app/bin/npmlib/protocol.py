"""Chunks of the search command protocol, version 2, read strictly: what is cut off or garbled is an error.

A chunk is the line ``chunked 1.0,<metadata length>,<body length>``, metadata in JSON, and a body in CSV; the lengths
are in bytes. Splunk's SDK takes a body that was cut off for the whole one, and answers garbage with a stack trace.
"""

import json
import re
from typing import BinaryIO, Dict, List, NamedTuple, Optional

from npmlib.errors import SearchError

LONGEST_HEADER = 200  # bytes; Splunk's have about 30
PIECE = 16 * 1024 * 1024  # bytes read at once, so that a wrong length costs no memory

_HEADER = re.compile(rb"chunked[ \t]+1\.0[ \t]*,[ \t]*([0-9]{1,15})[ \t]*,[ \t]*([0-9]{1,15})[ \t]*\r?\n")


class Chunk(NamedTuple):
    """One message from Splunk: ``metadata`` is a JSON object, ``body`` bytes of CSV or nothing."""

    metadata: Dict[str, object]
    body: bytes


def read_chunk(stream: BinaryIO) -> Optional[Chunk]:
    """Read the next chunk, or None where ``stream`` ends between chunks; SearchError for anything malformed."""
    header = stream.readline(LONGEST_HEADER)
    if not header:
        return None
    lengths = _HEADER.fullmatch(header)
    if lengths is None:
        if _begins_a_header(header):
            raise SearchError(
                "the input from Splunk ends, or runs on, in the first line of a chunk; run the search again"
            )
        raise SearchError(
            f"the input is not a chunk of the search command protocol; it begins with {_shown(header)}."
            " The command needs chunked = true in commands.conf"
        )
    metadata = _exactly(stream, int(lengths[1]), "metadata")
    body = _exactly(stream, int(lengths[2]), "rows")
    return Chunk(_object(metadata), body)


def _begins_a_header(line: bytes) -> bool:
    return (
        not line.endswith(b"\n")
        and re.match(rb"(chunked[ \t]+1\.0[ \t0-9,\r]*|c?h?u?n?k?e?d?[ \t]*1?\.?0?)\Z", line) is not None
    )


def _exactly(stream: BinaryIO, length: int, what: str) -> bytes:
    """Read ``length`` bytes; a large body arrives in few pieces, and a single one is not copied."""
    pieces: List[bytes] = []
    missing = length
    while missing:
        piece = stream.read(min(missing, PIECE))
        if not piece:
            raise SearchError(
                f"the input from Splunk was cut off: {what} of a chunk should have {length} bytes,"
                f" {length - missing} came; run the search again"
            )
        pieces.append(piece)
        missing -= len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _object(text: bytes) -> Dict[str, object]:
    try:
        metadata = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        reason = "nested too deep" if isinstance(error, RecursionError) else str(error)
        raise SearchError(
            f"the metadata of a chunk from Splunk is not JSON ({reason}); run the search again"
        ) from error
    if not isinstance(metadata, dict):
        raise SearchError(
            f"the metadata of a chunk from Splunk is not a JSON object but {_shown(text)}; run the search again"
        )
    return metadata


def _shown(text: bytes) -> str:
    """The beginning of ``text`` for a message, on one line and without control characters."""
    return ascii(text[:40].decode("latin-1"))
