"""The baseline: a lookup file of the app, read into one upper limit for each series and metric."""

import csv
import gc
import io
import math
import re
from array import array
from itertools import chain
from sys import intern
from typing import Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from npmlib.anomaly.options import Options
from npmlib.errors import SearchError
from npmlib.lookupfile import LookupOption, read_settled
from npmlib.numbers import all_numbers, parse_number
from npmlib.rows import Series

# A cell of the lookup can hold a long process name; the module's own limit is 128 KiB.
csv.field_size_limit(2**31 - 1)

BASELINE_SEARCH = "K8S NPM - Baseline Of Kubernetes NPM Process Traffic"
BASELINE = LookupOption(
    option="baseline",
    when_missing="See that 'K8S NPM - Tables' is enabled, which makes it, or name another lookup with baseline=",
    again=f"run '{BASELINE_SEARCH}' again",
)
STATISTICS = ("count", "avg", "stdev")  # columns of each metric
PART = 2  # hours; usual peaks are known for each part of the day, of UTC
PEAKS = tuple([f"p95_{hour:02d}" for hour in range(0, 24, PART)])  # columns of each metric that a baseline may have
OVER_PEAK = 4 / 3  # how many times the usual peak a value may be
BESIDE_PEAK = 3  # where the usual peak is known, this part of the threshold counts
MOST_MADE = 10_000  # series whose Limits are kept, about 5 kB each
NUMBERS = 3  # kept for each metric: those of Limit without its peaks; upper is NaN where there is no limit
# Plain numbers and empty cells, each with a comma behind it; a number of so many digits fits a double.
_PLAIN_PEAKS = re.compile(r"[0-9,]*(?:\.[0-9]+,[0-9,]*)*\Z")
MOST_DIGITS = 300


class Limit(NamedTuple):
    """What one metric of one series may reach.

    upper: average + threshold * spread, infinite while the baseline is too thin to be used. expected: average of the
    baseline. spread: its standard deviation, or the floor set by minspread if larger. peaks: the usual peak of each
    part of the day, the highest 95th percentile of the intervals of an hour; None where nothing was sent.
    """

    upper: float
    expected: float
    spread: float
    peaks: Tuple[Optional[float], ...] = ()

    def peak(self, part: Optional[int]) -> Optional[float]:
        """Return the usual peak of a ``part`` of the day, the highest of all for None.

        It is 0 in a part in which nothing was sent, and None where no peak is known at all.
        """
        known = [peak for peak in self.peaks if peak is not None]
        if not known:
            return None
        return max(known) if part is None else self.peaks[part] or 0.0

    def largest(self, part: Optional[int]) -> float:
        """Return the largest value that is not over the limit in a ``part`` of the day."""
        peak = self.peak(part)
        return _largest(self.upper, self.expected, peak) if peak else self.upper


def _largest(upper: float, expected: float, peak: float) -> float:
    """Return what may be sent where the usual ``peak`` is above 0; NaN where ``upper`` is, infinite where it is."""
    return max(expected + (upper - expected) / BESIDE_PEAK, OVER_PEAK * peak)


Limits = Tuple[Optional[Limit], ...]
Baseline = Mapping[Series, Limits]


