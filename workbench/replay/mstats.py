"""Runs mstats on a metrics store: one SQL statement for each command, grouped and pruned by time in DuckDB.

Reading of the command, from reference/spl-semantics.md section 1 (there with its marks of certainty): a
point that lacks a BY dimension is left out unless fillnull_value is given; rows are wide, a metric without
points in a group is null there; bins are aligned to the epoch, ``_time`` is the start of a bin, no bin for
no points; a metric the index does not know is null everywhere; the standard deviation of one point is 0.
A time series is all points of an index that agree in every dimension; what rate, rate_avg and rate_sum make of it
is in workbench/replay/counters.py. ``by _timeseries`` groups by it; what Splunk writes into that field is unknown.

Unverified without a live Splunk: rows are ordered by ``_time``, then by the BY fields; no points at all
give no row; ``avg(tcp.*)`` yields a column for each metric the index knows, in the window or not; median
and percN interpolate between neighbours. Values that are NaN or infinite do not count: a metrics index
holds none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

import duckdb

from workbench.replay import counters, mstats_filter
from workbench.replay.context import SearchContext, Window
from workbench.replay.errors import ReplayError
from workbench.replay.mstats_filter import Parameters
from workbench.replay.rows import Row
from workbench.spl.times import span_seconds
from workbench.spl.tree import Aggregation, Mstats
from workbench.spl.wildcards import renamed
from workbench.traffic.store import TIME, IndexColumns, StoreError, quote_identifier

BATCH_ROWS = 20_000
TIME_BIN_LIMIT = 1_000_000  # bins; limits.conf time_bin_limit
_PERCENTILE = re.compile(r"(?:exact|upper)?p(?:erc)?(\d{1,3}(?:\.\d+)?)\Z")
_FUNCTIONS = {
    "count": "count({x})",
    "dc": "count(DISTINCT {x})",
    "distinct_count": "count(DISTINCT {x})",
    "sum": "fsum({x})",
    "avg": "favg({x})",
    "mean": "favg({x})",
    "min": "min({x})",
    "max": "max({x})",
    "range": "max({x}) - min({x})",
    "sumsq": "fsum({x} * {x})",
    # DuckDB has no sample deviation of one point, Splunk says 0
    "stdev": "CASE count({x}) WHEN 1 THEN 0.0 ELSE stddev_samp({x}) END",
    "var": "CASE count({x}) WHEN 1 THEN 0.0 ELSE var_samp({x}) END",
    "stdevp": "stddev_pop({x})",
    "varp": "var_pop({x})",
    "median": "quantile_cont({x}, 0.5)",
    "earliest": "arg_min({x}, {time}) FILTER ({x} IS NOT NULL)",
    "latest": "arg_max({x}, {time}) FILTER ({x} IS NOT NULL)",
    "earliest_time": "min({time}) FILTER ({x} IS NOT NULL)",
    "latest_time": "max({time}) FILTER ({x} IS NOT NULL)",
}
_FUNCTIONS |= counters.FUNCTIONS
_WHOLE = ("count", "dc", "distinct_count")


@dataclass(frozen=True)
class _Column:
    """One column of the result: its name, the function and the metric it is made from."""

    name: str
    function: str
    metric: str

    def sql(self) -> str:
        percentile = _PERCENTILE.match(self.function)
        x, time = quote_identifier(self.metric), quote_identifier(TIME)
        if self.function in counters.FUNCTIONS:
            x = counters.rate_column(self.function, self.metric)
        if percentile:
            return f"quantile_cont({x}, {float(percentile[1]) / 100!r})"
        return _FUNCTIONS[self.function].format(x=x, time=time)


@dataclass(frozen=True)
class _Statement:
    """SQL and its parameters; each record is the ``keys``, the ``columns`` and last the number of points."""

    sql: str
    parameters: list[object]
    keys: tuple[str, ...]
    columns: tuple[str, ...]


def run(node: Mstats, _incoming: None, context: SearchContext) -> Iterator[Row]:
    """Return the rows of ``node`` over ``context.store``; adds the points read to ``context.points_read``.

    Raises ReplayError for what the store lacks or the replay does not know, at
    once and not with the first row.
    """
    try:
        statement = _prepared(node, context)
    except StoreError as error:
        raise ReplayError(f"the metrics store cannot answer: {error}") from error
    return iter(()) if statement is None else _rows(statement, node, context)


def _prepared(node: Mstats, context: SearchContext) -> _Statement | None:
    """Make the SQL of ``node``; None when no index or no metric can be meant, so that there are no rows."""
    store = context.store
    fillnull = _fillnull(node)
    window = mstats_filter.time_window(node.where, context)
    span = _span(node, window)
    sources = {name: store.columns(name) for name in mstats_filter.indexes(node.where, store.indexes())}
    columns = _columns(node, sources)
    by = tuple(dict.fromkeys(name for name in node.by if name != TIME))
    if "metric_name" in by:
        raise ReplayError("by metric_name is not replayed; name metrics: avg(x) avg(y)", "mstats", node.span.start)
    parameters = Parameters()
    points = " UNION ALL BY NAME ".join(
        _points(node, context, name, found, columns, by, window, parameters) for name, found in sources.items()
    )
    if not columns or not points:
        return None
    keys = [f"CAST(floor({quote_identifier(TIME)} / {span}) AS BIGINT) * {span}"] if span else []
    keys += [_key(name, fillnull, parameters) for name in by]
    names = (*((TIME,) if span else ()), *by)
    rates = {
        counters.rate_column(column.function, column.metric): counters.rates(
            column.function, column.metric, by, span, context.rates
        )
        for column in columns
        if column.function in counters.FUNCTIONS
    }
    sql = _sql(keys, columns, points, list(rates.values()))
    return _Statement(sql, parameters.values, names, tuple(column.name for column in columns))


def _rows(statement: _Statement, node: Mstats, context: SearchContext) -> Iterator[Row]:
    # a cursor of its own: searches nest, and a second statement would end the first one's result
    cursor = context.store.connection.cursor()
    names = (*statement.keys, *statement.columns)
    try:
        cursor.execute(statement.sql, statement.parameters)
        while batch := cursor.fetchmany(BATCH_ROWS):
            context.points_read += sum(record[-1] for record in batch)
            for record in batch:
                # the last value counts points: it is 0 only for the one row SQL makes of no points at all
                if record[-1] and None not in record[: len(statement.keys)]:
                    yield dict(zip(names, record))  # noqa: B905  (the count has no name)
    except duckdb.Error as error:
        raise ReplayError(f"the metrics store cannot answer: {error}") from error
    finally:
        cursor.close()


def _points(
    node: Mstats,
    context: SearchContext,
    index: str,
    available: IndexColumns,
    columns: list[_Column],
    by: tuple[str, ...],
    window: Window,
    parameters: Parameters,
) -> str:
    """Return the SELECT of the points of one index: time, BY dimensions and the metrics in use, finite or NULL."""
    selected = [quote_identifier(TIME), "1 AS points"]
    series = quote_identifier(counters.SERIES)
    if counters.SERIES in by or any(column.function in counters.FUNCTIONS for column in columns):
        selected.append(f"{_series(index, available)} AS {series}")
    for name in by:
        column = quote_identifier(name)
        if name != counters.SERIES:
            selected.append(column if name in available.dimensions else f"NULL::VARCHAR AS {column}")
    present: list[str] = []
    for metric in dict.fromkeys(column.metric for column in columns):
        column = quote_identifier(metric)
        if metric in available.measures:
            selected.append(f"CASE WHEN isfinite({column}) THEN {column} END AS {column}")
            present.append(f"isfinite({column})")
        else:
            selected.append(f"NULL::DOUBLE AS {column}")
    time = quote_identifier(TIME)
    passed = mstats_filter.predicate(node.where, index, available.dimensions, parameters)
    return (
        f"SELECT {', '.join(selected)} FROM {context.store.relation(index)}"
        f" WHERE {time} >= {parameters.add(window.earliest)} AND {time} < {parameters.add(window.latest)}"
        f" AND {passed} AND ({' OR '.join(present) or 'FALSE'})"
    )


def _series(index: str, available: IndexColumns) -> str:
    """Return SQL text that is the same for two points if and only if they belong to one time series."""
    literals = [(name + "=").replace("'", "''") for name in available.dimensions]
    named = (f"'{text}' || {quote_identifier(name)}" for text, name in zip(literals, available.dimensions, strict=True))
    return f"concat_ws(chr(31), {', '.join([repr(f'index={index}'), *named])})"


def _key(name: str, fillnull: str | None, parameters: Parameters) -> str:
    column = quote_identifier(name)
    return column if fillnull is None else f"coalesce({column}, {parameters.add(fillnull)})"


def _sql(keys: list[str], columns: list[_Column], points: str, rates: list[str]) -> str:
    """Return the SQL over the points, and beside them one row for each counter and span that holds its rate."""
    outer = [f"g{number}" for number in range(len(keys))]
    grouped = [f"{sql} AS g{number}" for number, sql in enumerate(keys)]
    for number, column in enumerate(columns):
        grouped.append(f"{column.sql()} AS a{number}")
        whole = column.function in _WHOLE
        outer.append(f"a{number}" if whole else f"CASE WHEN isfinite(a{number}) THEN a{number} END")
    positions = ", ".join(str(number + 1) for number in range(len(keys)))
    group = f" GROUP BY {positions}" if keys else ""
    order = f" ORDER BY {positions}" if keys else ""
    rows = " UNION ALL BY NAME ".join(["FROM points", *rates])
    inner = f"SELECT {', '.join([*grouped, 'count(points) AS points'])} FROM ({rows}){group}"
    return f"WITH points AS ({points}) SELECT {', '.join([*outer, 'points'])} FROM ({inner}){order}"


def _columns(node: Mstats, sources: dict[str, IndexColumns]) -> list[_Column]:
    known = list(dict.fromkeys(metric for found in sources.values() for metric in found.measures))
    columns: list[_Column] = []
    for aggregation in node.aggregations:
        columns.extend(_expanded(aggregation, known))
    names = [column.name for column in columns]
    for name in names:
        if names.count(name) > 1 or name in node.by:
            raise ReplayError(f"two columns of the result are called '{name}'; rename one with as")
    return columns


def _expanded(aggregation: Aggregation, known: list[str]) -> list[_Column]:
    """Return the columns of one aggregation: one, or with wildcards one for each metric known that matches."""
    function, metric, start = aggregation.function, aggregation.field, aggregation.span.start
    percentile = _PERCENTILE.match(function)
    if function not in _FUNCTIONS and (percentile is None or float(percentile[1]) > 100):
        message = f"function {function} is not replayed; known are {', '.join(_FUNCTIONS)}, percN"
        raise ReplayError(message, position=start)
    if aggregation.expression is not None or metric is None or metric == "_value":
        raise ReplayError(f"{function} needs the name of a metric, as in {function}(tcp.bytes)", position=start)
    if "*" not in metric:
        return [_Column(aggregation.name, function, metric)]
    alias = aggregation.alias
    if alias is not None and alias.count("*") != metric.count("*"):
        raise ReplayError(f"'{metric}' and '{alias}' must have the same number of wildcards", position=start)
    names = ((renamed(name, metric, aggregation.name), name) for name in known)
    return [_Column(column, function, name) for column, name in names if column is not None]


def _fillnull(node: Mstats) -> str | None:
    fillnull: str | None = None
    for name, value in node.options:
        if name == "fillnull_value":
            fillnull = value
        elif name != "chunk_size":  # chunk_size sets memory against speed, never the result
            raise ReplayError(f"option {name}={value} is not replayed")
    return fillnull


def _span(node: Mstats, window: Window) -> int | None:
    if node.bin_span is None:
        return None
    span = span_seconds(node.bin_span)
    bins = (window.latest - window.earliest) / span
    if isfinite(bins) and bins > TIME_BIN_LIMIT:  # a search without an end has the bins that its points need
        raise ReplayError(f"span={node.bin_span} makes {bins:.0f} bins, Splunk allows {TIME_BIN_LIMIT}")
    return span
