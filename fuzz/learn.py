"""The rows that npmlearn is given: whatever they hold, they give a table that can be learned on, or an error.

An input is the body of a chunk: hour rows, rows of the table of profiles, or both. What comes out is given to the
command again: the table must stay what it is, since every hour is learned once. One word may change: a profile is
stale beside the newest hour of the run, which is not in the table where no profile learned it.
"""

from __future__ import annotations

import csv
import io
import json

from npmlib.errors import SearchError
from npmlib.learn.incoming import Incoming, Reply
from npmlib.learn.options import PARTS, RESULT_FIELDS, LearnOptions
from npmlib.profile.state import unpack
from npmlib.rows import readable

from fuzz import baseline
from fuzz.finding import require

OPTIONS = LearnOptions(by=("cluster", "process"), metrics=("a.bytes", "b"))
HOUR = 480_000 * 3600


def check(data: bytes) -> None:
    """Hold one input against the promises."""
    try:
        table = _learned(data)
    except SearchError as error:
        require(str(error).strip(), "an error says something")
        return
    except csv.Error:  # the command says that this is no CSV
        return
    if not table:
        return
    for row in csv.DictReader(io.StringIO(table, newline="")):
        require(set(row) == {*OPTIONS.by, *RESULT_FIELDS}, f"a row has the columns of the table: {row}")
        if row["kind"] == "profile":
            unpack(row["profile"])
    again = _learned(table.encode())
    if again != table:
        require(_stale(again, table) == _stale(table, table), "a table without new hours stays what it is")
        require(_learned(again.encode()) == again, "a table without new hours stays what it became")


def seeds() -> dict[str, bytes]:
    """Hours, a table, and both."""
    names = [f"{part}_{metric}" for metric in OPTIONS.metrics for part in PARTS]
    header = ",".join((*OPTIONS.by, "hour", *names))
    hours = [
        f"prod,{process},{HOUR + 3600 * hour}," + ",".join(["120", "12000", "55.5", "150"] * 2)
        for process in ("nginx", "java")
        for hour in range(3)
    ]
    rows = "\n".join((header, *hours, ""))
    table = _learned(rows.encode())
    both = ",".join((*OPTIONS.by, "hour", *names, *(name for name in RESULT_FIELDS if name != "hour")))
    joined = [both]
    joined += [row + "," * (len(RESULT_FIELDS) - 1) for row in hours]
    for row in csv.DictReader(io.StringIO(table, newline="")):
        joined.append(",".join(row.get(name, "") for name in both.split(",")))
    return {"hours": rows.encode(), "table": table.encode(), "both": "\n".join((*joined, "")).encode()}


def words() -> tuple[bytes, ...]:
    """What rows are made of."""
    return tuple(
        json.dumps(name)[1:-1].encode() for name in (*RESULT_FIELDS, *PARTS, *OPTIONS.by, "1e308", "-1", "nan")
    )


def _stale(table: str, before: str) -> list[list[str]]:
    """The rows of ``table``, those that were stale ``before`` with that state."""
    rows, old = (list(csv.reader(io.StringIO(text, newline=""))) for text in (table, before))
    require(len(rows) == len(old), "a table without new hours has its rows")
    state = rows[0].index("state")
    for row, one in zip(rows, old, strict=True):
        if one[state] == "stale":
            row[state] = "stale"
    return rows


def _learned(data: bytes) -> str:
    body, damaged = readable(data)
    incoming, table = Incoming(OPTIONS), Reply()
    incoming.take_chunk(io.BytesIO(body), damaged)
    for _, text in incoming.learn(str(baseline.folder()), table):
        require(text.strip(), "a message says something")
    return table.getvalue()
