"""The functions of stats, one accumulator for each group and column; memory follows groups, not rows.

Numeric functions pass over text that is not a number. A multivalue adds each of its values. Functions that must
keep values (values, list, dc, mode, median, percN) hold those of their group. Percentiles interpolate between
neighbours, which is unverified without a live Splunk.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

from workbench.replay.rows import Value, as_number, as_text, bounded, byte_order, each_text, multivalue

LIST_LIMIT = 100  # limits.conf [stats] list_maxsize
_PERCENTILE = re.compile(r"(?:exact)?p(?:erc)?(\d{1,2}(?:\.\d+)?|100)\Z")
Number = int | float
_NUMBERS = frozenset({int, float})


class Accumulator(Protocol):
    """Takes the values of one group, none of them null, as many at once as there are.

    ``times`` are the _time of their rows, None for a row without; empty when no function of the command asks for them.
    """

    def add(self, values: Sequence[Value], times: Sequence[Number | None]) -> None:
        """Take the values of some rows, in their order."""

    def result(self) -> Value:
        """Return what the function gives for the values so far."""


def numbers_of(values: Sequence[Value]) -> Sequence[Number]:
    """Return the numbers among values, and among those of each multivalue."""
    if _NUMBERS.issuperset(map(type, values)):
        return values  # type: ignore[return-value]
    found = (as_number(each) for value in values for each in (value if type(value) is tuple else (value,)))
    return [number for number in found if number is not None]


class Count:
    """count: rows; count(f): values, each value of a multivalue; of a condition: the rows where it holds."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0

    def add(self, values: Sequence[Value], _times: Sequence[Number | None]) -> None:
        """Count the values."""
        self.count += len(values)
        if not _NUMBERS.issuperset(map(type, values)):
            for value in values:
                if type(value) is tuple:
                    self.count += len(value) - 1
                elif value is False:
                    self.count -= 1

    def result(self) -> Value:
        """Return how many there were."""
        return self.count


class Total:
    """sum and avg."""

    __slots__ = ("count", "mean", "total")

    def __init__(self, mean: bool) -> None:
        self.mean = mean
        self.count = 0
        self.total: Number = 0

    def add(self, values: Sequence[Value], _times: Sequence[Number | None]) -> None:
        """Add the numbers among the values."""
        numbers = numbers_of(values)
        self.count += len(numbers)
        self.total = sum(numbers, self.total)

    def result(self) -> Value:
        """Return the function's value; null when there was no number."""
        if not self.count:
            return None
        return self.total / self.count if self.mean else bounded(self.total)


class Spread:
    """sumsq, stdev, stdevp, var, varp, range: what follows from count, mean, squares, extremes."""

    __slots__ = ("count", "finish", "largest", "mean", "smallest", "squares")

    def __init__(self, finish: Callable[[Spread], Value]) -> None:
        self.finish = finish
        self.count = 0
        self.mean = 0.0
        self.squares = 0.0  # sum of squared distances from the mean, kept up by Welford's rule
        self.smallest: Number = math.inf
        self.largest: Number = -math.inf

    def add(self, values: Sequence[Value], _times: Sequence[Number | None]) -> None:
        """Add the numbers among the values."""
        numbers = numbers_of(values)
        count, mean, squares = self.count, self.mean, self.squares
        for number in numbers:
            count += 1
            distance = number - mean
            mean += distance / count
            squares += distance * (number - mean)
        self.count, self.mean, self.squares = count, mean, squares
        self.smallest = min(self.smallest, *numbers) if numbers else self.smallest
        self.largest = max(self.largest, *numbers) if numbers else self.largest

    def result(self) -> Value:
        """Return the function's value; null when there was no number."""
        return self.finish(self) if self.count else None


def _variance(state: Spread, less: int) -> float:
    # One value: Splunk says 0 for sample statistics too.
    return state.squares / (state.count - less) if state.count > less else 0.0


class Extreme:
    """min or max: numbers compare as numbers; once a text is not a number, all compare as text."""

    __slots__ = ("largest", "number", "text")

    def __init__(self, largest: bool) -> None:
        self.largest = largest
        self.number: Number | None = None
        self.text: str | None = None

    def add(self, values: Sequence[Value], _times: Sequence[Number | None]) -> None:
        """Keep the most extreme value."""
        for value in values:
            for each in value if type(value) is tuple else (value,):
                self._take(each)

    def _take(self, value: Value) -> None:
        number = as_number(value)
        if number is not None and self.text is None:
            if self.number is None or (number > self.number if self.largest else number < self.number):
                self.number = number
            return
        if self.text is None:
            self.text = as_text(self.number)
        text = as_text(value) or ""
        if self.text is None or (text > self.text if self.largest else text < self.text):
            self.text = text

    def result(self) -> Value:
        """Return the extreme value; null when there was none."""
        return self.number if self.text is None else self.text


