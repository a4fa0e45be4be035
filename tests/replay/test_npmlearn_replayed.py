"""The replay runs npmlearn as a search does: hours, the table behind them, and a new table from what comes out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.app.learn.learning import BY, days, learn, sent
from tests.replay.conftest import MakeApp, MakeContext
from workbench.replay import customcommand
from workbench.replay.app import App
from workbench.replay.context import Limits
from workbench.replay.errors import ReplayError
from workbench.replay.rows import Row

ROOT = Path(__file__).parents[2]
ARGUMENTS = f'by="{",".join(BY)}" metrics="tx.bytes,tx.conns"'
HISTORY = days(9)
DAY = [*days(1, start=216), *days(0.5, ("prod", "db"), start=220), sent(240, each=90_000)]


@pytest.fixture
def app(make_app: MakeApp) -> App:
    """An app that has the command."""
    made = make_app({"default/commands.conf": (ROOT / "app" / "default" / "commands.conf").read_text()})
    shutil.copytree(ROOT / "app" / "bin", made.root / "bin", dirs_exist_ok=True)
    shutil.copytree(ROOT / "build" / "sdk" / "splunklib", made.root / "lib" / "splunklib")
    return made


def run(app: App, make_context: MakeContext, rows: list[Row], chunk_rows: int = 50_000) -> list[Row]:
    context = make_context(app=app, limits=Limits(chunk_rows=chunk_rows), probes=1)
    answered = list(customcommand.run("npmlearn", ARGUMENTS, rows, context, time_limit=60))
    assert [message.level for message in context.messages] == ["INFO"]
    return answered


def test_a_table_grows_run_by_run_as_it_would_in_one(app: App, make_context: MakeContext) -> None:
    table = run(app, make_context, HISTORY)
    assert table == learn(HISTORY).rows
    both = run(app, make_context, [*DAY, *table], chunk_rows=10)
    assert both == learn([*HISTORY, *DAY]).rows
    assert [row["hour"] for row in both if row["kind"] == "hour"] == [DAY[-1]["hour"]]


def test_what_the_command_refuses_stops_the_search_before_a_row_comes_out(app: App, make_context: MakeContext) -> None:
    (row, *others) = learn(HISTORY).rows
    context = make_context(app=app, limits=Limits(chunk_rows=1))
    answered = customcommand.run("npmlearn", ARGUMENTS, [*DAY, {**row, "profile": "x"}, *others], context)
    with pytest.raises(ReplayError, match=r"the table of profiles is damaged: in the row of prod, web, tx.bytes"):
        next(answered)
