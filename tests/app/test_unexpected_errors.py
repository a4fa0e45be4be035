"""Errors that nobody foresaw, wherever they come up: one message, no half answer beside it, no trace."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from tests.app.chunks import execute, getinfo
from tests.app.conftest import ROOT
from tests.app.outcome import ARGS, HEADER, LOOKUP, OVER, replies_of

sys.path.append(str(ROOT / "build" / "sdk"))

from npmlib.anomaly import command

STREAM = getinfo(ARGS) + execute(HEADER + OVER, finished=True)
PLACES = [
    "npmlib.anomaly.command.NpmAnomalyCommand.parse_options",
    "npmlib.anomaly.baseline.load_baseline",
    "npmlib.anomaly.columnwise.layout_of",
    "npmlib.anomaly.tally.Tally.messages",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "lookups").mkdir()
    (tmp_path / "lookups" / "npm_baseline.csv").write_text(LOOKUP)
    return tmp_path


def last_reply(folder: Path, stdin: io.BytesIO) -> tuple[str, bytes]:
    """The one message of the last reply, and its body."""
    output = io.BytesIO()
    assert command.run(stdin, output, str(folder)) == 1
    last = list(replies_of(output.getvalue()))[-1]
    ((level, text),) = last.metadata["inspector"]["messages"]
    assert level == "ERROR"
    return text, last.body


@pytest.mark.parametrize("failing", PLACES)
@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "npmanomaly: there is not enough memory; search fewer series or a shorter time"),
        (
            KeyError("{0} {x!r} {"),
            "npmanomaly: an error that should not happen (KeyError: '{0} {x!r} {'); please report it",
        ),
        (
            RecursionError("too deep"),
            "npmanomaly: an error that should not happen (RecursionError: too deep); please report it",
        ),
    ],
)
def test_an_error_in_our_code_is_told_without_rows_beside_it(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    failing: str,
    error: Exception,
    said: str,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(failing, fail)
    assert last_reply(folder, io.BytesIO(STREAM)) == (said, b"")
    assert capsys.readouterr() == ("", "")


class Broken(io.BytesIO):
    """A pipe whose reading fails after ``limit`` bytes."""

    limit = 0

    def readline(self, size: int | None = -1) -> bytes:
        if self.tell() >= self.limit:
            raise OSError(5, "Input/output error")
        return super().readline(size)


@pytest.mark.parametrize("limit", [0, len(getinfo(ARGS)), len(STREAM)])
def test_a_pipe_that_breaks_is_told(folder: Path, limit: int) -> None:
    stdin = Broken(STREAM)
    stdin.limit = limit
    text, body = last_reply(folder, stdin)
    assert "should not happen (OSError: [Errno 5] Input/output error)" in text
    assert body == b""
