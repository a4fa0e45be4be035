"""Each source of metrics behind npm_sent and npm_edges: points as a collector sends them in, plain rows out.

Counters are tried under both readings of what Splunk does not document of rate_sum: restarts and missed points.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from tests.detections.world import DAY, EDGE_BASELINE, HOUR, NEW_EDGE, NOW, World, point
from workbench.compiler.build import Package
from workbench.dashboards.sources import chain
from workbench.dashboards.view import load_views
from workbench.demo.collectors import site_macros
from workbench.replay.app import App
from workbench.replay.rows import Row, Value, as_number

BYTES, PACKETS, TCP_IO = "obi.network.flow.bytes", "obi.network.flow.packets", "obi.stat.tcp.io"
START = NOW - HOUR
Points = Iterator[dict[str, Any]]


@pytest.fixture(params=["strict", "lenient"])
def counters(world: World, request: pytest.FixtureRequest) -> World:
    """An empty world, once for each reading of rate_sum."""
    world.rates = request.param
    return world


def choose(world: World, source: str) -> World:
    """Choose a source as its page says."""
    for name, definition in site_macros(source).items():
        world.set_macro(name, definition)
    return world


def flow(
    src: str | None, dst: str | None, *, transport: str | None = "TCP", dst_type: str | None = "Deployment", **more: str
) -> dict[str, Any]:
    """Dimensions of a flow as OBI has them; an end without a name is outside the cluster."""
    ends = {"src": (src, "Deployment"), "dst": (dst, dst_type)}
    dimensions: dict[str, Any] = {"k8s.cluster.name": "prod", "host": "node-1", "transport": transport}
    for end, (name, kind) in ends.items():
        inside = name is not None
        dimensions[f"k8s.{end}.owner.name"] = name
        dimensions[f"k8s.{end}.owner.type"] = kind if inside else None
        dimensions[f"k8s.{end}.namespace"] = "shop" if inside else None
    return {**dimensions, **more}


def counter(
    dimensions: dict[str, Any], values: Iterable[float | None], metric: str = BYTES, step: float = 60
) -> Points:
    """A point for each value, from START on; None for one that was missed."""
    for number, value in enumerate(values):
        if value is not None:
            yield {"_time": START + number * step, **dimensions, metric: float(value)}


def sent(world: World, *measures: str, earliest: float = START) -> list[tuple[Any, ...]]:
    """Rows of npm_sent as namespace/workload/process and the amounts asked for, where there are any, by time."""
    rows = world.run_text("| `npm_sent` | sort 0 _time cluster namespace workload process", earliest, NOW)
    return [
        (f"{row['namespace']}/{row['workload']}/{row['process']}", *(rounded(row.get(each)) for each in measures))
        for row in rows
        if any(row.get(each) is not None for each in measures)
    ]


def rounded(value: Value) -> float | None:
    number = as_number(value)
    return None if number is None else round(number, 6)


def edges(world: World, earliest: float = START) -> list[Row]:
    keys = "protocol namespace workload dest_namespace dest_workload"
    return world.run_text(f"| `npm_edges` | sort 0 {keys}", earliest, NOW)


def named(row: Row) -> str:
    return f"{row['protocol']} {row['namespace']}/{row['workload']} {row['dest_namespace']}/{row['dest_workload']}"


# Who knows a source.

DOTTED = re.compile(r"\b(?:k8s|source|dest|src|dst|obi|network)\.[a-z]|tetragon_|\bmstats\b")


def test_no_search_and_no_dashboard_knows_names_of_a_source(built: Package) -> None:
    texts = {name: search.search for name, search in App.load(built.staged).saved_searches.items()}
    saved = (built.staged / "default" / "savedsearches.conf").read_text()
    for line in re.findall(r"(?m)^action\.notable\.param\.drilldown_searches = (.*)$", saved):
        texts |= {each["name"]: each["search"] for each in json.loads(line)}
    for view in (view for view in load_views(built.staged) if view.name != "npm_assumptions"):
        texts |= {f"{view.name}.{name}": " ".join(chain(view, name)[1]) for name in view.part("dataSources")}
    assert len(texts) > 40
    assert [name for name, text in texts.items() if DOTTED.search(text)] == []


def test_only_macros_named_after_a_source_know_its_names(built: Package) -> None:
    # The data check looks for the metrics of all sources, whichever is chosen.
    sources = re.compile(
        r"npm_check_|npm_(?:sent|edges|images)_(?:ebpf|obi|obi_stat|obi_o11y|tetragon|kubelet)\b|npm_obi_ends\b"
    )
    macros = App.load(built.staged).macros.items()
    written = [(name, macro) for name, macro in macros if macro.arguments[-2:] != ("from", "to")]  # the others derived
    knowing = [name for name, macro in written if DOTTED.search(macro.definition)]
    assert [name for name in knowing if not sources.match(name)] == []
    assert len([name for name in knowing if not name.startswith("npm_check_")]) == 12


# Names.


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("report-28473920", "report"),
        ("report-28473920-x7k2p", "report"),
        ("web-5d59d67564", "web"),
        ("web-7d9c5b8f6d-x7k2p", "web"),
        ("frontend.v2", "frontend.v2"),
        ("web-frontend", "web-frontend"),
        ("web-https", "web-https"),
        ("fluentd-x7k2p", "fluentd"),
        ("train-17-x7k2p", "train"),
        ("report-28473920-3-x7k2p", "report"),
        ("nightly-x7k2p-b4zqm", "nightly"),
        ("db-0", "db-0"),
        ("shard-2024", "shard-2024"),
        ("-", "-"),
        ("(unknown)", "-"),
        ("(no agent)", "-"),
        ("", "-"),
    ],
)
def test_generated_names_are_folded_and_placeholders_are_one_class(world: World, name: str, family: str) -> None:
    world.add([point(START, "prod", name, process="p", tcp_bytes=5)])
    (row,) = world.run_text("| `npm_sent`", START, NOW)
    assert row["workload"] == family


def test_runs_of_a_cronjob_are_one_workload_and_one_destination(world: World) -> None:
    for number in range(3):
        job = f"report-{28473920 + number}"
        world.add([point(START + number, "prod", job, process="py", dest="db", tcp_bytes=5, tcp_packets=1)])
        world.add([point(START + number, "prod", "db", process="pg", dest=job, tcp_bytes=7, tcp_packets=1)])
    assert sent(world, "tcp.bytes") == [("shop/db/pg", 21), ("shop/report/py", 15)]
    assert [named(row) for row in edges(world)] == ["tcp shop/db shop/report", "tcp shop/report shop/db"]


def test_names_can_be_kept_as_they_are(world: World) -> None:
    world.set_macro("npm_family(1)", "`npm_known($name$)`")
    world.add([point(START, "prod", "report-28473920", process="py", tcp_bytes=5)])
    assert sent(world, "tcp.bytes") == [("shop/report-28473920/py", 5)]


def test_a_point_that_lacks_everything_is_counted_all_the_same(world: World) -> None:
    world.add([{"_time": START, "tcp.bytes": 5.0}, {"_time": START, "k8s.cluster.name": "prod", "tcp.bytes": 7.0}])
    rows = world.run_text("| `npm_sent`", START, NOW)
    assert sorted((row["cluster"], row["tcp.bytes"]) for row in rows) == [("-", 5), ("prod", 7)]
    assert {row[name] for row in rows for name in ("namespace", "workload", "process")} == {"-"}


def test_what_is_sent_from_outside_is_nobodys_series(world: World) -> None:
    outside = point(START, "prod", "203.0.113.7", dest="web", outside="source", tcp_bytes=5)
    by_type = {**point(START, "prod", "api.bank.example", dest="web", tcp_bytes=5), "source.resolution_type": "DNS"}
    world.add([outside, by_type, point(START, "prod", "web", process="nginx", tcp_bytes=9)])
    assert sent(world, "tcp.bytes") == [("shop/web/nginx", 9)]


def test_an_end_is_outside_by_its_resolution_type_or_without_a_namespace_where_its_name_can_be_outside(
    world: World,
) -> None:
    def to(dest: str | None, namespace: str | None, kind: str | None) -> dict[str, Any]:
        made = point(START, "prod", "web", dest=dest, tcp_bytes=5, tcp_packets=1)
        return {**made, "dest.namespace.name": namespace, "dest.resolution_type": kind}

    world.add([to("10.0.0.9", None, "IP"), to("api.example", "shop", "DNS"), to("rds", None, "AWS")])
    world.add([to("node-1", None, "INSTANCE_METADATA"), to("old", None, None), to("frontend.v2", "shop", None)])
    world.add([to("(unknown)", None, "IP"), to(None, None, None)])
    assert {str(row["dest_workload"]): row["dest_namespace"] for row in edges(world)} == {
        "10.0.0.0/16": "-",
        "api.example": "(outside)",
        "rds": "(outside)",
        "old": "-",
        "node-1": "-",
        "frontend.v2": "shop",
        "-": "-",
    }


def test_networks_outside_are_one_destination_under_their_name(world: World) -> None:
    world.name_networks("203.0.113.16/28,partner", "203.0.113.0/24,cloud storage", "10.0.0.0/8,data center")
    path = world.app.root / "lookups" / "npm_networks.csv"
    path.write_text(path.read_text() + "198.51.100.0/33,no network\n198.51.100.*,neither\n198.51.100.0/24,-\n")
    for number, address in enumerate(("203.0.113.1", "203.0.113.2", "203.0.113.17", "198.51.100.1")):
        world.add([point(START + number, "prod", "web", dest=address, outside="destination", tcp_packets=2)])
    world.add([point(START, "prod", "web", dest="10.1.2.3", tcp_packets=2)])  # a workload of that name, in a namespace
    world.add([point(START, "prod", "web", dest="10.1.2.4", outside="destination", tcp_packets=2)])
    assert {str(row["dest_workload"]): row["packets"] for row in edges(world)} == {
        "cloud storage": 4,
        "partner": 2,
        "198.51.100.1": 2,
        "10.1.2.3": 2,
        "data center": 2,
    }


def test_what_a_site_leaves_out_is_in_neither(world: World) -> None:
    world.set_macro("npm_leave_out", "search NOT workload=node-exporter")
    for name in ("node-exporter", "web"):
        world.add([point(START, "prod", name, process="p", dest="db", tcp_bytes=5, tcp_packets=1)])
    assert sent(world, "tcp.bytes") == [("shop/web/p", 5)]
    assert [named(row) for row in edges(world)] == ["tcp shop/web shop/db"]


def test_one_workload_is_read_without_the_others(world: World) -> None:
    for name in ("web", "web-5d59d67564", "webshop", "db", "(unknown)"):
        world.add([point(START, "prod", name, process="p", tcp_bytes=5), point(START, "eu", name, tcp_bytes=5)])
    rows = world.run_text('| `npm_sent_in("prod", "web")`', START, NOW)
    assert {(row["cluster"], row["workload"]) for row in rows} == {("prod", "web"), ("prod", "webshop"), ("prod", "-")}


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


def sockets(
    dest: str | None, values: Iterable[float | None], metric: str = "tetragon_socket_stats_txbytes_total"
) -> Points:
    dimensions = {"k8s.cluster.name": "prod", "host": "node-1", "namespace": "shop", "workload": "web"}
    peer = {"dstnamespace": dest and "shop", "dstworkload": dest, "binary": "/usr/sbin/nginx"}
    return counter({**dimensions, **peer}, values, metric, step=30)


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


def pod(name: str, values: Iterable[float | None], direction: str = "transmit", interface: str = "eth0") -> Points:
    names = {"k8s.cluster.name": "prod", "k8s.namespace.name": "shop", "k8s.pod.name": name}
    return counter({**names, "direction": direction, "interface": interface}, values, "k8s.pod.network.io", step=10)


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
