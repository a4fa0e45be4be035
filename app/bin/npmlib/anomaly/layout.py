"""Where things stand in a row, decided once for each header, and which rows stand that way."""

import re
from typing import Dict, NamedTuple, Optional, Sequence, Tuple

from npmlib.anomaly.options import Options

# Quotes become blanks, which float() passes over, and blanks quotes, so that nothing is lost: twice is as before.
SWAP = bytes.maketrans(b'" ', b' "')
QUOTE = b" "  # a quote after the swap
DIGITS = b"0123456789"
TIME_DIGITS = 10  # of a time in whole seconds, from 2001 to 2286
MIXED, DECIMALS, DIGITS_ONLY = 0, 1, 2  # what the metrics of a shape are: all quoted decimals, all digits or nothing
MOST_SHAPES = 20_000  # kept; a chunk has some hundred


class Layout(NamedTuple):
    """A header as mstats gives it: perhaps one more column, the ``by`` fields, the metrics, twins and other empties.

    start: characters before the names of a row, or before the comma before them. fields: for each ``by`` field its
    place among the names. metrics: positions in options.metrics, in the order of the columns. columns: their number.
    empty: columns after the metrics.
    """

    start: int
    fields: Tuple[int, ...]
    metrics: Tuple[int, ...]
    columns: int
    empty: int


def layout_of(names: Sequence[str], options: Options) -> Optional[Layout]:
    """Return the Layout of a header, or None when its columns are in another order."""
    metrics = [name for name in names if name in options.metrics]
    if not metrics or len(set(names)) != len(names):
        return None
    first = names.index(metrics[0])
    start = 0 if names[0] in options.by else 1
    fields = list(names[start:first])
    if sorted(fields) != sorted(options.by) or list(names[first : first + len(metrics)]) != metrics:
        return None
    return Layout(
        start=TIME_DIGITS * start,
        fields=tuple(fields.index(name) for name in options.by),
        metrics=tuple(options.metrics.index(name) for name in metrics),
        columns=len(names),
        empty=len(names) - first - len(metrics),
    )


class Shapes:
    """Which rows of one layout and line end can be cut at their commas.

    The shape of a row is what is left of it without digits: names, commas, quotes, points. Rows of the same shape have
    the same cells, so only the first row of each is looked at. All rows here are after the swap of quotes.
    """

    def __init__(self, layout: Layout, line_end: bytes) -> None:
        self.layout = layout
        self.line_end = line_end
        self.tail = b"," * layout.empty + line_end
        self.proven: Dict[bytes, int] = {}  # MIXED, DECIMALS or DIGITS_ONLY

    def prove(self, line: bytes, shape: bytes) -> bool:
        """Look at ``line``, remember what its metrics are if its ``shape`` is plain, and tell whether it is.

        Each cell must be bare or quoted as a whole without a quote or comma in it, each metric be empty, or digits with
        at most one point, bare or quoted if it has one; nothing may stand after the metrics.
        """
        layout = self.layout
        if not line.endswith(self.tail):
            return False
        cells = line[: -len(self.line_end)].split(b",")
        if len(cells) != layout.columns or not all(map(whole, cells)):
            return False
        last = layout.columns - layout.empty
        metrics = [cell.translate(None, DIGITS) for cell in cells[last - len(layout.metrics) : last]]
        if not all(metric in (b"", b".", b" . ") for metric in metrics):
            return False
        if len(self.proven) >= MOST_SHAPES:
            self.proven.clear()
        kinds = {b" . ": DECIMALS, b"": DIGITS_ONLY}
        self.proven[shape] = kinds.get(metrics[0], MIXED) if len(set(metrics)) == 1 else MIXED
        return True


def whole(cell: bytes) -> bool:
    """Tell whether ``cell``, after the swap, is bare, or quoted from its first to its last character."""
    if b"\r" in cell:
        return False
    quotes = cell.count(QUOTE)
    return quotes == 0 or (quotes == 2 and cell.startswith(QUOTE) and cell.endswith(QUOTE))


def pattern_of_names(layout: Layout) -> "re.Pattern[str]":
    """Return a pattern of the ``by`` fields of a row, before the swap; the groups 1, 3, 5 and so on are the names."""
    one = '(")?([^",]+)'
    each = [f'{one}(?({2 * place + 1})")' for place in range(len(layout.fields))]
    return re.compile(("," if layout.start else "") + ",".join(each))
