"""The same chunks give the same bytes and messages, whether scored row by row or by columns."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from npmlib.anomaly import columnwise

from tests.app.chunks import (
    KEYS,
    LOOKUP,
    METRICS,
    PEAKED,
    bodies,
    execute,
    getinfo,
    plain_bodies,
    read_records,
    tampered,
)
from tests.app.conftest import ROOT
from tests.examples import examples

sys.path.append(str(ROOT / "build" / "sdk"))

from npmlib.anomaly.command import NpmAnomalyCommand
from npmlib.anomaly.scoring import score_row


class ReferenceCommand(NpmAnomalyCommand):
    """The command, scoring row by row."""

    def _findings(self, body: bytes) -> Iterator[dict[str, str]]:
        return iter(self.stream(read_records(io.StringIO(body.decode(), newline="\n"))))


OPTIONS = st.sampled_from(
    [
        [f"by={','.join(KEYS)}", f"metrics={','.join(METRICS)}"],
        [f"by={','.join(KEYS)}", f"metrics={','.join(METRICS)}", "unseen=flag"],
        [f"by={','.join(reversed(KEYS))}", f"metrics={','.join(reversed(METRICS))}", "minspread=0", "threshold=1"],
        [f"by={','.join(KEYS)}", "metrics=rx,tx,new", "minsamples=0", "unseen=flag"],
        [f"by={','.join(KEYS)}", f"metrics={','.join(METRICS)}", "baseline=peaked"],
        [f"by={','.join(KEYS)}", f"metrics={','.join(reversed(METRICS))}", "baseline=peaked", "unseen=flag"],
        [f"by={','.join(KEYS)}", f"metrics={','.join(METRICS)}", "baseline=peaked", "peaks=ignore"],
        [f"by={','.join(KEYS)}", f"metrics={','.join(METRICS)}", "baseline=peaked", "action=annotate"],
    ]
)


@pytest.fixture(scope="module")
def app_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two") / "app"
    (folder / "lookups").mkdir(parents=True)
    write_lookups(folder)
    return folder


def write_lookups(folder: Path) -> None:
    for name, text in (("npm_baseline", LOOKUP), ("peaked", PEAKED)):
        (folder / "lookups" / f"{name}.csv").write_text(text, encoding="utf-8")


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


# The second time is as long as the first only up to the middle of the character that stands for NUL.
ODD_TIME = b"""_time,cluster,workload,process,tx,rx,new,udp,last
1772323200,prod,"web 1",nginx,,,,,99999
17723232\x0000,prod,"web 1",nginx,,,,,
"""
ODD_LINE_ENDS = bodies().map(with_carriage_returns)


@settings(max_examples=examples(200, 4000))
@given(
    args=OPTIONS,
    chunks=st.lists(
        st.one_of(bodies(), bodies(), plain_bodies(), tampered(bodies()), tampered(plain_bodies()), ODD_LINE_ENDS),
        min_size=1,
        max_size=3,
    ),
    limits=st.sampled_from([{}, {"BLOCK": 1}, {"BLOCK": 200}, {"BLOCK": 200, "MOST_SERIES": 1, "MOST_SHAPES": 1}]),
    again=st.integers(1, 3),
)
@example(args=[f"by={','.join(KEYS)}", f"metrics={','.join(METRICS)}"], chunks=[ODD_TIME], limits={}, again=1)
def test_both_paths_write_the_same_bytes(
    app_folder: Path, args: list[str], chunks: list[bytes], limits: dict[str, int], again: int
) -> None:
    stream = search(args, chunks * again)
    with mock.patch.dict(vars(columnwise), limits):
        assert replies(NpmAnomalyCommand, app_folder, stream) == replies(ReferenceCommand, app_folder, stream)


@settings(max_examples=examples(5, 50))
@given(args=OPTIONS, chunks=st.lists(bodies(), min_size=1, max_size=3))
def test_a_process_writes_what_the_reference_writes(
    staged_folder: Path, interpreter: Path, args: list[str], chunks: list[bytes]
) -> None:
    write_lookups(staged_folder)
    stream = search(args, chunks)
    command = [str(interpreter), "-B", str(staged_folder / "bin" / "npmanomaly.py")]
    process = subprocess.run(command, input=stream, capture_output=True, timeout=60, check=False)
    assert process.stderr == b""
    assert (process.returncode, process.stdout) == replies(ReferenceCommand, staged_folder, stream)


def test_a_body_cut_into_chunks_at_any_row_gives_the_same_findings(app_folder: Path) -> None:
    header = ",".join(["_time", *KEYS, *METRICS])
    lines = [f'{1772323200 + at},prod,"web 1",nginx,{at},"{at}.5","",,{200 - at}' for at in range(250)]
    args = [f"by={','.join(KEYS)}", f"metrics={','.join(METRICS)}"]

    def findings(size: int) -> list[str]:
        pieces = ["\n".join([header, *lines[at : at + size], ""]).encode() for at in range(0, 250, size)]
        _, output = replies(NpmAnomalyCommand, app_folder, search(args, pieces))
        return [line for line in output.decode().splitlines() if line.startswith("prod,")]

    assert len(findings(250)) == 89 + 90 + 40
    assert findings(250) == findings(1) == findings(7)


ODD_CELLS = (
    *("nan", "NaN", "inf", "-inf", "-1e999", "1_0", "1_000", "x", "1e9", "+500", "-5", "5.", ".5", " 5 ", ".", '"."'),
    *('"500"', '5""', '500""', '""5', '5"0.0', '5"0.0"', '"5"0.0', '"5.0', '5.0"', '"5,0"', '""', "9" * 400),
)
ODD_ROWS = [
    '1772323201,prod,"web 1",nginx,1,2,3,"4,500",,,,,,,,,',  # a comma in a metric, and a cell less
    '1772323201,"prod,x",nginx,1,2,3,4,500,,,,,,,,,',
    '"1772323201,prod","web 1",nginx,1,2,3,4,5,,,,,,,,,',
    '1772323201,"prod,web 1,nginx,1,2,3,4,5,,,,,,,,,\n1772323201,prod",web 1,nginx,1,2,3,4,500,,,,,,,,,',
    *(f'1772323201,prod,"web 1",nginx,{over},2,3,4,{odd},,,,,,,,,' for over in ("1", "500") for odd in ODD_CELLS),
    '1772323201,prod,"web 1",nginx,1,2,3,4,500,,,,,,,,7',  # filled __mv_ cells
    '1772323201,prod,"web 1",nginx,500,2,3,4,500,,,,,$5$;$6$,,,,',
    '1772323201,prod,"web 1",nginx,1,2,3,4,500,,,,,,,,,,',  # a cell more
    '1772323201,prod,"web 1",nginx,1,2,3,4,500,,,,,,,',
    '1772323201,prod,"web 1",nginx,1,2,3,4,500',
    '1772323201,prod,"web 1",,1,2,3,4,500,,,,,,,,,',
    '1772323201,prod,"web ""1",nginx,1,2,3,4,500,,,,,,,,,',
    '1772323201,prod,"web\n1",nginx,1,2,3,4,500,,,,,,,,,',
    '1772323201,prod,web"1",nginx,1,2,3,4,500,,,,,,,,,',
    "1772323201,unheard,of,it,1,2,3,4,500,,,,,,,,,",
    f"1772323201,unheard,of,it,{'9' * 400},2,3,4,5,,,,,,,,,",
    '1772323201,unheard,of,it,0,,0,"0.0",,,,,,,,,,',
    '5,prod,"web 1",nginx,1,2,3,4,500,,,,,,,,,',  # a time of other length
    '1772323201.250,prod,"web 1",nginx,1,2,3,4,500,,,,,,,,,',
    '1772323201,prod,"web 1",nginx,,,,,,,,,,,,,,',
    "",
    "\r",
    " ",
]


@pytest.mark.parametrize("args", [["unseen=ignore"], ["unseen=flag", "minspread=0"]], ids=" ".join)
@pytest.mark.parametrize("last", ["", "5"], ids=["ended", "unended"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("odd", ODD_ROWS)
def test_an_odd_row_among_plain_ones_is_scored_as_by_itself(
    app_folder: Path, odd: str, line_end: str, last: str, args: list[str]
) -> None:
    fields = ("_time", *KEYS, *METRICS)
    header = ",".join((*fields, *(f"__mv_{name}" for name in fields)))
    plain = [
        '1772323200,prod,"web 1",nginx,1,2,"3.5",4,500,,,,,,,,,',
        '1772323200,prod,"web 1",3,0,0,0,0,0,,,,,,,,,',
    ] * 3
    body = line_end.join([header, *plain, odd, *plain, last]).encode()
    stream = search([f"by={','.join(KEYS)}", f"metrics={','.join(METRICS)}", *args], [body, body])
    assert replies(NpmAnomalyCommand, app_folder, stream) == replies(ReferenceCommand, app_folder, stream)


def test_a_short_time_does_not_hide_the_metrics_of_other_rows(tmp_path: Path) -> None:
    (tmp_path / "lookups").mkdir()
    (tmp_path / "lookups" / "npm_baseline.csv").write_text(
        "p,count_a,avg_a,stdev_a,count_b,avg_b,stdev_b\nx,500,1,0,500,1,0\n"
    )
    body = b"_time,p,a,b\n1772323200,x,1,1\n1772323201,x,1,9\n5,x,1,9\n5,x,9,1\n1772323202,x,1,9\n"
    stream = search(["by=p", "metrics=a,b"], [body])
    assert replies(NpmAnomalyCommand, tmp_path, stream) == replies(ReferenceCommand, tmp_path, stream)


def test_plain_rows_are_scored_by_columns(app_folder: Path) -> None:
    """Quoted decimals, digits, empty cells, empty ``__mv_`` cells and CRLF are plain.

    Of each chunk only the first row is read by itself; its columns are needed for messages.
    """
    header = ",".join(f'"{name}"' for name in ("_time", *KEYS, *METRICS))
    empty = ",".join(f'"__mv_{name}"' for name in ("_time", *KEYS, *METRICS))
    for cells in ('"1.5","2.25","3.5","4.5","5.5"', "1,2,3,4,5", '"1.5",2,"3.5",,'):
        for line_end in ("\n", "\r\n"):
            row = f'1772323200,prod,"web 1",nginx,{cells},,,,,,,,,'
            body = line_end.join([f"{header},{empty}", *[row] * 100, ""]).encode()
            with mock.patch("npmlib.anomaly.columnwise.score_row", wraps=score_row) as one_by_one:
                args = [f"by={','.join(KEYS)}", f"metrics={','.join(METRICS)}"]
                assert replies(NpmAnomalyCommand, app_folder, search(args, [body]))[0] == 0
            assert one_by_one.call_count == 1
