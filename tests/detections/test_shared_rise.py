"""Rises that many processes share, as in a failover or a load test: one finding of low risk for the cluster.

A process that rises by far more than the others stays a finding of its own.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from itertools import takewhile

import duckdb
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.detections.rising import Hour, last_hour, rise_outbound, write_profile
from tests.detections.world import HOUR, MINUTE, NOW, OUTBOUND, SUSTAINED, World, point
from tests.examples import GENERATE, examples
from workbench.compiler.build import Package
from workbench.replay.context import Limits
from workbench.replay.rows import Row, each_text
from workbench.replay.schedule import SearchRun
from workbench.spl.times import cron_runs

FORTY = [1.5 + 2.5 * number / 39 for number in range(40)]  # 1.5 to 4 times
SIZES = [1e8 * number for number in range(1, 7)]
CLUSTER = ("prod", "prod", "*", "*", "*", "low", 5)


def who(row: Row) -> tuple[object, ...]:
    return tuple(
        row[name] for name in ("cluster", "entity", "namespace", "workload", "process", "confidence", "risk_score")
    )


def named(row: Row) -> set[str]:
    """The workloads that a finding of a cluster names."""
    return {re.match(r"shop/(\S+) \(java\): ", text)[1] for text in each_text(row["anomalies"])}  # type: ignore[index]


def split(rows: list[Row]) -> tuple[list[Row], set[object]]:
    """Findings of a cluster, and the workloads that have one of their own."""
    return [row for row in rows if row["workload"] == "*"], {row["workload"] for row in rows if row["workload"] != "*"}


def known(number: int) -> list[tuple[str, str]]:
    return [("prod", f"app-{each}") for each in range(number)]


def test_forty_that_rise_in_an_hour_are_one_finding_that_names_them(world: World) -> None:
    write_profile(world, last_hour(FORTY), known(60))
    (row,) = world.rows(SUSTAINED)
    assert who(row) == CLUSTER
    assert named(row) == {f"app-{number}" for number in range(40)}
    most = ", ".join(f"shop/app-{number} (java)" for number in range(39, 29, -1))
    assert row["summary"] == (
        "A large part of Kubernetes cluster prod sent more than it should at this hour of the day. In the hour from"
        " 03:00 UTC 40 of 60 known processes rose at once, half of them to 2.8 times what was expected or more:"
        f" {most} and 30 more. It looks like a failover, a load test or a busy day. Confidence is low. Next: ask who"
        " runs the cluster what began then; a process that rises more than three times as much as half of these is a"
        " finding of its own."
    )
    assert float(str(row["excess_bytes"])) == pytest.approx(1e8 * sum(factor - 1 for factor in FORTY))


@pytest.fixture(scope="module")
def risen(built: Package, tmp_path_factory: pytest.TempPathFactory) -> SearchRun:
    """The run of outbound traffic when forty of sixty processes rise."""
    world = World(built.staged, tmp_path_factory.mktemp("risen"))
    rise_outbound(world, [*FORTY, *[None] * 20])
    return world.run(OUTBOUND)


def test_forty_that_rise_in_intervals_are_one_finding_too(risen: SearchRun) -> None:
    (row,) = risen.rows
    assert (*who(row), row["level"]) == (*CLUSTER, "shared")
    assert named(row) == {f"app-{number}" for number in range(40)}
    assert str(row["summary"]).startswith(
        "A large part of Kubernetes cluster prod sent far more than it used to. Between 03:15 and 03:20 UTC 40 of 60"
        " known processes rose at once, half of them to 2.8 times what they send at this time of day or more: shop/"
        "app-39"
    )


@pytest.mark.parametrize("at_once", [[10.0], [10.0, 12.0, 30.0]])
def test_a_theft_that_rises_more_than_the_others_is_a_finding_of_its_own(world: World, at_once: list[float]) -> None:
    thefts = {f"app-{40 + number}" for number in range(len(at_once))}
    write_profile(world, last_hour([*FORTY, *at_once]), known(60))
    shared, own = split(world.rows(SUSTAINED))
    assert ([who(row) for row in shared], own) == ([CLUSTER], thefts)
    assert {(row["confidence"], row["risk_score"]) for row in world.rows(SUSTAINED) if row["workload"] != "*"} == {
        ("high", 10)
    }
    rise_outbound(world, [*FORTY, *at_once])
    shared, own = split(world.rows(OUTBOUND))
    assert ([who(row) for row in shared], own) == ([CLUSTER], thefts)
    assert named(shared[0]) == {f"app-{number}" for number in range(40)}


@pytest.mark.parametrize("copies", [4, 8])
def test_pods_on_the_network_of_a_host_that_show_a_theft_do_not_hide_it(world: World, copies: int) -> None:
    """They send what their node sends, so they are one more sight of the theft and no rise that others share."""
    sizes, more = [3000.0, *[10_000.0] * copies], 9000.0
    factors = [(size + more) / size for size in sizes]
    assert factors[0] < 3 * factors[1]
    theft = [("prod", f"app-{n}", "tcp.bytes", NOW - HOUR, factor) for n, factor in enumerate(factors)]
    write_profile(world, theft, known(20), [1e4 * size for size in sizes])
    assert split(world.rows(SUSTAINED)) == ([], {f"app-{number}" for number in range(copies + 1)})
    rise_outbound(world, [*factors, *[None] * 8], sizes)
    assert split(world.rows(OUTBOUND)) == ([], {f"app-{number}" for number in range(copies + 1)})


@pytest.mark.parametrize(
    ("factors", "of", "shared"),
    [
        ([2.0, 3.0, 2.5, 1.6, 4.0], 6, True),  # five of six
        ([2.0, 3.0, 2.5], 3, False),  # all of a small cluster
        ([2.0, 3.0, 2.5, 1.6], 4, False),
        ([2.0, 3.0, 2.5], 100, False),  # unrelated
        ([1.5 + 0.1 * number for number in range(19)], 100, False),
        ([1.5 + 0.1 * number for number in range(20)], 100, True),
    ],
)
def test_it_takes_five_and_a_fifth_of_the_cluster(world: World, factors: list[float], of: int, shared: bool) -> None:
    write_profile(world, last_hour(factors), known(of))
    clusters, own = split(world.rows(SUSTAINED))
    assert (len(clusters), len(own)) == ((1, 0) if shared else (0, len(factors)))
    if of < 10:
        rise_outbound(world, [*factors, *[None] * (of - len(factors))])
        clusters, own = split(world.rows(OUTBOUND))
        assert (len(clusters), len(own)) == ((1, 0) if shared else (0, len(factors)))


def test_a_metric_or_protocol_that_hardly_any_other_rises_in_is_compared_with_all(world: World) -> None:
    """Data that leaves by DNS during a load test over TCP, and new connections of one process."""
    udp = ("prod", "app-0", "udp.bytes", NOW - HOUR, 3.0)
    sockets = ("prod", "app-1", "tcp.new_sockets", NOW - HOUR, 9.0)
    write_profile(world, [*last_hour(FORTY), udp, sockets], known(60))
    shared, own = split(world.rows(SUSTAINED))
    assert own == {"app-0", "app-1"}
    assert named(shared[0]) == {f"app-{number}" for number in range(40) if number != 1}
    assert {(row["workload"], row["metrics"]) for row in world.rows(SUSTAINED) if row["workload"] == "app-0"} == {
        ("app-0", "udp.bytes")
    }


def test_a_metric_that_many_rise_in_has_a_median_of_its_own(world: World) -> None:
    """A load test opens twenty times as many connections for three times the bytes."""
    sockets = [("prod", f"app-{number}", "tcp.new_sockets", NOW - HOUR, 20.0 + number) for number in range(40)]
    write_profile(world, [*last_hour([3.0] * 40), *sockets, *last_hour([8.9, 9.1], first=40)], known(60))
    shared, own = split(world.rows(SUSTAINED))
    assert (own, len(named(shared[0]))) == ({"app-41"}, 41)


def test_the_clusters_are_told_apart(world: World) -> None:
    other = [("stage", f"app-{number}", "tcp.bytes", NOW - HOUR, 2.0) for number in range(3)]
    write_profile(world, [*last_hour(FORTY), *other], [*known(60), *(("stage", f"app-{n}") for n in range(9))])
    rows = world.rows(SUSTAINED)
    assert sorted((str(row["cluster"]), str(row["workload"])) for row in rows) == [
        ("prod", "*"),
        *(("stage", f"app-{number}") for number in range(3)),
    ]


def test_the_last_that_still_rise_when_the_others_are_back_belong_to_it(world: World) -> None:
    """For as long as the search looks at the hour that many shared; what rises more by then is found."""
    tail = [("prod", "app-1", "tcp.bytes", NOW - HOUR, 2.0), ("prod", "app-2", "tcp.bytes", NOW - HOUR, 20.0)]
    before = [(*hour[:3], NOW - 2 * HOUR, hour[4]) for hour in last_hour(FORTY)]
    write_profile(world, [*before, *tail], known(60))
    shared, own = split(world.rows(SUSTAINED))
    assert (len(shared), own) == (1, {"app-2"})
    assert shared[0]["hours"] == 2


def test_like_factors_look_like_a_change_of_the_collector(world: World) -> None:
    write_profile(world, last_hour([2.0, 2.1, 1.9, 2.0, 2.2, 30.0]), known(6))
    shared, own = split(world.rows(SUSTAINED))
    assert own == {"app-5"}
    assert "It looks like a change of the collector, as they rose by like factors." in str(shared[0]["summary"])


@pytest.mark.parametrize(
    ("factors", "of", "alike"),
    [
        ([2.0, 2.9, 2.5], 3, True),
        ([2.0, 2.9, 2.5], 6, True),
        ([2.0, 2.9, 2.5], 7, False),
        ([2.0, 3.1, 2.5], 3, False),
        ([2.0, 2.9], 2, False),
    ],
)
def test_a_few_that_rise_by_like_factors_are_findings_of_low_confidence(
    world: World, factors: list[float], of: int, alike: bool
) -> None:
    write_profile(world, last_hour(factors), known(of))
    rise_outbound(world, [*factors, *[None] * (of - len(factors))])
    for found in (world.rows(SUSTAINED), world.rows(OUTBOUND)):
        assert len(found) == len(factors)
        assert all(row["confidence"] == "low" for row in found) == alike
        reason = f"{len(factors)} of {of} known processes rose by like factors, as after a change of the collector"
        assert all(reason in str(row["summary"]) for row in found) == alike


def test_what_rises_from_nothing_belongs_to_it_only_where_half_of_them_do(world: World) -> None:
    write_profile(world, last_hour([math.inf, 3.0, 3.0, 3.0, 3.0, 3.0]), known(6), SIZES)
    assert split(world.rows(SUSTAINED))[1] == {"app-0"}
    write_profile(world, last_hour([*[math.inf] * 4, 3.0, 3.0]), known(6), SIZES)
    shared, own = split(world.rows(SUSTAINED))
    assert own == set()
    assert "half of them to something from nothing: " in str(shared[0]["summary"])


def test_the_allow_list_hides_a_process_of_it_or_the_finding_of_the_cluster_alone(world: World) -> None:
    write_profile(world, last_hour([*FORTY, 12.0]), known(60))
    world.allow("prod,shop,app-7,java,*,*,grows,ops,never")
    shared, own = split(world.rows(SUSTAINED))
    assert (len(named(shared[0])), "app-7" in named(shared[0]), own) == (39, False, {"app-40"})
    world.allow("prod,*,*,*,*,(shared rise),load test,ops,2026-03-01")
    assert split(world.rows(SUSTAINED)) == ([], {"app-40"})
    world.allow("prod,*,*,*,*,(shared rise),load test,ops,2026-02-28")
    assert len(split(world.rows(SUSTAINED))[0]) == 1
    rise_outbound(world, [*FORTY, 12.0])
    world.allow("prod,*,*,*,*,(shared rise),load test,ops,never")
    assert split(world.rows(OUTBOUND)) == ([], {"app-40"})


@pytest.mark.parametrize("begins", [0, 2 * MINUTE, 3 * MINUTE, 5 * MINUTE, 13 * MINUTE][:: examples(2, 1)])
def test_all_runs_that_see_a_rise_give_one_finding_whenever_it_begins(world: World, begins: float) -> None:
    """Each run sees another part of it; the first and the last see minutes."""
    rise_outbound(world, [None] * 12)
    for number in range(10):
        world.add(
            point(NOW + begins + 30 * i, "prod", f"app-{number}", process="java", tcp_bytes=1010 * (1.5 + number / 5))
            for i in range(60)
        )
    search = world.app.saved_searches[OUTBOUND]
    runs = takewhile(lambda at: at < NOW + begins + 2 * HOUR, cron_runs(search.cron or "", NOW))
    found = [row for at in runs for row in world.run(OUTBOUND, at).findings]
    assert [who(row) for row in found] == [CLUSTER]


def test_what_eventstats_leaves_out_beyond_its_limits_is_a_finding_of_its_own(world: World) -> None:
    rise_outbound(world, [2.0] * 8, [1000.0 * number for number in range(1, 9)])
    search = world.app.saved_searches[OUTBOUND].search
    rows = world.run_text(search, NOW - 49 * MINUTE, NOW - 4 * MINUTE, limits=Limits(eventstats_rows=3))
    clusters, own = split(rows)
    assert own.union(*map(named, clusters)) == {f"app-{number}" for number in range(8)}
    assert len(own) >= 5


def test_the_risk_is_that_of_the_cluster_and_names_no_process_as_a_threat(risen: SearchRun) -> None:
    (event,) = risen.risk_events
    assert (event["risk_object"], event["risk_object_type"], event["risk_score"]) == ("prod", "other", 5)
    assert event["risk_message"] == "A large part of Kubernetes cluster prod sent far more than it used to"
    assert str(event["summary"]).startswith(f"{event['risk_message']}. ")
    assert "threat_object" not in event


# What is together, and what is found of it, by cluster, protocol and hour.
BY_HAND = """
with rising as (
    select *, left(metric, 3) as protocol from hours
), known as (
    select cluster, count(*) as known from (select cluster, workload from profiles union
                                            select cluster, workload from rising) group by cluster
), of_hour as (
    select cluster, protocol, hour, count(distinct workload) as risen, median(factor) as middle
    from rising group by all
), sent as (
    select cluster, protocol, hour, workload, string_agg(metric || round(10 * ln(1e8 * (factor - 1)))
    order by metric) as amounts from rising group by all
), of_sent as (
    select cluster, protocol, hour, count(distinct amounts) as amounts from sent group by all
), of_metric as (
    select cluster, metric, hour, count(*) as several, median(factor) as own_middle from rising group by all
), limits as (
    select cluster, workload, metric, max(3 * if(several >= 5, own_middle, middle)) as most
    from rising join of_hour using (cluster, protocol, hour) join of_sent using (cluster, protocol, hour)
    join of_metric using (cluster, metric, hour)
    join known using (cluster)
    where amounts >= 5 and 5 * risen >= known group by all
), shared as (
    select cluster, workload, protocol, bool_and(most is not null and factor <= most) as folded,
           min(abs(factor / most - 1)) as margin
    from rising left join limits using (cluster, workload, metric) group by all
)
select distinct cluster, if(folded, '*', workload) as finding, workload, metric,
       (select min(margin) from shared) as margin
