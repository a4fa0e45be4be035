"""New edges: the compiled searches against SQL written by hand, and where the original differs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.detections.talking import Edge, learned, pairs, talk
from tests.detections.world import DAY, EDGE_BASELINE, HOUR, MINUTE, NEW_EDGE, NOW, World
from tests.examples import GENERATE, examples
from workbench.replay.context import Limits

# Written from the text of the seed, with five things put right: clusters are kept apart, a data point without packets
# is no traffic, an edge silent for more than 30 days counts as new, a cluster watched for less than 7 days is left
# alone, and both directions are one edge. The window is the one of the shipped schedule.
BY_HAND = """
with seen as (
    select _time, "k8s.cluster.name" as cluster, least("source.workload.name", dest) as one,
           greatest("source.workload.name", dest) as other
    from (select *, coalesce("dest.workload.name", '-') as dest from points) where "tcp.packets" > 0
), inside as (
    select cluster, one, other, min(_time) as appeared from seen
    where _time >= $now - 3300 and _time < $now - 300 group by cluster, one, other
), before as (
    select cluster, one, other, max(_time) as last_seen from seen
    where _time < $now - 3300 group by cluster, one, other
), watched as (
    select cluster, min(_time) as since from seen where _time < $now - 300 group by cluster
)
select cluster, one, other
from inside join watched using (cluster) left join before using (cluster, one, other)
where $now - 3300 >= since + 7 * 86400 and one <> '-' and other <> '-'
    and (last_seen is null or appeared - last_seen > 30 * 86400)
order by all
"""


def by_hand(world: World, at: float) -> list[Edge]:
    world.store()  # writes the points
    with duckdb.connect() as database:
        files = world.folder / "store" / "kubernetes_metrics" / "*.parquet"
        database.execute(f"create view points as select * from read_parquet('{files}')")
        return database.execute(BY_HAND, {"now": at}).fetchall()


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
    assert len(cut) == 13
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


@settings(max_examples=examples(4, 100), phases=GENERATE)
@given(st.lists(ACTIVITY, min_size=4, max_size=15))
def test_the_compiled_searches_agree_with_sql_written_by_hand(
    new_world: Callable[[], World], activity: list[tuple[Any, ...]]
) -> None:
    """Backfill, then hourly runs: each finds what the SQL finds, before the table knows of the hour and after.

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
        world.rows(EDGE_BASELINE, at - 40 * MINUTE)
        assert pairs(world.rows(NEW_EDGE, at)) == expected
        world.rows(EDGE_BASELINE, at)
        assert pairs(world.rows(NEW_EDGE, at)) == expected
