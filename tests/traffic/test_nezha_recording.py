"""Real traffic in the store: its sums are those of the recording, and each detection finds its own points."""

from __future__ import annotations

import gzip
from pathlib import Path

import duckdb
import pytest

from tests.traffic.answers import Answers
from workbench.traffic.attacks import NEW_EDGE
from workbench.traffic.clusters import PlanError
from workbench.traffic.nezha import write_nezha_store
from workbench.traffic.nezha_recording import NezhaError, workload_of


@pytest.fixture(scope="module")
def recording(shared: Path) -> Path:
    return shared / "data" / "nezha-online-boutique"


@pytest.fixture(scope="module")
def real(recording: Path, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    root = tmp_path_factory.mktemp("real") / "store"
    write_nezha_store(recording, root)
    return Answers(root)


@pytest.fixture(scope="module")
def injected(recording: Path, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    root = tmp_path_factory.mktemp("injected") / "store"
    write_nezha_store(recording, root, inject=True)
    return Answers(root)


@pytest.mark.parametrize(
    ("pod", "workload"),
    [
        ("frontend-579b9bff58-t2dbm", "frontend"),
        ("adservice-5f6585d649-fnmft", "adservice"),
        ("session-redis", "session-redis"),
        ("edge-nginx", "edge-nginx"),
        ("orders-db-0", "orders-db-0"),
        ("frontend-579b9bff58-taeio", "frontend-579b9bff58-taeio"),  # vowels are never generated
    ],
)
def test_only_a_generated_suffix_is_taken_off_a_pod_name(pod: str, workload: str) -> None:
    assert workload_of(pod) == workload


def strip(column: str) -> str:
    return f"regexp_replace({column}, '-[^-]+-[^-]+$', '')"


def test_bytes_of_each_process_and_day_are_those_of_the_recording(recording: Path, real: Answers) -> None:
    expected = duckdb.execute(
        f"SELECT {strip('pod')}, time::DATE, sum(tx_bytes), count(*) FROM '{recording}/pod_network.csv.gz'"
        " GROUP BY 1, 2 ORDER BY ALL"
    ).fetchall()
    found = real.rows(
        'SELECT "source.process.name", make_timestamp((_time * 1e6)::BIGINT)::DATE, sum("tcp.bytes"), count(*) FROM p'
        ' WHERE "source.process.name" IS NOT NULL GROUP BY 1, 2 ORDER BY ALL'
    )
    assert found == expected
    assert len(found) == 20  # ten workloads, two days


def test_calls_of_each_pair_are_those_of_the_recording_and_shown_both_ways(recording: Path, real: Answers) -> None:
    calls = duckdb.execute(
        f"SELECT {strip('src_pod')}, {strip('dst_pod')}, sum(calls), sum(calls) FROM '{recording}/edges.csv.gz'"
        " GROUP BY 1, 2"
    ).fetchall()
    expected = sorted(calls + [(dest, source, packets, 0) for source, dest, packets, _ in calls])
    found = real.rows(
        'SELECT "source.workload.name", "dest.workload.name", sum("tcp.packets"), sum("tcp.new_sockets") FROM p'
        ' WHERE "dest.workload.name" IS NOT NULL GROUP BY 1, 2 ORDER BY ALL'
    )
    assert found == expected


def test_a_point_serves_one_detection_only(real: Answers) -> None:
    both = '"source.process.name" IS NOT NULL AND "dest.workload.name" IS NOT NULL'
    none = '"source.process.name" IS NULL AND "dest.workload.name" IS NULL'
    assert real.value(f"SELECT count(*) FROM p WHERE ({both}) OR ({none})") == 0
    assert real.value('SELECT count(*) FROM p WHERE "dest.workload.name" IS NOT NULL AND "tcp.bytes" IS NOT NULL') == 0
    assert real.rows('SELECT DISTINCT "k8s.cluster.name" FROM p') == [("online-boutique",)]


def test_the_gap_between_the_two_days_stays_a_gap(real: Answers) -> None:
    longest = real.value("SELECT max(step) FROM (SELECT _time - lag(_time) OVER (ORDER BY _time) AS step FROM p)")
    assert longest > 11.9 * 3600


def test_nothing_is_injected_unless_asked_for(real: Answers, injected: Answers) -> None:
    assert real.truth()["attacks"] == []
    assert real.truth()["traffic"] == "real (Nezha, Online Boutique), no attacks"
    assert injected.truth()["traffic"] == "real (Nezha, Online Boutique), attacks injected"
    assert len(injected.truth()["derived"]) == 2


def test_injected_bytes_are_exactly_those_of_the_labels(real: Answers, injected: Answers) -> None:
    total = 'SELECT "source.process.name", sum("tcp.bytes"), count(*) FROM p WHERE "source.process.name" IS NOT NULL'
    before = {row[0]: row[1:] for row in real.rows(f"{total} GROUP BY 1")}
    after = {row[0]: row[1:] for row in injected.rows(f"{total} GROUP BY 1")}
    added = {name: after[name][0] - before[name][0] for name in before if after[name] != before[name]}
    labels = injected.truth()["attacks"]
    assert added == {attack["process"]: attack["added_bytes"] for attack in labels}
    assert all(before[name][1] == after[name][1] for name in before), "no point more, only more bytes"


def test_injected_edges_are_new_where_the_labels_say_so(real: Answers, injected: Answers) -> None:
    edges = 'SELECT DISTINCT "source.workload.name", "dest.workload.name" FROM p WHERE "dest.workload.name" IS NOT NULL'
    fresh = set(injected.rows(edges)) - set(real.rows(edges))
    ends = [(each["workload"], each["dest"]) for each in injected.truth()["attacks"] if NEW_EDGE in each["expected_by"]]
    assert fresh == {pair for end in ends for pair in (end, end[::-1])}
    assert len(ends) == 3


def write_recording(folder: Path, pods: str, edges: str = "minute,src_pod,dst_pod,calls\n") -> Path:
    for name, text in (("pod_network.csv.gz", pods), ("edges.csv.gz", edges)):
        (folder / name).write_bytes(gzip.compress(text.encode()))
    return folder


HEADER = "time,pod,rx_bytes,tx_bytes,syscall_write\n"


@pytest.mark.parametrize(
    ("pods", "message"),
    [
        ("time,pod\n", r"pod_network\.csv\.gz: no column tx_bytes"),
        ("", r"no column time, pod, tx_bytes"),
        (HEADER, "holds no rows"),
        (HEADER + "2022-08-22 03:51:19,a,1,many,1\n", r"pod_network\.csv\.gz:2: not as expected.*many"),
        (HEADER + "2022-08-22 03:51:19,a,1,nan,1\n", "'nan' is not a count"),
        (HEADER + "2022-08-22 03:51:19,a\n", r":2: not as expected"),
        (HEADER + "yesterday,a,1,1,1\n", r":2: not as expected.*yesterday"),
    ],
)
def test_a_recording_that_is_not_as_expected_is_named(pods: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(NezhaError, match=message):
        write_nezha_store(write_recording(tmp_path, pods), tmp_path / "store")
    assert not (tmp_path / "store").exists()


def test_a_folder_without_the_recording_is_named(tmp_path: Path) -> None:
    with pytest.raises(NezhaError, match=r"gone: no such folder"):
        write_nezha_store(tmp_path / "gone", tmp_path / "store")
    with pytest.raises(NezhaError, match=r"pod_network\.csv\.gz: cannot be read"):
        write_nezha_store(tmp_path, tmp_path / "store")
    (tmp_path / "pod_network.csv.gz").write_text("not compressed")
    with pytest.raises(NezhaError, match=r"cannot be read: Not a gzipped file"):
        write_nezha_store(tmp_path, tmp_path / "store")


def test_attacks_need_the_workloads_they_name(tmp_path: Path) -> None:
    write_recording(tmp_path, HEADER + "2022-08-22 03:51:19,a,1,1,1\n")
    assert write_nezha_store(tmp_path, tmp_path / "store") == 1
    with pytest.raises(NezhaError, match="no pods of adservice, cartservice"):
        write_nezha_store(tmp_path, tmp_path / "store", inject=True)


@pytest.fixture(scope="module")
def kubelet(recording: Path, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    root = tmp_path_factory.mktemp("kubelet") / "store"
    write_nezha_store(recording, root, inject=True, source="kubelet")
    return Answers(root)


GROWTH = """(SELECT pod, direction, v < before AS fell, CASE WHEN v >= before THEN v - before ELSE v END AS sent FROM
    (SELECT "k8s.pod.name" AS pod, direction, "k8s.pod.network.io" AS v, lag("k8s.pod.network.io") OVER
        (PARTITION BY "k8s.pod.name", direction ORDER BY _time) AS before FROM p))"""


def test_counters_of_kubelet_grow_by_the_bytes_of_the_recording(recording: Path, kubelet: Answers) -> None:
    added = {attack["workload"]: attack["added_bytes"] for attack in kubelet.truth()["attacks"]}
    expected = duckdb.execute(
        f"SELECT pod, sum(tx_bytes), sum(rx_bytes) FROM '{recording}/pod_network.csv.gz' GROUP BY 1 ORDER BY 1"
    ).fetchall()
    found = kubelet.rows(
        "SELECT pod, sum(sent) FILTER (direction = 'transmit'), sum(sent) FILTER (direction = 'receive')"
        f" FROM {GROWTH} GROUP BY 1 ORDER BY 1"
    )
    assert len(found) == 11, "pods by their full names"
    assert found == [(pod, sent + added.get(workload_of(pod), 0), received) for pod, sent, received in expected]


def test_counters_of_kubelet_restart_once_a_day_and_after_the_gap(kubelet: Answers) -> None:
    falls = dict(kubelet.rows(f"SELECT pod, count(*) FILTER (fell) FROM {GROWTH} GROUP BY 1"))
    assert all(1 <= count <= 8 for pod, count in falls.items() if not pod.startswith("productcatalog"))


def test_kubelet_sees_no_edges(kubelet: Answers) -> None:
    assert kubelet.truth()["source"] == "kubelet"
    assert {attack["process"] for attack in kubelet.truth()["attacks"]} == {"-"}
    assert all(NEW_EDGE not in attack["expected_by"] for attack in kubelet.truth()["attacks"])


def test_the_recording_cannot_stand_for_a_collector_of_flows(recording: Path, tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="source = obi: the recording can be written as ebpf or kubelet"):
        write_nezha_store(recording, tmp_path / "store", source="obi")
