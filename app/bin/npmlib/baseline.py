"""The baseline: a lookup file of the app, read into one upper limit for each series and metric."""

import csv
import math
import os
from typing import Dict, Iterator, List, NamedTuple, Optional, TextIO, Tuple

from npmlib.errors import SearchError
from npmlib.numbers import parse_number
from npmlib.options import Options

BASELINE_SEARCH = "K8S NPM - Baseline Of Kubernetes NPM Process Traffic"

# A cell of the lookup can hold a long process name; the module's own limit is 128 KiB.
csv.field_size_limit(10 * 1024 * 1024)


class Limit(NamedTuple):
    """What one metric of one series may reach.

    upper: the largest value that is not over, infinite while the baseline is too thin to be used.
    expected: average of the baseline. spread: its standard deviation, or the floor set by minspread if larger.
    """

    upper: float
    expected: float
    spread: float


Series = Tuple[str, ...]
Baseline = Dict[Series, Tuple[Optional[Limit], ...]]


def limit(count: float, average: float, stdev: float, options: Options) -> Limit:
    """Apply ``options`` to the statistics of one metric of one series: average + threshold * spread."""
    spread = max(stdev, options.minspread * abs(average))
    upper = average + options.threshold * spread if count >= options.minsamples else math.inf
    return Limit(upper, average, spread)


def baseline_path(app_folder: str, name: str) -> str:
    """Path of lookup ``name`` below ``app_folder``; SearchError when there is none, or a link leads elsewhere."""
    lookups = os.path.realpath(os.path.join(app_folder, "lookups"))
    path = os.path.realpath(os.path.join(lookups, name + ".csv"))
    if os.path.dirname(path) != lookups:
        raise SearchError(f"baseline '{name}': lookups/{name}.csv is a link out of the lookups folder; make it a file")
    if not os.path.isfile(path):
        raise SearchError(
            f"baseline '{name}' is missing: this app has no lookups/{name}.csv."
            f" Run the search '{BASELINE_SEARCH}' once, or name another lookup with baseline="
        )
    return path


def load_baseline(app_folder: str, options: Options) -> Baseline:
    """Read the lookup that ``options`` name; one entry a series, one Limit (or None) for each metric in turn.

    A metric without average or count has no Limit; an empty stdev is 0, as Splunk's stdev of one data point.
    Raises SearchError for a file that is missing, empty, no UTF-8, of another shape, or has a cell that cannot be.
    """
    path = baseline_path(app_folder, options.baseline)
    try:
        with open(path, encoding="utf-8-sig", newline="") as lines:
            baseline = dict(_series(lines, options))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SearchError(
            f"baseline '{options.baseline}' cannot be read ({error}); run '{BASELINE_SEARCH}' again"
        ) from error
    if not baseline:
        raise SearchError(
            f"baseline '{options.baseline}' has no rows. Run '{BASELINE_SEARCH}' once, and check that the macro"
            " kubernetes_metrics names the index your metrics are in"
        )
    return baseline


def _series(lines: TextIO, options: Options) -> Iterator[Tuple[Series, Tuple[Optional[Limit], ...]]]:
    rows = csv.reader(lines, strict=True)
    header = next(rows, [])
    if not header:  # Splunk leaves a file of no bytes when a search that fills a new table finds nothing
        return
    keys = _positions(header, list(options.by), options)
    statistics = [
        _positions(header, [f"{part}_{metric}" for part in ("count", "avg", "stdev")], options)
        for metric in options.metrics
    ]
    seen: Dict[Series, int] = {}
    for cells in rows:
        if not cells:
            continue
        if len(cells) != len(header):
            raise SearchError(
                f"baseline '{options.baseline}', line {rows.line_num}: {len(cells)} cells under {len(header)} columns;"
                f" run '{BASELINE_SEARCH}' again"
            )
        series = tuple(cells[position] for position in keys)
        if series in seen:
            raise SearchError(
                f"baseline '{options.baseline}', lines {seen[series]} and {rows.line_num}: two rows for"
                f" {', '.join(series)}. Is a field missing in by=, or the table made by another search?"
            )
        seen[series] = rows.line_num
        limits = (_limit([cells[position] for position in three], options, rows.line_num) for three in statistics)
        yield series, tuple(limits)


def _positions(header: List[str], wanted: List[str], options: Options) -> List[int]:
    missing = [name for name in wanted if name not in header]
    if missing:
        raise SearchError(
            f"baseline '{options.baseline}' has another shape: no column {', '.join(missing)}"
            f" (it has: {', '.join(header) or 'none'}). Name fields and metrics it holds with by= and metrics=,"
            f" or write it with '{BASELINE_SEARCH}'"
        )
    return [header.index(name) for name in wanted]


def _limit(cells: List[str], options: Options, line: int) -> Optional[Limit]:
    count, average, stdev = [_cell(cell, options, line) for cell in cells]
    if count < 0 or stdev < 0:
        raise SearchError(
            f"baseline '{options.baseline}', line {line}: a count or a standard deviation is below 0;"
            f" run '{BASELINE_SEARCH}' again"
        )
    if count == 0 or cells[1].strip() == "":
        return None
    return limit(count, average, stdev, options)


def _cell(cell: str, options: Options, line: int) -> float:
    number = 0.0 if cell.strip() == "" else parse_number(cell)
    if number is None:
        raise SearchError(
            f"baseline '{options.baseline}', line {line}: '{cell[:80]}' is no number; run '{BASELINE_SEARCH}' again"
        )
    return number
