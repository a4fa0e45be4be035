"""Rows for npmlearn and what it makes of them: as a process on the protocol, or at once in this process."""

from __future__ import annotations

import io
import math
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from npmlib.errors import SearchError
from npmlib.learn.incoming import Incoming, Reply
from npmlib.learn.options import parse_options

from tests.app.chunks import execute, getinfo
from workbench.replay.chunk_csv import decode, encode
from workbench.replay.chunked import read_chunk
from workbench.replay.rows import Row

START = 480_000  # hours since 1970: the first that our rows are of
READ_AT = (START + 100_000) * 3600
BY = ("cluster", "process")
ARGS = (f"by={','.join(BY)}", "metrics=tx.bytes,tx.conns")
WEB = ("prod", "web")
TIME_LIMIT = 60


def sent(hour: int, series: Sequence[str] = WEB, n: int = 120, each: float = 5000, conns: float | None = 3) -> Row:
    """A row to learn from: ``n`` intervals of ``each`` bytes, and of ``conns`` connections unless None."""
    row: Row = {**dict(zip(BY, series, strict=True)), "hour": str((START + hour) * 3600), "read_at": str(READ_AT)}
    for metric, value, unit in (("tx.bytes", each, 1000), ("tx.conns", conns, 1)):
        if value is not None and n:
            parts = (n, n * value, n * math.log(1 + value / unit), value)
            row |= {f"{part}_{metric}": repr(x) for part, x in zip(("n", "sum", "log", "p95"), parts, strict=True)}
    return row


def days(count: float, series: Sequence[str] = WEB, start: int = 0, each: float = 5000) -> list[Row]:
    """Rows of so many days of a steady series that sends a little more by day, and wobbles."""
    return [
        sent(hour, series, each=each * (1 + 0.2 * math.sin(hour / 24 * math.tau) + 0.02 * (hour * 7 % 5 - 2)))
        for hour in range(start, start + round(24 * count))
    ]


class Answer(NamedTuple):
    """The new table, and the messages."""

    rows: list[Row]
    messages: list[tuple[str, str]]

    @property
    def profiles(self) -> dict[tuple[Any, ...], Row]:
        """Rows of kind profile by series and metric."""
        return {(*(row[name] for name in BY), row["metric"]): row for row in self.rows if row["kind"] == "profile"}

    def profile(self, series: tuple[str, ...], metric: str = "tx.bytes") -> Row:
        """Row of kind profile of one series and metric."""
        key: tuple[Any, ...] = (*series, metric)
        return self.profiles[key]

    @property
    def hours(self) -> list[Row]:
        """Rows of kind hour."""
        return [row for row in self.rows if row["kind"] == "hour"]

    def messages_of(self, level: str) -> list[str]:
        """Texts of the messages of one level."""
        return [text for one, text in self.messages if one == level]


def body(rows: Iterable[Row]) -> bytes:
    """A chunk of rows with all their columns, as Splunk writes it."""
    rows = list(rows)
    columns = dict.fromkeys(name for row in rows for name in row)
    return encode(tuple(columns), rows) if rows else b""


def learn(*chunks: Iterable[Row], args: Sequence[str] = ARGS, app: Path = Path("/nowhere")) -> Answer:
    """Learn in this process; SearchError where the command would end the search."""
    incoming = Incoming(parse_options(dict(arg.split("=", 1) for arg in args)))
    for chunk in chunks:
        incoming.take_chunk(io.BytesIO(body(chunk)), False)
    table = Reply()
    messages = incoming.learn(str(app), table)
    return Answer(decode(table.encode())[1], messages)


def refusal(*chunks: list[Row]) -> str:
    """Text of the error with which the chunks end the search."""
    with pytest.raises(SearchError) as refused:
        learn(*chunks)
    return str(refused.value)


class Run(NamedTuple):
    """What a process answered: one reply for each chunk sent, and its exit code."""

    code: int
    replies: list[Any]

    @property
    def answer(self) -> Answer:
        """The rows and messages of all replies."""
        by_reply = [reply.metadata.get("inspector", {}).get("messages", []) for reply in self.replies]
        rows = [row for reply in self.replies for row in decode(reply.body)[1]]
        return Answer(rows, [(level, text) for messages in by_reply for level, text in messages])


def run(
    folder: Path,
    interpreter: Path,
    *chunks: bytes,
    args: Sequence[str] = ARGS,
    finished: bool = True,
    preview: bool = False,
) -> Run:
    """Start the command of the app in ``folder``, and send it ``chunks``, the last of them as the last one."""
    stream = getinfo(args)
    if preview:
        text = stream.partition(b"\n")[2].replace(b'"preview": false', b'"preview": true ')
        stream = b"chunked 1.0,%d,0\n" % len(text) + text
    for index, chunk in enumerate(chunks):
        stream += execute(chunk, finished and index == len(chunks) - 1)
    argv = [str(interpreter), "-B", str(folder / "bin" / "npmlearn.py")]
    process = subprocess.run(argv, input=stream, capture_output=True, timeout=TIME_LIMIT, check=False)
    assert process.stderr == b""
    assert b"Traceback" not in process.stdout
    output, replies = io.BytesIO(process.stdout), []
    while (reply := read_chunk(output)) is not None:
        replies.append(reply)
    return Run(process.returncode, replies)
