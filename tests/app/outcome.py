"""One run of the staged command on a stream of bytes: what it answered, and whether it kept to the protocol."""

from __future__ import annotations

import csv
import io
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.app.chunks import execute, getinfo
from workbench.replay.chunked import Chunk, read_chunk

TIME_LIMIT = 60  # seconds; a run takes a tenth of one
ARGS = ("by=process", "metrics=tx", "minspread=0")
LOOKUP = "process,count_tx,avg_tx,stdev_tx\nnginx,500,100,20\n"
HEADER = b'"_time",process,tx,"__mv__time","__mv_process","__mv_tx"\n'
OVER = b"1772323200,nginx,999,,,\n"
UNDER = b"1772323200,nginx,5,,,\n"


class Outcome:
    """Replies, messages, findings and exit code of the command ``name``.

    AssertionError where the output shows a trace; ReplayError where it is no whole chunks.
    """

    def __init__(self, code: int, output: bytes, errors: bytes = b"", name: str = "npmanomaly") -> None:
        assert errors == b""
        assert b"Traceback" not in output
        assert b'.py"' not in output
        assert b"should not happen" not in output
        self.code = code
        self.replies = list(replies_of(output))
        told = [reply.metadata.get("inspector", {}).get("messages", []) for reply in self.replies]
        self.messages: list[tuple[str, str]] = [(level, text) for messages in told for level, text in messages]
        self.findings = [row for reply in self.replies for row in _rows(reply.body)]
        assert all(text.startswith(f"{name}: ") for _, text in self.messages)
        assert (code == 1) == bool(self.errors)

    @property
    def errors(self) -> list[str]:
        """The texts of the messages that end a search."""
        return [text for level, text in self.messages if level in ("ERROR", "FATAL")]

    @property
    def refusal(self) -> str:
        """The one error, which stands in the last reply with no rows beside it."""
        (said,) = self.errors
        last = self.replies[-1]
        assert last.metadata["inspector"]["messages"] == [["ERROR", said]]
        assert last.body == b""
        return said


def command(folder: Path, interpreter: Path) -> list[str]:
    """How Splunk starts the command of the app in ``folder``."""
    return [str(interpreter), "-B", str(folder / "bin" / "npmanomaly.py")]


def run(folder: Path, interpreter: Path, stream: bytes) -> Outcome:
    """Start the command, write ``stream`` to it, and wait for its end; TimeoutExpired where it hangs."""
    process = subprocess.run(
        command(folder, interpreter), input=stream, capture_output=True, timeout=TIME_LIMIT, check=False
    )
    return Outcome(process.returncode, process.stdout, process.stderr)


def search(*bodies: bytes, args: Sequence[str] = ARGS) -> bytes:
    """All that Splunk sends in a search whose rows come in ``bodies``."""
    return getinfo(args) + b"".join(map(execute, bodies)) + execute(finished=True)


def replies_of(output: bytes) -> Iterator[Chunk]:
    """The chunks that a command wrote; ProtocolError where they are none."""
    stream = io.BytesIO(output)
    while (reply := read_chunk(stream)) is not None:
        yield reply


def _rows(body: bytes) -> list[dict[str, str]]:
    csv.field_size_limit(2**31 - 1)  # readers that a test imported set less
    table = list(csv.reader(io.StringIO(body.decode(), newline=""), strict=True))
    return [dict(zip(table[0], cells, strict=True)) for cells in table[1:]]
