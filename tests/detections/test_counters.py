"""Counters of OBI, Tetragon and the kubelet: points as a collector sends them in, plain rows and findings out.

They are tried under both readings of what Splunk does not document of rate_sum: restarts and missed points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from tests.detections.collected import (
    PACKETS,
    START,
    TCP_IO,
    Points,
    choose,
    counter,
    edges,
    flow,
    named,
    pod,
    sent,
    sockets,
)
from tests.detections.world import DAY, EDGE_BASELINE, HOUR, NEW_EDGE, NOW, World


@pytest.fixture(params=["strict", "lenient"])
def counters(world: World, request: pytest.FixtureRequest) -> World:
    """An empty world, once for each reading of rate_sum."""
    world.rates = request.param
    return world


# OBI.


def test_obi_counters_become_amounts_of_tcp_and_udp(counters: World) -> None:
    choose(counters, "obi").add(counter(flow("web", "db"), range(1000, 11_000, 1000)))
    counters.add(counter(flow("web", "db"), range(10, 110, 10), PACKETS))
    counters.add(counter(flow("web", None), range(600, 6600, 600)))  # a peer outside is no reason to be left out
    counters.add(counter(flow("web", "db", dst_type="Service"), range(1000, 11_000, 1000)))  # the same bytes again
    counters.add(counter(flow("dns", "web", transport="UDP"), range(0, 500, 50)))
    rows = sent(counters, "tcp.bytes", "tcp.packets", "udp.bytes")
    steady = [row for row in rows if row[0] == "shop/web/-"]
    assert steady[1:] == [("shop/web/-", 3200, 20, None)] * 4
    assert [row for row in rows if row[0] == "shop/dns/-"][1:] == [("shop/dns/-", None, None, 100)] * 4


def test_without_transport_all_counts_as_tcp(counters: World) -> None:
    choose(counters, "obi").add(counter(flow("web", "db", transport=None), range(1000, 11_000, 1000)))
    assert sent(counters, "tcp.bytes", "udp.bytes")[1:] == [("shop/web/-", 2000, None)] * 4
    assert [named(row) for row in edges(counters)] == ["- shop/web shop/db"]


@pytest.mark.parametrize(
    "values",
    [
        [*range(100_000, 110_000, 1000), 500, *range(1500, 10_500, 1000)],  # OBI restarted
        [*range(100_000, 110_000, 1000), None, None, None, *range(113_000, 120_000, 1000)],  # exports were missed
        [None, None, None, None, *range(5_000_000, 5_010_000, 1000)],  # first seen with a large value
        [*range(100_000, 110_000, 1000), *[None] * 7, *range(800, 8800, 1000)],  # silent for more than 5 minutes
    ],
)
def test_restarts_gaps_and_first_points_of_counters_are_no_burst(counters: World, values: list[float | None]) -> None:
    choose(counters, "obi").add(counter(flow("web", "db"), values))
    amounts = [row[1] for row in sent(counters, "tcp.bytes")]
    assert amounts
    assert max(amounts) <= 2000 + 1e-6
    assert min(amounts) >= 0


def test_tcp_bytes_of_sockets_take_the_place_of_those_of_flows(counters: World) -> None:
    choose(counters, "obi_stat").add(counter(flow("web", "db"), range(1100, 12_100, 1100)))
    for direction, step in (("transmit", 1000), ("receive", 77)):
        socket = flow("web", "db", transport=None, dst_type="Service", **{"network.io.direction": direction})
        counters.add(counter(socket, range(step, 11 * step, step), TCP_IO))
    counters.add(counter(flow("web", "dns", transport="UDP"), range(0, 500, 50)))
    assert sent(counters, "tcp.bytes", "udp.bytes")[1:] == [("shop/web/-", 2000, 100)] * 4


def test_obi_through_observability_cloud_is_amounts(world: World) -> None:
    choose(world, "obi_o11y").add(counter(flow("web", "db"), [1000, 0, 700]))
    world.add(counter(flow("web", None, **{"dst.name": "203.0.113.9"}), [0, 50, 0]))
    assert sent(world, "tcp.bytes") == [("shop/web/-", 1000), ("shop/web/-", 50), ("shop/web/-", 700)]
    assert [(named(row), row["bytes"]) for row in edges(world)] == [
        ("tcp shop/web (outside)/203.0.113.9", 50),
        ("tcp shop/web shop/db", 1700),
    ]


@pytest.mark.parametrize("times", [1, 2, 5])
def test_a_new_obi_edge_that_is_exported_a_few_times_is_seen(counters: World, times: int) -> None:
    choose(counters, "obi").add(counter(flow("web", "db"), range(1000, 60_000, 1000)))
    counters.add(counter(flow("web", None, **{"dst.name": "203.0.113.9"}), [None] * 30 + [4000] * times))
    outside, inside = edges(counters)
    assert (named(outside), outside["bytes"]) == ("tcp shop/web (outside)/203.0.113.9", 4000)
    assert (outside["seen_from"], outside["seen_to"]) == (START + 1800, START + 1800 + 60 * (times - 1))
    assert (named(inside), inside["seen_to"]) == ("tcp shop/web shop/db", START + 58 * 60)


def test_what_obi_cannot_name_outside_is_one_destination(counters: World) -> None:
    choose(counters, "obi").add(counter(flow("web", None), [None] * 30 + [4000, 5000]))
    counters.add(counter(flow(None, "web"), [None] * 30 + [4000, 5000]))
    assert [named(row) for row in edges(counters)] == ["tcp (outside)/- shop/web", "tcp shop/web (outside)/-"]


# Tetragon.


def test_tetragon_counters_become_the_five_amounts_of_a_binary(counters: World) -> None:
    choose(counters, "tetragon").add(sockets("db", range(0, 10_000, 500))).add(sockets(None, range(0, 2000, 100)))
    for metric, step in (("txsegs", 5), ("udp_txbytes", 50), ("udp_txsegs", 1)):
        counters.add(sockets("db", range(0, 20 * step, step), f"tetragon_socket_stats_{metric}_total"))
    counters.add(sockets("db", range(0, 40, 2), "tetragon_network_connect_total"))
    rows = sent(counters, "tcp.bytes", "tcp.packets", "tcp.new_sockets", "udp.bytes", "udp.packets")
    assert rows[1:] == [("shop/web//usr/sbin/nginx", 1200, 10, 4, 100, 2)] * 9


def test_a_counter_that_is_only_exported_on_is_no_traffic(counters: World) -> None:
    """Tetragon never forgets a counter: an edge has traffic while it grows, and was last seen when it grew last."""
    choose(counters, "tetragon").add(sockets("old", [70_000.0] * 120))
    counters.add(sockets("db", [1000.0 + 10 * min(number, 60) for number in range(120)]))
    (row,) = edges(counters)
    assert named(row) == "tcp shop/web shop/db"
    assert float(str(row["bytes"])) == pytest.approx(600, rel=0.1)
    assert START + 1800 <= float(str(row["seen_to"])) <= START + 1800 + 600


@pytest.mark.parametrize("times", [1, 80])
def test_a_new_tetragon_edge_is_seen_whether_exported_once_or_for_ever(counters: World, times: int) -> None:
    choose(counters, "tetragon").add(sockets("db", [9000.0] * 120)).add(sockets(None, [None] * 40 + [4000] * times))
    (row,) = edges(counters)
    assert (named(row), row["bytes"], row["seen_from"]) == ("tcp shop/web (outside)/-", 4000, START + 1200)
    assert float(str(row["seen_to"])) <= START + 1800


def test_udp_edges_are_told_apart(counters: World) -> None:
    udp = "tetragon_socket_stats_udp_txbytes_total"
    choose(counters, "tetragon").add(sockets("db", [None] * 40 + [4000])).add(sockets("dns", [None] * 40 + [90], udp))
    assert [named(row) for row in edges(counters)] == ["tcp shop/web shop/db", "udp shop/web shop/dns"]


# Kubelet.


@pytest.mark.parametrize(
    ("name", "workload"),
    [
        ("web-5d59d67564-x7k2p", "web"),
        ("api-https-5d59d67564-x7k2p", "api-https"),
        ("report-28473920-x7k2p", "report"),
        ("fluentd-x7k2p", "fluentd"),
        ("orders-db-0", "orders-db"),
        ("bare", "bare"),
    ],
)
def test_the_workload_of_a_pod_is_told_by_its_name(counters: World, name: str, workload: str) -> None:
    choose(counters, "kubelet").add(pod(name, range(0, 1200, 10)))
    assert {row[0] for row in sent(counters, "tcp.bytes")} == {f"shop/{workload}/-"}


def test_pods_and_interfaces_of_a_workload_add_up_and_what_they_receive_does_not(counters: World) -> None:
    choose(counters, "kubelet")
    for name, interface in (
        ("web-5d59d67564-x7k2p", "eth0"),
        ("web-5d59d67564-zzzzz", "eth0"),
        ("web-5d59d67564-zzzzz", "eth1"),
    ):
        counters.add(pod(name, range(0, 1200, 10), interface=interface))
        counters.add(pod(name, range(0, 120_000, 1000), "receive", interface))
    assert sent(counters, "tcp.bytes")[1:] == [("shop/web/-", 90)] * 39


def test_a_source_without_peers_leaves_the_edge_searches_silent(world: World) -> None:
    choose(world, "kubelet").add(pod("web-5d59d67564-x7k2p", range(0, 1200, 10)))
    assert edges(world) == []
    world.rows(EDGE_BASELINE)
    assert world.rows(EDGE_BASELINE) == []


# A detection, from counters.


@pytest.mark.parametrize("source", ["obi", "tetragon"])
def test_a_new_edge_is_reported_from_counters(counters: World, source: str) -> None:
    make: Callable[[str | None, Iterable[float | None]], Points] = (
        sockets if source == "tetragon" else lambda dest, values: counter(flow("web", dest), values)
    )
    choose(counters, source)
    known = list(make("db", range(1000, 100_000, 1000)))
    for day in (20, 10, 1):
        counters.add({**each, "_time": each["_time"] - day * DAY} for each in known)
    counters.run_over(EDGE_BASELINE, NOW - 30 * DAY, NOW - 6 * HOUR, NOW - 6 * HOUR)
    counters.add(known).add(make("secrets", [None] * 44 + [4000.0]))
    (finding,) = counters.rows(NEW_EDGE)
    assert (finding["workload"], finding["peer_names"], finding["kind"]) == ("secrets", "web", "its first peers")
