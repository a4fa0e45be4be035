"""Whatever the rows hold, there is a table that the next run can read, or an error that names what is wrong."""

from __future__ import annotations

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st
from npmlib.errors import SearchError
from npmlib.learn.incoming import Incoming, Reply
from npmlib.learn.options import parse_options
from npmlib.rows import readable

from tests.app.learn.learning import ARGS, BY, START, body, days, learn, sent
from tests.examples import examples
from workbench.replay.rows import Row

TABLE = learn(days(8), [sent(192, each=60_000)]).rows
SOUND = body([*days(0.1, start=193), *TABLE])

numbers = st.sampled_from(["0", "1", "120", "1e-300", "1e300", "5000.25", "-1", "nan", "", "x", "121", "1e400"])


@st.composite
def tampered(draw: st.DrawFn) -> bytes:
    """Sound rows with some bytes inserted, removed or replaced."""
    rows = bytearray(SOUND)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(rows)))
        new = draw(
            st.sampled_from([b'"', b",", b"\n", b"\r", b"$", b"9", b".", b"-", b"e", b"A", b"\0", b"\xff", b"="])
        )
        rows[at : at + draw(st.integers(0, 2))] = new if draw(st.booleans()) else b""
    return bytes(rows)


def table_of(chunk: bytes) -> bytes:
    """The table that comes of a chunk; SearchError or csv.Error where none does."""
    incoming = Incoming(parse_options(dict(arg.split("=", 1) for arg in ARGS)))
    text, damaged = readable(chunk)
    incoming.take_chunk(io.BytesIO(text), damaged)
    table = Reply()
    incoming.learn("/nowhere", table)
    return table.encode()


@settings(max_examples=examples(150, 3000))
@given(tampered())
def test_tampered_rows_give_a_table_that_can_be_read_or_an_error(chunk: bytes) -> None:
    try:
        table = table_of(chunk)
    except (SearchError, csv.Error):
        return
    assert table_of(table) == table


@settings(max_examples=examples(100, 1000))
@given(st.lists(st.lists(numbers, min_size=4, max_size=4), min_size=1, max_size=30))
def test_numbers_out_of_all_measure_leave_profiles_that_can_be_read(hours: list[list[str]]) -> None:
    parts = ("n", "sum", "log", "p95")
    rows: list[Row] = [
        {
            **dict(zip(BY, ("prod", "web"), strict=True)),
            "hour": str((START + hour) * 3600),
            **{
                f"{part}_{metric}": text
                for metric in ("tx.bytes", "tx.conns")
                for part, text in zip(parts, four, strict=True)
            },
        }
        for hour, four in enumerate(hours)
    ]
    table = learn(rows).rows
    assert learn(table).rows == table
