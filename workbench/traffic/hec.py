"""Metric data points as JSON for Splunk's HTTP Event Collector (HEC).

One JSON object a line, in the multiple-measurement metric format: the measures of a point are fields named
``metric_name:<metric>`` with a number, its dimensions are fields with text, ``event`` is the word ``metric``.
Fields that a point lacks are left out.
"""

from __future__ import annotations

import gzip
import io
import json
import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, cast

import duckdb

from workbench.traffic.points import DIMENSIONS, NPM_INDEX
from workbench.traffic.store import TIME, MetricsStore, quote_identifier
from workbench.writing import written_aside

PREFIX = "metric_name:"
HOST_DIMENSION = DIMENSIONS[0]  # the host of a point that names none
SOURCE = "npm"
BATCH = 20_000  # points in memory at a time


class HecError(Exception):
    """A HEC file cannot be written; the text names the file and the reason."""


def write_hec(
    store: MetricsStore,
    target: Path,
    index: str = NPM_INDEX,
    start: float | None = None,
    end: float | None = None,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Write the points of ``index`` in [start, end) to ``target`` and return their number.

    A name that ends in ``.gz`` is compressed. The points are streamed; the file appears whole or not at all.
    ``progress`` gets the number of points written so far. StoreError without that index, HecError when the file
    cannot be written.
    """
    if start is not None and end is not None and start >= end:
        raise HecError("the time range is empty; --to must lie after --from")
    try:
        with _replacing(target) as out:
            return _export(store, out, index, (start, end), progress)
    except duckdb.Error as error:
        raise HecError(f"{store.root / index}: cannot be read: {error}") from error


def _export(
    store: MetricsStore,
    out: io.TextIOBase,
    index: str,
    window: tuple[float | None, float | None],
    progress: Callable[[int], None] | None,
) -> int:
    columns = store.columns(index)
    names = [TIME, *columns.dimensions, *columns.measures]
    conditions, bounds = ["true"], []
    for comparison, bound in zip((">=", "<"), window, strict=True):
        if bound is not None:
            conditions.append(f"{quote_identifier(TIME)} {comparison} ?")
            bounds.append(bound)
    cursor = store.connection.cursor()
    cursor.execute(
        f"SELECT {', '.join(map(quote_identifier, names))} FROM {store.relation(index)} "
        f"WHERE {' AND '.join(conditions)}",
        bounds,
    )
    measures = [json.dumps(PREFIX + name) for name in columns.measures]
    line = _line_maker(index, columns.dimensions, measures)
    written = 0
    while batch := cursor.fetchmany(BATCH):
        lines = list(filter(None, map(line, batch)))
        out.write("".join(lines))
        written += len(lines)
        if progress:
            progress(written)
    return written


def _line_maker(index: str, dimensions: tuple[str, ...], measures: list[str]) -> Callable[[tuple[Any, ...]], str]:
    """Return a function from a row to its line; what depends on the dimensions alone is made once a series."""
    width = 1 + len(dimensions)
    known: dict[tuple[Any, ...], tuple[str, str]] = {}

    def frame(values: tuple[Any, ...]) -> tuple[str, str]:
        fields = {name: value for name, value in zip(dimensions, values, strict=True) if value is not None}
        host = fields.pop("host", fields.get(HOST_DIMENSION))
        envelope = {"event": "metric", "host": host, "source": SOURCE, "index": index}
        outer = json.dumps({key: value for key, value in envelope.items() if value is not None})
        inner = json.dumps(fields)[1:-1]
        return f', {outer[1:-1]}, "fields": {{{inner}', "}}\n"

    def line(row: tuple[Any, ...]) -> str:
        values = row[1:width]
        if values not in known:
            known[values] = frame(values)
        before, after = known[values]
        measured = ", ".join(
            f"{name}: {_number(value)}"
            for name, value in zip(measures, row[width:], strict=True)
            if value is not None and math.isfinite(value)  # JSON knows no NaN
        )
        if not measured:
            return ""  # Splunk refuses an event that measures nothing
        comma = "" if before.endswith("{") else ", "
        return f'{{"time": {_number(row[0])}{before}{comma}{measured}{after}'

    return line


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


@contextmanager
def _replacing(target: Path) -> Iterator[io.TextIOBase]:
    try:
        with written_aside(target) as aside, ExitStack() as open_files:
            raw: IO[bytes] = open_files.enter_context(aside.open("wb"))
            if target.suffix == ".gz":  # no name and no time inside: the same points give the same bytes
                raw = open_files.enter_context(cast("IO[bytes]", gzip.GzipFile("", "wb", 6, raw, mtime=0)))
            yield open_files.enter_context(io.TextIOWrapper(raw, "utf-8", newline="\n"))
    except OSError as error:
        raise HecError(f"{target}: cannot be written: {error.strerror}") from error
