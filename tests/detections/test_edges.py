"""Detection 2, an edge that was never there before: the compiled searches against SQL written by hand."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.detections.world import DAY, EDGE_BASELINE, HOUR, MINUTE, NEW_EDGE, NOW, World, point
from tests.examples import examples
from workbench.replay.context import Limits
from workbench.replay.rows import Row

Edge = tuple[str, str, str]

# Written from the text of the seed, with four things put right: clusters are kept apart, a data point without packets
# is no traffic, an edge silent for more than 30 days counts as new, and a cluster watched for less than 7 days is
# left alone. The window is the one of the shipped schedule.
BY_HAND = """
with seen as (
    select _time, "k8s.cluster.name" as cluster, "source.workload.name" as source,
           coalesce("dest.workload.name", '-') as dest
    from points where "tcp.packets" > 0
), inside as (
    select cluster, source, dest, min(_time) as appeared from seen
    where _time >= $now - 9000 and _time < $now - 600 group by cluster, source, dest
), before as (
    select cluster, source, dest, max(_time) as last_seen from seen
    where _time < $now - 9000 group by cluster, source, dest
), watched as (
    select cluster, min(_time) as since from seen where _time < $now - 600 group by cluster
)
select cluster, source, dest
from inside join watched using (cluster) left join before using (cluster, source, dest)
where $now - 9000 >= since + 7 * 86400 and dest <> '-' and (last_seen is null or appeared - last_seen > 30 * 86400)
order by all
"""


def by_hand(world: World, at: float) -> list[Edge]:
    world.store().close()
    with duckdb.connect() as database:
        files = world.folder / "store" / "kubernetes_metrics" / "*.parquet"
        database.execute(f"create view points as select * from read_parquet('{files}')")
        return database.execute(BY_HAND, {"now": at}).fetchall()


def edges(rows: Iterable[Row]) -> list[Edge]:
    return sorted((str(row["cluster"]), str(row["workload"]), str(row["dest_workload"])) for row in rows)


def talk(
    cluster: str,
    source: str,
    dest: str,
    *ages: float,
    packets: float = 10,
    volume: float = 1000,
    outside: str = "neither",
) -> list[dict[str, Any]]:
    """Data points of an edge, so many seconds before NOW."""
    return [
        point(NOW - age, cluster, source, dest=dest, outside=outside, tcp_packets=packets, tcp_bytes=volume)
        for age in ages
    ]


def learned(world: World, cluster: str = "prod", at: float = NOW - 6 * HOUR) -> World:
    """A cluster that has been watched for 20 days, merged from history as the first start is documented."""
    world.add(talk(cluster, "web", "db", *(day * DAY + 5 * HOUR for day in range(1, 21))))
    world.run_over(EDGE_BASELINE, at - 30 * DAY, at - 10 * MINUTE, at)
    return world


def test_a_finding_tells_from_whom_to_whom_and_why(world: World) -> None:
    learned(world).add(talk("prod", "web", "secrets", HOUR, HOUR - 30))
    run = world.run(NEW_EDGE)
    assert run.rows == (
        {
            "cluster": "prod",
            "entity": "prod/shop/web",
            "protocol": "tcp",
            "namespace": "shop",
            "workload": "web",
            "dest_namespace": "shop",
            "dest_workload": "secrets",
            "outside": "neither",
            "reason": "never seen before in this cluster",
            "packets": 20,
            "bytes": 2000,
            "risk_score": 15,
            "first_time": "2026-03-01T03:00:00+0000",
            "last_time": "2026-03-01T03:00:30+0000",
        },
    )
    (event,) = run.risk_events
    assert (
        event["risk_message"]
        == "Workload web in Kubernetes cluster prod sent TCP traffic to secrets, which is new there"
    )
    assert (event["risk_object"], event["risk_object_type"], event["risk_score"]) == ("prod/shop/web", "other", 15)
    assert (event["threat_object"], event["threat_object_type"]) == (["secrets"], ["service"])


def test_a_known_edge_is_not_reported(world: World) -> None:
    learned(world).add(talk("prod", "web", "db", HOUR))
    assert world.rows(NEW_EDGE) == []


def test_an_edge_known_in_another_cluster_is_new_here(new_world: Callable[[], World], shared: Path) -> None:
    world = learned(learned(new_world(), "staging"), "prod")
    world.add(talk("staging", "web", "payments", 3 * DAY, 2 * DAY))
    world.run_over(EDGE_BASELINE, NOW - 30 * DAY, NOW - 6 * HOUR, NOW - 6 * HOUR)
    world.add(talk("prod", "web", "payments", HOUR / 2)).add(talk("staging", "web", "payments", HOUR / 2))
    assert edges(world.rows(NEW_EDGE)) == [("prod", "web", "payments")]
    seed, _ = world.run_seed(shared, NEW_EDGE)
    assert seed == []


def test_a_repeated_window_gives_the_same_rows_before_and_after_the_table_knows_the_edge(world: World) -> None:
    learned(world).add(talk("prod", "web", "secrets", HOUR))
    world.add(talk("prod", "batch", "db", 35 * DAY))
    world.run_over(EDGE_BASELINE, NOW - 40 * DAY, NOW - 34 * DAY)
    world.add(talk("prod", "batch", "db", HOUR))
    before = world.rows(NEW_EDGE)
    world.rows(EDGE_BASELINE, NOW - 10 * MINUTE)
    after = world.rows(NEW_EDGE)
    world.rows(EDGE_BASELINE, NOW + 50 * MINUTE)
    assert world.rows(NEW_EDGE) == after == before
    assert edges(before) == [("prod", "batch", "db"), ("prod", "web", "secrets")]


def test_merging_a_window_twice_gives_the_same_tables(world: World) -> None:
    learned(world).add(talk("prod", "web", "secrets", HOUR))
    world.rows(EDGE_BASELINE)
    lookups = world.app.root / "lookups"
    once = {path.name: path.read_bytes() for path in lookups.glob("*.csv")}
    world.rows(EDGE_BASELINE)
    world.run_over(EDGE_BASELINE, NOW - 30 * DAY, NOW - 10 * MINUTE)
    assert {path.name: path.read_bytes() for path in lookups.glob("*.csv")} == once
    assert {"npm_known_edges.csv", "npm_edge_clusters.csv"} <= set(once)


def test_the_finding_is_raised_once_a_day_though_more_than_two_hours_are_searched_each_hour(world: World) -> None:
    learned(world).add(talk("prod", "web", "secrets", HOUR))
    runs = [world.run(NEW_EDGE, NOW + hour * HOUR) for hour in range(2)]
    assert [len(run.rows) for run in runs] == [1, 1]
    assert [len(run.findings) for run in runs] == [1, 0]


def test_late_data_is_found_by_a_later_run(world: World, shared: Path) -> None:
    """The point arrives an hour late, after its hour was searched and just before the table is merged."""
    learned(world)
    assert world.rows(NEW_EDGE) == []
    world.add(talk("prod", "web", "secrets", 40 * MINUTE))
    world.rows(EDGE_BASELINE, NOW + HOUR - 10 * MINUTE)
    assert edges(world.rows(NEW_EDGE, NOW + HOUR)) == [("prod", "web", "secrets")]
    seed, _ = world.run_seed(shared, NEW_EDGE, at=NOW + HOUR)
    assert seed == []


def test_an_edge_silent_for_31_days_is_new_again_and_says_so(world: World) -> None:
    world.add(talk("prod", "batch", "db", 31 * DAY + HOUR, packets=5))
    world.add(talk("prod", "cron", "db", 29 * DAY + HOUR, packets=5))
    world.run_over(EDGE_BASELINE, NOW - 40 * DAY, NOW - 28 * DAY, NOW - 28 * DAY)
    learned(world).add(talk("prod", "batch", "db", HOUR)).add(talk("prod", "cron", "db", HOUR))
    (finding,) = world.rows(NEW_EDGE)
    assert (finding["workload"], finding["reason"]) == ("batch", "seen again after 31 days of silence")


def test_a_table_still_learning_says_so_instead_of_alerting(world: World) -> None:
    """Three days of history: everything is recorded, nothing is reported, and the table tells until when."""
    world.add(talk("young", "web", "db", 3 * DAY, 2 * DAY, HOUR)).add(talk("young", "web", "cache", HOUR))
    learned(world, "prod").add(talk("prod", "web", "cache", HOUR))
    world.run_over(EDGE_BASELINE, NOW - 30 * DAY, NOW - 10 * MINUTE)
    assert edges(world.rows(NEW_EDGE)) == [("prod", "web", "cache")]
    said = world.run_text("| inputlookup npm_edge_clusters | fields cluster state learning_until", 0, NOW)
    assert {str(row["cluster"]): str(row["state"]) for row in said} == {"young": "learning", "prod": "ready"}
    until = {str(row["cluster"]): float(str(row["learning_until"])) for row in said}
    assert until["young"] == NOW + 4 * DAY


def test_nothing_is_reported_before_the_tables_were_ever_filled_from_a_cluster(world: World) -> None:
    learned(world, "prod").add(talk("brand-new", "web", "db", HOUR))
    assert world.rows(NEW_EDGE) == []


def test_the_learning_period_is_a_macro(world: World) -> None:
    world.set_macro("npm_edge_learning_days", "1")
    world.add(talk("young", "web", "db", 3 * DAY, HOUR)).add(talk("young", "web", "cache", HOUR))
    world.run_over(EDGE_BASELINE, NOW - 30 * DAY, NOW - 5 * HOUR, NOW - 5 * HOUR)
    assert edges(world.rows(NEW_EDGE)) == [("young", "web", "cache")]


def test_a_point_without_packets_is_no_traffic(world: World) -> None:
    """One zero point is written after activity ends; alone in a window it neither makes an edge nor reports one."""
    learned(world).add(talk("prod", "web", "ghost", HOUR, packets=0))
    assert world.rows(NEW_EDGE) == []
    world.rows(EDGE_BASELINE)
    assert [row["dest_workload"] for row in world.run_text("| inputlookup npm_known_edges", 0, NOW)] == ["db"]


def test_an_edge_silent_for_90_days_is_dropped_from_the_table(world: World) -> None:
    world.add(talk("prod", "web", "old", 100 * DAY))
    world.run_over(EDGE_BASELINE, NOW - 110 * DAY, NOW - 99 * DAY, NOW - 99 * DAY)
    learned(world).rows(EDGE_BASELINE)
    known = world.run_text("| inputlookup npm_known_edges", 0, NOW)
    assert [row["dest_workload"] for row in known] == ["db"]


def test_the_seed_takes_known_edges_for_new_when_append_is_cut_off(world: World, shared: Path) -> None:
    """The subsearch ends at its row limit without an error, and every edge past it looks new."""
    pairs = [("prod", f"workload-{number:02}", "db") for number in range(12)]
    for pair in pairs:
        world.add(talk(*pair, 3 * DAY, 2 * DAY, HOUR / 2))
    learned(world).add(talk("prod", "web", "db", HOUR / 2))
    world.run_over(EDGE_BASELINE, NOW - 30 * DAY, NOW - 5 * HOUR)
    whole, _ = world.run_seed(shared, NEW_EDGE)
    cut, messages = world.run_seed(shared, NEW_EDGE, Limits(append_rows=5))
    assert whole == []
    assert len(cut) == 8
    assert any("append" in message.text for message in messages)
    assert world.rows(NEW_EDGE) == []


def test_the_seed_reports_every_edge_under_one_reading_of_a_multivalue(world: World, shared: Path) -> None:
    """How != reads several values is not settled; ours does not depend on it."""
    world.add(talk("prod", "web", "db", 3 * DAY, HOUR / 2))
    none_equals, _ = world.run_seed(shared, NEW_EDGE, mv_ne="none")
    any_differs, _ = world.run_seed(shared, NEW_EDGE, mv_ne="any")
    assert (len(none_equals), len(any_differs) > 0) == (0, True)


NAMES = st.sampled_from(["web", "api", "db", "cache", "queue"])
RECENT = st.floats(0.2 * HOUR, 9 * HOUR).map(lambda age: round(age, 0) + 0.5)
OLDER = st.one_of(st.floats(1 * DAY, 28 * DAY), st.floats(31.5 * DAY, 44 * DAY)).map(lambda age: round(age, 0) + 0.5)
ACTIVITY = st.tuples(
    st.sampled_from(["prod", "prod", "staging", "young"]),
    NAMES,
    st.one_of(NAMES, st.none()),
    st.lists(st.one_of(RECENT, OLDER), min_size=1, max_size=4),
    st.booleans(),
)
# Shrinking a failure would take an hour of searches; the example as generated says enough.
GENERATE = (Phase.explicit, Phase.reuse, Phase.generate)


@settings(max_examples=examples(4, 100), phases=GENERATE)
@given(st.lists(ACTIVITY, min_size=4, max_size=15), st.randoms(use_true_random=False))
def test_the_compiled_searches_agree_with_sql_written_by_hand(
    new_world: Callable[[], World], activity: list[tuple[Any, ...]], numbers: random.Random
) -> None:
    """Backfill, then hourly runs of both searches in either order: each run finds what the SQL finds.

    As the collector does, a zero point may be written when activity ends; it is no activity of its own.
    """
    world = new_world()
    for cluster, age in (("prod", 20.3), ("staging", 25.1), ("young", 2.2)):
        world.add(talk(cluster, "anchor", "db", age * DAY))
    for cluster, source, dest, ages, zero_point_after in activity:
        kept = [age for age in ages if cluster != "young" or age < 2.2 * DAY]
        world.add(talk(cluster, source, dest, *kept))
        if zero_point_after:
            world.add(talk(cluster, source, dest, *(age - 30 for age in kept), packets=0))
    start = NOW - 5 * HOUR
    for days in (45, 30, 15):  # older history first, as a site would that has it
        world.run_over(EDGE_BASELINE, start - days * DAY, start - (days - 15) * DAY - 10 * MINUTE, start)
        world.run_over(EDGE_BASELINE, start - days * DAY - 10 * MINUTE, start - days * DAY, start)
    for hour in range(6):
        at = start + hour * HOUR
        expected = by_hand(world, at)
        if numbers.random() < 0.5:
            world.rows(EDGE_BASELINE, at - 10 * MINUTE)
            assert edges(world.rows(NEW_EDGE, at)) == expected
        else:
            assert edges(world.rows(NEW_EDGE, at)) == expected
            world.rows(EDGE_BASELINE, at)
        assert edges(world.rows(NEW_EDGE, at)) == expected
