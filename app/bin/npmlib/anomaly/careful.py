"""The careful way through a chunk: the csv module and score_row, for single rows in the middle of the fast path too."""

from typing import Iterator, Tuple

from npmlib.anomaly.baseline import Baseline
from npmlib.anomaly.layout import SWAP
from npmlib.anomaly.options import Options
from npmlib.anomaly.scoring import Finding, score_row
from npmlib.anomaly.tally import Tally
from npmlib.rows import Columns, csv_rows

Pair = Tuple[bytes, bytes]  # a line and its shape, both after the swap of quotes


class CarefulRows:
    """Rows of one chunk, taken from ``pairs`` where others leave off; ``lines`` counts the lines that it took."""

    def __init__(
        self, pairs: Iterator[Pair], columns: Columns, baseline: Baseline, options: Options, tally: Tally
    ) -> None:
        self.pairs = pairs
        self.lines = 0
        self._columns = columns
        self._baseline = baseline
        self._options = options
        self._tally = tally

    def take(self, line: bytes) -> Iterator[Finding]:
        """Score the row that begins with ``line``, which was taken from the pairs just now; a blank line is none."""
        for cells in csv_rows(self._texts(line)):
            if cells:
                yield from score_row(self._columns.record(cells), self._baseline, self._options, self._tally)
            break

    def take_first(self) -> Iterator[Finding]:
        """Score the first row of a chunk, if it has one; it tells the tally which columns there are."""
        for line, _ in self.pairs:
            cells = next(csv_rows(self._texts(line)), [])
            if cells:
                record = self._columns.record(cells)
                self._tally.columns.update(record)
                yield from score_row(record, self._baseline, self._options, self._tally)
                break

    def take_all(self) -> Iterator[Finding]:
        """Score all rows that are left."""
        for line, _ in self.pairs:
            yield from self.take(line)

    def _texts(self, line: bytes) -> Iterator[str]:
        """Give ``line``, and what follows it as long as the csv module asks for more: a line break was quoted."""
        self.lines += 1
        yield _text(line)
        for following, _ in self.pairs:
            self.lines += 1
            yield _text(following)


def _text(line: bytes) -> str:
    return line.translate(SWAP).decode("utf-8")
