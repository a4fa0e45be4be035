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
    found = [pod for pod in pods_of(estate, "web-frontend", begin, begin + 3 * ROLLOUT) if pod.replica == 0]
    first = list(dict.fromkeys((pod.begin, pod.end, pod.name) for pod in found))
    assert first[0][0] <= begin < first[0][1]
    assert first[-1][0] < begin + 3 * ROLLOUT <= first[-1][1]
    assert [born for born, _, _ in first[1:]] == [end for _, end, _ in first[:-1]]
    assert len({name for _, _, name in first}) == len(first)


def test_there_is_one_pod_more_at_the_busy_hours_which_takes_its_share(estate: Estate) -> None:
    """Nine to nineteen o'clock, an hour ahead of UTC; queues and databases do not scale."""
    for hour, count in ((7, 2), (8, 3), (17, 3), (18, 2)):
        found = pods_of(estate, "web-frontend", BEGIN + hour * HOUR, BEGIN + (hour + 1) * HOUR)
        assert [(pod.replica, pod.replicas) for pod in found] == [(number, count) for number in range(count)]
        assert all(pod.since <= BEGIN + hour * HOUR and pod.until >= BEGIN + (hour + 1) * HOUR for pod in found)
    assert len(pods_of(estate, "order-worker", BEGIN + 12 * HOUR, BEGIN + 13 * HOUR)) == 2
    old, new = (
        [pod for pod in pods_of(estate, "web-frontend", at, at + HOUR) if pod.replica == 2]
        for at in (BEGIN + 12 * HOUR, BEGIN + 36 * HOUR)
    )
    assert old[0].name.rsplit("-", 1)[0] == new[0].name.rsplit("-", 1)[0]
    assert old[0].name != new[0].name
    assert (old[0].begin, old[0].end) == (BEGIN + 8 * HOUR, BEGIN + 18 * HOUR)


def test_places_are_where_the_pods_are(estate: Estate, cluster: Cluster) -> None:
    for name in ("web-frontend", "orders-db", "node-agent"):
        nodes = {pod.node for pod in pods_of(estate, name)}
        assert {place.node for place in places(cluster, cluster.workload(name))} == nodes
