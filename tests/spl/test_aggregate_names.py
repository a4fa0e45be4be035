"""Names of aggregations that say something else than what is computed, and those that only look so."""

from __future__ import annotations

import pytest

from workbench.spl.aggregate_names import aggregate_mismatch
from workbench.spl.parser import parse


def mismatch(aggregation: str) -> str | None:
    return aggregate_mismatch(parse(f"| stats {aggregation}").commands[0].aggregations[0])


@pytest.mark.parametrize(
    ("aggregation", "message"),
    [
        ("avg(udp.*) as stdev_udp.*", "'stdev_udp.*' says standard deviation, avg(udp.*) gives the average"),
        ("max(x) as min_x", "'min_x' says minimum, max(x) gives the maximum"),
        ("sum(bytes) as avg_bytes", "'avg_bytes' says average, sum(bytes) gives the sum"),
        ("count(x) as sum_x", "'sum_x' says sum, count(x) gives the count"),
        ("count as sum", "'sum' says sum, count gives the count"),
        ("max(eval(a + 1)) as sum_a", "'sum_a' says sum, max(eval(...)) gives the maximum"),
        ("perc95(x) as p99_x", "'p99_x' says percentile 99, perc95(x) gives the percentile 95"),
        ("avg(x) as perc95_x", "'perc95_x' says percentile 95, avg(x) gives the average"),
    ],
)
def test_a_name_that_says_something_else(aggregation, message):
    assert mismatch(aggregation) == message


@pytest.mark.parametrize(
    "aggregation",
    ["stdev(tcp.rtt.average) as avg_tcp.rtt.average", "max(x) as x_avg", "sum(x) as avg", "avg(x) as maxBytes",
     "var(x) as stdev_x", "max(x) as min", "sumsq(x) as sum_x", "dc(x) as sum_x", 'avg(x) as "max(x)"',
     "avg(x) as MAX_x", "perc50(x) as mean_x", "avg(x) as count_x", "stdevp(x) as var_x", "max(x) as median.x"],
)  # fmt: skip
def test_other_names_that_mislead(aggregation):
    assert mismatch(aggregation) is not None


@pytest.mark.parametrize(
    "aggregation",
    ["avg(x) as average", "max(score) as score", "count as intervals", "stdev(x) as stdev_x", "sum(x) as total",
     "avg(x)", "sum(intervals) as count", "sum(count_x) as count", "sum(x) as x_count", "dc(x) as x_count",
     "dc(x) as count", "avg(duration) as duration_min", "sum(bytes) as bytes_min", "max(avg_bytes) as avg_bytes",
     "max(avg_bytes) as max_avg_bytes", "max(tcp.rtt.average) as rtt_average", "max(n) as count", "max(x) as max_avg",
     "values(max) as max", "first(x) as min_x", "latest(avg) as avg", "min(_time) as firstTime",
     "count(eval(priority=1)) as p1", "count(eval(a=1)) as a_count", "perc50(x) as median_x", "median(x) as p50_x",
     "perc95(x) as p95_x", "avg(x) as mean_x", "stdevp(x) as stdev_x", "range(x) as max_x", "count as minutes",
     "sum(x) as var_log", "avg(x) as summary", "count(checksum) as checksum"],
)  # fmt: skip
def test_names_that_do_not_mislead(aggregation):
    assert mismatch(aggregation) is None
