"""What each source sends of one estate: its columns, its counters, and the same traffic and attacks in all of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.traffic.answers import ONE_CLUSTER, VISITED, Answers
from workbench.traffic.attacks import NEW_EDGE
from workbench.traffic.clusters import PlanError
from workbench.traffic.simulated_store import Order, write_simulated_store
from workbench.traffic.sources import SOURCES, source_of
from workbench.traffic.store import MetricsStore

OBI = [
    "k8s.cluster.name", "host", "k8s.src.namespace", "k8s.src.owner.name", "k8s.src.owner.type",
    "k8s.dst.namespace", "k8s.dst.owner.name", "k8s.dst.owner.type", "transport", "direction", "dst.name",
]  # fmt: skip
FLOWS = ["obi.network.flow.bytes", "obi.network.flow.packets"]
COLUMNS = {
    "obi": (OBI, FLOWS),
    "obi_o11y": (OBI, FLOWS),
    "obi_stat": ([*OBI, "network.io.direction", "src.address", "dst.address"], [*FLOWS, "obi.stat.tcp.io"]),
    "tetragon": (
        ["k8s.cluster.name", "host", "namespace", "workload", "binary", "dstnamespace", "dstworkload"],
        [
            "tetragon_socket_stats_txbytes_total",
            "tetragon_socket_stats_txsegs_total",
            "tetragon_socket_stats_rxbytes_total",
            "tetragon_socket_stats_rxsegs_total",
            "tetragon_network_connect_total",
            "tetragon_socket_stats_udp_txbytes_total",
            "tetragon_socket_stats_udp_txsegs_total",
            "tetragon_socket_stats_udp_rxbytes_total",
        ],
    ),
    "kubelet": (
        ["k8s.cluster.name", "host", "k8s.namespace.name", "k8s.pod.name", "k8s.node.name", "interface", "direction"],
        ["k8s.pod.network.io"],
    ),
}
COUNTERS = [name for name in COLUMNS if name != "obi_o11y"]


@pytest.fixture(scope="module")
def stores(simulated: Callable[[Order], Path]) -> dict[str, Answers]:
    return {name: Answers(simulated(replace(ONE_CLUSTER, source=name))) for name in SOURCES}


def grown(answers: Answers, measure: str, where: str = "true") -> str:
    """SQL of what each counter has grown by since its point before, its first value when it begins or falls."""
    dimensions = ", ".join(f'"{name}"' for name in MetricsStore(answers.root).columns("kubernetes_metrics").dimensions)
    return f"""(
        SELECT *, CASE WHEN v >= before THEN v - before ELSE v END AS sent
        FROM (SELECT *, "{measure}" AS v, lag("{measure}") OVER (PARTITION BY {dimensions} ORDER BY _time) AS before
              FROM p WHERE "{measure}" IS NOT NULL AND {where}))"""


@pytest.mark.parametrize("source", COLUMNS)
def test_columns(stores: dict[str, Answers], source: str) -> None:
    columns = MetricsStore(stores[source].root).columns("kubernetes_metrics")
    assert (list(columns.dimensions), list(columns.measures)) == COLUMNS[source]
    assert stores[source].truth()["source"] == source


@pytest.mark.parametrize("source", COUNTERS)
def test_counters_only_fall_to_begin_anew(stores: dict[str, Answers], source: str) -> None:
    for measure in COLUMNS[source][1]:
        answers = stores[source]
        falls, steps = answers.rows(
            f"SELECT count(*) FILTER (v < before), count(before) FROM {grown(answers, measure)}"
        )[0]
        assert steps > 10_000
        assert falls < steps / 1000, f"{measure} is a counter"


@pytest.mark.parametrize(("source", "interval"), [("obi", 60), ("obi_o11y", 60), ("tetragon", 30), ("kubelet", 10)])
def test_a_series_has_a_point_each_interval_at_a_second_of_its_exporter(
    stores: dict[str, Answers], source: str, interval: int
) -> None:
    answers = stores[source]
    measure = COLUMNS[source][1][0]
    exact = answers.value(
        f"SELECT count(*) FILTER (step = {interval}) / count(step) FROM (SELECT _time - lag(_time) OVER"
        f' (PARTITION BY ALL_DIMENSIONS ORDER BY _time) AS step FROM p WHERE "{measure}" IS NOT NULL)'.replace(
            "ALL_DIMENSIONS", ", ".join(f'"{name}"' for name in COLUMNS[source][0])
        )
    )
    assert exact > 0.98
    assert answers.value("SELECT count(DISTINCT _time::BIGINT % 30) FROM p") >= 3


def test_the_bytes_of_a_workload_are_the_same_in_all_sources(stores: dict[str, Answers]) -> None:
    """web-frontend on both its nodes, over the whole time; lost is what fell into a restart or between two points."""
    truth = stores["ebpf"].value('SELECT sum("tcp.bytes") FROM p WHERE "source.workload.name" = \'web-frontend\'')
    udp = stores["ebpf"].value('SELECT sum("udp.bytes") FROM p WHERE "source.workload.name" = \'web-frontend\'')
    obi = "\"k8s.src.owner.name\" = 'web-frontend' AND \"k8s.src.owner.type\" = 'Deployment' AND transport = 'TCP'"
    obi += " AND \"k8s.dst.owner.type\" IS DISTINCT FROM 'Service'"
    sums = {
        "obi": ("obi.network.flow.bytes", obi),
        "tetragon": ("tetragon_socket_stats_txbytes_total", "workload = 'web-frontend'"),
    }
    for source, (measure, where) in sums.items():
        found = stores[source].value(f"SELECT sum(sent) FROM {grown(stores[source], measure, where)}")
        assert found == pytest.approx(truth, rel=0.01), source
    pods = "\"k8s.pod.name\" LIKE 'web-frontend-%' AND direction = 'transmit'"
    found = stores["kubelet"].value(f"SELECT sum(sent) FROM {grown(stores['kubelet'], 'k8s.pod.network.io', pods)}")
    assert found == pytest.approx(truth + udp, rel=0.01)
    amounts = stores["obi_o11y"].value(f'SELECT sum("obi.network.flow.bytes") FROM p WHERE {obi}')
    assert amounts == pytest.approx(truth, rel=0.01)


def test_obi_reports_traffic_inside_twice_and_gives_the_outside_no_owner(stores: dict[str, Answers]) -> None:
    answers = stores["obi"]
    twice = answers.rows(
        "SELECT sum(v) FILTER (\"k8s.dst.owner.type\" = 'Service'),"
        " sum(v) FILTER (\"k8s.dst.owner.type\" <> 'Service')"
        ' FROM (SELECT *, "obi.network.flow.bytes" AS v FROM p) WHERE "k8s.src.owner.name" = \'catalog-api\''
        " AND \"k8s.dst.owner.name\" = 'session-cache'"
    )[0]
    assert twice[0] == twice[1] > 0
    outside = answers.rows('SELECT DISTINCT "dst.name" FROM p WHERE "k8s.dst.owner.name" IS NULL ORDER BY 1')
    assert [row[0] for row in outside if not re.search(VISITED, row[0])] == [
        "198.51.100.7", "203.0.113.77", "api.bank.example", "resolver.isp.example", "smtp.mail.example",
    ]  # fmt: skip
    assert (
        answers.value('SELECT count(*) FROM p WHERE "dst.name" IS NOT NULL AND "k8s.dst.owner.name" IS NOT NULL') == 0
    )
    nameless = answers.value('SELECT count(*) FROM p WHERE "k8s.src.owner.name" IS NULL')
    assert nameless > 0
    assert answers.value('SELECT count(*) FROM p WHERE "k8s.src.namespace" IS NULL') == nameless


@pytest.mark.parametrize("source", ["obi", "obi_stat", "obi_o11y"])
def test_the_filter_of_splunk_s_chart_hides_workloads_from_obi_s_flows(stores: dict[str, Answers], source: str) -> None:
    ends = stores[source].rows(
        'SELECT "k8s.src.owner.name" AS owner FROM p WHERE transport IS NOT NULL UNION'
        ' SELECT "k8s.dst.owner.name" FROM p WHERE transport IS NOT NULL'
    )
    names = {row[0] for row in ends}
    assert {"node-agent", "orders-db"} < names
    assert not {"prometheus", "kube-apiserver"} & names


def test_obi_names_a_cron_job_by_its_run_and_forgets_it_after_five_minutes(stores: dict[str, Answers]) -> None:
    runs = stores["obi"].rows(
        'SELECT "k8s.src.owner.name", max(_time) - min(_time) FROM p'
        " WHERE \"k8s.src.owner.name\" LIKE 'report-export-%'"
        " AND \"k8s.dst.owner.name\" = 'orders-db' AND \"k8s.dst.owner.type\" = 'StatefulSet' GROUP BY 1, host,"
        ' "k8s.cluster.name"'
    )
    assert len({name for name, _ in runs}) == 48
    assert all(name.removeprefix("report-export-").isdigit() for name, _ in runs)
    assert max(lasted for _, lasted in runs) <= 300 + 300 + 60
    assert min(lasted for _, lasted in runs) >= 300


def test_sockets_of_obi_stat_are_less_than_flows_by_the_headers(stores: dict[str, Answers]) -> None:
    answers = stores["obi_stat"]
    directions = answers.rows(
        'SELECT DISTINCT "network.io.direction" FROM p WHERE "obi.stat.tcp.io" IS NOT NULL ORDER BY 1'
    )
    assert directions == [("receive",), ("transmit",)]
    ends = "\"k8s.src.owner.name\" = 'orders-api' AND \"k8s.dst.owner.name\" = 'orders-db'"
    wire = answers.value(
        "SELECT sum(sent) FROM "
        + grown(answers, "obi.network.flow.bytes", ends + " AND \"k8s.dst.owner.type\" = 'StatefulSet'")
    )
    payload = answers.value(
        "SELECT sum(sent) FROM "
        + grown(answers, "obi.stat.tcp.io", ends + " AND \"network.io.direction\" = 'transmit'")
    )
    assert 0.9 * wire < payload < 0.99 * wire
    assert answers.value('SELECT count(*) FROM p WHERE "obi.stat.tcp.io" IS NOT NULL AND transport IS NOT NULL') == 0


def test_tetragon_names_binaries_and_nothing_of_the_outside(stores: dict[str, Answers]) -> None:
    answers = stores["tetragon"]
    binaries = answers.rows("SELECT DISTINCT \"binary\" FROM p WHERE workload = 'web-frontend' ORDER BY 1")
    assert binaries == [("/usr/bin/envoy",), ("/usr/bin/nginx",)]
    outside = answers.rows(
        "SELECT DISTINCT workload FROM p WHERE dstworkload IS NULL AND tetragon_socket_stats_txbytes_total > 0"
    )
    assert {"web-frontend", "payments-api", "orders-db"} <= {row[0] for row in outside}
    assert answers.value("SELECT count(*) FROM p WHERE (dstworkload IS NULL) <> (dstnamespace IS NULL)") == 0
    connects = answers.rows(
        "SELECT DISTINCT workload FROM p WHERE tetragon_network_connect_total > 0 AND dstworkload = 'users-db'"
    )
    assert ("payments-api",) in connects


def test_a_stateful_pod_of_kubelet_restarts_under_its_name(stores: dict[str, Answers]) -> None:
    answers = stores["kubelet"]
    restarted = answers.rows(
        f'SELECT DISTINCT "k8s.pod.name" FROM {grown(answers, "k8s.pod.network.io")} WHERE v < before'
    )
    assert restarted
    replaced = answers.value(
        "SELECT count(*) FROM (SELECT \"k8s.cluster.name\", regexp_replace(\"k8s.pod.name\", '-[^-]+-[^-]+$', '') AS w,"
        ' count(DISTINCT "k8s.pod.name") AS pods FROM p WHERE regexp_matches("k8s.pod.name", \'-[4-9bcdf]{10}-\')'
        " GROUP BY ALL) WHERE pods = 4"
    )
    assert replaced >= 2, "rollouts give a Deployment new pods"


def test_a_pod_on_the_host_s_network_shows_the_traffic_of_its_node(stores: dict[str, Answers]) -> None:
    answers = stores["kubelet"]
    sums = dict(
        answers.rows(
            "SELECT \"k8s.pod.name\" LIKE 'node-agent-%', sum(sent) FROM "
            + grown(answers, "k8s.pod.network.io", "direction = 'transmit' AND \"k8s.cluster.name\" = 'prod-eu'")
            + " WHERE \"k8s.pod.name\" NOT LIKE 'kube-apiserver%' GROUP BY 1"
        )
    )
    assert sums[True] > 0.95 * sums[False]


NEW_PAIR = {
    "ebpf": ("\"source.workload.name\" = 'web-frontend' AND \"dest.workload.name\" = 'users-db'"),
    "obi": "\"k8s.src.owner.name\" = 'web-frontend' AND \"k8s.dst.owner.name\" = 'users-db'",
    "obi_stat": "\"k8s.src.owner.name\" = 'web-frontend' AND \"k8s.dst.owner.name\" = 'users-db'",
    "obi_o11y": "\"k8s.src.owner.name\" = 'web-frontend' AND \"k8s.dst.owner.name\" = 'users-db'",
    "tetragon": "workload = 'web-frontend' AND dstworkload = 'users-db'",
}


@pytest.mark.parametrize("source", NEW_PAIR)
def test_an_attacked_edge_is_there_on_the_last_day_only(stores: dict[str, Answers], source: str) -> None:
    first, last = stores[source].rows(f"SELECT min(_time), max(_time) FROM p WHERE {NEW_PAIR[source]}")[0]
    (attack,) = (each for each in stores[source].truth()["attacks"] if each["kind"] == "new edge")
    assert attack["start"] <= first <= attack["start"] + 150
    assert last >= attack["end"] - 150


def test_the_truth_names_attacks_as_the_source_does(stores: dict[str, Answers]) -> None:
    def named(source: str) -> list[tuple[str, str, str]]:
        return [
            (each["workload"], each["process"], each["dest"])
            for each in stores[source].truth()["attacks"]
            if each["kind"] in ("burst", "slow exfiltration")
        ]

    assert named("ebpf") == [("web-frontend", "nginx", "(unknown)"), ("payments-api", "gunicorn", "api.bank.example")]
    assert named("obi") == [("web-frontend", "-", "198.51.100.7"), ("payments-api", "-", "api.bank.example")]
    assert named("tetragon") == [
        ("web-frontend", "/usr/bin/nginx", "-"),
        ("payments-api", "/usr/bin/gunicorn", "-"),
    ]
    unseen = {"new edge", "scan", "UDP exfiltration"}  # no peers, and no UDP beside TCP
    for attack in stores["kubelet"].truth()["attacks"]:
        assert NEW_EDGE not in attack["expected_by"]
        assert (attack["expected_by"] == []) == (attack["kind"] in unseen)


def test_the_same_seed_gives_the_same_points(stores: dict[str, Answers], tmp_path: Path) -> None:
    write_simulated_store(tmp_path / "obi", replace(ONE_CLUSTER, source="obi"))
    assert Answers(tmp_path / "obi").differs_from(stores["obi"]) == 0


def test_an_unknown_source_is_refused() -> None:
    with pytest.raises(PlanError, match="source = hubble: not one of ebpf, obi"):
        source_of("hubble")
