"""The rest command: what it answers from the staged app, and what it refuses to guess."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.compiler.build import Package
from workbench.replay import engine
from workbench.replay.app import App
from workbench.replay.context import SearchContext, Window
from workbench.replay.errors import ReplayError
from workbench.replay.rows import Row

HERE = "| rest splunk_server=local count=0 /servicesNS/-/SA-npmanomaly/"


@pytest.fixture
def app(built: Package, tmp_path: Path) -> App:
    return App.scratch_copy(built.staged, tmp_path)


def rows(app: App, text: str) -> list[Row]:
    store: object = None
    return list(engine.run_text(text, SearchContext(app, store, Window(0, 1), 1)))  # type: ignore[arg-type]


def test_a_lookup_file_is_listed_with_those_who_may_read_and_write_it(app: App) -> None:
    (app.root / "lookups" / "npm_days.csv").write_text("")
    (app.root / "lookups" / "npm_mine.csv").write_text("")
    with (app.root / "metadata" / "default.meta").open("a") as meta:
        meta.write("\n[lookups/npm_mine.csv]\naccess = read : [ ann ], write : [ ann, bob ]\n")
    listed = {str(row["title"]): row for row in rows(app, f"{HERE}data/lookup-table-files")}
    assert listed["npm_days.csv"] == {
        "title": "npm_days.csv",
        "eai:acl.app": "SA-npmanomaly",
        "eai:acl.perms.read": "*",
        "eai:acl.perms.write": ("admin", "sc_admin"),
    }
    assert (listed["npm_mine.csv"]["eai:acl.perms.read"], listed["npm_mine.csv"]["eai:acl.perms.write"]) == (
        "ann",
        ("ann", "bob"),
    )


def test_one_object_can_be_asked_for(app: App) -> None:
    (found,) = rows(app, f"{HERE}configs/conf-macros/npm_edges")
    assert found["definition"] == "`npm_edges_ebpf`"


@pytest.mark.parametrize("call", ["/services/server/info", "/servicesNS/-/other/saved/searches", f"{HERE[7:]}nothing"])
def test_what_is_not_known_is_refused(app: App, call: str) -> None:
    with pytest.raises(ReplayError, match=r"is (not )?replayed"):
        rows(app, f"| rest {call}")
