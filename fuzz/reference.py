"""The right answer, the slow way: the SDK's own reader and the scoring of single rows, chunk by chunk.

The command differs from the SDK in two things that it promises, and so does this: a byte order mark is none of the
text, and NUL is read as a byte that is no UTF-8 (Python 3.9 cannot read it, 3.13 can).
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable

from npmlib.anomaly.baseline import load_baseline
from npmlib.anomaly.options import parse_options
from npmlib.anomaly.scoring import Finding, score_rows
from npmlib.anomaly.tally import Tally

from fuzz.framing import Piece


def findings(pieces: Iterable[Piece], app_folder: str) -> list[list[Finding]]:
    """What the command should find in each chunk of a well-formed stream, whose first is the getinfo.

    Raises whatever the SDK's reader and npmlib raise for a stream that is not one.
    """
    from splunklib.searchcommands import StreamingCommand  # only here: the other targets do without the SDK

    asked, *chunks = pieces
    arguments = json.loads(asked[0])["searchinfo"]["args"]
    options = parse_options(dict(argument.partition("=")[::2] for argument in arguments))
    read = StreamingCommand()._read_csv_records
    tally = Tally()
    found: list[list[Finding]] = [[]]
    limits = None
    for _, body in chunks:
        text = body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").replace("\0", "\ufffd")
        rows = list(read(io.StringIO(text, newline="")))
        if any(rows) and limits is None:  # the SDK makes an empty record of a blank line
            limits = load_baseline(app_folder, options)
        found.append(list(score_rows(rows, limits or {}, options, tally)))
    return found
