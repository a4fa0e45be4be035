"""Outbound traffic: the compiled search against SQL written by hand, and where the original differs."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.detections.bursts import around, current, searched, usual
from tests.detections.world import DAY, HOUR, METRICS, MINUTE, NOW, OUTBOUND, World, point
from tests.examples import GENERATE, examples
from workbench.replay.context import Limits
from workbench.replay.rows import Row, each_text

# Written from the text of the seed, with usual peaks added and four things put right: the UDP deviation is a deviation,
# clusters are kept apart, what a process sent in 30 seconds is a sum, and the guards of npmanomaly (0 turns them off).
# Windows are those of the shipped schedules.
BY_HAND = """
with measured as (
    select floor(_time / 30) * 30 as _time, "k8s.cluster.name" as cluster, "source.workload.name" as workload,
           coalesce("source.process.name", '-') as process, metric, sum(value) as value
    from (unpivot points on "tcp.bytes", "tcp.new_sockets", "tcp.packets", "udp.bytes", "udp.packets"
          into name metric value value)
    group by all
), usual as (
    select cluster, workload, process, metric, count(*) as n, avg(value) as average,
           coalesce(stddev_samp(value), 0) as deviation
    from measured where _time >= $midnight - 2592000 and _time < $midnight
    group by cluster, workload, process, metric
), hours as (
    select cluster, workload, process, metric, floor(_time / 7200) % 12 as part, quantile_cont(value, 0.95) as p95
    from measured where $peaks and _time >= $midnight - 14 * 86400 and _time < $midnight
    group by cluster, workload, process, metric, part, floor(_time / 3600)
), peaks as (
    select cluster, workload, process, metric, part, max(p95) as p95 from hours group by all
), current as (
    select *, floor(_time / 7200) % 12 as part from measured where _time >= $now - 2940 and _time < $now - 240
), judged as (
    select *, greatest(deviation, $minspread * abs(average)) as spread,
           greatest(average + $threshold / if(p95 > 0, 3, 1)
                    * greatest(deviation, $minspread * abs(average)), 4 / 3 * p95) as upper
    from current join usual using (cluster, workload, process, metric)
    left join peaks using (cluster, workload, process, metric, part)
    where n >= $minsamples
), by_metric as (
    select cluster, workload, process, metric, count(*) filter (value > upper) as intervals,
           max((value - average) / nullif(spread, 0)) filter (value > upper) as score,
           coalesce(min(abs(value - upper) / greatest(1, abs(upper))) filter (value <> upper), 1) as margin
    from judged group by cluster, workload, process, metric
)
select cluster, workload, process, sum(intervals) as intervals,
       list_sort(list(metric) filter (intervals > 0)) as metrics, max(score) as score,
       max(intervals) > 8 as reported, min(margin) as margin
from by_metric group by cluster, workload, process, left(metric, 3) order by all
"""


def by_hand(
    world: World, threshold: float, minsamples: int, minspread: float, peaks: bool
) -> tuple[list[tuple[Any, ...]], float]:
    """Findings as (cluster, workload, process, count, metrics, score), and how near any value came to its limit."""
    world.store()  # writes the points
    with duckdb.connect() as database:
        database.execute("set ieee_floating_point_ops = false") if duckdb.__version__ >= "2" else None
        files = world.folder / "store" / "kubernetes_metrics" / "*.parquet"
        database.execute(f"create view points as select * from read_parquet('{files}')")
        settings_ = {
            "now": NOW,
            "midnight": NOW // DAY * DAY,
            "threshold": threshold,
            "minsamples": minsamples,
            "minspread": minspread,
            "peaks": peaks,
        }
        rows = database.execute(BY_HAND, settings_).fetchall()
    margin = min((row[-1] for row in rows), default=1.0)
    return [row[:-2] for row in rows if row[-2]], margin


def findings(rows: list[Row]) -> list[tuple[Any, ...]]:
    """The same columns of the replay's findings."""
    return sorted(
        (
            row["cluster"],
            row["workload"],
            row["process"],
            row["count"],
            list(each_text(row["metrics"])),
            pytest.approx(float(str(row["score"])), rel=1e-6) if row.get("score") is not None else None,
        )
        for row in rows
    )


SERIES = st.fixed_dictionaries(
    {
        "cluster": st.sampled_from(["prod", "staging"]),
        "process": st.sampled_from(["nginx", "envoy", "agent", None]),
        "points": st.sampled_from([0, 1, 60, 150, 150, 150]),
        "level": st.sampled_from([0.0, 7.5, 1000.0, 1e6]),
        "spread": st.sampled_from([0.0, 0.001, 0.3, 0.3, 2.0]),
        "burst": st.sampled_from([0.9, 1.04, 2.0, 7.0, 30.0, 30.0]),
        "daily": st.sampled_from([None, 5.0, 20.0]),
        "hour": st.sampled_from([1, 2, 3, 9]),
        "intervals": st.integers(0, 20),
        "metrics": st.sets(st.sampled_from(METRICS), min_size=1),
    }
)


