"""Each source of metrics behind npm_sent and npm_edges: who knows its names, whose a name is, and what is outside."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.detections.collected import START, edges, named, sent
from tests.detections.world import NOW, World, point
from workbench.compiler.build import Package
from workbench.dashboards.sources import chain
from workbench.dashboards.view import load_views
from workbench.replay.app import App

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
