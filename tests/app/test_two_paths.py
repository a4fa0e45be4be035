"""The two paths are one: the same chunks give the same bytes and messages, row by row and by the fast path."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from npmlib.rows import read_records

from tests.app.chunks import KEYS, LOOKUP, METRICS, bodies, execute, getinfo, tampered
from tests.app.conftest import ROOT
from tests.examples import examples

sys.path.append(str(ROOT / "build" / "sdk"))

from npmlib.anomaly.command import NpmAnomalyCommand


class ReferenceCommand(NpmAnomalyCommand):
    """The command without its fast path."""

    def _findings(self, body: bytes) -> Iterator[dict[str, str]]:
        return iter(self.stream(read_records(io.StringIO(body.decode(), newline="\n"))))


OPTIONS = st.sampled_from(
    [
        [f"by={','.join(KEYS)}", f"metrics={','.join(METRICS)}"],
        [f"by={','.join(KEYS)}", f"metrics={','.join(METRICS)}", "unseen=flag"],
        [f"by={','.join(reversed(KEYS))}", f"metrics={','.join(reversed(METRICS))}", "minspread=0", "threshold=1"],
        [f"by={','.join(KEYS)}", "metrics=rx,tx,new", "minsamples=0", "unseen=flag"],
    ]
)


@pytest.fixture(scope="module")
def app_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two") / "app"
    (folder / "lookups").mkdir(parents=True)
    (folder / "lookups" / "npm_baseline.csv").write_text(LOOKUP, encoding="utf-8")
    return folder


def replies(command: type[NpmAnomalyCommand], app_folder: Path, stream: bytes) -> tuple[int, bytes]:
    """Exit code and all bytes that the command writes."""
    output = io.BytesIO()
    try:
        command(str(app_folder)).process(["npmanomaly"], io.BytesIO(stream), output)
    except SystemExit as end:
        return int(end.code or 0), output.getvalue()
    return 0, output.getvalue()


def search(args: Sequence[str], chunks: Sequence[bytes]) -> bytes:
    return getinfo(args) + b"".join(map(execute, chunks)) + execute(finished=True)


def with_carriage_returns(body: bytes) -> bytes:
    """The same with a carriage return alone at the end of each line, which the csv module refuses."""
    return body.replace(b"\r\n", b"\n").replace(b"\n", b"\r")


ODD_LINE_ENDS = bodies().map(with_carriage_returns)


@settings(max_examples=examples(400, 4000))
@given(
    args=OPTIONS,
    chunks=st.lists(st.one_of(bodies(), bodies(), bodies(), tampered(), ODD_LINE_ENDS), min_size=1, max_size=3),
    young=st.sampled_from([0, 0, 8]),
    block=st.sampled_from([1, 200, 65536]),
    again=st.integers(1, 3),
)
def test_both_paths_write_the_same_bytes(
    app_folder: Path, args: list[str], chunks: list[bytes], young: int, block: int, again: int
) -> None:
    stream = search(args, chunks * again)
    with mock.patch("npmlib.anomaly.series.YOUNG", young), mock.patch("npmlib.anomaly.fastpath.BLOCK", block):
        assert replies(NpmAnomalyCommand, app_folder, stream) == replies(ReferenceCommand, app_folder, stream)


@settings(max_examples=examples(5, 50))
@given(args=OPTIONS, chunks=st.lists(bodies(), min_size=1, max_size=3))
def test_a_process_writes_what_the_reference_writes(
    staged_folder: Path, interpreter: Path, args: list[str], chunks: list[bytes]
) -> None:
    (staged_folder / "lookups" / "npm_baseline.csv").write_text(LOOKUP, encoding="utf-8")
    stream = search(args, chunks)
    command = [str(interpreter), "-B", str(staged_folder / "bin" / "npmanomaly.py")]
    process = subprocess.run(command, input=stream, capture_output=True, timeout=60, check=False)
    assert process.stderr == b""
    assert (process.returncode, process.stdout) == replies(ReferenceCommand, staged_folder, stream)


def test_a_body_cut_into_chunks_at_any_row_gives_the_same_findings(app_folder: Path) -> None:
    header = ",".join(["_time", *KEYS, *METRICS])
    lines = [f'{1772323200 + at},prod,"web 1",nginx,{at},"{at}.5","",,{200 - at}' for at in range(250)]
    args = [f"by={','.join(KEYS)}", f"metrics={','.join(METRICS)}"]

    def found(size: int) -> list[str]:
        pieces = ["\n".join([header, *lines[at : at + size], ""]).encode() for at in range(0, 250, size)]
        _, output = replies(NpmAnomalyCommand, app_folder, search(args, pieces))
        return [line for line in output.decode().splitlines() if line.startswith("prod,")]

    assert len(found(250)) == 89 + 90 + 40
    assert found(250) == found(1) == found(7)


def test_most_rows_go_the_fast_path(app_folder: Path) -> None:
    """Quoted decimals, digits, empty cells, twins and CRLF are nothing unusual.

    No row but the first of a chunk is read carefully.
    """
    header = ",".join(f'"{name}"' for name in ("_time", *KEYS, *METRICS))
    twins = ",".join(f'"__mv_{name}"' for name in ("_time", *KEYS, *METRICS))
    for cells in ('"1.5","2.25","3.5","4.5","5.5"', "1,2,3,4,5", '"1.5",2,"3.5",,'):
        for line_end in ("\n", "\r\n"):
            row = f'1772323200,prod,"web 1",nginx,{cells},,,,,,,,,'
            body = line_end.join([f"{header},{twins}", *[row] * 100, ""]).encode()
            with mock.patch("npmlib.anomaly.careful.CarefulRows.take", side_effect=AssertionError("a careful row")):
                args = [f"by={','.join(KEYS)}", f"metrics={','.join(METRICS)}"]
                assert replies(NpmAnomalyCommand, app_folder, search(args, [body]))[0] == 0
