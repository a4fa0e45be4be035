"""Whatever a shipped file names exists: macros, lookups, commands, options, fields, views, files."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from xml.etree import ElementTree

from npmlib.anomaly.options import Options
from npmlib.learn.options import LearnOptions

from workbench.compiler.rules.known import COMMANDS
from workbench.site.commandhelp import defaults
from workbench.spl.macros import macro_uses
from workbench.spl.parser import parse
from workbench.spl.tree import CustomCommand

Stanzas = dict[str, dict[str, str]]
DECLARED: dict[str, type[Options] | type[LearnOptions]] = {"npmanomaly": Options, "npmlearn": LearnOptions}
OPTIONS = {
    command: {each.name: each.metadata["meaning"] for each in fields(options)} for command, options in DECLARED.items()
}


def examples(confs: dict[str, Stanzas]) -> list[str]:
    """The searches that the help shows; those of the content are checked by the rules of the compiler."""
    return [
        text for help_of in confs["searchbnf"].values() for key, text in help_of.items() if key.startswith("example")
    ]


def test_the_examples_of_the_help_call_macros_that_ship(confs: dict[str, Stanzas]) -> None:
    used = {use.stanza for text in examples(confs) for use in macro_uses(text)[0]}
    assert used <= confs["macros"].keys()


def test_the_examples_of_the_help_name_commands_options_and_lookups_that_ship(confs: dict[str, Stanzas]) -> None:
    for text in examples(confs):
        for command in parse(text).commands:
            if isinstance(command, CustomCommand) and command.name not in COMMANDS:
                given = dict(re.findall(r"(\w+)=(\S+)", re.sub(r'"[^"]*"', "x", command.arguments)))
                assert given.keys() <= OPTIONS[command.name].keys()
                lookups = {given[name] for name in ("baseline", "accept", "table") if name in given}
                assert lookups <= confs["transforms"].keys()


def test_no_table_ships_so_that_an_upgrade_cannot_empty_one(app: Path) -> None:
    assert list((app / "lookups").iterdir()) == []


def test_every_command_has_its_file_and_its_help_with_every_option(confs: dict[str, Stanzas], app: Path) -> None:
    for name, settings in confs["commands"].items():
        assert (app / "bin" / settings["filename"]).is_file()
        syntax = confs["searchbnf"][f"{name}-command"]
        options = confs["searchbnf"][f"{name}-option"]
        assert re.findall(r"(\w+)=", syntax["simplesyntax"]) == list(OPTIONS[name])
        assert re.findall(r"(\w+)=", options["syntax"]) == list(OPTIONS[name])
        assert options["description"] == " ".join(f"{option}: {meaning}." for option, meaning in OPTIONS[name].items())
        assert [key for key in syntax if key.startswith("example")] == ["example1", "example2", "example3"]
        assert [key for key in syntax if key.startswith("comment")] == ["comment1", "comment2", "comment3"]
        for option in OPTIONS[name]:
            assert re.search(rf"\b{option}\b", syntax["description"]), f"{option} is not described"
        for option, default in defaults(name).items():
            stated = f"default {default.replace(',', ', ')}"
            assert not default or stated in " ".join(syntax["description"].split()), (
                f"the default of {option} is not stated: {stated}"
            )


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
