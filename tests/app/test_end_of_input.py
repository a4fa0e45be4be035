"""A stream that ends anywhere: between chunks that is the end of the search, inside of one it is an error."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

import pytest

from tests.app.chunks import execute, getinfo
from tests.app.conftest import ROOT
from tests.app.outcome import ARGS, HEADER, LOOKUP, OVER, TIME_LIMIT, UNDER, Outcome, command, run, search
from workbench.replay.chunked import frame

sys.path.append(str(ROOT / "build" / "sdk"))

from npmlib.anomaly import command as npmanomaly

CHUNKS = [getinfo(ARGS), execute(HEADER + OVER), execute(HEADER + UNDER + OVER), execute(finished=True)]
STREAM = b"".join(CHUNKS)
BORDERS = list(accumulate(map(len, CHUNKS)))


@pytest.fixture
def folder(staged_folder: Path) -> Path:
    (staged_folder / "lookups" / "npm_baseline.csv").write_text(LOOKUP)
    return staged_folder


def in_this_process(folder: Path, stream: bytes) -> tuple[int, bytes]:
    output = io.BytesIO()
    return npmanomaly.run(io.BytesIO(stream), output, str(folder)), output.getvalue()


def test_an_end_at_any_byte_gives_the_replies_of_all_whole_chunks_and_then_an_error(folder: Path) -> None:
    _, everything = in_this_process(folder, STREAM)
    replies = [frame(reply.metadata_bytes, reply.body) for reply in Outcome(0, everything).replies]
    assert len(replies) == len(CHUNKS)
    for end in range(len(STREAM)):
        code, output = in_this_process(folder, STREAM[:end])
        whole = b"".join(replies[: sum(border <= end for border in BORDERS)])
        assert output.startswith(whole)
        if end in BORDERS:
            assert (code, output) == (0, whole)
            continue
        said = Outcome(code, output).refusal
        assert code == 1
        assert "ended before it began" in said if end == 0 else "was cut off" in said or "in the first line" in said


@pytest.mark.parametrize("end", [0, 1, 12, BORDERS[0] - 1, *BORDERS, BORDERS[0] + 18, BORDERS[1] + 30, BORDERS[2] - 1])
def test_an_end_as_a_process_meets_it(folder: Path, interpreter: Path, end: int) -> None:
    outcome = run(folder, interpreter, STREAM[:end])
    assert (outcome.code, len(outcome.findings)) == (end not in BORDERS, sum(border <= end for border in BORDERS[1:3]))


def test_a_search_that_ended_early_is_not_called_finished(folder: Path, interpreter: Path) -> None:
    outcome = run(folder, interpreter, STREAM[: BORDERS[1]])
    assert [reply.metadata.get("finished") for reply in outcome.replies] == [None, False]


def trickle(stream: bytes) -> Iterator[bytes]:
    for at in range(0, len(stream), 97):
        yield stream[at : at + 97]


def test_a_stream_that_comes_in_small_pieces_is_waited_for(folder: Path, interpreter: Path) -> None:
    with subprocess.Popen(command(folder, interpreter), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        for piece in trickle(STREAM):
            process.stdin.write(piece)
            process.stdin.flush()
        process.stdin.close()
        output = process.stdout.read()
        assert process.wait(TIME_LIMIT) == 0
    assert output == in_this_process(folder, STREAM)[1]


def test_splunk_that_does_not_read_the_reply_is_no_error_to_tell(folder: Path, interpreter: Path) -> None:
    with subprocess.Popen(
        command(folder, interpreter), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        process.stdin.write(search(HEADER + OVER))
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait(TIME_LIMIT) == 1


def test_arguments_do_not_make_it_speak_an_older_protocol(folder: Path, interpreter: Path) -> None:
    argv = [*command(folder, interpreter), "__EXECUTE__", "by=process"]
    process = subprocess.run(argv, input=STREAM, capture_output=True, timeout=TIME_LIMIT, check=False)
    assert len(Outcome(process.returncode, process.stdout, process.stderr).findings) == 2
