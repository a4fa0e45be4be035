"""The data check over points that are wrong in one way each."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.detections.checking import MINUTE, NOW, Site, ebpf, grown
from tests.detections.world import DAY
from tests.stores import write_index
from workbench.compiler.build import Package

TETRAGON = "tetragon_socket_stats_txbytes_total"
OWN_SENT = (
    "mstats {function}(mesh.bytes) as x where `kubernetes_metrics` by k8s.cluster.name source.workload.name"
    " span=$seconds$s | rename k8s.cluster.name as cluster source.workload.name as workload"
    ' | eval tcp.bytes={amount}, namespace="shop", process="-" | `npm_sent_named`'
)


@pytest.fixture
def site(built: Package, tmp_path: Path) -> Site:
    """A site that reads the eBPF collector, as shipped."""
    return Site(built.staged, tmp_path)


def test_right_points_give_no_line_but_ok(site: Site) -> None:
    assert site.check_points(ebpf()).not_ok() == {}


def test_an_index_without_known_metrics_is_wrong(site: Site) -> None:
    check = site.check_points({**point, "tcp.bytes": None, "tcp.packets": None, "mesh.bytes": 1.0} for point in ebpf())
    assert check.not_ok() == {("data", "all"): "wrong"}, "nothing else can be told then"
    assert "mcatalog" in check.advice("data")


# Counters and amounts.


def test_amounts_that_grow_like_a_counter_are_wrong(site: Site) -> None:
    check = site.check_points(grown(ebpf(), "tcp.bytes"))
    assert check.state("growth", "ebpf") == "wrong"
    assert "grows like a counter" in check.advice("growth", "ebpf")


def test_a_counter_that_restarts_in_the_hour_is_still_a_counter(site: Site) -> None:
    before = grown(ebpf(last=NOW - 35 * MINUTE), "tcp.bytes")
    check = site.check_points([*before, *grown(ebpf(first=NOW - 35 * MINUTE), "tcp.bytes", start=0)])
    assert check.measured("growth", "ebpf").endswith("counter")


def test_two_collectors_of_which_one_sends_counters_are_seen(site: Site) -> None:
    check = site.check_points([*ebpf(), *grown(ebpf(host="other"), "tcp.bytes")])
    assert (check.state("growth", "ebpf"), check.measured("growth", "ebpf")[-5:]) == ("look", "mixed")


def test_a_few_points_are_not_judged(site: Site) -> None:
    check = site.check_points(ebpf(first=NOW - 15 * MINUTE, last=NOW - 14 * MINUTE))
    assert (check.state("growth", "ebpf"), check.measured("growth", "ebpf")[-7:]) == ("look", "unclear")


@pytest.mark.parametrize(
    ("counter", "function", "amount", "state"),
    [
        (True, "rate_sum", "x * $seconds$", "ok"),
        (True, "sum", "x", "wrong"),
        (False, "sum", "x", "ok"),
        (False, "rate_sum", "if(x > 0, x * $seconds$, 0)", "wrong"),
    ],
)
def test_macros_of_ones_own_are_held_against_the_points(
    built: Package, tmp_path: Path, counter: bool, function: str, amount: str, state: str
) -> None:
    macros = {
        "npm_sent_of(3)": OWN_SENT.format(function=function, amount=amount),
        "npm_sent_in(2)": "`npm_sent_of(60, $cluster$, $workload$)`",
        "npm_own_metric": "mesh.bytes",
    }
    amounts = [{**point, "mesh.bytes": point["tcp.bytes"], "tcp.bytes": None} for point in ebpf()]
    points = grown(ebpf(), "mesh.bytes") if counter else amounts
    check = Site(built.staged, tmp_path, macros).check_points(points)
    assert check.state("growth", "own") == state
    assert check.state("source", "own") == "ok"


# What cannot be placed.


@pytest.mark.parametrize(
    ("check", "dimension", "nothing"),
    [
        ("cluster", "k8s__cluster__name", None),
        ("namespace", "source__namespace__name", "-"),
        ("workload", "source__workload__name", "(unknown)"),
        ("process", "source__process__name", ""),
    ],
)
@pytest.mark.parametrize(("without", "state"), [(1, "look"), (6, "wrong")])
def test_points_without_a_name_are_counted(
    site: Site, check: str, dimension: str, nothing: str | None, without: int, state: str
) -> None:
    named: dict[str, Any] = {dimension: nothing}
    points = [*ebpf(workloads=4), *ebpf(workloads=without, **named)]
    found = site.check_points(points)
    assert found.state(check, "ebpf") == state
    assert found.measured(check, "ebpf") == f"{100 * without / (4 + without):.1f}% of {120 * (4 + without)} points"


def test_destinations_without_a_name_are_counted(site: Site) -> None:
    check = site.check_points([*ebpf(workloads=2), *ebpf(dest__workload__name=None, dest__namespace__name=None)])
    assert check.state("destination", "npm_edges") == "look"
    assert check.measured("destination", "npm_edges").endswith("% of 5 edges")


def test_values_that_no_counter_can_have_are_told_with_cluster_and_metric(site: Site) -> None:
    wrong = {27: 2.0**64 - 1, 31: 2.0**32 - 1, 33: -500.0}
    for number, (at, value) in enumerate(wrong.items()):
        points = [*ebpf()]
        points[at] |= {"tcp.packets" if number == 1 else "tcp.bytes": value}
        check = site.check_points(points)
        assert check.state("values") == "wrong"
        metric, shown = check.measured("values").removeprefix("prod ").split(" ")
        assert (metric, float(shown)) == ("tcp.packets" if number == 1 else "tcp.bytes", value)


# What is counted twice.


def test_the_finer_series_of_the_ebpf_collector_are_double(site: Site) -> None:
    points = [*ebpf(aggregation="az_az"), *ebpf(aggregation="id_id"), *ebpf(aggregation="az_id")]
    check = site.check_points(points)
    assert check.state("doubles") == "wrong"
    assert "enable-id-id" in check.advice("doubles")
    assert site.check_points(ebpf(aggregation="az_az")).state("doubles") == "ok"


def test_a_tetragon_that_two_collectors_scrape_is_double(site: Site) -> None:
    about: dict[str, Any] = {
        "service__instance__id": "10.0.0.9:2112",
        "namespace": "shop",
        "workload": "web",
        "binary": "/bin/web",
    }
    once = grown(ebpf(host="node-1", **about), TETRAGON)
    check = site.check_points([*once, *grown(ebpf(host="node-2", **about), TETRAGON)])
    told = (check.state("doubles"), check.measured("doubles"))
    assert told == ("wrong", "1 Tetragon agents scraped by several collectors")
    assert site.check_points(once).state("doubles") == "ok"


def test_services_of_obi_are_told_and_left_out(site: Site) -> None:
    check = site.check_points([*ebpf(), *grown(ebpf(k8s__dst__owner__type="Service"), "obi.network.flow.bytes")])
    assert (check.state("doubles"), check.measured("doubles")) == ("ok", "360 points by Service")


# When points arrive.


def test_a_gap_of_a_cluster_is_wrong_and_one_of_a_host_is_to_be_looked_at(site: Site) -> None:
    rest = list(ebpf(k8s__cluster__name="test"))
    gap = [p for p in ebpf() if not NOW - 45 * MINUTE <= p["_time"] < NOW - 25 * MINUTE]
    check = site.check_points([*rest, *gap])
    assert check.state("gaps") == "wrong"
    assert check.measured("gaps").endswith("up to 20 min missing: prod, prod/node-0, prod/node-1, prod/node-2")

    gap = [p for p in ebpf() if not (NOW - 45 * MINUTE <= p["_time"] < NOW - 25 * MINUTE and p["host"] == "node-1")]
    check = site.check_points([*rest, *gap])
    assert check.state("gaps") == "look"
    assert check.measured("gaps").endswith(": prod/node-1")


def test_a_host_that_is_new_has_no_gap(site: Site) -> None:
    assert site.check_points([*ebpf(), *ebpf(first=NOW - 30 * MINUTE, host="new")]).state("gaps") == "ok"


def test_points_that_come_late_are_to_be_looked_at_and_after_half_an_hour_wrong(site: Site) -> None:
    assert site.check_points([*ebpf(), *ebpf(last=NOW - 16 * MINUTE, host="slow")]).state("gaps") == "look"
    check = site.check_points([*ebpf(), *ebpf(last=NOW - 31 * MINUTE, k8s__cluster__name="test")])
    assert check.state("gaps") == "wrong"
    assert ": test" in check.measured("gaps")


@pytest.mark.parametrize(("ahead", "state"), [(1, "ok"), (3, "look"), (20, "wrong"), (3 * 1440, "wrong")])
def test_points_in_the_future_name_their_host(site: Site, ahead: int, state: str) -> None:
    fast = ebpf(first=NOW + (ahead - 5) * MINUTE, last=NOW + ahead * MINUTE, host="fast")
    check = site.check_points([*ebpf(), *fast])
    assert check.state("clock") == state
    assert ("prod/fast" in check.measured("clock")) == (state != "ok")


def test_a_clock_that_is_years_ahead_is_told_and_hides_no_point_that_comes_late(site: Site) -> None:
    at = NOW + 4 * 365 * DAY
    check = site.check_points([*ebpf(last=NOW - 31 * MINUTE), *ebpf(first=at, last=at + 60, host="fast")])
    assert check.state("clock") == "wrong"
    assert "prod/fast" in check.measured("clock")
    assert check.state("gaps") == "wrong"
    assert "newest point of a cluster at most 32 min old" in check.measured("gaps")


# The importer's limits.


LIMITS = {7_999: "ok", 8_000: "look", 9_899: "look", 9_900: "wrong", 10_000: "wrong", 29_699: "look", 29_800: "wrong"}


def test_series_beside_the_limits_of_the_importer(site: Site, tmp_path: Path) -> None:
    write_index(tmp_path / "store" / "kubernetes_metrics", [], ["host"], ["x"])
    counted = ",".join(map(str, LIMITS))
    lines = site.run(
        f'| makeresults | eval check="series", grows="amounts", series=split("{counted}", ",") | mvexpand series'
        " | eval series=tonumber(series) | `npm_check_states` | fields series state",
        tmp_path / "store",
        NOW,
    )
    assert {int(str(line["series"])): line["state"] for line in lines} == LIMITS


def test_the_series_of_the_hour_are_counted(site: Site) -> None:
    assert re.search(r"\b40\b", site.check_points(ebpf(workloads=40)).measured("series", "ebpf"))
