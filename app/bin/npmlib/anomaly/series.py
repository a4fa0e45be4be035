"""The series that were met in rows of one layout, each kept in the form that is quickest to compare with."""

import math
from itertools import chain
from typing import Any, Dict, List

from npmlib.anomaly.baseline import NUMBERS, LoadedBaseline
from npmlib.anomaly.bounds import LARGEST, decimal_text, digits_text, upper
from npmlib.anomaly.layout import DECIMALS, DIGITS_ONLY, MIXED, SWAP, Shapes, pattern_of_names
from npmlib.anomaly.options import Options

# A series is a list, as that is quickest to take apart: its names as they stand in a row; the series that came next
# last time; 1 if it has no baseline, else 0; the upper bound of each metric; its usual shape; what its metrics are in
# that, which is MIXED until the texts are prepared; then place and text of each metric. Until they are prepared, the
# first of them are how often the series came, and its numbers in the baseline.
Known = List[Any]
HEAD, FOLLOWING, UNSEEN, UPPERS, SHAPE, KIND, TEXTS = range(7)
ROWS, NUMBERS_OF = TEXTS, TEXTS + 1

TEXTS_OF = {DECIMALS: decimal_text, DIGITS_ONLY: digits_text}
MOST_SERIES = 500_000  # kept; then all are met anew
YOUNG = 8  # rows of a series before its texts are prepared, which costs as much as they save in so many


class NotPlainError(ValueError):
    """The row must go the careful way."""


class MetSeries:
    """Series by the names in their rows, as bytes, and the shapes that were proven plain."""

    def __init__(self, shapes: Shapes, baseline: LoadedBaseline, options: Options) -> None:
        self.start = shapes.layout.start
        self.cut = -len(shapes.tail)
        self.metrics = shapes.layout.metrics
        self.proven = shapes.proven
        self.ready: Dict[bytes, Known] = {}
        self._shapes = shapes
        self._baseline = baseline
        self._places = [NUMBERS * metric for metric in self.metrics]
        self._without = [upper(math.nan, options.flag_unseen)] * len(self.metrics)
        self._names = pattern_of_names(shapes.layout).fullmatch
        self._fields = shapes.layout.fields
        self._in_order = list(self._fields) == sorted(self._fields)
        self._no_texts = [None] * (2 * len(self.metrics) - 2)
        nobody: Known = [None, None, 0, self._without, None, MIXED, 0, None, *self._no_texts]  # as long as a series
        nobody[FOLLOWING] = nobody
        self.last: Known = nobody
        self._nobody = nobody
        self._flag = options.flag_unseen

    def meet(self, head: bytes, line: bytes, shape: bytes) -> Known:
        """Make the series with the names ``head`` ready; NotPlainError if they cannot be read off this row."""
        if shape not in self.proven:
            self.prove(line, shape)
        found = self._names(head.translate(SWAP).decode("utf-8"))
        if found is None:
            raise NotPlainError
        names = found.groups()[1::2]
        numbers = self._baseline.numbers(names if self._in_order else tuple([names[place] for place in self._fields]))
        uppers = self._without if numbers is None else [numbers[place] for place in self._places]
        if not sum(uppers) <= LARGEST:  # one is NaN or infinite
            uppers = [upper(limit, self._flag) for limit in uppers]
        if len(self.ready) >= MOST_SERIES:
            self.ready.clear()
        known: Known = [head, self._nobody, int(numbers is None), uppers, None, MIXED, 0, numbers, *self._no_texts]
        self.ready[head] = known
        return known

    def prove(self, line: bytes, shape: bytes) -> None:
        """Look what the metrics of ``shape`` are, and remember it; NotPlainError if it is not plain."""
        if not self._shapes.prove(line, shape):
            raise NotPlainError

    def settle(self, known: Known, shape: bytes) -> None:
        """Make ``shape``, which is proven, the usual one of ``known``, and prepare the texts that go with it."""
        if known[KIND] != MIXED:
            return
        known[ROWS] += 1
        kind = self.proven[shape]
        if kind == MIXED:
            known[SHAPE] = shape
        elif known[ROWS] > YOUNG:
            numbers = known[NUMBERS_OF]
            usual = known[UPPERS] if numbers is None else [numbers[place + 1] for place in self._places]
            known[TEXTS:] = chain.from_iterable(map(TEXTS_OF[kind], known[UPPERS], usual))
            known[SHAPE] = shape
            known[KIND] = kind
