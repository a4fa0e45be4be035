"""Scores the rows of a chunk by columns: the same findings as score_rows, in a tenth of the time.

Hardly any row is over a limit, so rows are only compared until one may be. A chunk is taken in blocks of whole lines,
small enough for the processor's cache, and each step is one call in C for all rows of a block:

1. Digits are deleted. What is left of a line is its shape: commas, quotes, points and the letters of names. There are
   few shapes, and the shape shows whether the cells of a line are what stands between its commas.
2. Each line is split from the right into the names of its series and its metrics; zip() makes columns of them.
3. The names are looked up in a dict of limits, and each column of metrics is compared with its column of limits.

Limits belong to a part of the day, so a block is taken by columns only if all its rows lie in the same one; Splunk
sends rows in the order of time, and a part has two hours. Rows that may be over a limit, and all rows of other blocks,
and of those with a shape that is not plain, are read by the csv module and scored by score_row. What is kept from one
block to the next, limits and shapes, only saves time.
"""

import math
import re
from io import BytesIO
from itertools import chain, compress
from operator import gt
from typing import Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple

from npmlib.anomaly.baseline import LoadedBaseline, part_of_day
from npmlib.anomaly.options import Options
from npmlib.anomaly.scoring import Anomaly, score_row
from npmlib.anomaly.tally import Tally
from npmlib.numbers import largest_amount
from npmlib.rows import Columns, csv_rows

BLOCK = 32 * 1024  # bytes
MOST_SERIES = 500_000  # whose limits are kept, about 350 bytes each
MOST_SHAPES = 20_000
EMPTY = b"-1"  # in place of an empty cell: not over a limit, but over that of names which cannot be read

# Quotes become blanks, which float() ignores, and blanks become quotes, so that a second swap restores the line.
SWAP = bytes.maketrans(b'" ', b' "')
DIGITS = b"0123456789"
# Shapes of cells after the swap. A cell with no quote, or two, ends at the next comma.
ANY_CELL = rb"(?:[^ ,\r]*| [^ ,\r]* )"
METRIC_CELL = rb"(?:\.?| \. )"  # digits, a decimal, a quoted decimal, or nothing; float() refuses quotes among digits


class ColumnScorer:
    """Scores the chunks of one search."""

    def __init__(self, baseline: LoadedBaseline, options: Options, tally: Tally) -> None:
        self._baseline = baseline
        self._options = options
        self._tally = tally
        self._header: Sequence[str] = ()
        self._plain_rows: Optional[PlainRows] = None  # for chunks with this header

    def findings(self, body: bytes) -> Iterator[Anomaly]:
        """Yield the findings of one chunk, whose ``body`` is UTF-8 without NUL; csv.Error where it is not CSV."""
        stream = BytesIO(body)
        columns = Columns(next(csv_rows(map(_text, stream)), []))
        if columns.names != self._header:
            self._header = columns.names
            layout = layout_of(columns.names, self._options)
            self._plain_rows = PlainRows(layout, self._baseline, self._options) if layout else None
        size = 0  # so the first block is one line: the tally needs the columns of the first row
        while True:
            block = stream.read(size) + stream.readline()
            if not block:
                return
            by_columns = self._plain_rows if size and not self._options.annotate else None
            over = by_columns.over(block, self._tally) if by_columns else None
            for cells in _rows(block, stream) if over is None else csv_rows(over):
                if cells:
                    record = columns.record(cells)
                    if not size:
                        self._tally.columns.update(record)
                        size = BLOCK
                    yield from score_row(record, self._baseline, self._options, self._tally)


class Layout(NamedTuple):
    """The columns of a header: perhaps one other, the ``by`` fields, the metrics, and columns that must be empty.

    leading: whether there is another column before the ``by`` fields. timed: whether that is _time. by: the position
    among them of each field of options.by. metrics: the position in options.metrics of each metric. empty: number of
    columns after the metrics.
    """

    leading: bool
    timed: bool
    by: Tuple[int, ...]
    metrics: Tuple[int, ...]
    empty: int


def layout_of(header: Sequence[str], options: Options) -> Optional[Layout]:
    """Return the Layout of a ``header``, or None where its columns are in another order."""
    metrics = [name for name in header if name in options.metrics]
    if not metrics or len(set(header)) != len(header):
        return None
    first, leading = header.index(metrics[0]), header[0] not in options.by
    by, last = list(header[leading:first]), first + len(metrics)
    if sorted(by) != sorted(options.by) or list(header[first:last]) != metrics:
        return None
    positions = tuple(map(by.index, options.by)), tuple(map(options.metrics.index, metrics))
    return Layout(leading, leading and header[0] == "_time", *positions, len(header) - last)


def plain_shapes(layout: Layout) -> "re.Pattern[bytes]":
    """Return a pattern of the shapes of plain rows: each cell is what stands between two commas."""
    cells = [ANY_CELL] * (layout.leading + len(layout.by)) + [METRIC_CELL] * len(layout.metrics)
    return re.compile(b",".join(cells + [b""] * layout.empty))