from rising join shared using (cluster, workload, protocol) order by all
"""

HOURS = st.lists(
    st.tuples(
        st.sampled_from(["prod", "prod", "stage"]),
        st.integers(0, 8).map(lambda number: f"app-{number}"),
        st.sampled_from(["tcp.bytes", "tcp.bytes", "tcp.packets", "udp.bytes"]),
        st.sampled_from([NOW - 2 * HOUR, NOW - HOUR]),
        st.floats(1.5, 4) | st.floats(1.5, 30),
    ),
    min_size=40,
    max_size=60,
    unique_by=lambda hour: hour[:4],
)


@settings(max_examples=examples(10, 300), phases=GENERATE, deadline=None)
@given(HOURS, st.integers(0, 30), st.integers(0, 12))
def test_what_is_shared_agrees_with_sql_written_by_hand(
    new_world: Callable[[], World], hours: list[Hour], prod: int, stage: int
) -> None:
    profiles = [("prod", f"app-{n}") for n in range(prod)] + [("stage", f"app-{n}") for n in range(stage)]
    with duckdb.connect() as database:
        database.execute("create table hours (cluster text, workload text, metric text, hour double, factor double)")
        database.executemany("insert into hours values (?, ?, ?, ?, ?)", hours)
        database.execute("create table profiles (cluster text, workload text)")
        database.executemany("insert into profiles values (?, ?)", [*profiles, ("", "")])
        expected = database.execute(BY_HAND).fetchall()
    assume(all(margin is None or margin > 1e-9 for *_, margin in expected))
    world = new_world()
    write_profile(world, hours, profiles)
    found = [
        (row["cluster"], row["workload"], *_of(text, str(row["workload"])))
        for row in world.rows(SUSTAINED)
        for text in each_text(row["anomalies"])
    ]
    assert sorted(found) == [row[:4] for row in expected]


def _of(text: str, workload: str) -> tuple[str, str]:
    """The workload and metric of a sentence of a finding."""
    if workload == "*":
        _, name, metric, _ = re.split(r"shop/(\S+) \(java\): (\S+): ", text)
        return name, metric
    return workload, text.partition(": ")[0]
