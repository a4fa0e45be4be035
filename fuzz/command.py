"""The commands: whatever is on standard input, they answer in whole chunks, and an error names the problem.

An input is the raw stream if it begins with "chunked". Else its first line has the arguments of the command, separated
by tabs, and the rest are the bodies of chunks, separated by form feeds; their lengths are then right.
"""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Sequence
from typing import Any

from npmlib.anomaly.baseline import load_baseline
from npmlib.anomaly.options import RESULT_FIELDS, parse_options
from npmlib.anomaly.scoring import Anomaly, score_rows
from npmlib.anomaly.tally import Tally

from fuzz import baseline
from fuzz.chunks import Chunk, framed, whole_chunks

LARGE = "by=cluster,process\tmetrics=tx,rx"
ROWS = '_time,cluster,process,tx,rx\n1772323200,prod,nginx,"2147943.5",90\n1772323201,prod,"caf\u00e9, ""x""",3,\n'
SEEDS = (
    f"baseline=large\t{LARGE}\n{ROWS}\f{ROWS}".encode(),
    b"baseline=small\tby=host\tmetrics=m\tunseen=flag\n_time,host,m\n1,a,5\n2,c,1e3\n\fm,host\n99,a\n",
    b'baseline=small\tby=host\tmetrics=m\tminspread=0\n_time,host,m,__mv_m\n1,a,99,\n1,a,"5\n99","$5$;$99$"\n',
    framed([({"action": "getinfo", "searchinfo": {"args": []}}, b""), ({"action": "execute", "finished": True}, b"")]),
)


def check(data: bytes) -> None:
    """Raise AssertionError if ``data`` breaks a promise."""
    from npmlib.anomaly.command import NpmAnomalyCommand  # these need the SDK, which other targets do without
    from npmlib.learn.command import NpmLearnCommand

    for name, table in (("large", baseline.LARGE_TABLE), ("small", baseline.SMALL_TABLE)):
        (baseline.app_folder() / "lookups" / f"{name}.csv").write_bytes(table)
    stream = data if data.startswith(b"chunked") else _stream(data)
    folder = str(baseline.app_folder())
    _check_replies(NpmLearnCommand(folder), stream)
    bodies = _check_replies(NpmAnomalyCommand(folder), stream)
    if bodies is not None:
        findings, expected = [_findings(body) for body in bodies], _reference(whole_chunks(stream) or [], folder)
        assert findings == expected, f"the findings are those of the reference: {findings} is not {expected}"


def _stream(data: bytes) -> bytes:
    arguments, _, bodies = data.partition(b"\n")
    searchinfo = {"args": arguments.decode("utf-8", "replace").split("\t")}
    chunks = [({"action": "execute", "finished": False}, body) for body in bodies.split(b"\f")]
    last = {"action": "execute", "finished": True}
    return framed([({"action": "getinfo", "searchinfo": searchinfo}, b""), *chunks, (last, b"")])


def _check_replies(command: Any, stream: bytes) -> list[bytes] | None:
    """Run ``command`` and check the form of its answer; return the bodies of all replies, None after an error."""
    from npmlib.conversation import converse

    output, errors = io.BytesIO(), io.StringIO()
    with contextlib.redirect_stderr(errors):
        status = converse(command, io.BytesIO(stream), output)
    assert not errors.getvalue(), f"nothing is on standard error: {errors.getvalue()[-300:]}"
    replies = whole_chunks(output.getvalue())
    assert replies is not None, f"the answer consists of whole chunks: {output.getvalue()[:200]!r}"
    messages = [message for metadata, _ in replies for message in metadata.get("inspector", {}).get("messages", [])]
    failures = [text for level, text in messages if level in ("ERROR", "FATAL")]
    for text in failures:
        assert text.startswith(f"{command.name}: "), f"an error begins with the name of the command: {text[:200]}"
        assert "should not happen" not in text or b"happen" in stream, f"an error is foreseen: {text[:200]}"
    assert status == bool(failures), f"exit status {status} goes with {len(failures)} errors"
    if status:
        return None
    assert len(replies) == len(whole_chunks(stream) or ()), "every chunk of a valid stream has its answer"
    return [body for _, body in replies]


def _findings(body: bytes) -> list[dict[str, str]]:
    rows = list(csv.reader(io.StringIO(body.decode("utf-8"), newline=""), strict=True))
    if not rows:
        return []
    header, *lines = rows
    assert lines and set(RESULT_FIELDS) <= set(header), f"an answer has its columns, and rows: {header}"
    return [{k: v for k, v in zip(header, cells, strict=True) if not k.startswith("__mv_")} for cells in lines]


def _reference(chunks: Sequence[Chunk], app_folder: str) -> list[list[Anomaly]]:
    """Return the findings in each chunk of a valid stream by the SDK's own reader and the scoring of single rows.

    The command promises two differences to the SDK: a byte order mark is not part of the text, and NUL is read like a
    byte that is not UTF-8.
    """
    from splunklib.searchcommands import StreamingCommand

    if not chunks:
        return []
    options = parse_options(dict(arg.partition("=")[::2] for arg in chunks[0][0]["searchinfo"]["args"]))
    findings: list[list[Anomaly]] = [[]]
    limits = None
    for _, body in chunks[1:]:
        text = body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").replace("\0", "\ufffd")
        rows = list(StreamingCommand()._read_csv_records(io.StringIO(text, newline="")))
        if any(rows) and limits is None:  # the SDK makes an empty record of a blank line
            limits = load_baseline(app_folder, options)
        findings.append(list(score_rows(rows, limits or {}, options, Tally())))
    return findings
