"""Accepted levels: two lookups that say from which hour on what a workload sends is its new normal.

People write one, and a search the other: each has one writer, as a lookup is replaced as a whole.

Columns: the by fields, each a name, a pattern with ``*``, or empty for any; ``accepted_at``, in epoch seconds or as a
day or minute in UTC; ``up_to``, the largest accepted ratio of the new level to the old one, empty for any. A row with
``up_to`` stands for a deploy, and less is accepted for it than for a row that a person wrote, see
npmlib.profile.acceptance. Other columns, such as ``reason`` and ``owner``, are for people.
"""

import csv
import io
import os
import re
from datetime import datetime, timezone
from itertools import compress
from math import log
from typing import Dict, List, NamedTuple, Optional, Pattern, Sequence, Tuple

from npmlib.errors import SearchError
from npmlib.learn.hourrows import SECONDS_PER_HOUR
from npmlib.learn.options import LearnOptions
from npmlib.learn.tally import Tally
from npmlib.lookupfile import LookupOption, read_settled
from npmlib.numbers import parse_number
from npmlib.profile.acceptance import Level
from npmlib.rows import Series

ACCEPT = LookupOption(
    option="accept",
    when_missing="Save it as a lookup of this app, or leave out accept=",
    again="save it again",
)
DEPLOYS = LookupOption(
    option="deploys",
    when_missing="Run the search that writes it, or leave out deploys=",
    again="run the search that writes it again",
)

_TIME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?Z?)?\Z")


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
        """Add a row with a name, a pattern or nothing for each by field."""
        exact = tuple([bool(name) and "*" not in name for name in names])
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

    Rows that cannot be understood are not used, and reported to ``tally``. SearchError where a file cannot be read.
    """
    accepted = AcceptedLevels()
    for lookup in (ACCEPT, DEPLOYS):
        name, default = getattr(options, lookup.option), getattr(LearnOptions, lookup.option)
        if name == default and not os.path.lexists(os.path.join(app_folder, "lookups", name + ".csv")):
            continue
        content = read_settled(app_folder, name, lookup)
        shown = f"{lookup.option} '{name}'"
        try:
            lines = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
            _read(lines, shown, options, accepted, tally)
        except (UnicodeDecodeError, csv.Error) as error:
            raise SearchError(f"{shown} cannot be read ({error}); {lookup.again}") from error
    return accepted


def _read(lines: io.TextIOWrapper, shown: str, options: LearnOptions, accepted: AcceptedLevels, tally: Tally) -> None:
    """Add the rows of a lookup to ``accepted``; messages call it ``shown``."""
    rows = csv.DictReader(lines, restval="", strict=True)
    missing = [name for name in (*options.by, "accepted_at") if name not in (rows.fieldnames or ())]
    if missing and rows.fieldnames:
        tally.wrong_levels.append(
            f"{shown} has no column {', '.join(missing)}, so none of its levels is accepted. Add what"
            " is missing; an empty by field stands for any value"
        )
        return
    for row in rows:
        if not any(row[name] for name in (*options.by, "accepted_at")):
            continue
        hour = accepted_hour(row["accepted_at"])
        if hour is None:
            tally.wrong_levels.append(
                f"{shown}, line {rows.line_num}: accepted_at='{row['accepted_at'][:80]}' is not a"
                " time; write epoch seconds, or YYYY-MM-DD or YYYY-MM-DDTHH:MM in UTC. The row is not used"
            )
            continue
        limit = accepted_limit(row.get("up_to", ""))
        if limit is None:
            tally.wrong_levels.append(
                f"{shown}, line {rows.line_num}: up_to='{row['up_to'][:80]}' is not a ratio above 1;"
                " write one such as 3, or leave the cell empty for any. The row is not used"
            )
            continue
        accepted.add([row[name].strip() for name in options.by], Level(hour, limit))


def _pattern(name: str) -> Optional[Pattern[str]]:
    if not name.strip("*"):
        return None
    return re.compile(".*".join(map(re.escape, re.split(r"\*+", name))) + r"\Z", re.DOTALL)


def accepted_limit(text: str) -> Optional[float]:
    """Return the natural logarithm of a ratio above 1, 0 for an empty text, None for any other text.

    >>> accepted_limit(""), accepted_limit("1"), accepted_limit("many")
    (0.0, None, None)
    """
    if not text.strip():
        return 0.0
    ratio = parse_number(text)
    return log(ratio) if ratio is not None and ratio > 1 else None


def accepted_hour(text: str) -> Optional[int]:
    """Return the hours since 1970 of a time written in one of the forms of the lookup, None for any other text.

    >>> accepted_hour("2026-03-01T05:30"), accepted_hour("2026-03-01"), accepted_hour("1772343000")
    (492317, 492312, 492317)
    """
    seconds = parse_number(text)
    if seconds is None:
        parts = _TIME.match(text.strip())
        if parts is None:
            return None
        year, month, day, hour, minute, second = [int(part or 0) for part in parts.groups()]
        try:
            seconds = datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc).timestamp()
        except ValueError:  # a month of 13
            return None
    return int(seconds // SECONDS_PER_HOUR)
