"""The simulated estate looks like what NPM reports of a real one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.traffic.answers import ONE_CLUSTER, SMALL, VISITED, Answers
from workbench.traffic.blueprint import KINDS, shop_estate
from workbench.traffic.clusters import Cluster, Edge, Estate, PlanError, Process, ProcessKind, Workload
from workbench.traffic.loadcurves import DAY, HOUR, Recurring, Rhythm, autoregressive, occurrences, season
from workbench.traffic.simulate import Run, Simulation
from workbench.traffic.simulated_store import DEFAULT_END, Order, write_simulated_store
from workbench.traffic.store import MetricsStore

FLOW = '"k8s.cluster.name", "source.workload.name", "source.process.name", "dest.workload.name", "dest.process.name"'
BYTES = 'coalesce("tcp.bytes", "udp.bytes")'


def fingerprint(root: Path) -> str:
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in files)).hexdigest()


def test_the_same_seed_gives_the_same_files(simulated: Callable[[Order], Path], tmp_path: Path) -> None:
    write_simulated_store(tmp_path / "again", ONE_CLUSTER)
    assert fingerprint(tmp_path / "again") == fingerprint(simulated(ONE_CLUSTER))


def test_another_seed_gives_other_traffic(simulated: Callable[[Order], Path], tmp_path: Path) -> None:
    write_simulated_store(tmp_path / "other", replace(ONE_CLUSTER, seed=2))
    assert Answers(tmp_path / "other").differs_from(Answers(simulated(ONE_CLUSTER))) > 100_000


def test_the_store_has_the_columns_of_the_npm_index(attacked: Answers) -> None:
    store = MetricsStore(attacked.root)
    assert store.indexes() == ("kubernetes_metrics",)
    columns = store.columns("kubernetes_metrics")
    assert columns.dimensions[0] == "k8s.cluster.name"
    assert len(columns.dimensions) == 11
    assert columns.measures == ("tcp.bytes", "tcp.packets", "tcp.new_sockets", "udp.bytes", "udp.packets")
    store.close()


def test_one_file_a_utc_day_with_rows_in_time_order(attacked: Answers) -> None:
    files = sorted((attacked.root / "kubernetes_metrics").iterdir())
    assert [path.stem for path in files] == ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04"]
    backwards = "SELECT count(*) FROM (SELECT _time - lag(_time) OVER (ORDER BY file_row_number) AS step FROM %s)"
    source = f"read_parquet('{files[0]}', file_row_number = true)"
    assert attacked.value(backwards % source + " WHERE step < 0") == 0


def test_clusters_share_workload_names(attacked: Answers) -> None:
    shared = attacked.rows(
        'SELECT "source.workload.name" FROM p WHERE "source.process.name" IS NOT NULL'
        ' GROUP BY 1 HAVING count(DISTINCT "k8s.cluster.name") = 3'
    )
    assert {"orders-db", "coredns", "mail-worker", "web-frontend"} <= {row[0] for row in shared}


def test_every_conversation_with_answers_is_written_both_ways(attacked: Answers) -> None:
    one_way = attacked.rows(
        'WITH pairs AS (SELECT DISTINCT "k8s.cluster.name" AS c, "source.workload.name" AS s,'
        ' "dest.workload.name" AS d FROM p)'
        " SELECT DISTINCT s, d FROM pairs a WHERE NOT EXISTS"
        " (SELECT 1 FROM pairs b WHERE b.c = a.c AND b.s = a.d AND b.d = a.s)"
    )
    assert one_way == [("web-frontend", "node-agent")], "statistics over UDP, which nobody answers"


def test_some_workloads_meet_new_names_outside_each_day_and_a_pool_with_one_name_is_met_once(attacked: Answers) -> None:
    names = attacked.rows(
        'SELECT "source.workload.name", count(DISTINCT "dest.workload.name") FROM p'
        f""" WHERE regexp_matches("dest.workload.name", '{VISITED}') GROUP BY 1 ORDER BY 1"""
    )
    assert [name for name, _ in names] == ["cart-api", "catalog-api", "mail-worker", "payments-api", "search-api"]
    counts = dict(names)
    assert counts["payments-api"] == 1
    assert counts["search-api"] > 20 * SMALL.days
    pool = attacked.value("SELECT count(DISTINCT _time) FROM p WHERE \"dest.workload.name\" = 'pool.cdn.example'")
    assert pool > 3 * SMALL.days


def test_a_cron_job_comes_on_the_last_day_and_runs_each_hour(attacked: Answers) -> None:
    runs = attacked.rows(
        'SELECT (_time // 3600)::BIGINT, count(DISTINCT "dest.workload.name") FROM p'
        ' WHERE "source.workload.name" = \'stock-sync\' AND "tcp.packets" > 0 GROUP BY 1 ORDER BY 1'
    )
    first = int(DEFAULT_END // HOUR) - 11
    assert runs == [(hour, 2) for hour in range(first, first + 11)]


def test_absence_is_zero_after_exactly_one_zero_point(attacked: Answers) -> None:
    steps = (
        f"SELECT _time - lag(_time) OVER w AS since_last, {BYTES} AS bytes, lag({BYTES}) OVER w AS bytes_before"
        f' FROM p WINDOW w AS (PARTITION BY {FLOW}, "tcp.bytes" IS NULL ORDER BY _time)'
    )
    gaps = attacked.rows(f"SELECT count(*), max(bytes_before) FROM ({steps}) WHERE since_last > 30")
    assert gaps[0][0] > 500, "cron jobs and idle processes fall silent many times"
    assert gaps[0][1] == 0, "before each silence stands a zero point"
    lonely = f"SELECT count(*) FROM ({steps}) WHERE bytes = 0 AND (since_last <> 30 OR bytes_before = 0)"
    assert attacked.value(lonely) == 0, "a zero point follows activity at once and never another zero point"


def test_counters_fit_together_and_are_whole_numbers(attacked: Answers) -> None:
    odd = (
        'SELECT count(*) FROM p WHERE "tcp.bytes" % 1 <> 0 OR "tcp.packets" % 1 <> 0 OR "tcp.bytes" < "tcp.packets"'
        ' OR "tcp.new_sockets" > "tcp.packets" OR "tcp.bytes" > 1500 * "tcp.packets" OR ("tcp.bytes" > 0) <>'
        ' ("tcp.packets" > 0) OR "udp.bytes" > 1500 * "udp.packets"'
    )
    assert attacked.value(odd) == 0


def test_udp_is_measured_only_where_udp_is_spoken(attacked: Answers) -> None:
    assert attacked.value('SELECT count(*) FROM p WHERE ("tcp.bytes" IS NULL) = ("udp.bytes" IS NULL)') == 0
    speakers = attacked.rows('SELECT DISTINCT "source.workload.name" FROM p WHERE "udp.bytes" IS NOT NULL')
    assert {row[0] for row in speakers} == {
        "catalog-api", "coredns", "mail-worker", "resolver.isp.example", "web-frontend",
    }  # fmt: skip


def test_a_deploy_adds_a_workload_midway(attacked: Answers) -> None:
    first = attacked.value("SELECT min(_time) FROM p WHERE \"source.workload.name\" = 'recommend-api'")
    assert first == DEFAULT_END - SMALL.days * DAY * 0.4


def test_a_health_check_is_constant(attacked: Answers) -> None:
    kinds = attacked.rows(
        'SELECT "k8s.cluster.name", count(DISTINCT "tcp.bytes"), count(DISTINCT "tcp.packets") FROM p'
        " WHERE \"source.process.name\" = 'sentinel' GROUP BY 1"
    )
    assert [row[1:] for row in kinds] == [(1, 1)] * 3


def test_backups_run_once_a_night_in_local_time(attacked: Answers) -> None:
    hours = attacked.rows(
        'SELECT DISTINCT "k8s.cluster.name", (_time::BIGINT // 3600) % 24 FROM p'
        ' WHERE "source.process.name" = \'pgbackrest\' AND "tcp.bytes" > 0 ORDER BY ALL'
    )
    assert {hour for cluster, hour in hours if cluster == "prod-eu"} == {1}  # two o'clock, an hour ahead of UTC
    assert {hour for cluster, hour in hours if cluster == "prod-us"} == {7}


def test_users_are_awake_by_day_and_away_at_weekends() -> None:
    start = 1_771_200_000.0  # 2026-02-16T00:00:00Z, a Monday
    estate = replace(shop_estate(start, start + 7 * DAY, clusters=1))
    days = [day.points for day in Simulation(Run(estate, start, start + 7 * DAY)).days()]
    series = next(
        number
        for number, flow in enumerate(estate.flows())
        if (flow.series.process, flow.series.dest_workload) == ("nginx", "(unknown)")
    )
    sent = [points.measures["tcp.bytes"][points.series == series] for points in days]
    totals = [values.sum() for values in sent]
    assert max(totals[5:]) < 0.9 * min(totals[:5])
    hourly = sent[2].reshape(24, -1).mean(axis=1)
    assert hourly[12:17].mean() > 2 * hourly[0:5].mean()


def test_ten_second_intervals_hold_a_third_of_the_bytes() -> None:
    totals = {}
    for interval in (10, 30):
        estate = shop_estate(DEFAULT_END - DAY, DEFAULT_END, clusters=1)
        (day,) = Simulation(Run(estate, DEFAULT_END - DAY, DEFAULT_END, interval, seed=3)).days()
        assert set(np.unique(np.diff(np.unique(day.points.time)))) == {interval}
        totals[interval] = np.nansum(day.points.measures["tcp.bytes"])
    assert totals[10] == pytest.approx(totals[30], rel=0.05)


def test_clusters_and_scale_set_the_size() -> None:
    names = [cluster.name for cluster in shop_estate(0, DAY, clusters=6).clusters]
    assert names == ["prod-eu", "prod-us", "prod-ap", "prod-sa", "prod-eu-2", "staging"]
    single, double = (shop_estate(0, DAY, clusters=1, scale=scale) for scale in (1, 2))
    assert [cluster.name for cluster in single.clusters] == ["prod-eu"]
    added = {each.name for each in double.clusters[0].workloads} - {each.name for each in single.clusters[0].workloads}
    assert "shop2-orders-db" in added
    assert len(added) == 16


def test_the_demo_estate_has_the_promised_size() -> None:
    estate = shop_estate(0, 30 * DAY)
    assert 70 <= estate.process_count() <= 90
    assert 120 <= len(estate.flows()) <= 200


def test_a_season_repeats_and_follows_local_time() -> None:
    noon = 14 * HOUR
    rhythm = Rhythm(swing=0.5, peak_hour=14, weekend=0.4)
    levels = season(np.array([noon, noon + DAY, noon + 2 * DAY, noon - 12 * HOUR]), 0, rhythm)
    assert levels == pytest.approx([1.5, 1.5, 1.5 * 0.4, 0.5])  # the epoch began on a Thursday
    assert season(np.array([noon - 5 * HOUR]), 5, rhythm) == pytest.approx(levels[:1])


def test_noise_has_unit_variance_and_the_memory_asked_for() -> None:
    shocks = np.random.default_rng(1).standard_normal((60_000, 2))
    noise = autoregressive(shocks, np.array([0.9, 0.0]), np.zeros(2))
    assert noise.std(axis=0) == pytest.approx([1, 1], abs=0.03)
    correlation = [np.corrcoef(noise[1:, column], noise[:-1, column])[0, 1] for column in (0, 1)]
    assert correlation == pytest.approx([0.9, 0], abs=0.02)


def test_occurrences_do_not_depend_on_the_slice_of_time() -> None:
    recurring = Recurring(HOUR, 900, offset=600, jitter=3000, size=2, spread=0.3)
    at_once = occurrences(recurring, (1, 2), 1.0, 10 * DAY, 11 * DAY)
    pieces = {
        found
        for hour in range(24)
        for found in occurrences(recurring, (1, 2), 1.0, 10 * DAY + hour * HOUR, 10 * DAY + (hour + 1) * HOUR)
    }
    assert pieces == set(at_once)
    assert len(at_once) >= 24


WORKLOADS = (Workload("a", "n", (Process("p", "api"),)), Workload("b", "n", (Process("q", "api"),)))


@pytest.mark.parametrize(
    ("edge", "message"),
    [
        (Edge(("a", "p"), ("c", None), 1, 1), "no workload 'c'"),
        (Edge(("a", "p"), ("b", "x"), 1, 1), "has no process 'x'"),
        (Edge(("a", "p"), ("b", "q"), 1, 1, kind="odd"), "unknown kind 'odd'"),
        (Edge(("a", None), ("b", "q"), 1, 1), "unknown kind 'None'"),
    ],
)
def test_a_plan_that_names_what_is_not_there_is_refused(edge: Edge, message: str) -> None:
    with pytest.raises(PlanError, match=message):
        Estate((Cluster("c", 0, WORKLOADS, (edge,)),), KINDS)


def test_an_edge_planned_twice_is_refused() -> None:
    edge = Edge(("a", "p"), ("b", "q"), 1, 1)
    estate = Estate((Cluster("c", 0, WORKLOADS, (edge, edge)),), {"api": ProcessKind(Rhythm())})
    with pytest.raises(PlanError, match="same flow"):
        Simulation(Run(estate, 0, DAY))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"interval": 60}, "interval = 60: must be 10 or 30"),
        ({"interval": 0}, "interval = 0: must be 10 or 30"),
        ({"days": 1}, "days = 1: must be 2 or more"),
        ({"days": float("nan")}, "days = nan"),
        ({"days": float("inf")}, "days = inf"),
        ({"end": 1000.0}, "nor begin before 1970"),
        ({"seed": -1}, "seed = -1"),
        ({"clusters": 0}, "clusters = 0"),
    ],
)
def test_an_order_that_cannot_be_carried_out_is_refused(wrong: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=message):
        write_simulated_store(tmp_path / "store", replace(Order(), **wrong))
    assert list(tmp_path.iterdir()) == []


def test_a_zero_point_is_written_though_activity_ended_at_midnight() -> None:
    late = ProcessKind(Rhythm(), job=Recurring(DAY, 600, offset=DAY - 600))
    workloads = (Workload("a", "n", (Process("p", "late"),)), Workload("b"))
    estate = Estate((Cluster("c", 0, workloads, (Edge(("a", "p"), ("b", None), 100, 0),)),), {"late": late})
    first, second = (day.points for day in Simulation(Run(estate, 0, 2 * DAY)).days())
    assert first.time[-1] == DAY - 30
    assert second.time[0] == DAY
    assert second.measures["tcp.bytes"][:2].tolist() == [0, 3000]
