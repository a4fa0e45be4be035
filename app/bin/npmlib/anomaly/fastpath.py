"""The fast path: the same findings as score_rows, for a fraction of the time, from the bytes of a chunk.

Almost no row is over a limit, so nothing is made of a row but what shows that. What one costs, for five metrics:

- its bytes, read three times in C: quotes turned into blanks, digits taken out for its shape, cut into lines;
- one split from the right into its names and five cells;
- one comparison of its names with those that came next last time: Splunk gives the series in the same order every ten
  seconds (else a look-up);
- one comparison of its shape with the one that the series had before (else a look-up, see layout.Shapes);
- for each metric one character and one comparison of texts, or one float() and one comparison (see bounds).

Every other row is read the careful way, by the csv module and score_row, one by one and in its place. So both ways give
the same findings and counts: a row is passed here only if its shape proves how the csv module would cut it, and its
numbers are within their bounds.
"""

from io import BytesIO
from itertools import chain
from typing import Dict, Iterator, Optional, Tuple

from npmlib.anomaly.baseline import LoadedBaseline
from npmlib.anomaly.careful import CarefulRows, Pair
from npmlib.anomaly.layout import DECIMALS, DIGITS, DIGITS_ONLY, MIXED, SWAP, Shapes, layout_of
from npmlib.anomaly.options import Options
from npmlib.anomaly.scoring import Finding
from npmlib.anomaly.series import FOLLOWING, HEAD, UNSEEN, UPPERS, MetSeries
from npmlib.anomaly.tally import Tally
from npmlib.rows import Columns, csv_rows

POINT = ord(".")
WITH_TEXTS = 5  # metrics; the loop for any other number compares numbers only
MOST_HEADERS = 100  # remembered
BLOCK = 64 * 1024  # bytes


class FastScorer:
    """Scores the chunks of one search; what it remembers of series and shapes only saves time."""

    def __init__(self, baseline: LoadedBaseline, options: Options, tally: Tally) -> None:
        self._baseline = baseline
        self._options = options
        self._tally = tally
        self._met: Dict[Tuple[Tuple[str, ...], bytes], Optional[MetSeries]] = {}

    def findings(self, body: bytes) -> Iterator[Finding]:
        """Yield the findings of one chunk, whose ``body`` is UTF-8 without NUL; csv.Error where it is no CSV."""
        lines = BytesIO(body)
        columns = Columns(next(csv_rows(line.decode("utf-8") for line in lines), []))
        if lines.tell() == len(body):  # the header is all there is
            return
        seen = Lines()
        pairs = chain.from_iterable(map(seen.pairs, blocks(body, lines.tell())))
        careful = CarefulRows(pairs, columns, self._baseline, self._options, self._tally)
        yield from careful.take_first()
        met = self._series(columns.names, b"\r\n" if body.endswith(b"\r\n") else b"\n")
        if met is None:
            yield from careful.take_all()
            return
        yield from (_five if len(met.metrics) == WITH_TEXTS else _any_number)(careful, met, self._tally)
        self._tally.rows += max(0, seen.count - careful.lines)

    def _series(self, names: Tuple[str, ...], line_end: bytes) -> Optional[MetSeries]:
        """Return what is remembered for chunks with this header and line end; None if they all go the careful way."""
        key = names, line_end
        if key not in self._met:
            if len(self._met) >= MOST_HEADERS:
                self._met.clear()
            layout = layout_of(names, self._options)
            self._met[key] = MetSeries(Shapes(layout, line_end), self._baseline, self._options) if layout else None
        return self._met[key]


def blocks(body: bytes, at: int) -> Iterator[bytes]:
    """Cut ``body``, from byte ``at``, into pieces of whole lines that stay in the processor's cache."""
    while at < len(body):
        end = body.find(b"\n", at + BLOCK) + 1 or len(body)
        yield body[at:end]
        at = end


