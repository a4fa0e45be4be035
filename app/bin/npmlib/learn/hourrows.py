"""The rows to learn from: each says what one series sent in one closed hour, with all metrics side by side."""

import time
from array import array
from math import nan
from typing import Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from npmlib.errors import SearchError
from npmlib.learn.options import PARTS, RANGE, LearnOptions
from npmlib.learn.tally import Tally
from npmlib.numbers import all_numbers, largest_amount, parse_number
from npmlib.rows import Series

SECONDS_PER_HOUR = 3600
LATEST_HOUR = 2**24  # since 1970; a profile keeps hours as single-precision numbers, which are exact up to here
LARGEST_LOGARITHM = 1000.0  # more than that of any double
MOST_INTERVALS = SECONDS_PER_HOUR  # in an hour: none is shorter than a second
UNUSABLE = -1.0  # stands for n where a part of the metric is invalid: it is not learned in this hour

Hours = Dict[int, "array[float]"]  # by hour since 1970: n, sum, log and p95 of each metric in turn


class Reading(NamedTuple):
    """The time that was read, from ``begin`` up to ``end``, and ``at`` when, all in epoch seconds."""

    begin: float
    end: float
    at: float


class HourRows:
    """Keeps the rows to learn from, and counts in ``tally`` those that cannot be learned.

    hours: what each series sent. observed: the hours of each cluster that have a row, and the largest n in each.
    read_at: when the rows were read, in epoch seconds.
    """

    def __init__(self, options: LearnOptions, tally: Tally) -> None:
        self.hours: Dict[Series, Hours] = {}
        self.observed: Dict[str, Dict[int, float]] = {}
        self.read_at = time.time()
        self._reading = Reading(0.0, self.read_at, self.read_at)
        self._range: Tuple[object, ...] = ()
        self._by = options.by
        self._columns = [f"{part}_{metric}" for metric in options.metrics for part in PARTS]
        self._largest = [_largest(metric) for metric in options.metrics]
        self._tally = tally

    def take(self, record: Mapping[str, object]) -> None:
        """Keep a row; SearchError where another row of the same series and hour has other numbers."""
        self._tally.rows += 1
        series = self._series(record)
        hour = self._hour(record) if series else None
        if series is None or hour is None or not self._is_whole(record, hour):
            return
        numbers = self._numbers(record)
        observed = self.observed.setdefault(series[0], {})
        observed[hour] = max(observed.get(hour, 0.0), *numbers[:: len(PARTS)])
        if self.hours.setdefault(series, {}).setdefault(hour, numbers) != numbers:
            raise SearchError(
                f"there are two rows of {', '.join(series)} for the hour {hour * SECONDS_PER_HOUR};"
                " is a field missing in by=?"
            )

    def _series(self, record: Mapping[str, object]) -> Optional[Series]:
        values = []
        for name in self._by:
            value = record.get(name)
            if not isinstance(value, str) or not value:
                self._tally.skip_without(name)
                return None
            values.append(value)
        return tuple(values)

    def _hour(self, record: Mapping[str, object]) -> Optional[int]:
        text = record.get("hour", "")
        hour = epoch_hour(text)
        if hour is None:
            self._tally.skip_not_a_number("hour", text)
        return hour

    def _is_whole(self, record: Mapping[str, object], hour: int) -> bool:
        """Return whether all of an hour lies in the time that was read, and in the past.

        An hour learned before it is over would be taken for a quiet one, and the rest of it never learned.
        """
        cells = tuple([record.get(name) for name in RANGE])
        if cells != self._range:
            self._range = cells
            self._reading = _reading(cells, self.read_at)
            self.read_at = self._reading.at
        begin = hour * SECONDS_PER_HOUR
        if self._reading.begin <= begin and begin + SECONDS_PER_HOUR <= self._reading.end:
            return True
        self._tally.leave_out(begin, ahead=begin >= self._reading.at)
        return False

    def _numbers(self, record: Mapping[str, object]) -> "array[float]":
        """Return n, sum, log and p95 of each metric in turn; n is UNUSABLE where one of the four is invalid."""
        cells = [record.get(column, "") for column in self._columns]
        plain = None
        if all(isinstance(cell, str) for cell in cells):
            plain = all_numbers(cells)  # type: ignore[arg-type]  # they are texts
        numbers = array("d", bytes(8 * len(cells)))
        for start in range(0, len(cells), len(PARTS)):
            metric = slice(start, start + len(PARTS))
            parts = plain[metric] if plain else _parts(cells[metric])
            wrong = _invalid_part(parts, self._largest[start // len(PARTS)])
            if wrong is not None:
                self._tally.leave_out_value(self._columns[start + wrong], cells[start + wrong])
                numbers[start] = UNUSABLE
            elif parts[0]:  # else the metric was silent, whatever the other three say
                numbers[metric] = array("d", parts)
        return numbers


def epoch_hour(text: object) -> Optional[int]:
    """Return the hours since 1970 of an epoch second at which an hour begins; None for anything else."""
    seconds = parse_number(text) if isinstance(text, str) else None
    if seconds is None or seconds % SECONDS_PER_HOUR or not 0 < seconds < LATEST_HOUR * SECONDS_PER_HOUR:
        return None
    return int(seconds) // SECONDS_PER_HOUR


def _reading(cells: Sequence[object], now: float) -> Reading:
    """Read the columns RANGE; rows that were not made with npm_hours lack them, and are of all times before ``now``."""
    begin, end, at = [parse_number(cell) if isinstance(cell, str) else None for cell in cells]
    read_at = now if at is None else at
    return Reading(begin or 0.0, read_at if end is None else min(end, read_at), read_at)


def _parts(cells: Sequence[object]) -> List[float]:
    """Read n, sum, log and p95, NaN for a cell that is not a number; all are 0 where n is empty or 0."""
    first = cells[0]
    if isinstance(first, str) and not first.strip():
        return [0.0] * len(PARTS)
    numbers = [parse_number(cell) if isinstance(cell, str) else None for cell in cells]
    if numbers[0] == 0:
        return [0.0] * len(PARTS)
    return [nan if number is None else number for number in numbers]


def _largest(metric: str) -> Sequence[float]:
    """Return the largest n, sum, log and p95 of an hour that can be amounts of ``metric``."""
    amount = largest_amount(metric)
    return MOST_INTERVALS, amount, LARGEST_LOGARITHM * MOST_INTERVALS, amount


def _invalid_part(parts: Sequence[float], ranges: Sequence[float]) -> Optional[int]:
    """Return the position of the first of n, sum, log and p95 that is out of its range, or None."""
    for position, (number, largest) in enumerate(zip(parts, ranges)):
        if not 0 <= number <= largest:
            return position
    return None
