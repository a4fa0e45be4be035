"""The rows of npmlearn: whatever they hold, they give a table that the next run can continue, or an error.

An input is the body of a chunk: rows to learn from, rows of the table of profiles, or both.
"""

from __future__ import annotations

import csv
import io

from npmlib.errors import SearchError
from npmlib.learn.incoming import Incoming, Reply
from npmlib.learn.options import PARTS, RESULT_FIELDS, LearnOptions
from npmlib.profile.state import unpack
from npmlib.rows import readable

OPTIONS = LearnOptions(by=("cluster", "process"), metrics=("a.bytes", "b"))
FIRST_HOUR = 480_000 * 3600
COLUMNS = [*OPTIONS.by, "hour", *(f"{part}_{metric}" for metric in OPTIONS.metrics for part in PARTS)]
HOURS = "".join(
    f"prod,{process},{FIRST_HOUR + 3600 * hour}{',120,12000,55.5,150' * len(OPTIONS.metrics)}\n"
    for process in ("nginx", "java")
    for hour in range(3)
)


def check(data: bytes) -> None:
    """Raise AssertionError if ``data`` breaks a promise."""
    try:
        table = learned(data)
    except SearchError as error:
        assert str(error).strip(), "an error has a text"
        return
    except csv.Error:  # which the command reports as such
        return
    for row in csv.DictReader(io.StringIO(table, newline="")):
        assert set(row) == {*OPTIONS.by, *RESULT_FIELDS}, f"a row has the columns of the table: {row}"
        if row["kind"] == "profile":
            unpack(row["profile"])
    again = learned(table.encode())
    if again != table:
        # A profile is stale by the newest hour of a run, which is not in the table if no profile learned it.
        assert _rows(again, table) == _rows(table, table), "a table without new hours stays as it is"
        assert learned(again.encode()) == again, "a table without new hours stays as it has become"


def learned(data: bytes) -> str:
    """Return the table, in CSV, that is learned from one chunk; SearchError or csv.Error where there is none."""
    body, damaged = readable(data)
    incoming, reply = Incoming(OPTIONS), Reply()
    incoming.take_chunk(io.BytesIO(body), damaged)
    for _, text in incoming.learn("/nowhere", reply):
        assert text.strip(), "a message has a text"
    return reply.encode().decode()


def _rows(table: str, before: str) -> list[list[str]]:
    """Return the rows of ``table``, with the state "stale" where ``before`` has it."""
    rows, rows_before = (list(csv.reader(io.StringIO(text, newline=""))) for text in (table, before))
    assert len(rows) == len(rows_before), "a table without new hours keeps its rows"
    state = rows[0].index("state")
    return [
        [*row[:state], "stale", *row[state + 1 :]] if old[state] == "stale" else row
        for row, old in zip(rows, rows_before, strict=True)
    ]


TABLE = learned((",".join(COLUMNS) + "\n" + HOURS).encode())
SEEDS = ((",".join(COLUMNS) + "\n" + HOURS).encode(), TABLE.encode())