class Lines:
    """Cuts blocks into lines; ``count`` says how many there were."""

    def __init__(self) -> None:
        self.count = 0

    def pairs(self, block: bytes) -> Iterator[Pair]:
        """Give each line of ``block`` after the swap of quotes, with its shape."""
        swapped = block.translate(SWAP)
        lines = BytesIO(swapped).readlines()
        shapes = BytesIO(swapped.translate(None, DIGITS)).readlines()
        if len(shapes) < len(lines):  # a last line of digits alone has a shape of no bytes, which is no line
            shapes.append(b"")
        self.count += len(lines)
        return zip(lines, shapes)


def _five(careful: CarefulRows, met: MetSeries, tally: Tally) -> Iterator[Finding]:
    """Score rows of five metrics, written out for each, as a loop over them would take half as long again."""
    start, cut, ready, proven, known = met.start, met.cut, met.ready, met.proven, met.last
    following = known[FOLLOWING]
    # Local names, as Python 3.9 looks a global one up each time.
    point, decimals, digits_only, length, number = POINT, DECIMALS, DIGITS_ONLY, len, float
    rows_unseen = 0
    for line, shape in careful.pairs:
        try:
            head, a, b, c, d, e = line[start:cut].rsplit(b",", 5)
            before = known
            known = following
            expected, following, unseen, uppers, usual, kind, pa, ta, pb, tb, pc, tc, pd, td, pe, te = known
            if expected != head:
                known = before[FOLLOWING] = ready.get(head) or met.meet(head, line, shape)
                _, following, unseen, uppers, usual, kind, pa, ta, pb, tb, pc, tc, pd, td, pe, te = known
            if shape != usual:
                if shape not in proven:
                    met.prove(line, shape)
                if usual is None or proven[shape]:
                    met.settle(known, shape)
                kind = MIXED
            if kind == decimals:
                try:
                    if (
                        ((a[pa] == point and a <= ta) or number(a) <= uppers[0])
                        and ((b[pb] == point and b <= tb) or number(b) <= uppers[1])
                        and ((c[pc] == point and c <= tc) or number(c) <= uppers[2])
                        and ((d[pd] == point and d <= td) or number(d) <= uppers[3])
                        and ((e[pe] == point and e <= te) or number(e) <= uppers[4])
                    ):
                        rows_unseen += unseen
                        continue
                except IndexError:  # shorter than its point usually stands
                    pass
            elif kind == digits_only and (
                ((size := length(a)) < pa or (size == pa and a <= ta) or number(a) <= uppers[0])
                and ((size := length(b)) < pb or (size == pb and b <= tb) or number(b) <= uppers[1])
                and ((size := length(c)) < pc or (size == pc and c <= tc) or number(c) <= uppers[2])
                and ((size := length(d)) < pd or (size == pd and d <= td) or number(d) <= uppers[3])
                and ((size := length(e)) < pe or (size == pe and e <= te) or number(e) <= uppers[4])
            ):
                rows_unseen += unseen
                continue
            ua, ub, uc, ud, ue = uppers
            if (
                (not a or number(a) <= ua)
                and (not b or number(b) <= ub)
                and (not c or number(c) <= uc)
                and (not d or number(d) <= ud)
                and (not e or number(e) <= ue)
            ):
                rows_unseen += unseen
                continue
        except ValueError:  # a NotPlainError row, or a cell that float() does not take
            pass
        yield from careful.take(line)
    met.last = known
    tally.rows_without_baseline += rows_unseen


def _any_number(careful: CarefulRows, met: MetSeries, tally: Tally) -> Iterator[Finding]:
    """Score rows of any number of metrics."""
    start, cut, ready, proven, metrics = met.start, met.cut, met.ready, met.proven, len(met.metrics)
    known = met.last
    rows_unseen = 0
    for line, shape in careful.pairs:
        try:
            head, *cells = line[start:cut].rsplit(b",", metrics)
            before = known
            known = before[FOLLOWING]
            if known[HEAD] != head:
                known = before[FOLLOWING] = ready.get(head) or met.meet(head, line, shape)
            if shape not in proven:
                met.prove(line, shape)
            for cell, upper in zip(cells, known[UPPERS]):
                if cell and not float(cell) <= upper:
                    break
            else:
                rows_unseen += known[UNSEEN]
                continue
        except ValueError:
            pass
        yield from careful.take(line)
    met.last = known
    tally.rows_without_baseline += rows_unseen
