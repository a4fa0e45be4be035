"""Pods are named as Kubernetes names them, and follow each other without a gap."""

from __future__ import annotations

import re

import pytest

from workbench.traffic.blueprint import shop_estate
from workbench.traffic.clusters import Cluster, Estate
from workbench.traffic.loadcurves import DAY, HOUR
from workbench.traffic.nezha_recording import workload_of
from workbench.traffic.pods import ROLLOUT, Pod, places, pods

BEGIN = 1_772_582_400.0  # 2026-03-04T00:00:00Z


@pytest.fixture(scope="module")
def estate() -> Estate:
    return shop_estate(BEGIN, BEGIN + DAY, clusters=1)


@pytest.fixture(scope="module")
def cluster(estate: Estate) -> Cluster:
    return estate.clusters[0]


def pods_of(estate: Estate, name: str, begin: float = BEGIN, end: float = BEGIN + HOUR) -> list[Pod]:
    cluster = estate.clusters[0]
    return pods(cluster, cluster.workload(name), estate.kinds, begin, end)


@pytest.mark.parametrize(
    ("workload", "pattern", "count"),
    [
        ("web-frontend", r"web-frontend-[4-9bcdf]{10}-[bcdfghjklmnpqrstvwxz2456789]{5}", 2),
        ("orders-db", r"orders-db-0", 1),
        ("node-agent", r"node-agent-[bcdfghjklmnpqrstvwxz2456789]{5}", 3),
        ("report-export", r"report-export-29543040-[bcdfghjklmnpqrstvwxz2456789]{5}", 1),
    ],
)
def test_names(estate: Estate, workload: str, pattern: str, count: int) -> None:
    found = pods_of(estate, workload)
    assert len({pod.name for pod in found}) == count
    assert all(re.fullmatch(pattern, pod.name) for pod in found), found
    assert sorted(pod.replica for pod in found) == list(range(count))


def test_a_replica_set_s_suffix_is_one_that_the_reader_of_the_recording_takes_off(estate: Estate) -> None:
    assert {workload_of(pod.name) for pod in pods_of(estate, "web-frontend")} == {"web-frontend"}


def test_a_run_of_a_cron_job_is_named_by_its_minute_and_owned_by_its_job(estate: Estate) -> None:
    found = pods_of(estate, "invoice-cleanup")
    assert [pod.owner for pod in found] == [f"invoice-cleanup-{int(BEGIN) // 60 + 15 * run}" for run in range(4)]
    assert [(pod.begin, pod.end) for pod in found] == [(BEGIN + 900 * run, BEGIN + 900 * (run + 1)) for run in range(4)]


@pytest.mark.parametrize("begin", [BEGIN - 17 * DAY, BEGIN, BEGIN + 12_345])
def test_rollouts_follow_each_other_without_a_gap(estate: Estate, begin: float) -> None:
    first = [pod for pod in pods_of(estate, "web-frontend", begin, begin + 3 * ROLLOUT) if pod.replica == 0]
    assert first[0].begin <= begin < first[0].end
    assert first[-1].begin < begin + 3 * ROLLOUT <= first[-1].end
    assert [pod.begin for pod in first[1:]] == [pod.end for pod in first[:-1]]
    assert len({pod.name for pod in first}) == len(first)


def test_places_are_where_the_pods_are(estate: Estate, cluster: Cluster) -> None:
    for name in ("web-frontend", "orders-db", "node-agent"):
        nodes = {pod.node for pod in pods_of(estate, name)}
        assert {place.node for place in places(cluster, cluster.workload(name))} == nodes
