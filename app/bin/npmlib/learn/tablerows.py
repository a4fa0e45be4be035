"""Reads a row of the table of profiles, which npmlearn itself wrote; what it cannot have written ends the search.

Nothing is written then, so the table stays as it is until somebody has looked at it.
"""

import re
from typing import List, Mapping, Sequence

from npmlib.errors import SearchError
from npmlib.learn.columns import HOUR, PROFILE, RESULT_FIELDS, TOLD
from npmlib.learn.gathered import Gathered, Profile, Series
from npmlib.learn.hourrows import epoch_hour
from npmlib.learn.options import LearnOptions
from npmlib.learn.tally import Tally
from npmlib.numbers import parse_number
from npmlib.profile.state import ProfileError, unpack

NUMBERS_OF_AN_HOUR = ("age_days", *TOLD, "excess", "accepted_at")
Record = Mapping[str, object]

_NUMBERS_OR_NONE = re.compile(r"(?:(?:-?[0-9]+(?:\.[0-9]+)?)?,)*\Z")


class TableRows:
    """Puts rows into ``gathered``."""

    def __init__(self, options: LearnOptions, gathered: Gathered, tally: Tally) -> None:
        self._by = options.by
        self._gathered = gathered
        self._tally = tally

    def take(self, record: Record) -> None:
        """Keep what the row says; SearchError for one that is damaged, or that there is twice."""
        self._tally.table_rows += 1
        kind = record.get("kind", "")
        series = tuple([self._filled(record, name) for name in self._by])
        metric = self._filled(record, "metric")
        if kind == PROFILE:
            self._take_profile(series, metric, record)
        elif kind == HOUR:
            self._take_hour(series, metric, record)
        else:
            raise self._damaged(record, "kind", f"holds '{kind}', and must hold {PROFILE} or {HOUR}")

    def _take_profile(self, series: Series, metric: str, record: Record) -> None:
        told = ",".join(self._numbers(record, TOLD))
        try:
            state = unpack(self._filled(record, "profile"))
        except ProfileError as error:
            raise self._damaged(record, "profile", f"cannot be read: {error}") from error
        known = self._gathered.profiles.setdefault(series, {}).setdefault(metric, Profile(state, told))
        if known.state != state or known.told != told:
            raise self._damaged(record, "profile", "is there twice, with different content")

    def _take_hour(self, series: Series, metric: str, record: Record) -> None:
        hour = epoch_hour(record.get("hour"))
        if hour is None:
            raise self._damaged(record, "hour", "is not the epoch second at which an hour begins")
        self._numbers(record, NUMBERS_OF_AN_HOUR)
        cells = [self._text(record, name) for name in RESULT_FIELDS]
        key = series, metric, hour
        self._gathered.alerts[key] = max(cells, self._gathered.alerts.get(key, cells))

    def _numbers(self, record: Record, columns: Sequence[str]) -> List[str]:
        cells = [self._text(record, name) for name in columns]
        joined = ",".join(cells) + ","
        if joined.count(",") != len(cells) or not _NUMBERS_OR_NONE.match(joined):
            for name, cell in zip(columns, cells):
                if cell and parse_number(cell) is None:
                    raise self._damaged(record, name, f"holds '{cell[:80]}', which is no number")
        return cells

    def _filled(self, record: Record, name: str) -> str:
        text = self._text(record, name)
        if not text:
            raise self._damaged(record, name, "is empty")
        return text

    def _text(self, record: Record, name: str) -> str:
        value = record.get(name, "")
        if not isinstance(value, str):
            raise self._damaged(record, name, "has several values")
        return value

    def _damaged(self, record: Record, column: str, what: str) -> SearchError:
        series = ", ".join(str(record.get(name) or "?") for name in (*self._by, "metric"))
        return SearchError(
            f"the table of profiles is damaged: in the row of {series} the column '{column}' {what}. Nothing was"
            " written; put back a copy of the table, or delete this row, and the series is learned from the beginning"
        )