def part_of_day(time: object) -> Optional[int]:
    """Return in which part of the day a ``time`` lies, text of epoch seconds; None where it is not that."""
    seconds = parse_number(time) if isinstance(time, str) else None
    return None if seconds is None else int(seconds % 86400 // (3600 * PART))


class Kept(NamedTuple):
    """What is kept of a row: the NUMBERS of each metric in turn, and the cells of its peaks, joined by commas."""

    numbers: "array[float]"
    peaks: str


class LoadedBaseline(Mapping[Series, Limits]):
    """A baseline that keeps numbers and texts, about 700 bytes a series, and makes Limits of them when asked."""

    def __init__(self, rows: Dict[Series, Kept]) -> None:
        self._rows = rows
        self._made: Dict[Series, Limits] = {}

    def largest(self, series: Series, part: Optional[int]) -> Optional[List[float]]:
        """Return Limit.largest of each metric, NaN where there is no limit; None for a series that is not known."""
        kept = self._rows.get(series)
        if kept is None:
            return None
        uppers = kept.numbers[::NUMBERS]
        if not kept.peaks:
            return list(uppers)
        if part is None:
            return [math.nan if limit is None else limit.largest(None) for limit in self[series]]
        peaks = kept.peaks.split(",")[part :: len(PEAKS)]
        numbers = [float(peak) if peak else 0.0 for peak in peaks]
        rows = zip(uppers, kept.numbers[1::NUMBERS], numbers)
        return [_largest(upper, expected, peak) if peak else upper for upper, expected, peak in rows]

    def __getitem__(self, series: Series) -> Limits:
        """Return the Limit, or None, of each metric of ``series``; KeyError where it is not known."""
        made = self._made.get(series)
        if made is None:
            if len(self._made) >= MOST_MADE:
                self._made.clear()
            made = self._made[series] = _limits_of(self._rows[series])
        return made

    def __iter__(self) -> Iterator[Series]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def _limits_of(kept: Kept) -> Limits:
    cells = [float(cell) if cell else None for cell in kept.peaks.split(",")] if kept.peaks else []
    peaks = [tuple(cells[at * len(PEAKS) : (at + 1) * len(PEAKS)]) for at in range(len(kept.numbers) // NUMBERS)]
    columns = [kept.numbers[at::NUMBERS] for at in range(NUMBERS)]
    return tuple(
        [
            None if math.isnan(upper) else Limit(upper, expected, spread, own)
            for upper, expected, spread, own in zip(*columns, peaks)
        ]
    )


def limit(
    count: float, average: float, stdev: float, options: Options, peaks: Tuple[Optional[float], ...] = ()
) -> Limit:
    """Apply ``options`` to the statistics of one metric of one series: average + threshold * spread."""
    return Limit(*_statistics(count, average, stdev, options), peaks)


def _statistics(count: float, average: float, stdev: float, options: Options) -> Tuple[float, float, float]:
    """Return upper, expected and spread of a Limit."""
    spread = max(stdev, options.minspread * abs(average))
    if count < options.minsamples:
        return math.inf, average, spread
    allowed = options.threshold * spread if options.threshold else 0.0  # a spread may be infinite
    return average + allowed, average, spread


def load_baseline(app_folder: str, options: Options) -> LoadedBaseline:
    """Read the lookup that ``options`` name: for each series one Limit, or None, for each metric in turn.

    A metric without average or count has no Limit; an empty stdev is 0, as Splunk's stdev of one data point.
    Raises SearchError for a file that is missing, empty, not UTF-8, of another shape, or has an invalid cell.
    """
    return read_baseline(read_settled(app_folder, options.baseline, BASELINE), options)


def read_baseline(content: bytes, options: Options) -> LoadedBaseline:
    """Read the bytes of a lookup; see load_baseline."""
    collecting = gc.isenabled()
    gc.disable()  # nothing here is garbage, and looking for it again and again doubles the time
    try:
        if b"\0" in content:
            raise SearchError(
                f"baseline '{options.baseline}' cannot be read (it holds a NUL byte); run '{BASELINE_SEARCH}' again"
            )
        lines = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
        baseline = dict(_series(lines, options))
    except (UnicodeDecodeError, csv.Error) as error:
        raise SearchError(
            f"baseline '{options.baseline}' cannot be read ({error}); run '{BASELINE_SEARCH}' again"
        ) from error
    finally:
        if collecting:
            gc.enable()
    if not baseline:
        raise SearchError(
            f"baseline '{options.baseline}' has no rows. See that '{BASELINE_SEARCH}' is enabled, and that the macro"
            " kubernetes_metrics names the index your metrics are in"
        )
    return LoadedBaseline(baseline)


def _series(lines: Iterable[str], options: Options) -> Iterator[Tuple[Series, Kept]]:
    rows = csv.reader(lines, strict=True)
    header = next(rows, [])
    if not header:  # Splunk leaves a file of no bytes when a search that fills a new table finds nothing
        return
    keys = _positions(header, list(options.by), options)
    statistics = _positions(header, [f"{part}_{metric}" for metric in options.metrics for part in STATISTICS], options)
    peaks = _peak_positions(header, options)
    seen: Dict[Series, int] = {}
    for cells in rows:
        if not cells:
            continue
        line = rows.line_num
        if len(cells) != len(header):
            raise SearchError(
                f"baseline '{options.baseline}', line {line}: {len(cells)} cells under {len(header)} columns;"
                f" run '{BASELINE_SEARCH}' again"
            )
        series = tuple([intern(cells[position]) for position in keys])
        if series in seen:
            raise SearchError(
                f"baseline '{options.baseline}', lines {seen[series]} and {line}: two rows for"
                f" {', '.join(series)}. Is a field missing in by=, or the table made by another search?"
            )
        seen[series] = line
        numbers = _numbers([cells[position] for position in statistics], options, line)
        cells.append("")  # for peaks without a column
        yield series, Kept(numbers, _peaks([cells[position] for position in peaks], options, line))


def _peak_positions(header: List[str], options: Options) -> List[int]:
    """Return where the peaks of each metric stand in turn, -1 for a column that is not there; nowhere if not wanted.

    Splunk writes no column that is empty in all rows.
    """
    peaks = [f"{part}_{metric}" for metric in options.metrics for part in PEAKS]
    positions = {name: position for position, name in enumerate(header)}
    return [positions.get(name, -1) for name in peaks] if options.use_peaks and set(peaks) & set(header) else []


def _peaks(cells: List[str], options: Options, line: int) -> str:
    """Join the cells of peaks, each a plain number or empty: most are never looked at."""
    if not cells:
        return ""
    joined = ",".join(cells)
    if _PLAIN_PEAKS.match(joined + ",") and joined.count(",") < len(cells) and max(map(len, cells)) <= MOST_DIGITS:
        return joined
    return ",".join([repr(_cell(cell, options, line)) if cell.strip() else "" for cell in cells])


def _positions(header: List[str], wanted: List[str], options: Options) -> List[int]:
    positions = {name: position for position, name in reversed(list(enumerate(header)))}
    missing = [name for name in wanted if name not in positions]
    if missing:
        has = ", ".join(header[:40]) or "none"
        raise SearchError(
            f"baseline '{options.baseline}' has another shape: no column {', '.join(missing)}"
            f" (it has: {has[:2000]}). Name fields and metrics it holds with by= and metrics=,"
            f" or write it with '{BASELINE_SEARCH}'"
        )
    return [positions[name] for name in wanted]


def _numbers(cells: List[str], options: Options, line: int) -> "array[float]":
    """Turn the STATISTICS of each metric into the NUMBERS of its Limit."""
    statistics = all_numbers([cell or "0" for cell in cells])
    if statistics is None:
        statistics = [_cell(cell, options, line) for cell in cells]
    return array("d", chain.from_iterable(_limits(cells, statistics, options, line)))


def _limits(cells: List[str], statistics: Sequence[float], options: Options, line: int) -> Iterator[Sequence[float]]:
    for at in range(0, len(cells), len(STATISTICS)):
        count, average, stdev = statistics[at : at + len(STATISTICS)]
        if count < 0 or stdev < 0:
            raise SearchError(
                f"baseline '{options.baseline}', line {line}: a count or a standard deviation is below 0;"
                f" run '{BASELINE_SEARCH}' again"
            )
        if count == 0 or cells[at + 1].strip() == "":
            yield (math.nan, 0.0, 0.0)
        else:
            yield _statistics(count, average, stdev, options)


def _cell(cell: str, options: Options, line: int) -> float:
    number = 0.0 if cell.strip() == "" else parse_number(cell)
    if number is None:
        raise SearchError(
            f"baseline '{options.baseline}', line {line}: '{cell[:80]}' is not a number; run '{BASELINE_SEARCH}' again"
        )
    return number