def points_of(series: dict[str, Any], numbers: random.Random) -> Iterator[dict[str, Any]]:
    def measures(factor: float) -> dict[str, float]:
        return {
            name: series["level"] * factor * (1 + series["spread"] * numbers.random()) for name in series["metrics"]
        }

    def made(at: float, factor: float) -> dict[str, Any]:
        dest = numbers.choice(["db", "cache", None])
        return {**point(at, series["cluster"], "web", process=series["process"], dest=dest), **measures(factor)}

    for _ in range(series["points"]):
        yield made(NOW - numbers.uniform(71 * MINUTE, 29 * DAY), 1)
    for day in range(1, 5) if series["daily"] else ():
        for interval in range(15):
            yield made(NOW // DAY * DAY - day * DAY + series["hour"] * HOUR + 30 * interval, series["daily"] / day)
    for interval in range(series["intervals"]):
        for _ in range(numbers.choice([1, 1, 3])):
            yield made(NOW - 40 * MINUTE + 30 * interval + numbers.choice([0, 3, 9.5]), series["burst"])


@settings(max_examples=examples(8, 200), phases=GENERATE)
@given(st.lists(SERIES, min_size=2, max_size=5), st.integers(0, 2**32), st.booleans())
def test_the_compiled_search_agrees_with_sql_written_by_hand(
    new_world: Callable[[], World], chosen: list[dict[str, Any]], seed: int, textbook: bool
) -> None:
    """On random data, away from the exact limit, with the shipped guards and with the textbook rule."""
    world, numbers = new_world(), random.Random(seed)
    world.add(made for series in chosen for made in points_of(series, numbers))
    rule = (3, 0, 0.0, False) if textbook else (3, 100, 0.05, True)
    if textbook:
        world.set_macro("npm_outbound_sensitivity", "threshold=3 minsamples=0 minspread=0 peaks=ignore")
    expected, margin = by_hand(world, *rule)
    assume(margin > 1e-9)
    if world.learn_traffic():
        assert findings(world.rows(OUTBOUND)) == expected
    else:
        assert expected == []


def test_the_seed_takes_the_udp_average_for_its_deviation(world: World, shared: Path) -> None:
    """A steady UDP process that more than doubles is 30 deviations up, but below four times its average."""
    world.add(usual("prod", "dns", "steady", around(100, 5, "udp_bytes")))
    world.add(current("prod", "dns", "steady", 30, udp_bytes=250))
    world.add(usual("prod", "dns", "bursty", lambda i: {"udp_bytes": 1000 if i % 10 == 0 else 0}))
    world.add(current("prod", "dns", "bursty", 30, udp_bytes=900))
    seed, _ = world.run_seed(shared, OUTBOUND)
    assert [row["source.process.name"] for row in seed] == ["bursty"]
    assert [finding["process"] for finding in searched(world)] == ["steady"]


def test_the_seed_mixes_clusters_that_share_names(world: World, shared: Path) -> None:
    """A loud staging cluster hides a tenfold rise in production."""
    world.add(usual("staging", "web", "nginx", around(10_000, 3000)))
    world.add(usual("prod", "web", "nginx", around(100, 10))).add(current("prod", "web", "nginx", 30, tcp_bytes=1000))
    seed, _ = world.run_seed(shared, OUTBOUND)
    assert seed == []
    assert [finding["cluster"] for finding in searched(world)] == ["prod"]


def test_the_seed_loses_what_its_join_cuts_off(world: World, shared: Path) -> None:
    """Past the row limit of a join the baseline ends without an error, and so do the alerts."""
    for number in range(12):
        world.add(usual("prod", f"workload-{number:02}", "nginx", around(1000, 100)))
    world.add(current("prod", "workload-11", "nginx", 30, tcp_bytes=52_000))
    whole, _ = world.run_seed(shared, OUTBOUND)
    cut, messages = world.run_seed(shared, OUTBOUND, Limits(join_rows=5))
    assert [row["source.workload.name"] for row in whole] == ["workload-11"]
    assert cut == []
    assert any("join" in message.text for message in messages)
    assert [finding["workload"] for finding in searched(world)] == ["workload-11"]


def test_the_seed_alerts_on_any_rise_over_a_constant_and_forgets_why(world: World, shared: Path) -> None:
    """Deviation 0 makes its text null, which fillnull turns into "0" and which wipes the other metrics' texts."""
    steady = usual("prod", "web", "nginx", lambda i: {"tcp_bytes": 1000 + 100 * (-1) ** i, "tcp_packets": 10})
    world.add(steady).add(current("prod", "web", "nginx", 30, tcp_bytes=52_000, tcp_packets=10.5))
    world.add(usual("prod", "heartbeat", "ping", lambda i: {"tcp_packets": 10}))
    world.add(current("prod", "heartbeat", "ping", 30, tcp_packets=10.5))
    seed, _ = world.run_seed(shared, OUTBOUND)
    assert {row["source.process.name"]: row["anomalies"] for row in seed} == {"nginx": "0", "ping": "0"}
    (finding,) = searched(world)
    assert (finding["process"], finding["metrics"]) == ("nginx", "tcp.bytes")
    assert str(finding["anomalies"]).startswith(
        "tcp.bytes: up to 52.0 kB in an interval, 52 times its average of 1.0 kB"
    )
