"""Whatever a shipped file names exists: macros, lookups, commands, options, fields, views, files."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from workbench.compiler.macrocalls import macro_uses
from workbench.compiler.rules.known import COMMANDS
from workbench.replay import macros
from workbench.spl.fields.flow import Table as LookupTable
from workbench.spl.fields.flow import field_flow
from workbench.spl.parser import parse
from workbench.spl.tree import (
    Command,
    CustomCommand,
    Fields,
    Inputlookup,
    Lookup,
    Outputlookup,
    Rename,
    Search,
    Table,
)

Stanzas = dict[str, dict[str, str]]
TABLES = Path(__file__).parents[2] / "contentctl" / "lookups"
OPTIONS = {
    "npmanomaly": {"baseline", "by", "metrics", "threshold", "minsamples", "minspread", "unseen"},
    "npmlearn": {"by", "metrics", "accept", "table"},
}


def shipped_searches(confs: dict[str, Stanzas]) -> dict[str, str]:
    """Every text of SPL in the app: searches, drilldowns, and the examples of the help."""
    found = {name: settings["search"] for name, settings in confs["savedsearches"].items()}
    for name, settings in confs["savedsearches"].items():
        for drilldown in json.loads(settings.get("action.notable.param.drilldown_searches", "[]")):
            found[f"{name}: {drilldown['name']}"] = drilldown["search"]
    for settings in confs["searchbnf"].values():
        found |= {key: value for key, value in settings.items() if key.startswith("example")}
    return found


def commands_of(search: Search) -> Iterator[Command]:
    """All commands, those of subsearches too."""
    for command in search.commands:
        yield command
        if isinstance(inner := getattr(command, "search", None), Search):
            yield from commands_of(inner)


@pytest.fixture(scope="module")
def searches(confs: dict[str, Stanzas]) -> dict[str, Search]:
    return {name: parse(text) for name, text in shipped_searches(confs).items()}


def test_macros_exist_with_that_many_arguments(confs: dict[str, Stanzas]) -> None:
    texts = list(shipped_searches(confs).values()) + [one["definition"] for one in confs["macros"].values()]
    used = {use.stanza for text in texts for use in macro_uses(text)[0]}
    assert used == confs["macros"].keys(), "a macro is undefined, or defined and never used"


def test_lookups_exist_as_definition_and_as_table(
    confs: dict[str, Stanzas], app: Path, searches: dict[str, Search]
) -> None:
    used = {
        command.table
        for search in searches.values()
        for command in commands_of(search)
        if isinstance(command, Lookup | Inputlookup | Outputlookup)
    }
    named = re.compile(r"\b(?:baseline|accept|table)=(\w+)")
    used |= {name for text in shipped_searches(confs).values() for name in named.findall(text)}
    assert used == confs["transforms"].keys(), "a lookup is undefined, or defined and never used"


def test_tables_that_the_searches_fill_do_not_ship_so_that_an_upgrade_cannot_empty_them(
    confs: dict[str, Stanzas], app: Path, searches: dict[str, Search]
) -> None:
    filled = {
        command.table
        for search in searches.values()
        for command in commands_of(search)
        if isinstance(command, Outputlookup)
    }
    assert {settings["filename"] for settings in confs["transforms"].values()} == {f"{name}.csv" for name in filled}
    assert list((app / "lookups").iterdir()) == []


def test_the_tables_of_the_content_are_headers_that_splunk_reads() -> None:
    for path in TABLES.glob("*.csv"):
        content = path.read_bytes()
        assert content.endswith(b"\n")
        assert b"\r" not in content
        assert not content.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(content.decode().splitlines()))
        assert len(rows) == 1, f"{path.name} holds rows: then it would ship"
        assert all(rows[0])
        assert len(set(rows[0])) == len(rows[0])


def test_each_table_has_the_columns_that_its_baseline_writes(confs: dict[str, Stanzas]) -> None:
    shipped = {path.stem: tuple(path.read_text().strip().split(",")) for path in TABLES.glob("*.csv")}
    tables = {name: LookupTable(columns) for name, columns in shipped.items()}
    written: dict[str, list[str]] = {}
    for settings in confs["savedsearches"].values():
        search = parse(macros.expand(settings["search"], macros.from_stanzas(confs["macros"])))
        for step in field_flow(search, lambda _call: None, tables, {}):
            if isinstance(step.command, Outputlookup) and not step.before.open:
                written[step.command.table] = sorted(name for name in step.before.names if not name.startswith("_"))
    assert {"npm_allowlist", "npm_baseline", "npm_days", "npm_edges", "npm_edge_clusters"} <= set(written)
    assert written == {name: sorted(shipped[name]) for name in written}


def test_commands_exist_and_take_the_options_given(confs: dict[str, Stanzas], searches: dict[str, Search]) -> None:
    used = [
        command
        for search in searches.values()
        for command in commands_of(search)
        if isinstance(command, CustomCommand) and command.name not in COMMANDS
    ]
    assert {command.name for command in used} == confs["commands"].keys()
    for command in used:
        assert set(re.findall(r"(\w+)=", re.sub(r'"[^"]*"', "", command.arguments))) <= OPTIONS[command.name]


def test_every_command_has_its_file_and_its_help_with_every_option(confs: dict[str, Stanzas], app: Path) -> None:
    for name, settings in confs["commands"].items():
        assert (app / "bin" / settings["filename"]).is_file()
        syntax = confs["searchbnf"][f"{name}-command"]
        assert set(re.findall(r"(\w+)=", syntax["simplesyntax"])) == OPTIONS[name]
        assert set(re.findall(r"(\w+)=", confs["searchbnf"][f"{name}-option"]["syntax"])) == OPTIONS[name]
        assert [key for key in syntax if key.startswith("example")] == ["example1", "example2", "example3"]
        assert [key for key in syntax if key.startswith("comment")] == ["comment1", "comment2", "comment3"]
        for option in OPTIONS[name]:
            assert re.search(rf"\b{option}\b", syntax["description"]), f"{option} is not described"


def columns_at_the_end(search: Search) -> set[str]:
    """What the last fields or table command leaves; the filter macro behind it takes rows, not columns."""
    last = [one for one in search.commands if isinstance(one, Fields | Table | Rename)][-1]
    assert isinstance(last, Fields | Table), "the search does not say at its end which fields it returns"
    return set(last.names)


def test_fields_that_findings_risk_and_throttling_name_are_returned(
    confs: dict[str, Stanzas], searches: dict[str, Search]
) -> None:
    detections = {name: one for name, one in confs["savedsearches"].items() if name.endswith(" - Rule")}
    assert len(detections) == 3
    for name, settings in detections.items():
        columns = columns_at_the_end(searches[name])
        risk = json.loads(settings["action.risk.param._risk"])
        named = {one.get("risk_object_field") or one["threat_object_field"] for one in risk}
        named |= set(re.findall(r"\$([^$\s]+)\$", settings["action.risk.param._risk_message"]))
        named |= set(settings["alert.suppress.fields"].split(","))
        for drilldown in json.loads(settings["action.notable.param.drilldown_searches"]):
            tokens = set(re.findall(r"\$([^$\s]+)\$", drilldown["search"] + drilldown["name"]))
            named |= {token for token in tokens if not token.startswith("info_")}
        assert named <= columns, name
        assert not [one for one in named if "." in one], "a name with dots is not filled in for sure"


def test_views_in_the_navigation_exist(app: Path) -> None:
    folder = app / "default" / "data" / "ui"
    for path in folder.glob("nav/*.xml"):
        for view in ElementTree.parse(path).iter("view"):  # noqa: S314  (our own file)
            assert view.get("name") in {"search", *[one.stem for one in folder.glob("views/*.xml")]}


def test_the_readme_of_the_app_names_all_that_is_enabled_and_all_that_is_kept(
    confs: dict[str, Stanzas], app: Path
) -> None:
    readme = " ".join((app / "README.txt").read_text().split())
    reports = {"K8S NPM - Findings Hidden By The Allow List Of Kubernetes NPM"}  # an optional report
    assert [name for name in confs["savedsearches"].keys() - reports if f'"{name}"' not in readme] == []
    assert [name for name in confs["transforms"] if f"{name}.csv" not in readme] == []


def test_files_that_the_manifest_names_exist(app: Path) -> None:
    manifest = json.loads((app / "app.manifest").read_text())["info"]
    for part in ("license", "privacyPolicy", "releaseNotes"):
        if manifest[part]["text"]:
            assert (app / manifest[part]["text"]).is_file()
