"""Accepted levels: two lookups that say from which hour on what a workload sends is its new normal.

People write one, and a search the other: each has one writer, as a lookup is replaced as a whole.

Columns: the by fields, each a name or a pattern with ``*``; ``accepted_at``, in epoch seconds or as a day or minute in
UTC; ``up_to``, the largest accepted ratio of the new level to the old one, empty for any. A row with ``up_to`` stands
for a deploy, and less is accepted for it than for a row that a person wrote, see npmlib.profile.acceptance. Other
columns, such as ``reason`` and ``owner``, are for people.

People edit the table, with spreadsheets too. A row with a cell that is not clearly valid accepts nothing, and is told;
the other rows work, and the search goes on. The macro npm_table_check reads the cells by the same rules.
"""

import csv
import io
import os
import re
from datetime import datetime, timezone
from itertools import compress
from math import log
from typing import Dict, Iterator, List, NamedTuple, Optional, Pattern, Sequence, Tuple

from npmlib.learn.hourrows import SECONDS_PER_HOUR
from npmlib.learn.options import LearnOptions
from npmlib.learn.tally import Tally
from npmlib.lookupfile import LookupOption, read_settled
from npmlib.profile.acceptance import Level
from npmlib.rows import Series, readable

ACCEPT = LookupOption(
    option="accept",
    when_missing="Save it as a lookup of this app, or leave out accept=",
    again="save it again",
    by_hand=True,
)
DEPLOYS = LookupOption(
    option="deploys",
    when_missing="Run the search that writes it, or leave out deploys=",
    again="run the search that writes it again",
)

_DAY = re.compile(r"(20[0-9]{2})-([0-9]{2})-([0-9]{2})(?:[T ]([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?Z?)?\Z")
_SECONDS = re.compile(r"([1-9][0-9]{9})(?:\.0+)?\Z")  # 2001 to 2286; milliseconds have more digits
_RATIO = re.compile(r"[0-9]{1,4}(?:\.[0-9]+)?\Z")
LARGEST_RATIO = 1000.0

Exact = Tuple[bool, ...]  # for each by field: True where the row names one value, False where it has a pattern


class Row(NamedTuple):
    """A row of the lookup: its level, and its patterns in the order of the by fields; None matches any value."""

    level: Level
    patterns: Tuple[Optional[Pattern[str]], ...]


class AcceptedLevels:
    """The rows of both lookups, arranged so that those of a series are found without trying all of them.

    Rows that have patterns in the same fields are looked up together, by the exact names in their other fields.
    """

    def __init__(self) -> None:
        self._rows: Dict[Exact, Dict[Tuple[str, ...], List[Row]]] = {}

    def add(self, names: Sequence[str], level: Level) -> None:
        """Add a row with a name or a pattern for each by field."""
        exact = tuple(["*" not in name for name in names])
        patterns = tuple([_pattern(name) for name, is_exact in zip(names, exact) if not is_exact])
        by_names = self._rows.setdefault(exact, {})
        by_names.setdefault(tuple(compress(names, exact)), []).append(Row(level, patterns))

    def levels(self, series: Series) -> List[Level]:
        """Return the levels accepted for ``series``: those without a limit first, then by hour."""
        levels = []
        for exact, by_names in self._rows.items():
            others = [name for name, is_exact in zip(series, exact) if not is_exact]
            for level, patterns in by_names.get(tuple(compress(series, exact)), ()):
                if all(pattern is None or pattern.match(name) for pattern, name in zip(patterns, others)):
                    levels.append(level)
        return sorted(levels, key=lambda level: (level.limit > 0, level))


def load_accepted(app_folder: str, options: LearnOptions, tally: Tally) -> AcceptedLevels:
    """Read the lookups that ``options`` name; one of the default name that does not exist has no levels.

    Rows that are not clearly valid are not used, and reported to ``tally``. SearchError where a file is missing, leads
    out of the app, or may not be read.
    """
    accepted = AcceptedLevels()
    for lookup in (ACCEPT, DEPLOYS):
        name, default = getattr(options, lookup.option), getattr(LearnOptions, lookup.option)
        if name == default and not os.path.lexists(os.path.join(app_folder, "lookups", name + ".csv")):
            continue
        content, _ = readable(read_settled(app_folder, name, lookup))
        rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
        shown = f"{lookup.option} '{name}'"
        try:
            _take(rows, shown, options, accepted, tally)
        except csv.Error as error:  # most often a quote that is never closed
            tally.wrong_levels.append(
                f"{shown} cannot be read from line {rows.line_num} on ({error}). The rows from there on are not used"
            )
    return accepted


