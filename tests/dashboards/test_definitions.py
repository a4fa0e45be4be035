"""The definitions of the dashboards: what the schema of Dashboard Studio sees, and what it does not."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft7Validator

from workbench.compiler.build import Package
from workbench.dashboards.checks import problems
from workbench.dashboards.view import DashboardError, Definition, View, load_view
from workbench.replay.app import App

RISKY = re.compile(
    r"(?:\||\[)\s*(?:collect|delete|dump|map|mcollect|meventcollect|outputcsv|outputlookup|outputtelemetry|run|script"
    r"|runshellscript|sendalert|sendemail|tscollect)\b"
)
NAMES = ("npm_assumptions", "npm_health", "npm_investigate", "npm_overview")
APP = Path(__file__).parents[2] / "app"


def test_there_are_these_dashboards(views: dict[str, View]) -> None:
    assert tuple(views) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_accepts_it(name: str, views: dict[str, View], schema: dict[str, Any]) -> None:
    errors = Draft7Validator(schema).iter_errors(views[name].definition)
    assert [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in errors] == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_leads_nowhere(name: str, views: dict[str, View], schema: dict[str, Any]) -> None:
    assert problems(views[name], schema, views) == []


@pytest.mark.parametrize("name", NAMES)
def test_no_panel_runs_a_risky_command_which_splunk_would_stop_to_ask_about(
    name: str, views: dict[str, View], built: Package
) -> None:
    """Splunk, Securing the Splunk Platform: SPL safeguards for risky commands."""
    app = App.load(built.staged)
    for source in views[name].part("dataSources").values():
        searched = app.expand(str(source["options"].get("query", "")))
        assert not RISKY.search(searched), searched


@pytest.mark.parametrize("name", NAMES)
def test_every_panel_has_a_title_and_all_dashboards_one_theme(name: str, views: dict[str, View]) -> None:
    view = views[name]
    assert view.theme == "dark"
    assert view.label == view.definition["title"]
    assert "Needs Splunk 9.4 or later.</description>" in view.path.read_text(), "layouts with tabs are that young"
    untitled = {one["type"] for one in view.part("visualizations").values() if not one.get("title")}
    assert untitled <= {"splunk.markdown"}, "a text has its heading in itself"


@pytest.mark.parametrize("name", NAMES)
def test_no_text_repeats_a_schedule_which_then_would_go_on_saying_so_when_it_changes(
    name: str, views: dict[str, View]
) -> None:
    for panel in views[name].part("visualizations").values():
        told = [panel.get("title"), panel.get("description"), panel["options"].get("underLabel")]
        for text in filter(None, [*told, *([] if name == "npm_assumptions" else [panel["options"].get("markdown")])]):
            assert not re.search(r"\d?\d?:\d\d\b|\bat \d+ minutes past\b", text), text


def test_the_navigation_begins_with_the_overview_and_shows_every_dashboard_but_one_that_health_links_to(
    views: dict[str, View],
) -> None:
    navigation = ElementTree.parse(APP / "default/data/ui/nav/default.xml").getroot()  # noqa: S314  (our own file)
    entries = [(view.get("name"), view.get("default")) for view in navigation.iter("view")]
    assert entries[0] == ("npm_overview", "true")
    assert {name for name, _ in entries} == {*views, "search"} - {"npm_assumptions"}
    assert "(/app/SA-npmanomaly/npm_assumptions)" in views["npm_health"].path.read_text()


# Each mistake, and what is said about it. The overview is the sample.


def lose_source(definition: Definition) -> None:
    del definition["dataSources"]["by_hour"]


def lose_query(definition: Definition) -> None:
    definition["dataSources"]["findings"]["options"]["query"] = " "


def lose_extend(definition: Definition) -> None:
    definition["dataSources"]["by_hour"]["options"]["extend"] = "finding"


def go_round(definition: Definition) -> None:
    definition["dataSources"]["by_hour"]["options"]["extend"] = "by_hour"


def keep_unused(definition: Definition) -> None:
    definition["dataSources"]["old"] = {"type": "ds.search", "options": {"query": "| makeresults"}}


def leave_test_data(definition: Definition) -> None:
    definition["dataSources"]["findings"] = {"type": "ds.test", "options": {"data": {}}}


def forget_to_place(definition: Definition) -> None:
    definition["layout"]["layoutDefinitions"]["main"]["structure"].pop()


def place_nothing(definition: Definition) -> None:
    definition["layout"]["layoutDefinitions"]["main"]["structure"][0]["item"] = "gone"


def overlap(definition: Definition) -> None:
    definition["layout"]["layoutDefinitions"]["main"]["structure"][0]["position"]["w"] += 1


def reach_over_the_edge(definition: Definition) -> None:
    definition["layout"]["layoutDefinitions"]["main"]["structure"][-1]["position"]["w"] += 1


def widen_a_column(definition: Definition) -> None:
    definition["visualizations"]["latest"]["options"]["columnFormat"]["what"]["width"] += 100


def leave_a_width_out(definition: Definition) -> None:
    del definition["visualizations"]["latest"]["options"]["columnFormat"]["what"]


def write_height_as_text(definition: Definition) -> None:
    definition["layout"]["layoutDefinitions"]["main"]["structure"][0]["position"]["h"] = "130"


def name_no_layout(definition: Definition) -> None:
    definition["layout"]["tabs"]["items"][0]["layoutId"] = "second"


def use_unset_token(definition: Definition) -> None:
    definition["dataSources"]["learning_count"]["options"]["query"] += ' | where cluster="$clustre$"'


def mistype_option(definition: Definition) -> None:
    definition["visualizations"]["by_hour"]["options"]["stackmode"] = "stacked"


def link_to_nowhere(definition: Definition) -> None:
    definition["visualizations"]["latest"]["eventHandlers"][0]["options"]["dashboard"] = "npm_investigation"


def hand_on_unknown_token(definition: Definition) -> None:
    definition["visualizations"]["latest"]["eventHandlers"][0]["options"]["tokens"][0]["token"] = "kluster"  # noqa: S105  (a name)


def hand_on_too_little(definition: Definition) -> None:
    definition["visualizations"]["latest"]["eventHandlers"][0]["options"]["tokens"].pop(1)


def invent_handler(definition: Definition) -> None:
    definition["visualizations"]["latest"]["eventHandlers"][0]["type"] = "drilldown.jump"


def invent_section(definition: Definition) -> None:
    definition["searches"] = {}


def lose_title(definition: Definition) -> None:
    del definition["title"]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lose_source, "visualizations.by_hour: data source primary is by_hour, which does not exist"),
        (lose_query, "dataSources.findings: has no query"),
        (lose_extend, "dataSources.by_hour: extends finding, which does not exist"),
        (go_round, "dataSources.by_hour: its chain comes back to itself"),
        (keep_unused, "dataSources.old: nothing shows it"),
        (leave_test_data, "dataSources.findings: holds test data"),
        (forget_to_place, "layout: latest is placed 0 times"),
        (place_nothing, "layout: gone is placed, but is no visualization and no input"),
        (overlap, "layout: finding_count and workload_count overlap in main"),
        (reach_over_the_edge, "layout: latest reaches over the right edge of main (1440)"),
        (widen_a_column, "visualizations.latest: columns of 1500 pixels in a panel with room for 1400"),
        (leave_a_width_out, "visualizations.latest: some columns have a width, what has none"),
        (write_height_as_text, "layout: finding_count needs whole numbers for x, y, w and h"),
        (name_no_layout, "layout.tabs: second does not exist in layoutDefinitions"),
        (use_unset_token, "dataSources.learning_count: uses $clustre$, which no input or drilldown sets"),
        (mistype_option, "visualizations.by_hour: splunk.column has no option stackmode"),
        (link_to_nowhere, "visualizations.latest: links to npm_investigation, which the app does not have"),
        (hand_on_unknown_token, "visualizations.latest: hands kluster to npm_investigate, which does not take it"),
        (hand_on_too_little, "visualizations.latest: does not hand namespace to npm_investigate, which takes"),
        (invent_handler, "visualizations.latest: drilldown.jump is not a drilldown"),
        (invent_section, "searches: Dashboard Studio has no such section"),
        (lose_title, "title: is missing"),
    ],
)
def test_a_mistake_is_named_with_its_place(
    spoil: Callable[[Definition], None], said: str, views: dict[str, View], schema: dict[str, Any]
) -> None:
    definition = copy.deepcopy(views["npm_overview"].definition)
    spoil(definition)
    found = problems(replace(views["npm_overview"], definition=definition), schema, views)
    assert any(text.startswith(said) for text in found), found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<dashboard", "is not XML"),
        ('<form version="1.1"></form>', 'begin it with <dashboard version="2">'),
        ('<dashboard version="2"><definition>{,}</definition></dashboard>', "the definition is not JSON"),
        ('<dashboard version="2"><definition>[]</definition></dashboard>', "must be a JSON object"),
    ],
)
def test_what_is_no_dashboard_is_refused_by_name(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "broken.xml").write_text(text)
    with pytest.raises(DashboardError, match=r"broken\.xml") as error:
        load_view(tmp_path / "broken.xml")
    assert said in str(error.value)
