"""Levels that somebody accepted: a lookup that says from when on what a workload sends is the new normal.

Columns: the by fields, each a name, a pattern with ``*``, or empty for any; ``accepted_at``, in epoch seconds or as a
day or minute in UTC; ``up_to``, the largest ratio of the new level to the old one, empty for any. A row with ``up_to``
goes with a deploy and is believed less, see npmlib.profile.acceptance. Others, such as ``reason`` and
``owner``, are for people.
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
from npmlib.learn.gathered import Series
from npmlib.learn.options import LearnOptions
from npmlib.learn.tally import Tally
from npmlib.lookupfile import Kind, read_settled
from npmlib.numbers import parse_number
from npmlib.profile.acceptance import Level

ACCEPT = Kind(
    option="accept",
    when_missing="Save it as a lookup of this app, or leave out accept=",
    again="save it again",
)

_TIME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?Z?)?\Z")


Plain = Tuple[bool, ...]  # of each by field: whether a row has a name there, and no pattern


class Row(NamedTuple):
    """One row: its level, and patterns of the names that are not plain; None is any."""

    level: Level
    patterns: Tuple[Optional[Pattern[str]], ...]


class AcceptedLevels:
    """The rows of the lookup: by where they have plain names, then by these names, as there can be many."""

    def __init__(self) -> None:
        self._rows: Dict[Plain, Dict[Tuple[str, ...], List[Row]]] = {}

    def add(self, names: Sequence[str], level: Level) -> None:
        """Add a row with ``names`` or patterns of the by fields."""
        plain = tuple([bool(name) and "*" not in name for name in names])
        patterns = tuple([_pattern(name) for name, is_plain in zip(names, plain) if not is_plain])
        alike = self._rows.setdefault(plain, {})
        alike.setdefault(tuple(compress(names, plain)), []).append(Row(level, patterns))

    def levels(self, series: Series) -> List[Level]:
        """Return the levels of ``series`` that were accepted, those without a limit first, then by hour."""
        found = []
        for plain, alike in self._rows.items():
            others = [name for name, is_plain in zip(series, plain) if not is_plain]
            for level, patterns in alike.get(tuple(compress(series, plain)), ()):
                if all(pattern is None or pattern.match(name) for pattern, name in zip(patterns, others)):
                    found.append(level)
        return sorted(found, key=lambda level: (level.limit > 0, level))


def load_accepted(app_folder: str, options: LearnOptions, tally: Tally) -> AcceptedLevels:
    """Read the lookup that ``options`` name; none are accepted where the one of the default name is absent.

    Rows that cannot be understood are told to ``tally``. SearchError where the file cannot be read at all.
    """
    path = os.path.join(app_folder, "lookups", options.accept + ".csv")
    if options.accept == LearnOptions.accept and not os.path.lexists(path):
        return AcceptedLevels()
    content = read_settled(app_folder, options.accept, ACCEPT)
    try:
        lines = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
        return _read(lines, options, tally)
    except (UnicodeDecodeError, csv.Error) as error:
        raise SearchError(f"accept '{options.accept}' cannot be read ({error}); {ACCEPT.again}") from error


def _read(lines: io.TextIOWrapper, options: LearnOptions, tally: Tally) -> AcceptedLevels:
    rows = csv.DictReader(lines, restval="", strict=True)
    missing = [name for name in (*options.by, "accepted_at") if name not in (rows.fieldnames or ())]
    if missing and rows.fieldnames:
        tally.wrong_levels.append(
            f"accept '{options.accept}' has no column {', '.join(missing)}, so no level of it is accepted; add what is"
            " missing, and leave its cells empty for any"
        )
        return AcceptedLevels()
    accepted = AcceptedLevels()
    for row in rows:
        if not any(row[name] for name in (*options.by, "accepted_at")):
            continue
        hour = accepted_hour(row["accepted_at"])
        if hour is None:
            tally.wrong_levels.append(
                f"accept '{options.accept}', line {rows.line_num}: accepted_at='{row['accepted_at'][:80]}' is no time;"
                " write epoch seconds, or YYYY-MM-DD or YYYY-MM-DDTHH:MM in UTC. The row is not used"
            )
            continue
        limit = accepted_limit(row.get("up_to", ""))
        if limit is None:
            tally.wrong_levels.append(
                f"accept '{options.accept}', line {rows.line_num}: up_to='{row['up_to'][:80]}' is no ratio above 1;"
                " write one such as 3, or leave the cell empty for any. The row is not used"
            )
            continue
        accepted.add([row[name].strip() for name in options.by], Level(hour, limit))
    return accepted


def _pattern(name: str) -> Optional[Pattern[str]]:
    if not name.strip("*"):
        return None
    return re.compile(".*".join(map(re.escape, re.split(r"\*+", name))) + r"\Z", re.DOTALL)


def accepted_limit(text: str) -> Optional[float]:
    """Return the natural logarithm of a ratio above 1, 0 where there is none; None for another text.

    >>> accepted_limit(""), accepted_limit("1"), accepted_limit("many")
    (0.0, None, None)
    """
    if not text.strip():
        return 0.0
    ratio = parse_number(text)
    return log(ratio) if ratio is not None and ratio > 1 else None


def accepted_hour(text: str) -> Optional[int]:
    """Return the hours since 1970 at a time written in one of the forms of the lookup; None for another form.

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
    return int(seconds // 3600)