def _take(rows: Iterator[List[str]], shown: str, options: LearnOptions, accepted: AcceptedLevels, tally: Tally) -> None:
    """Add the rows of a lookup to ``accepted``; messages call it ``shown``."""
    header = next(rows, [])
    wrong = [name for name in (*options.by, "accepted_at") if header.count(name) != 1]
    wrong += ["up_to"] if header.count("up_to") > 1 else []
    if wrong and (header or any(map(any, rows))):
        tally.wrong_levels.append(
            f"{shown} has no column {', '.join(wrong)}, or has it twice, so none of its levels is accepted. Its first"
            f" line names: {', '.join(header)[:400] or 'nothing'}"
        )
        return
    for number, cells in enumerate(filter(None, rows), start=2):  # as a spreadsheet counts: the header is row 1
        if not any(cells):
            continue
        row = dict(zip(header, cells))
        problem = _problem(row, options) if len(cells) == len(header) else _shape(len(cells), len(header))
        if problem:
            tally.wrong_levels.append(f"{shown}, row {number}: {problem}. The row is not used")
            continue
        hour, limit = accepted_hour(row["accepted_at"]), accepted_limit(row.get("up_to", ""))
        if hour is not None and limit is not None:
            accepted.add([row[name] for name in options.by], Level(hour, limit))


def _shape(cells: int, columns: int) -> str:
    return f"it has {cells} cells under {columns} columns; put a text with a comma in quotes, and leave no cell out"


def _problem(row: Dict[str, str], options: LearnOptions) -> str:
    """Return what is not clearly valid in a row and what to write instead; empty for a valid row."""
    for name in options.by:
        if not row[name]:
            return f"{name} is empty; write a name, or * for any"
    if accepted_hour(row["accepted_at"]) is None:
        return (
            f"accepted_at='{row['accepted_at'][:80]}' is not a time; write epoch seconds of ten digits, or YYYY-MM-DD"
            " or YYYY-MM-DDTHH:MM in UTC"
        )
    up_to = row.get("up_to", "")
    if accepted_limit(up_to) is None:
        return (
            f"up_to='{up_to[:80]}' is not a ratio above 1 and up to {LARGEST_RATIO:g}; write one such as 3, or leave"
            " the cell empty for any"
        )
    return ""


def _pattern(name: str) -> Optional[Pattern[str]]:
    if not name.strip("*"):
        return None
    return re.compile(".*".join(map(re.escape, re.split(r"\*+", name))) + r"\Z", re.DOTALL)


def accepted_limit(text: str) -> Optional[float]:
    """Return the natural logarithm of a ratio above 1 and up to 1000, 0 for an empty text, None for any other text.

    >>> accepted_limit(""), accepted_limit("1"), accepted_limit("many")
    (0.0, None, None)
    """
    if not text:
        return 0.0
    return log(float(text)) if _RATIO.match(text) and 1 < float(text) <= LARGEST_RATIO else None


def accepted_hour(text: str) -> Optional[int]:
    """Return the hours since 1970 of a time written in one of the forms of the lookup, None for any other text.

    >>> accepted_hour("2026-03-01T05:30"), accepted_hour("2026-03-01"), accepted_hour("1772343000")
    (492317, 492312, 492317)
    """
    seconds = _SECONDS.match(text)
    if seconds:
        return int(seconds.group(1)) // SECONDS_PER_HOUR
    parts = _DAY.match(text)
    if parts is None:
        return None
    year, month, day, hour, minute, second = [int(part or 0) for part in parts.groups()]
    try:
        time = datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc)
    except ValueError:  # 30 February
        return None
    return int(time.timestamp()) // SECONDS_PER_HOUR
