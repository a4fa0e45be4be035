"""The two seed searches, run as written, give what SQL written by hand from their text gives."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.replay.conftest import MakeApp, MakeContext, MakeStore
from tests.stores import Point
from workbench.replay import engine
from workbench.replay.app import App
from workbench.replay.context import Limits, SearchContext
from workbench.spl.parser import parse
from workbench.spl.tree import MacroCall
from workbench.traffic.store import MetricsStore

NOW = 1_772_337_600.0
HOUR = 3600
OUTBOUND = "kubernetes_anomalous_outbound_network_activity_from_process"
EDGE = "kubernetes_newly_seen_tcp_edge"
DIMENSIONS = ["k8s.cluster.name", "source.workload.name", "source.process.name", "dest.workload.name"]
TCP, UDP = ("tcp.bytes", "tcp.packets"), ("udp.bytes",)

pytestmark = pytest.mark.shared


def seed(shared: Path, name: str) -> str:
    return str(yaml.safe_load((shared / "seeds" / f"{name}.yml").read_text("utf-8"))["search"])


@pytest.fixture
def seed_app(make_app: MakeApp) -> App:
    filters = "".join(f"[{name}_filter]\ndefinition = search *\n" for name in (OUTBOUND, EDGE))
    return make_app({"default/macros.conf": f"[kubernetes_metrics]\ndefinition = index=kubernetes_metrics\n{filters}"})


def point(age: float, workload: str, process: str | None, dest: str, cluster: str = "prod", **measures: float) -> Point:
    names = dict(zip(DIMENSIONS, (cluster, workload, process, dest), strict=True))
    return {"_time": NOW - age, **names, **{key.replace("_", "."): value for key, value in measures.items()}}


@pytest.fixture
def traffic(make_store: MakeStore) -> MetricsStore:
    """Ten hours of three processes; in the last hour one sends bursts, another is new, a third lacks a name."""
    draw = random.Random(7)
    points = []
    for age in range(10, 10 * HOUR, 60):
        for workload, process in (("web", "nginx"), ("web", "sidecar"), ("db", "postgres")):
            burst = 50 if (workload, process) == ("web", "nginx") and age < 600 else 1
            sizes: dict[str, Any] = {"tcp_bytes": burst * draw.uniform(900, 1100), "tcp_packets": draw.uniform(5, 15)}
            if workload == "db":
                sizes["udp_bytes"] = draw.uniform(10, 20) * (40 if age < 500 else 1)
            points.append(point(age, workload, process, draw.choice(("api", "cache")), **sizes))
        if age < HOUR:
            points.append(point(age, "miner", "xmr", "pool", tcp_bytes=1e6, tcp_packets=1e3))
        points.append(point(age, "host", None, "api", tcp_bytes=1e9, tcp_packets=1e9))
    return make_store(points, DIMENSIONS, [*TCP, *UDP])


def outbound_by_hand(store: MetricsStore, now: float = NOW) -> list[tuple[Any, ...]]:
    """Seed 1 in SQL: averages of 10 s bins against 30 days, UDP "deviation" being the mean, clusters pooled."""
    points = store.relation("kubernetes_metrics")
    key = '"source.workload.name", "source.process.name"'
    metrics = " UNION ALL ".join(
        f"""SELECT c."k8s.cluster.name", c."source.workload.name", c."source.process.name" FROM current c
            JOIN baseline b USING ({key})
            WHERE c."{m}" > b."avg_{m}" + 3 * {f'coalesce(b."sd_{m}", 0)' if m in TCP else f'b."avg_{m}"'}"""
        for m in (*TCP, *UDP)
    )
    averages = ", ".join(f'avg("{m}") AS "{m}"' for m in (*TCP, *UDP))
    spreads = ", ".join(f'avg("{m}") AS "avg_{m}", stddev_samp("{m}") AS "sd_{m}"' for m in (*TCP, *UDP))
    return store.connection.execute(f"""
        WITH current AS (
            SELECT "k8s.cluster.name", {key}, _time // 10 AS bin, {averages} FROM {points}
            WHERE _time >= {now - HOUR} AND _time < {now} AND "source.process.name" IS NOT NULL GROUP BY ALL),
        baseline AS (
            SELECT {key}, {spreads} FROM {points}
            WHERE _time >= {now - 30 * 24 * HOUR} AND _time < {now - HOUR} GROUP BY ALL)
        SELECT *, count(*) AS n FROM ({metrics}) GROUP BY ALL HAVING n > 5 ORDER BY ALL
    """).fetchall()


def test_seed_1_agrees_with_sql(shared: Path, seed_app: App, traffic: MetricsStore, make_context: MakeContext) -> None:
    context: SearchContext = make_context(app=seed_app, store=traffic)
    rows = engine.run_text(seed(shared, OUTBOUND), context)
    found = [(row["host"], row["source.workload.name"], row["source.process.name"], row["count"]) for row in rows]
    assert found == outbound_by_hand(traffic)
    assert [name for _, name, _, _ in found] == ["db", "web"]
    assert context.messages == []


def test_seed_1_words_its_anomalies(
    shared: Path, seed_app: App, make_store: MakeStore, make_context: MakeContext
) -> None:
    """The worked example of reference/spl-semantics.md, section 6."""
    history = [
        point(HOUR + 60 * i, "w", "p", "d", tcp_bytes=b, udp_bytes=100) for i, b in enumerate((500, 1000, 1500), 1)
    ]
    bursts = [point(60 * i, "w", "p", "d", tcp_bytes=5000, udp_bytes=900) for i in (1, 2, 3)]
    store = make_store([*history, *bursts], DIMENSIONS, [*TCP, *UDP])
    (row,) = engine.run_text(seed(shared, OUTBOUND), make_context(app=seed_app, store=store))
    assert row == {
        "host": "prod",
        "source.workload.name": "w",
        "source.process.name": "p",
        "count": 6,
        "anomalies": (
            "tcp.bytes higher than average by 8.00 Standard Deviations."
            " tcp.bytes=5000 avg_tcp.bytes=1000 'stdev_tcp.bytes'=500",
            "udp.bytes higher than average by 8.00 Standard Deviations."
            " udp.bytes=900 avg_udp.bytes=100 'stdev_udp.bytes'=100",
        ),
    }


def test_seed_1_is_blind_where_the_join_is_cut(
    shared: Path, seed_app: App, traffic: MetricsStore, make_context: MakeContext
) -> None:
    context = make_context(app=seed_app, store=traffic, limits=Limits(join_rows=1))
    rows = engine.run_text(seed(shared, OUTBOUND), context)
    assert [row["source.workload.name"] for row in rows] == ["db"]
    assert [message.level for message in context.messages] == ["WARN"]


def test_a_constant_series_counts_with_the_text_0_in_seed_1(
    shared: Path, seed_app: App, make_store: MakeStore, make_context: MakeContext
) -> None:
    """Bug 5 of the seed: x/0 is null, so is the whole text, and fillnull makes it "0"."""
    history = [point(HOUR + 60 * i, "w", "p", "d", tcp_bytes=100) for i in range(5)]
    rise = [point(60 * i, "w", "p", "d", tcp_bytes=101) for i in range(1, 8)]
    store = make_store([*history, *rise], DIMENSIONS, [*TCP, *UDP])
    (row,) = engine.run_text(seed(shared, OUTBOUND), make_context(app=seed_app, store=store))
    assert (row["count"], row["anomalies"]) == (7, "0")


@pytest.fixture
def edges(make_store: MakeStore) -> MetricsStore:
    """web-db is old; web-cache is new in prod and old in staging; web-pool is new everywhere."""
    old = [point(age, "web", "p", "db", tcp_packets=1) for age in (100, 5 * HOUR)]
    shadowed = [
        point(100, "web", "p", "cache", tcp_packets=1),
        point(5 * HOUR, "web", "p", "cache", cluster="staging", tcp_packets=1),
    ]
    return make_store([*old, *shadowed, point(100, "web", "p", "pool", tcp_packets=1)], DIMENSIONS, TCP)


def test_seed_2_reports_new_edges_when_no_value_of_current_may_be_false(
    shared: Path, seed_app: App, edges: MetricsStore, make_context: MakeContext
) -> None:
    context = make_context(app=seed_app, store=edges, mv_ne="none")
    rows = engine.run_text(seed(shared, EDGE), context)
    assert [(row["host"], row["dest.workload.name"]) for row in rows] == [("prod", "pool")]


def test_seed_2_reports_every_edge_when_one_value_that_differs_is_enough(
    shared: Path, seed_app: App, edges: MetricsStore, make_context: MakeContext
) -> None:
    """Known edges even twice: their baseline row, which has no host, passes too."""
    context = make_context(app=seed_app, store=edges, mv_ne="any")
    rows = engine.run_text(seed(shared, EDGE), context)
    current, baseline = ["cache", "db", "pool"], ["cache", "db"]
    assert [row["dest.workload.name"] for row in rows] == current + baseline
    assert [row.get("host") for row in rows] == ["prod"] * 3 + [None] * 2


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(append_rows=1), "append: the subsearch was cut off after 1 rows"),
        (Limits(eventstats_rows=1), "eventstats"),
    ],
    ids=["append", "eventstats"],
)
def test_known_edges_look_new_in_seed_2_where_a_limit_cuts_rows_off(
    shared: Path, seed_app: App, edges: MetricsStore, make_context: MakeContext, limits: Limits, message: str
) -> None:
    context = make_context(app=seed_app, store=edges, limits=limits)
    rows = engine.run_text(seed(shared, EDGE), context)
    assert [row["dest.workload.name"] for row in rows] == ["db", "pool"]
    assert message in context.messages[0].text


def test_both_seeds_parse_before_their_macros_are_expanded(shared: Path) -> None:
    for name in (OUTBOUND, EDGE):
        last = parse(seed(shared, name)).commands[-1]
        assert isinstance(last, MacroCall)
        assert last.name == f"{name}_filter"
