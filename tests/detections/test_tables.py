"""The tables make themselves: the search of tables, and what runs before it on an app that has just been installed."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from tests.detections.world import (
    EDGE_BASELINE,
    HIDDEN,
    HOUR,
    NEW_EDGE,
    NEW_UDP_EDGE,
    NOW,
    OUTBOUND,
    SUSTAINED,
    TABLE_CHECK,
    TABLES,
    World,
    point,
)
from workbench import conf
from workbench.compiler.build import Package
from workbench.replay.errors import ReplayError

HISTORY = "K8S NPM - Learn History"
DATA_CHECK = "K8S NPM - Data Check Of Kubernetes NPM"
LOOKING_UP = {OUTBOUND, NEW_EDGE, NEW_UDP_EDGE, SUSTAINED, EDGE_BASELINE, HIDDEN, TABLE_CHECK, DATA_CHECK, HISTORY}
NO_FIRST_ROW = {"npm_deploys", "npm_days", "npm_known_images", "npm_profile"}


@pytest.fixture
def installed(world: World) -> World:
    """An app that has just been installed, with an hour of traffic in its index."""
    for path in lookups(world).iterdir():
        path.unlink()
    sent = [point(NOW - HOUR + 60 * step, "prod", "web", process="app", dest="db", tcp_bytes=10) for step in range(60)]
    return world.add(sent)


def lookups(world: World) -> Path:
    return world.app.root / "lookups"


def reading_tables(world: World) -> list[str]:
    """The searches but those of events, which the replay does not have here."""
    return [name for name, search in world.app.saved_searches.items() if search.search.startswith("|")]


def tables(world: World) -> dict[str, str]:
    return {path.stem: path.read_text() for path in lookups(world).iterdir()}


def test_every_lookup_gets_a_table(installed: World) -> None:
    first_rows = [row["table"] for row in installed.rows(TABLES)]
    made = tables(installed)
    assert set(made) == set(conf.layered(installed.app.root, "transforms.conf"))
    assert set(first_rows) == set(made) - NO_FIRST_ROW
    assert {name: text.count("\n") for name, text in made.items()} == {
        name: 0 if name in NO_FIRST_ROW else 2 for name in made
    }


def test_the_columns_are_those_of_the_content(installed: World) -> None:
    installed.run(TABLES)
    for name, text in tables(installed).items():
        if name not in NO_FIRST_ROW:
            shipped = next(csv.reader(Path("contentctl/lookups", f"{name}.csv").read_text().splitlines()))
            looked_up = sorted(
                column for column in shipped if not column.startswith("p95_")
            )  # those only a command reads
            assert sorted(next(csv.reader(text.splitlines()))) == looked_up


def test_a_second_run_changes_nothing(installed: World) -> None:
    installed.run(TABLES)
    made = tables(installed)
    assert installed.rows(TABLES) == []
    assert tables(installed) == made


def test_a_table_that_was_deleted_is_made_anew_and_the_others_are_left_alone(installed: World) -> None:
    installed.run(TABLES)
    for name, text in tables(installed).items():
        (lookups(installed) / f"{name}.csv").write_text(f"{text.partition(chr(10))[0] or 'a,b'}\nsomething,else\n")
    filled = tables(installed)
    (lookups(installed) / "npm_known_edges.csv").unlink()
    assert installed.rows(TABLES) == [{"table": "npm_known_edges"}]
    assert {name: tables(installed)[name] for name in filled if name != "npm_known_edges"} == {
        name: text for name, text in filled.items() if name != "npm_known_edges"
    }


def test_the_search_of_tables_runs_when_splunk_starts(built: Package) -> None:
    stanzas = conf.layered(built.staged, "savedsearches.conf")
    assert [name for name, settings in stanzas.items() if conf.is_true(settings.get("run_on_startup"))] == [TABLES]


@pytest.mark.parametrize("backwards", [False, True])
def test_searches_run_first_in_any_order_once_there_are_tables(installed: World, backwards: bool) -> None:
    installed.run(TABLES)
    for name in sorted(reading_tables(installed), reverse=backwards):
        rows = installed.rows(name)
        assert name == TABLES or not installed.app.saved_searches[name].trigger or rows == []


def test_a_search_that_runs_before_there_are_tables_makes_what_it_merges_into_and_names_what_it_looks_up(
    installed: World,
) -> None:
    for name in reading_tables(installed):
        for path in lookups(installed).iterdir():
            path.unlink()
        if name in LOOKING_UP:
            with pytest.raises(ReplayError, match=r"npm_\w+.csv"):
                installed.run(name)
            installed.run(TABLES)
        installed.run(name)


def test_no_search_replaces_a_table_that_people_edit(world: World) -> None:
    """It would undo what a person saved while it ran. Adding rows is left, which the first row of a table needs."""
    for name, search in world.app.saved_searches.items():
        for written in re.findall(r"\boutputlookup ([^|\]]*)", world.app.expand(search.search)):
            *options, table = written.split()
            if table in ("npm_accepted_levels", "npm_allowlist", "npm_networks"):
                assert "append=t" in options, name
