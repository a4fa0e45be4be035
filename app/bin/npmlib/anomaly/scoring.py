"""Scoring: one row of wide metric columns in, one tidy row out for each metric over its limit.

This is the reference: one row at a time, nothing remembered between rows but counts for the messages at the end,
so no result can depend on the order of the rows or on where a chunk ends.
"""

import math
from typing import Dict, Iterable, Iterator, List, Mapping, Optional, Tuple

from npmlib.anomaly.baseline import Baseline, Limit, part_of_day
from npmlib.anomaly.options import Options
from npmlib.anomaly.tally import Tally
from npmlib.numbers import largest_amount, number_text, parse_number

Row = Mapping[str, object]
Anomaly = Dict[str, str]
Evidence = Tuple[str, str, str, str, str]
NO_EVIDENCE = ("",) * 5


def score_rows(rows: Iterable[Row], baseline: Baseline, options: Options, tally: Tally) -> Iterator[Anomaly]:
    """Yield the findings of one chunk, whose rows all have the same columns; see score_row."""
    for number, row in enumerate(rows):
        if number == 0:
            tally.columns.update(row)
        yield from score_row(row, baseline, options, tally)


def score_row(row: Row, baseline: Baseline, options: Options, tally: Tally) -> Iterator[Anomaly]:
    """Yield a finding for each metric of ``row`` that is over its limit; count in ``tally`` what was left out.

    A finding has the ``by`` fields, ``_time`` and: metric, value, expected (average of the baseline), stdev (spread
    the limit rests on), score = (value - expected) / stdev, empty where the spread is 0, p95, the usual peak of that
    time of day (see Limit.peak; of the whole day where the row has no time), empty where none is known, and limit,
    empty where the baseline is too thin to be used. A metric without a baseline gives a finding with these five empty
    if options.flag_unseen and value > 0. With options.annotate every value gives such a row.
    """
    tally.rows += 1
    series = _series(row, options, tally)
    if series is None:
        return
    values = _values(row, options, tally)
    limits = baseline.get(series)
    if limits is None:
        tally.rows_without_baseline += 1
    part = part_of_day(row.get("_time"))
    for position, metric, text, value in values:
        limit = limits[position] if limits is not None else None
        if limit is None:
            if options.annotate or (options.flag_unseen and value > 0):
                yield _finding(row, series, options, metric, text, NO_EVIDENCE)
        elif options.annotate or value > limit.largest(part):
            yield _finding(row, series, options, metric, text, _evidence(value, limit, part))


def _series(row: Row, options: Options, tally: Tally) -> Optional[Tuple[str, ...]]:
    names: List[str] = []
    for field in options.by:
        name = row.get(field)
        if not isinstance(name, str) or not name:
            tally.skip_without(field)
            return None
        names.append(name)
    return tuple(names)


def _values(row: Row, options: Options, tally: Tally) -> List[Tuple[int, str, str, float]]:
    values: List[Tuple[int, str, str, float]] = []
    for position, metric in enumerate(options.metrics):
        text = row.get(metric)
        if text is None or text == "":  # the series does not have this metric, or not in this interval
            continue
        value = parse_number(text) if isinstance(text, str) else None  # a multivalue cell is a list
        if value is None or not 0 <= value <= largest_amount(metric):
            tally.leave_out_value(metric, text)
            continue
        values.append((position, metric, str(text).strip(), value))
    return values


def _evidence(value: float, limit: Limit, part: Optional[int]) -> Evidence:
    score = number_text((value - limit.expected) / limit.spread) if limit.spread > 0 else ""
    peak, largest = limit.peak(part), limit.largest(part)
    p95 = "" if peak is None else number_text(peak)
    upper = number_text(largest) if math.isfinite(largest) else ""
    return number_text(limit.expected), number_text(limit.spread), score, p95, upper


def _finding(
    row: Row,
    series: Tuple[str, ...],
    options: Options,
    metric: str,
    text: str,
    evidence: Evidence,
) -> Anomaly:
    finding = dict(zip(options.by, series))
    time = row.get("_time")
    finding["_time"] = time if isinstance(time, str) else ""
    finding.update(metric=metric, value=text)
    finding.update(zip(("expected", "stdev", "score", "p95", "limit"), evidence))
    return finding
