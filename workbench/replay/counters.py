"""SQL for rate, rate_avg and rate_sum of mstats: by how much counters that only grow have grown, a second.

Documented (Splunk Search Reference, "Time functions" and "mstats"; Metrics manual, "Investigate counter metrics"):

* rate(x) of the points of one group and span is ``(latest - earliest) / (latest_time - earliest_time)``, nothing
  when the two times are the same. It "also handles the largest value reset if there is at least one reset": read as
  the largest value from which the counter fell is added to the difference.
* rate_sum(x) and rate_avg(x) work out rate(x) for each time series, all points that share the metric and all
  dimensions, then sum or average over the series of the group. The starting point is "the latest value of a metric
  measurement from the previous timespan", so that one point a span is enough.

Not documented, and so a switch (``SearchContext.rates``):

* whether rate_sum and rate_avg handle a reset, as rate does. "strict": they do not, and a counter that restarts
  gives a negative rate once. "lenient": they do.
* which span is the previous one after a missed scrape. "strict": the one right before, so that the first point after
  a gap has no rate unless its span holds another. "lenient": the last one in which the series has a point.

In both readings no point before the time range of the search is read, so that in the first span, as in the first
span of a new series, a single point has no rate; a series without a rate adds nothing to the sum, and a group in
which no series has one gives null.
"""

from __future__ import annotations

from typing import Literal

from workbench.traffic.store import TIME, quote_identifier

Reading = Literal["strict", "lenient"]
SERIES = "_timeseries"  # what mstats calls a time series in its BY clause
FUNCTIONS = {"rate": "max({x})", "rate_avg": "favg({x})", "rate_sum": "fsum({x})"}
_AGAINST_EARLIER_SPANS = ("rate_avg", "rate_sum")


def rate_column(function: str, metric: str) -> str:
    """Name the column that holds the rates which ``function`` aggregates."""
    kind = SERIES if function in _AGAINST_EARLIER_SPANS else "rate"
    return quote_identifier(f"{kind} of {metric}")


def rates(function: str, metric: str, by: tuple[str, ...], span: int | None, reading: Reading) -> str:
    """Return a SELECT of one row for each span and counter of ``metric``: _time, ``by`` and the rate column.

    The counter is a time series for rate_avg and rate_sum, else all points that agree in ``by``. Reads a relation
    ``points`` with _time, ``by``, the metric and, for rate_avg and rate_sum, _timeseries. ``span`` in seconds; None
    for one span that is as long as the search.
    """
    x, time = quote_identifier(metric), quote_identifier(TIME)
    across = function in _AGAINST_EARLIER_SPANS
    parts = [SERIES] if across else by
    # A number of 64 bits is much faster to sort by than the text it stands for.
    counter = f"hash({', '.join(map(quote_identifier, parts))})" if parts else "0"
    based = "before_bin = bin"
    if across:
        based = "before_bin <= bin" if reading == "lenient" else "before_bin >= bin - 1"
    # arg_min passes over nulls: without a basis the first point is what the second comes after, or stands alone.
    before = f"coalesce(arg_min(CASE WHEN {based} THEN {{0}} END, number), arg_min({{1}}, number))"
    fallen = f"coalesce(max(CASE WHEN {x} < before_x AND {based} THEN before_x END), 0)"
    if across and reading == "strict":
        fallen = "0"  # only the two ends of the span count
    grown = f"arg_max({x}, number) - {before.format('before_x', x)} + {fallen}"
    seconds = f"max({time}) - {before.format('before_time', time)}"
    names = [quote_identifier(name) for name in by]
    kept = "".join(f", any_value({name}) AS {name}" for name in names)
    return f"""
        SELECT max({time}) AS {time}{kept}, ({grown}) / nullif({seconds}, 0) AS {rate_column(function, metric)}
        FROM (
            SELECT *, row_number() OVER counters AS number, lag({x}) OVER counters AS before_x,
                lag({time}) OVER counters AS before_time, lag(bin) OVER counters AS before_bin
            FROM (
                SELECT {", ".join([time, x, *names])}, {counter} AS counter,
                    {f"floor({time} / {span})" if span else "0"} AS bin
                FROM points WHERE {x} IS NOT NULL)
            WINDOW counters AS (PARTITION BY counter ORDER BY {time}, {x}))
        GROUP BY counter, bin"""