class Distinct:
    """values and dc: the different values, compared as text with case."""

    __slots__ = ("counted", "distinct")

    def __init__(self, counted: bool) -> None:
        self.counted = counted
        self.distinct: set[str] = set()

    def add(self, values: Sequence[Value], _times: Sequence[Number | None]) -> None:
        """Remember the values."""
        for value in values:
            if type(value) is str:
                self.distinct.add(value)
            else:
                self.distinct.update(each_text(value))

    def result(self) -> Value:
        """Return how many values there were, or the values in byte order."""
        return len(self.distinct) if self.counted else multivalue(sorted(self.distinct, key=byte_order))


class Listed:
    """list: the values in row order, no more than Splunk keeps."""

    __slots__ = ("cut", "listed")

    def __init__(self) -> None:
        self.listed: list[str] = []
        self.cut = False

    def add(self, values: Sequence[Value], _times: Sequence[Number | None]) -> None:
        """Append the values while there is room."""
        for value in values:
            texts = each_text(value)
            room = LIST_LIMIT - len(self.listed)
            self.cut = self.cut or len(texts) > room
            self.listed.extend(texts[:room])

    def result(self) -> Value:
        """Return the values."""
        return multivalue(self.listed)


class Mode:
    """mode: the most frequent value; of several the first met."""

    __slots__ = ("counts",)

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def add(self, values: Sequence[Value], _times: Sequence[Number | None]) -> None:
        """Count the values."""
        for value in values:
            self.counts.update(each_text(value))

    def result(self) -> Value:
        """Return the most frequent value; null when there was none."""
        return max(self.counts, key=self.counts.__getitem__) if self.counts else None


class Percentile:
    """median and percN."""

    __slots__ = ("numbers", "percent")

    def __init__(self, percent: float) -> None:
        self.percent = percent
        self.numbers: list[Number] = []

    def add(self, values: Sequence[Value], _times: Sequence[Number | None]) -> None:
        """Keep the numbers among the values."""
        self.numbers.extend(numbers_of(values))

    def result(self) -> Value:
        """Return the value with this share of the numbers below it; null when there was no number."""
        if not self.numbers:
            return None
        ordered = sorted(self.numbers)
        rank = (len(ordered) - 1) * self.percent / 100
        below = math.floor(rank)
        if below == rank:
            return ordered[below]
        return ordered[below] + (ordered[below + 1] - ordered[below]) * (rank - below)


class AtEdge:
    """first and last by row order; earliest, latest and their times by _time: the value at an edge of the group."""

    __slots__ = ("at", "by_time", "late", "time_wanted", "value")

    def __init__(self, late: bool, by_time: bool, time_wanted: bool = False) -> None:
        self.late = late
        self.by_time = by_time
        self.time_wanted = time_wanted
        self.value: Value = None
        self.at: Number | None = None

    def add(self, values: Sequence[Value], times: Sequence[Number | None]) -> None:
        """Keep the value whose row lies nearest to the edge."""
        if not self.by_time:
            if values and (self.late or self.value is None):
                self.value = values[-1 if self.late else 0]
            return
        for value, time in zip(values, times, strict=True):
            if time is not None and (self.at is None or (time >= self.at if self.late else time < self.at)):
                self.value, self.at = value, time

    def result(self) -> Value:
        """Return the value, or the time of it."""
        return self.at if self.time_wanted else self.value


_FACTORIES: dict[str, Callable[[], Accumulator]] = {
    "count": Count,
    "sum": lambda: Total(mean=False),
    "avg": lambda: Total(mean=True),
    "sumsq": lambda: Spread(lambda state: state.squares + state.count * state.mean**2),
    "stdev": lambda: Spread(lambda state: math.sqrt(_variance(state, 1))),
    "stdevp": lambda: Spread(lambda state: math.sqrt(_variance(state, 0))),
    "var": lambda: Spread(lambda state: _variance(state, 1)),
    "varp": lambda: Spread(lambda state: _variance(state, 0)),
    "range": lambda: Spread(lambda state: state.largest - state.smallest),
    "min": lambda: Extreme(False),
    "max": lambda: Extreme(True),
    "values": lambda: Distinct(False),
    "dc": lambda: Distinct(True),
    "list": Listed,
    "mode": Mode,
    "median": lambda: Percentile(50),
    "first": lambda: AtEdge(False, False),
    "last": lambda: AtEdge(True, False),
    "earliest": lambda: AtEdge(False, True),
    "latest": lambda: AtEdge(True, True),
    "earliest_time": lambda: AtEdge(False, True, True),
    "latest_time": lambda: AtEdge(True, True, True),
}
_OTHER_NAMES = {"c": "count", "mean": "avg", "distinct_count": "dc"}


def factory(function: str) -> Callable[[], Accumulator] | None:
    """Return what makes an accumulator of this function (lower case), None when the replay does not know it."""
    found = _FACTORIES.get(_OTHER_NAMES.get(function, function))
    percentile = _PERCENTILE.match(function)
    if found is None and percentile is not None:
        percent = float(percentile.group(1))
        return lambda: Percentile(percent)
    return found
