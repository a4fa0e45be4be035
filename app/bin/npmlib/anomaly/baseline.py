"""The baseline: a lookup file of the app, read into one upper limit for each series and metric."""

import csv
import gc
import io
import math
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
PEAKS = ("p85", "p95")  # columns of each metric that a baseline may have
NUMBERS = 5  # kept for each metric, those of Limit; upper is NaN where there is no limit, a peak where none is known


class Limit(NamedTuple):
    """What one metric of one series may reach.

    upper: the largest value that is not over, infinite while the baseline is too thin to be used.
    expected: average of the baseline. spread: its standard deviation, or the floor set by minspread if larger.
    p85, p95: usual peaks, None where none are known: what the 85th and 95th percentile of the intervals of an hour
    reach on a busy day.
    """

    upper: float
    expected: float
    spread: float
    p85: Optional[float] = None
    p95: Optional[float] = None


Limits = Tuple[Optional[Limit], ...]
Baseline = Mapping[Series, Limits]


class LoadedBaseline(Mapping[Series, Limits]):
    """A baseline that keeps bare numbers, about 500 bytes a series, and makes Limits of them when asked."""

    def __init__(self, numbers: Dict[Series, "array[float]"]) -> None:
        self._numbers = numbers

    def numbers(self, series: Series) -> Optional["array[float]"]:
        """Return the NUMBERS of each metric in turn."""
        return self._numbers.get(series)

    def __getitem__(self, series: Series) -> Limits:
        """Return the Limit, or None, of each metric of ``series``; KeyError where it is not known."""
        numbers = self._numbers[series]
        limits = zip(*(numbers[at::NUMBERS] for at in range(NUMBERS)))
        return tuple([None if math.isnan(limit[0]) else Limit(*limit[:3], *map(_known, limit[3:])) for limit in limits])

    def __iter__(self) -> Iterator[Series]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


def limit(
    count: float,
    average: float,
    stdev: float,
    options: Options,
    p85: Optional[float] = None,
    p95: Optional[float] = None,
) -> Limit:
    """Apply ``options`` to the statistics of one metric of one series: average + threshold * spread, at least p85."""
    spread = max(stdev, options.minspread * abs(average))
    if count < options.minsamples:
        return Limit(math.inf, average, spread, p85, p95)
    allowed = options.threshold * spread if options.threshold else 0.0  # a spread may be infinite
    upper = average + allowed
    return Limit(upper if p85 is None else max(upper, p85), average, spread, p85, p95)


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


def _series(lines: Iterable[str], options: Options) -> Iterator[Tuple[Series, "array[float]"]]:
    rows = csv.reader(lines, strict=True)
    header = next(rows, [])
    if not header:  # Splunk leaves a file of no bytes when a search that fills a new table finds nothing
        return
    keys = _positions(header, list(options.by), options)
    parts = _parts(header, options)
    statistics = _positions(header, [f"{part}_{metric}" for metric in options.metrics for part in parts], options)
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
        yield series, _numbers([cells[position] for position in statistics], len(parts), options, line)


def _parts(header: List[str], options: Options) -> Tuple[str, ...]:
    """Return which columns each metric has: peaks only if they are wanted, and there for all metrics."""
    peaks = {f"{part}_{metric}" for metric in options.metrics for part in PEAKS}
    return (*STATISTICS, *PEAKS) if options.use_peaks and peaks <= set(header) else STATISTICS


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


def _numbers(cells: List[str], parts: int, options: Options, line: int) -> "array[float]":
    """Turn the statistics of each metric, so many ``parts``, into the NUMBERS of its Limit."""
    statistics = all_numbers(cells)
    if statistics is None:
        statistics = [_cell(cell, options, line) for cell in cells]
    return array("d", chain.from_iterable(_limits(cells, statistics, parts, options, line)))


def _limits(
    cells: List[str], statistics: Sequence[float], parts: int, options: Options, line: int
) -> Iterator[Iterable[float]]:
    for at in range(0, len(cells), parts):
        count, average, stdev, *known = statistics[at : at + parts]
        if count < 0 or stdev < 0:
            raise SearchError(
                f"baseline '{options.baseline}', line {line}: a count or a standard deviation is below 0;"
                f" run '{BASELINE_SEARCH}' again"
            )
        if count == 0 or cells[at + 1].strip() == "":
            yield (math.nan, 0.0, 0.0, math.nan, math.nan)
            continue
        peaks = [peak if cells[at + 3 + number].strip() else None for number, peak in enumerate(known)]
        yield [math.nan if number is None else number for number in limit(count, average, stdev, options, *peaks)]


def _known(number: float) -> Optional[float]:
    return None if math.isnan(number) else number


def _cell(cell: str, options: Options, line: int) -> float:
    number = 0.0 if cell.strip() == "" else parse_number(cell)
    if number is None:
        raise SearchError(
            f"baseline '{options.baseline}', line {line}: '{cell[:80]}' is not a number; run '{BASELINE_SEARCH}' again"
        )
    return number
