"""The command: whatever stands on its standard input, it answers in whole chunks, and an error names the problem.

An input is everything that Splunk would write to the process. The command runs in this process, on an app folder with
two baselines: ``fuzzed`` (the default columns) and ``small`` (field ``host``, metric ``m``).
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
from dataclasses import dataclass
from typing import Any

from npmlib.anomaly.options import RESULT_FIELDS

from fuzz import baseline, framing, reference, seeds
from fuzz.finding import require


@dataclass(frozen=True)
class Answer:
    """What a run left: exit status, standard output, standard error."""

    status: int
    output: bytes
    errors: str


def answer(data: bytes) -> Answer:
    """Run the command on ``data``; whatever escapes it is a finding and passes through."""
    from npmlib.anomaly import commandline  # only here: it needs the SDK, which the other targets do without

    lookups = baseline.folder() / "lookups"
    if not (lookups / "small.csv").exists():
        (lookups / "small.csv").write_bytes(seeds.SMALL_TABLE)
    (lookups / "fuzzed.csv").write_bytes(seeds.TABLE)
    output, errors = io.BytesIO(), io.StringIO()
    with contextlib.redirect_stderr(errors):
        status = commandline.run(io.BytesIO(data), output, str(baseline.folder()))
    return Answer(status, output.getvalue(), errors.getvalue())


def check(data: bytes) -> None:
    """Hold one input against the promises."""
    got = answer(data)
    require("Traceback" not in got.errors, f"there is no traceback: {got.errors[-300:]}")
    require(got.status in (0, 1), f"the exit status is 0 or 1, not {got.status}")
    replies = framing.strictly(got.output)
    require(replies is not None, f"the answer consists of whole chunks: {got.output[:200]!r}")
    requests = framing.strictly(data)
    messages = [message for metadata, _ in replies or () for message in _messages(metadata)]
    wrong = [text for level, text in messages if level in ("ERROR", "FATAL")]
    for text in wrong:
        require(text.startswith("npmanomaly: "), f"an error says whose it is: {text[:200]}")
        require('.py"' not in text or b".py" in data, f"an error is for who typed the search: {text[:200]}")
    require(bool(wrong) == (got.status == 1), f"status {got.status} goes with {len(wrong)} errors")
    found = [_findings(body) for _, body in replies or ()]
    if got.status == 0:
        require(requests is not None, "what is not whole chunks is an error")
        require(len(found) == len(requests or ()), "every chunk has its answer")
        right = reference.findings(requests or (), str(baseline.folder()))
        require(found == right, f"the answer is that of the reference: {found} is not {right}")


def _messages(metadata: bytes) -> list[tuple[str, str]]:
    try:
        decoded: Any = json.loads(metadata)
        return [(str(level), str(text)) for level, text in decoded.get("inspector", {}).get("messages", [])]
    except (ValueError, AttributeError, TypeError) as error:
        raise AssertionError(f"the metadata of an answer is an object with messages: {metadata[:200]!r}") from error


def _findings(body: bytes) -> list[dict[str, str]]:
    """Rows of a body, which is empty or a table whose lines all have as many cells as the first."""
    rows = list(csv.reader(io.StringIO(body.decode("utf-8"), newline=""), strict=True))
    if not rows:
        return []
    header, *lines = rows
    require(set(RESULT_FIELDS) <= set(header), f"the answer has its columns: {header}")
    require(lines, "a header is followed by rows")
    require({len(cells) for cells in lines} == {len(header)}, "all lines of an answer have the same cells")
    return [{k: v for k, v in zip(header, cells, strict=True) if not k.startswith("__mv_")} for cells in lines]
