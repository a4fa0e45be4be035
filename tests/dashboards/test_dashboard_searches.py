"""Every search of a dashboard is checked like the content and runs in the replay; the panels show what is so."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from workbench.compiler.owncommands import RESULT_FIELDS
from workbench.dashboards.probes import NAME
from workbench.dashboards.running import Scene, run_source, with_results
from workbench.dashboards.sources import chain, resolve
from workbench.dashboards.tokens import default_tokens
from workbench.dashboards.view import View, load_views
from workbench.replay.rows import Row
from workbench.spl.fields.flow import LookupTable, field_flow
from workbench.spl.macros import macro_uses
from workbench.spl.parser import parse
from workbench.spl.tree import Inputlookup, Lookup

CHECKOUT = Path(__file__).parents[2]
THREE_DAYS = {"range.earliest": "-3d@d", "range.latest": "now"}
CHOSEN = {"cluster": "prod", "namespace": "shop", "workload": "web", "process": "nginx"}
SEARCHES = [
    (view.name, source)
    for view in load_views(CHECKOUT / "app")
    for source in view.part("dataSources")
    if view.name != NAME  # the probes: see test_probes.py
]


def tokens_of(view: View) -> dict[str, str]:
    """Default tokens, and one process chosen where the dashboard asks for one."""
    return default_tokens(view) | (CHOSEN if view.name == "npm_investigate" else {})


def shown(views: dict[str, View], name: str, source: str, scene: Scene, **tokens: str) -> list[Row]:
    return run_source(views[name], source, tokens_of(views[name]) | tokens, scene)


@pytest.mark.parametrize(("name", "source"), SEARCHES)
def test_macros_lookups_and_fields_exist(name: str, source: str, views: dict[str, View], scene: Scene) -> None:
    app = scene.site.app
    text = resolve(views[name], source, tokens_of(views[name])).search
    assert {use.stanza for use in macro_uses(text)[0]} <= app.macros.keys()
    search = parse(app.expand(text))
    used = {command.table for command in search.commands if isinstance(command, Lookup | Inputlookup)}
    columns = {}
    for table in used:
        app.lookups.definition(table)
        header = next(csv.reader((CHECKOUT / "contentctl" / "lookups" / f"{table}.csv").open()))
        columns[table] = LookupTable(tuple(header), 1)
    steps = field_flow(search, columns, RESULT_FIELDS)
    # A wildcard for no field makes no column: a source without UDP has no udp.*. fillnull adds what a source lacks.
    missing = {use.name for step in steps for use in step.missing if "*" not in use.name and use.where != "fill"}
    assert missing == set()


@pytest.mark.parametrize(("name", "source"), SEARCHES)
def test_it_runs_in_the_replay_and_finds_something(
    name: str, source: str, views: dict[str, View], scene: Scene
) -> None:
    rows = shown(views, name, source, scene)
    if source in ("udp_bytes", "udp_packets"):
        assert rows == [], "nginx sends no UDP"
        assert shown(views, name, source, scene, workload="dns", process="coredns", **THREE_DAYS)
    else:
        assert rows, resolve(views[name], source, tokens_of(views[name])).search


@pytest.mark.parametrize(("name", "source"), SEARCHES)
def test_events_name_their_index_and_metrics_come_from_the_macros(
    name: str, source: str, views: dict[str, View]
) -> None:
    text = " ".join(chain(views[name], source)[1])
    tables = ("| inputlookup npm_", "| makeresults ", "| `npm_learned`", "| `npm_setup`", "| `npm_backtest`")
    sent = ("| `npm_sent_in(", "| `npm_sent_of(", "| `npm_edges`", "| `npm_data_check`", "| `npm_table_check`")
    assert text.startswith((*sent, *tables, "index=risk ", "index=_internal sourcetype=scheduler "))
    assert "mstats" not in text
    assert not re.search(r"\beval '", text), "single quotes are for what is read, right of the ="


def test_values_chosen_in_an_input_are_quoted(views: dict[str, View]) -> None:
    for name, source in SEARCHES:
        text = " ".join(chain(views[name], source)[1])
        for token in CHOSEN:
            assert f"${token}$" not in text, f"{name}.{source}: write ${token}|s$"


# What the panels say of the scene: one process that sent too much, to one new place.


def test_overview_counts_each_finding_once_although_it_may_have_several_risk_objects(
    views: dict[str, View], scene: Scene
) -> None:
    entity = {"risk_object_type": "system", "risk_object": "prod"}
    both = (*scene.events, *({**event, **entity} for event in scene.events if event["index"] == "risk"))
    scene = Scene(scene.site, both, scene.now)
    assert shown(views, "npm_overview", "finding_count", scene) == [{"count": 2}]
    assert shown(views, "npm_overview", "workload_count", scene) == [{"workloads": 1}]
    assert shown(views, "npm_overview", "edge_count", scene) == [{"edges": 1}]
    (hour,) = shown(views, "npm_overview", "by_hour", scene)
    assert (hour["Outbound traffic"], hour["New edge"]) == (1, 1)
    (top,) = shown(views, "npm_overview", "top_workloads", scene)
    risk = sum(float(str(row["risk"])) for row in shown(views, "npm_overview", "latest", scene))
    assert top == {
        "workload": "web",
        "namespace": "shop",
        "cluster": "prod",
        "process": "nginx",
        "risk": risk,
        "findings": 2,
        "detections": "New edge, Outbound traffic",
    }
    assert shown(views, "npm_overview", "new_edges", scene) == [
        {"from": "web (prod)", "to": "to 203.0.113.9", "findings": 1}
    ]


def test_a_finding_of_a_whole_cluster_is_no_workload_and_is_shown_with_each_process(
    views: dict[str, View], scene: Scene
) -> None:
    (event,) = (event for event in scene.events if event["index"] == "risk" and event.get("level"))
    everybody = {"namespace": "*", "workload": "*", "process": "*", "summary": "Many sent. 40 of 60 rose. Next: ask."}
    shared = {**event, **everybody, "entity": "prod", "risk_object": "prod", "risk_score": 5}
    scene = Scene(scene.site, (*scene.events, shared), scene.now)
    assert shown(views, "npm_overview", "workload_count", scene) == [{"workloads": 1}]
    assert {"cluster": "prod", "workload": "*", "what": "40 of 60 rose"}.items() <= next(
        row for row in shown(views, "npm_overview", "latest", scene) if row["workload"] == "*"
    ).items()
    findings = [row["finding"] for row in shown(views, "npm_investigate", "findings", scene)]
    assert (len(findings), everybody["summary"] in findings) == (3, True)


def test_overview_of_another_cluster_is_empty(views: dict[str, View], scene: Scene) -> None:
    assert shown(views, "npm_overview", "latest", scene, cluster="staging") == []
    assert shown(views, "npm_overview", "finding_count", scene, cluster="staging") == [{"count": 0}]


def test_investigate_shows_the_band_and_what_is_over_it(views: dict[str, View], scene: Scene) -> None:
    minutes = shown(views, "npm_investigate", "tcp_bytes", scene)
    attack = [row for row in minutes if row["Peak"] == 50_000]
    assert len(attack) == 50
    for row in minutes:
        assert row["Over the limit"] == (row["Peak"] if row in attack else 0)
        average, limit = float(str(row["Usual"])), float(str(row["Expected up to"]))
        assert average < limit < 50_000
    over = {row["metric"]: row["intervals"] for row in shown(views, "npm_investigate", "over", scene)}
    assert over == {"tcp.bytes": 100, "tcp.packets": 100}


def test_investigate_draws_the_limit_that_a_site_has_set(views: dict[str, View], scene: Scene) -> None:
    app = scene.site.app
    loose = replace(app.macros["npm_outbound_sensitivity"], definition="threshold=30 minspread=0.5")
    site = replace(scene.site, app=replace(app, macros={**app.macros, "npm_outbound_sensitivity": loose}))
    minutes = shown(views, "npm_investigate", "tcp_bytes", Scene(site, scene.events, scene.now))
    assert minutes
    for row in minutes:  # a third of 30 deviations, each half of the average, as its usual peaks are known
        assert float(str(row["Expected up to"])) == pytest.approx(6 * float(str(row["Usual"])))


def test_investigate_offers_what_was_chosen_before_it(views: dict[str, View], scene: Scene) -> None:
    assert shown(views, "npm_investigate", "clusters", scene) == [{"cluster": "prod"}]
    assert [row["workload"] for row in shown(views, "npm_investigate", "workloads", scene)] == ["dns", "web"]
    assert shown(views, "npm_investigate", "processes", scene, workload="dns") == [{"process": "coredns"}]


def test_investigate_lists_edges_with_first_seen_and_says_when_the_table_does_not_know_one(
    views: dict[str, View], scene: Scene
) -> None:
    edges = shown(views, "npm_investigate", "edges", scene, **THREE_DAYS)
    assert (edges[0]["from"], edges[0]["to"]) == ("shop/web", "(outside)/203.0.113.9")
    assert {(row["from"], row["to"]): row["first seen"] for row in edges} == {
        ("shop/web", "(outside)/203.0.113.9"): "not in the table yet",
        ("shop/web", "shop/db"): "02-26 04:00",
        ("shop/dns", "shop/web"): "02-26 04:00",
    }
    found = [str(row["finding"]) for row in shown(views, "npm_investigate", "findings", scene)]
    assert len(found) == 2
    assert any(text.startswith("Process nginx of workload web") and "Up to 50.0 kB over TCP" in text for text in found)
    assert any(
        "exchanged TCP traffic with 203.0.113.9, which is new there. Never seen before" in text for text in found
    )


def test_health_tells_learning_ready_and_stale_series_apart(views: dict[str, View], scene: Scene) -> None:
    assert shown(views, "npm_health", "series", scene) == [
        {"cluster": "prod", "ready": 2, "learning": 0, "stale": 0, "unknown": 0}
    ]
    later = Scene(scene.site, scene.events, scene.now + 2 * 86400)
    assert shown(views, "npm_health", "series", later) == [
        {"cluster": "prod", "ready": 0, "learning": 0, "stale": 2, "unknown": 0}
    ]
    (cluster,) = shown(views, "npm_health", "edge_clusters", scene)
    assert cluster["state"] == "ready"
    assert shown(views, "npm_health", "edge_clusters", later)[0]["state"] == "stale"


def test_health_counts_skipped_runs_and_the_age_of_the_baseline(views: dict[str, View], scene: Scene) -> None:
    newest: dict[str, Any] = dict(next(row for row in scene.events if row["index"] == "_internal"))
    skipped = {**newest, "status": "skipped", "run_time": None}
    busy = Scene(scene.site, (skipped, *scene.events), scene.now)
    assert shown(views, "npm_health", "skipped", scene) == [{"skipped": 0}]
    assert shown(views, "npm_health", "skipped", busy) == [{"skipped": 1}]
    (worst, *_others) = shown(views, "npm_health", "searches", busy)
    assert (worst["search"], worst["skipped"]) == (str(newest["savedsearch_name"]).removeprefix("K8S NPM - "), 1)
    assert shown(views, "npm_health", "baseline_age", scene) == [{"hours": 1.0}]


def test_health_shows_how_old_the_newest_data_point_is(views: dict[str, View], scene: Scene) -> None:
    (prod,) = shown(views, "npm_health", "freshness", scene)
    assert prod["tcp.bytes"] == "12 min"
    *_, last = shown(views, "npm_health", "points", scene)
    assert (last["tcp.bytes"], last["tcp.packets"], last["udp.bytes"]) == (1, 1, 0), "dns was silent by then"


def test_health_lists_what_somebody_has_to_correct(views: dict[str, View], scene: Scene) -> None:
    assert [(row["value"], row["state"]) for row in shown(views, "npm_health", "table_check", scene)] == [
        ("2026-03-10", "expires soon"),
        ("2025-03-10", "expired"),
        ("prod", "look"),
    ]


def test_results_stand_in_for_searches_when_a_dashboard_is_drawn(views: dict[str, View], scene: Scene) -> None:
    definition = with_results(views["npm_overview"], tokens_of(views["npm_overview"]), scene)
    assert {source["type"] for source in definition["dataSources"].values()} == {"ds.test"}
    assert definition["dataSources"]["by_hour"]["options"]["data"] == {
        "fields": [{"name": "_time"}, {"name": "Outbound traffic"}, {"name": "Sustained volume"}, {"name": "New edge"}],
        "columns": [["2026-03-01T04:00:00.000+00:00"], ["1"], ["0"], ["1"]],
    }
    assert definition["inputs"]["range"]["options"]["defaultValue"] == "Last 24 hours"
    assert views["npm_overview"].part("dataSources")["by_hour"]["type"] == "ds.chain", "the view itself is unchanged"
