"""Reads a row to learn from: what one series sent in one closed hour, all metrics beside each other."""

from array import array
from math import inf, nan
from typing import List, Mapping, Optional, Sequence, Tuple

from npmlib.errors import SearchError
from npmlib.learn.columns import PARTS
from npmlib.learn.gathered import UNUSABLE, Gathered, Hours, Series
from npmlib.learn.options import LearnOptions
from npmlib.learn.tally import Tally
from npmlib.numbers import all_numbers, parse_number
from npmlib.profile.hours import INTERVALS

SECONDS = 3600
LATEST_HOUR = 2**24  # since 1970; a profile keeps hours as single-precision numbers
LARGEST_LOGARITHM = 1000.0  # no number has one
LARGEST = (INTERVALS, inf, LARGEST_LOGARITHM * INTERVALS, inf)  # of n, sum, log and p95


class HourRows:
    """Puts rows into ``gathered``, and counts those that cannot be learned in ``tally``."""

    def __init__(self, options: LearnOptions, gathered: Gathered, tally: Tally) -> None:
        self._by = options.by
        self._columns = [f"{part}_{metric}" for metric in options.metrics for part in PARTS]
        self._gathered = gathered
        self._tally = tally

    def take(self, record: Mapping[str, object]) -> None:
        """Keep what the row says. SearchError where another row says something else of the same series and hour."""
        self._tally.hour_rows += 1
        series = self._series(record)
        hour = self._hour(record) if series else None
        if series is None or hour is None:
            return
        numbers, wrong = self._numbers(record)
        if wrong:
            self._tally.skip_not_a_number(wrong, record.get(wrong, ""))
        observed = self._gathered.observed.setdefault(series[0], {})
        observed[hour] = max(observed.get(hour, 0.0), *numbers[:: len(PARTS)])
        _keep(self._gathered.hours.setdefault(series, {}), hour, numbers, series)

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
        text = record.get("hour")
        hour = epoch_hour(text)
        if hour is None:
            self._tally.skip_not_a_number("hour", text)
        return hour

    def _numbers(self, record: Mapping[str, object]) -> Tuple["array[float]", str]:
        """Return the parts of each metric, and the column that makes the row unusable, if there is one."""
        cells = [record.get(column, "") for column in self._columns]
        plain = None
        if all(isinstance(cell, str) for cell in cells):
            plain = all_numbers(cells)  # type: ignore[arg-type]  # they are texts
        found = array("d", bytes(8 * len(cells)))
        for at in range(0, len(cells), len(PARTS)):
            parts = plain[at : at + len(PARTS)] if plain else _parts(cells[at : at + len(PARTS)])
            wrong = _wrong_part(parts)
            if wrong is not None:
                return array("d", [UNUSABLE] * len(cells)), self._columns[at + wrong]
            if parts[0]:  # else silent, whatever the others say
                found[at : at + len(PARTS)] = array("d", parts)
        return found, ""


def epoch_hour(text: object) -> Optional[int]:
    """Return the hours since 1970 of an epoch second that begins one; None for anything else."""
    seconds = parse_number(text) if isinstance(text, str) else None
    if seconds is None or seconds % SECONDS or not 0 < seconds < LATEST_HOUR * SECONDS:
        return None
    return int(seconds) // SECONDS


def _parts(cells: Sequence[object]) -> List[float]:
    """Read n, sum, log and p95; NaN where there is no number. Without n all are 0: nothing was sent."""
    first = cells[0]
    if isinstance(first, str) and not first.strip():
        return [0.0] * len(PARTS)
    numbers = [parse_number(cell) if isinstance(cell, str) else None for cell in cells]
    if numbers[0] == 0:
        return [0.0] * len(PARTS)
    return [nan if number is None else number for number in numbers]


def _wrong_part(parts: Sequence[float]) -> Optional[int]:
    """Tell which of n, sum, log and p95 cannot be."""
    for place, (number, most) in enumerate(zip(parts, LARGEST)):
        if not 0 <= number <= most:
            return place
    return None


def _keep(hours: Hours, hour: int, numbers: "array[float]", series: Series) -> None:
    before = hours.setdefault(hour, numbers)
    if before != numbers:
        raise SearchError(
            f"there are two rows of {', '.join(series)} for the hour {hour * SECONDS}; is a field missing in by=?"
        )
