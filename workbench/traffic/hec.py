"""Metric data points as JSON for Splunk's HTTP Event Collector (HEC), and back.

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
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, Any, cast

import duckdb
import numpy as np

from workbench.traffic.points import DIMENSIONS, NPM_INDEX, Points
from workbench.traffic.shapes import DAY
from workbench.traffic.store import TIME, MetricsStore, StoreError, quote_identifier
from workbench.traffic.writing import StoreWriter

PREFIX = "metric_name:"
HOST_DIMENSION = DIMENSIONS[0]  # the host of a point is its cluster, as in the detections
SOURCE = "npm"
BATCH = 20_000  # points in memory at a time


class HecError(Exception):
    """A HEC file cannot be written or read; the text names the file, the line and the reason."""


def write_hec(
    store: MetricsStore,
    target: Path,
    index: str = NPM_INDEX,
    start: float | None = None,
    end: float | None = None,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Write the points of ``index`` in [start, end) to ``target`` and return their number.

    A name that ends in ``.gz`` is compressed. The points are streamed; the file is written aside, then renamed.
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
        envelope = {"event": "metric", "host": fields.get(HOST_DIMENSION), "source": SOURCE, "index": index}
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
    partial = target.with_name(target.name + ".partial")
    try:
        with ExitStack() as open_files:
            raw: IO[bytes] = open_files.enter_context(partial.open("wb"))
            if target.suffix == ".gz":  # no name and no time inside: the same points give the same bytes
                raw = open_files.enter_context(cast("IO[bytes]", gzip.GzipFile("", "wb", 6, raw, mtime=0)))
            yield open_files.enter_context(io.TextIOWrapper(raw, "utf-8", newline="\n"))
        partial.replace(target)
    except OSError as error:
        raise HecError(f"{target}: cannot be written: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)


def read_hec(source: Path, root: Path) -> int:
    """Write the points of a HEC file into the store at ``root`` and return their number.

    Meant for files that fit into memory. One Parquet file a UTC day and index, points in time order. HecError
    names the first line that is no metric point.
    """
    by_index: dict[str, list[tuple[float, dict[str, str], dict[str, float]]]] = {}
    total = 0
    for number, text in enumerate(_lines(source), start=1):
        try:
            index, point = _parse(text)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise HecError(f"{source}:{number}: no metric point in HEC format: {error!r}") from None
        by_index.setdefault(index, []).append(point)
        total += 1
    for index, points in by_index.items():
        _write_days(root, index, points)
    return total


def _lines(source: Path) -> Iterator[str]:
    try:
        with (
            gzip.open(source, "rt", encoding="utf-8")
            if source.suffix == ".gz"
            else source.open(encoding="utf-8") as file
        ):
            yield from file
    except OSError as error:
        raise HecError(f"{source}: cannot be read: {error.strerror or error}") from error


def _parse(text: str) -> tuple[str, tuple[float, dict[str, str], dict[str, float]]]:
    event = json.loads(text)
    if event["event"] != "metric":
        raise ValueError("'event' is not 'metric'")
    dimensions, measures = {}, {}
    for name, value in event["fields"].items():
        if name.startswith(PREFIX):
            measures[name[len(PREFIX) :]] = float(value)
        else:
            dimensions[name] = str(value)
    if not measures:
        raise ValueError("no field named metric_name:<metric>")
    return event["index"], (float(event["time"]), dimensions, measures)


def _write_days(root: Path, index: str, points: list[tuple[float, dict[str, str], dict[str, float]]]) -> None:
    dimensions = list(dict.fromkeys(name for _, found, _ in points for name in found))
    measures = list(dict.fromkeys(name for _, _, found in points for name in found))
    series: dict[tuple[str | None, ...], int] = {}
    points.sort(key=lambda point: point[0])
    time = np.array([point[0] for point in points])
    number = np.array([series.setdefault(tuple(map(found.get, dimensions)), len(series)) for _, found, _ in points])
    values = {
        name: np.array([found.get(name, np.nan) for _, _, found in points], dtype=np.float64) for name in measures
    }
    try:
        writer = StoreWriter(root, index, dimensions)
    except OSError as error:
        raise StoreError(f"{root}: cannot be written: {error.strerror}") from error
    for day in np.unique(time // DAY):
        kept = time // DAY == day
        part = Points(time[kept], number[kept], {name: column[kept] for name, column in values.items()})
        name = datetime.fromtimestamp(float(day) * DAY, timezone.utc).date().isoformat()
        writer.write(name, part, list(series))
    writer.close()
