"""Runs the searches of a dashboard in the replay, and hands their results on as test data of a dashboard."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from workbench.dashboards.sources import resolve
from workbench.dashboards.tokens import Tokens
from workbench.dashboards.view import DashboardError, Definition, View
from workbench.replay import engine
from workbench.replay.context import Window
from workbench.replay.errors import ReplayError
from workbench.replay.rows import Row, Value, as_number, as_text
from workbench.replay.schedule import Site
from workbench.spl.times import utc_text


@dataclass(frozen=True)
class Scene:
    """Where and when a dashboard is looked at: app and store, the events there are, and the time it is."""

    site: Site
    events: tuple[Row, ...]
    now: float


def run_source(view: View, source_id: str, tokens: Tokens, scene: Scene) -> list[Row]:
    """Rows of one data source; DashboardError names the dashboard and the data source that cannot be run."""
    source = resolve(view, source_id, tokens)
    try:
        window = Window.at(scene.now, source.earliest, source.latest)
        context = scene.site.context(window, scene.now)
        context.events = scene.events
        return engine.run_text(source.search, context)
    except ReplayError as error:
        raise DashboardError(f"{view.path.name}: {source_id}: {error}") from error


def with_results(view: View, tokens: Tokens, scene: Scene) -> Definition:
    """The definition with each search replaced by what it found, and inputs set to ``tokens``.

    The time picker needs Splunk Web; a text field takes its place and says the range.
    """
    definition: Definition = copy.deepcopy(view.definition)
    for source_id, source in definition.get("dataSources", {}).items():
        rows = run_source(view, source_id, tokens, scene)
        name = {"name": source["name"]} if "name" in source else {}
        definition["dataSources"][source_id] = {"type": "ds.test", "options": {"data": as_test_data(rows)}, **name}
    definition.get("defaults", {}).pop("dataSources", None)
    for control in definition.get("inputs", {}).values():
        token = control["options"].get("token")
        if control["type"] == "input.timerange":
            control["type"] = "input.text"
            control["options"]["defaultValue"] = _range_text(tokens[f"{token}.earliest"], tokens[f"{token}.latest"])
        elif token in tokens:
            control["options"]["defaultValue"] = tokens[token]
            control["options"].pop("selectFirstSearchResult", None)
    return definition


def _range_text(earliest: str, latest: str) -> str:
    """A time range as the time picker says it."""
    last = re.fullmatch(r"-(\d+)h(?:@[hm])?", earliest)
    if last and latest == "now":
        return f"Last {last[1]} hours"
    if not (earliest.isdecimal() and latest.isdecimal()):
        return f"{earliest} to {latest}"
    first, last_moment = (datetime.fromtimestamp(int(end), timezone.utc) for end in (earliest, latest))
    return f"{first:%b} {first.day} {first:%H:%M}-{last_moment:%H:%M}"


def as_test_data(rows: Sequence[Row]) -> dict[str, Any]:
    """Rows as the options of ds.test hold them: names, and one list of texts for each column."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return {
        "fields": [{"name": name} for name in names],
        "columns": [[_cell(name, row.get(name)) for row in rows] for name in names],
    }


def _cell(name: str, value: Value) -> str | list[str] | None:
    if isinstance(value, tuple):
        return list(value)
    number = as_number(value) if name == "_time" else None
    return as_text(value) if number is None else f"{utc_text(number).replace(' ', 'T')}.000+00:00"