class PlainRows:
    """Compares the rows of blocks that have one layout, and are plain, with their limits."""

    def __init__(self, layout: Layout, baseline: LoadedBaseline, options: Options) -> None:
        self._is_plain = plain_shapes(layout).fullmatch
        self._plain_shapes: Set[bytes] = set()
        self._layout = layout
        self._limits = SeriesLimits(layout, baseline, options)

    def over(self, block: bytes, tally: Tally) -> Optional[List[str]]:
        """Return the lines of ``block`` that may be over a limit, and count the others; None if it is not plain."""
        swapped = (block.replace(b"\r\n", b"\n") if b"\r" in block else block).translate(SWAP)
        lines = swapped.split(b"\n")
        shapes = swapped.translate(None, DIGITS).split(b"\n")
        if lines.pop() or shapes.pop():  # what follows the last line break
            return None
        new_shapes = set(shapes) - self._plain_shapes
        if not all(map(self._is_plain, new_shapes)):
            return None
        if len(self._plain_shapes) > MOST_SHAPES:
            self._plain_shapes.clear()
        self._plain_shapes |= new_shapes
        leading, timed, _, metrics, empty = self._layout
        cut = slice(lines[0].index(b",") if leading else 0, -empty or None)
        names, *columns = zip(*[line[cut].rsplit(b",", len(metrics)) for line in lines])
        if len(columns) < len(metrics):  # the leading cell of a line is shorter than that of the first
            return None
        parts = set(map(_part_of_day, {line[: cut.start] for line in lines})) if timed else {None}
        if len(parts) > 1:
            return None
        self._limits.look_at(*parts)
        over: Set[int] = set()
        try:
            for cells, limits in zip(columns, zip(*map(self._limits.__getitem__, names))):
                over.update(_over(cells, limits))
        except ValueError:  # a number that float() does not take
            return None
        tally.rows += len(lines) - len(over)
        if self._limits.unseen:
            unseen = list(map(self._limits.unseen.__contains__, names))
            tally.rows_without_baseline += sum(unseen) - sum([unseen[row] for row in over])
        return [lines[row].translate(SWAP).decode("utf-8") for row in sorted(over)]


class SeriesLimits(Dict[bytes, Tuple[float, ...]]):
    """The limit of each metric, by the names of a series as they stand in a line; ``unseen``: names without a baseline.

    A limit is the largest value that gives no finding. Names that cannot be read have limits that any value is over.
    """

    def __init__(self, layout: Layout, baseline: LoadedBaseline, options: Options) -> None:
        super().__init__()
        self.unseen: Set[bytes] = set()
        names = [f'(")?([^",]+)(?({2 * number + 1})")' for number in range(len(layout.by))]
        self._match = re.compile("," * layout.leading + ",".join(names)).fullmatch
        self._layout = layout
        self._baseline = baseline
        # What is over the largest amount is none, and score_row says so.
        self._largest = tuple([largest_amount(options.metrics[position]) for position in layout.metrics])
        self._without_baseline = 0.0 if options.flag_unseen else math.inf
        self._part: Optional[int] = None

    def look_at(self, part: Optional[int]) -> None:
        """Begin a block that lies in a ``part`` of the day; limits of another part, or too many, are forgotten."""
        if part != self._part or len(self) > MOST_SERIES:
            self.clear()
            self.unseen.clear()
            self._part = part

    def __missing__(self, key: bytes) -> Tuple[float, ...]:
        matched = self._match(key.translate(SWAP).decode("utf-8"))
        if matched is None:
            return (-math.inf,) * len(self._layout.metrics)
        names = matched.groups()[1::2]
        largest = self._baseline.largest(tuple([names[position] for position in self._layout.by]), self._part)
        limits = [math.nan if largest is None else largest[metric] for metric in self._layout.metrics]
        if largest is None:
            self.unseen.add(key)
        known = [self._without_baseline if math.isnan(limit) else limit for limit in limits]
        self[key] = tuple(map(min, known, self._largest))
        return self[key]


def _part_of_day(cell: bytes) -> Optional[int]:
    """Return the part of the day of a plain ``cell``, swapped, perhaps quoted, or cut within a character."""
    text = cell.translate(SWAP).decode("utf-8", "replace")
    return part_of_day(text[1:-1] if text.startswith('"') else text)


def _over(cells: Sequence[bytes], limits: Sequence[float]) -> Iterable[int]:
    """Return the positions of the ``cells`` over their limits; ValueError where one is neither a number nor empty."""
    try:
        # Hardly ever is there any; a comprehension is the quickest way to see that.
        if not [1 for value, limit in zip(map(float, cells), limits) if value > limit]:
            return ()
    except ValueError:
        if b"" not in cells:
            raise
        return _over([cell or EMPTY for cell in cells], limits)
    return compress(range(len(cells)), map(gt, map(float, cells), limits))


def _rows(block: bytes, following: Iterable[bytes]) -> Iterator[List[str]]:
    """Yield the rows of ``block``; lines of ``following`` only as far as a quoted cell goes on there."""
    lines = BytesIO(block)
    for cells in csv_rows(map(_text, chain(lines, following))):
        yield cells
        if lines.tell() == len(block):
            return


def _text(line: bytes) -> str:
    return line.decode("utf-8")
