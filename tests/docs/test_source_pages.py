"""The pages of docs/sources: values files that are YAML and name what the macros read, and macros that work."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.detections.world import NOW, World
from workbench import conf
from workbench.compiler.build import Package
from workbench.compiler.macros import FROM_TO, macros_of, over_times, readers_of
from workbench.demo.collectors import conf_blocks
from workbench.replay.app import App
from workbench.site.content import read_content
from workbench.spl.macros import Macro

CHECKOUT = Path(__file__).parents[2]
PAGES = CHECKOUT / "docs" / "sources"
VALUES = {path.name: path for path in sorted((PAGES / "values").glob("*.yaml"))}
# OBI's names for the metrics in attributes.select.
SELECT = {
    "obi_network_flow_bytes": "obi.network.flow.bytes",
    "obi_network_flow_packets": "obi.network.flow.packets",
    "obi_stat_tcp_io": "obi.stat.tcp.io",
}
# By how OBI names its features: what each of them exports.
FEATURES = {
    "network": "obi.network.flow.bytes",
    "network_flow_packets": "obi.network.flow.packets",
    "stats_tcp_io": "obi.stat.tcp.io",
}
HISTORY = "K8S NPM - Learn History"
NOT_SELECTED = {"src.name", "src.address", "dst.address"}  # read where there are any; the pages say what they cost


def values(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(VALUES[name].read_text(encoding="utf-8"))
    return content


def read_by(*macros: str) -> tuple[set[str], set[str]]:
    """Metrics and dimensions that macros read: those of their mstats, and of its filter."""
    named = read_content(CHECKOUT / "contentctl").project.named("macros")
    metrics: set[str] = set()
    dimensions: set[str] = set()
    for macro in macros:
        text = str(named[macro].get("definition")).split("|")[0]
        metrics |= set(re.findall(r"\b(?:sum|rate_sum|max)\(([\w.]+)\)", text))
        dimensions |= set(re.findall(r"([\w.]+)(?:!?=\"| IN \()", text.split(" where ")[1]))
        dimensions |= set(text.split(" by ")[1].replace("span=", "span ").split(" span ")[0].split())
    return metrics, dimensions


@pytest.mark.parametrize("name", VALUES)
def test_a_values_file_is_complete_and_linked(name: str) -> None:
    content = values(name)
    assert content["clusterName"]
    if name != "ebpf-collector.yaml":
        platform = content.get("splunkPlatform")
        assert platform is None or (platform["metricsEnabled"] and platform["metricsIndex"] and platform["token"])
        assert platform or content["splunkObservability"]["accessToken"]
    pages = "\n".join(page.read_text(encoding="utf-8") for page in PAGES.glob("*.md"))
    assert f"(values/{name})" in pages


@pytest.mark.parametrize(
    ("name", "macros"),
    [
        ("obi.yaml", ("npm_sent_obi_stat", "npm_sent_obi", "npm_edges_obi")),
        ("obi-o11y.yaml", ("npm_sent_obi_o11y", "npm_edges_obi_o11y")),
    ],
)
def test_obi_exports_what_its_macros_read_and_nothing_else(name: str, macros: tuple[str, ...]) -> None:
    metrics, dimensions = read_by(*macros)
    data = values(name)["obi"]["config"]["data"]
    assert {FEATURES[feature] for feature in data["otel_metrics_export"]["features"]} == metrics
    selected = {SELECT[key]: set(listed["include"]) for key, listed in data["attributes"]["select"].items()}
    assert set(selected) == metrics
    assert set().union(*selected.values()) == dimensions - NOT_SELECTED
    for metric in ("obi.network.flow.bytes", "obi.network.flow.packets"):
        assert selected[metric] == dimensions - NOT_SELECTED - {"network.io.direction"}


def test_tetragon_is_scraped_for_what_its_macros_read() -> None:
    metrics, _ = read_by("npm_sent_tetragon", "npm_edges_tetragon")
    (job,) = values("tetragon.yaml")["agent"]["config"]["receivers"]["prometheus/tetragon"]["config"]["scrape_configs"]
    (kept,) = job["metric_relabel_configs"]
    assert set(kept["regex"].split("|")) == metrics


def test_the_ebpf_collector_sends_what_its_macros_read() -> None:
    metrics, _ = read_by("npm_sent_ebpf", "npm_edges_ebpf")
    assert set(values("ebpf-collector.yaml")["reducer"]["enableMetrics"]) == metrics


def test_what_the_collector_renames_gets_names_that_the_macros_read() -> None:
    metrics, dimensions = read_by("npm_sent_ebpf", "npm_edges_ebpf")
    processors = values("istio-as-amounts.yaml")["agent"]["config"]["processors"]
    transforms = processors["metrics_transform/istio"]["transforms"]
    assert {each["new_name"] for each in transforms} <= metrics
    assert {step["new_label"] for each in transforms for step in each["operations"]} <= dimensions


@pytest.mark.parametrize("name", [name for name in VALUES if "config" in values(name).get("agent", {})])
def test_each_pipeline_uses_what_is_defined_or_comes_with_the_chart(name: str) -> None:
    config = values(name)["agent"]["config"]
    chart = {"memory_limiter", "batch", "resource_detection", "resource", "splunk_hec/platform_metrics"}
    defined = chart | set(config.get("receivers", {})) | set(config.get("processors", {}))
    for pipeline in config.get("service", {}).get("pipelines", {}).values():
        assert {*pipeline["receivers"], *pipeline["processors"], *pipeline["exporters"]} <= defined


@pytest.fixture
def istio(built: Package, tmp_path: Path) -> World:
    """A world whose site has the macros of the page, and two services that Istio reports."""
    world = World(built.staged, tmp_path)
    local = world.app.root / "local"
    local.mkdir(exist_ok=True)
    (local / "macros.conf").write_text(conf_blocks()["istio"], encoding="utf-8")
    world.app = App.load(world.app.root)
    source = {"k8s.cluster.name": "prod", "source_workload": "web", "source_workload_namespace": "shop"}
    ends = (
        {"destination_workload": "db", "destination_workload_namespace": "shop", "destination_service": "db.shop"},
        {
            "destination_workload": "unknown",
            "destination_workload_namespace": "unknown",
            "destination_service": "api.bank.example",
        },
    )
    for end in ends:
        for reporter in ("source", "destination"):
            world.add(
                {
                    "_time": NOW - 3600 + 30 * number,
                    **source,
                    **end,
                    "reporter": reporter,
                    "istio_tcp_received_bytes_total": 1000.0 * number,
                    "istio_tcp_connections_opened_total": float(number),
                }
                for number in range(120)
            )
    return world


@pytest.mark.parametrize("source", conf_blocks())
def test_a_page_has_each_macro_in_the_form_that_reads_between_two_times_too(source: str) -> None:
    macros = {stanza: macro for stanza, (macro, _) in macros_of(read_content(CHECKOUT / "contentctl").project).items()}
    block = conf.parse(conf_blocks()[source], source).require_clean().stanzas
    for stanza, settings in block.items():
        named = tuple(name for name in settings.get("args", "").split(", ") if name)
        arguments = macros[stanza].arguments if stanza in macros else named
        macros[stanza] = Macro(stanza.partition("(")[0], arguments, settings["definition"])
    readers = readers_of(macros) | {"npm_edges", "npm_images"}  # also where they have nothing to read
    whole = {stanza for stanza in block.keys() & readers if macros[stanza].arguments[-2:] != FROM_TO}
    forms = [over_times(macros[stanza], readers) for stanza in whole]
    assert {form.stanza: form.definition for form in forms} == {
        stanza: macro.definition
        for stanza, macro in macros.items()
        if stanza in block and macro.arguments[-2:] == FROM_TO
    }


def test_learn_history_reads_the_istio_example(istio: World) -> None:
    learned = {str(row["learned_by"]): row["rows"] for row in istio.run_over(HISTORY, NOW - 7200, NOW)}
    assert learned == {
        "baseline_of_kubernetes_npm_process_traffic_search": 0,
        "baseline_of_kubernetes_npm_tcp_edges_search": 1,
        "deploys_of_kubernetes_npm_processes_search": 0,
        "profile_of_kubernetes_npm_process_traffic_search": 2,
    }


def test_the_macros_of_the_istio_example_give_amounts_of_both_destinations(istio: World) -> None:
    rows = istio.run_text("| `npm_sent`", NOW - 1800, NOW)
    assert {(row["cluster"], row["namespace"], row["workload"], row["process"]) for row in rows} == {
        ("prod", "shop", "web", "-")
    }
    assert {tuple(round(float(str(row[name]))) for name in ("tcp.bytes", "tcp.new_sockets")) for row in rows[1:]} == {
        (4000, 4)
    }


def test_the_macros_of_the_istio_example_give_edges_inside_and_outside(istio: World) -> None:
    rows = istio.run_text("| `npm_edges`", NOW - 1800, NOW)
    edges = {(row["protocol"], row["dest_namespace"], row["dest_workload"]) for row in rows}
    assert edges == {("tcp", "shop", "db"), ("tcp", "(outside)", "api.bank.example")}
