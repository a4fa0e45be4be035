"""What the schema of Dashboard Studio does not see: references that lead nowhere, and panels that lie on each other.

Each check yields texts that name the place in the definition, what is wrong, and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from workbench.dashboards.tokens import given_by_splunk, tokens_in, tokens_set
from workbench.dashboards.view import View

_HANDLERS = {
    "drilldown.customUrl", "drilldown.linkToDashboard", "drilldown.setToken", "drilldown.setTimeRange",
    "drilldown.switchToTab", "drilldown.resetTokens", "drilldown.unsetTokens",
}  # fmt: skip
_TOP = {"title", "description", "dataSources", "visualizations", "inputs", "defaults", "layout"}
_POSITION = ("x", "y", "w", "h")
_LAST_TABLE = re.compile(r"\| table ([^|]*)$")
_COLUMN = re.compile(r'"[^"]*"|[^\s",]+')
_BESIDE_COLUMNS = 40
"""Pixels of a panel that its table has not, at the edges."""

Schema = dict[str, Any]


def problems(view: View, schema: Schema, views: dict[str, View]) -> list[str]:
    """Everything wrong with a dashboard that the schema lets pass; ``views`` are all dashboards by name."""
    return [
        *_top_level(view),
        *_sources(view),
        *_placed(view),
        *_overlaps(view),
        *_columns(view),
        *_tokens(view),
        *_links(view, views),
        *_options(view, schema),
    ]


def _top_level(view: View) -> Iterator[str]:
    for name in sorted(view.definition.keys() - _TOP):
        yield f"{name}: Dashboard Studio has no such section; remove it"
    for name in sorted({"title", "dataSources", "visualizations", "layout"} - view.definition.keys()):
        yield f"{name}: is missing; add it"


def _sources(view: View) -> Iterator[str]:
    sources = view.part("dataSources")
    used = set[str]()
    for section in ("visualizations", "inputs"):
        for name, one in view.part(section).items():
            for key, source in (one.get("dataSources") or {}).items():
                used.add(source)
                if source not in sources:
                    yield f"{section}.{name}: data source {key} is {source}, which does not exist; add or correct it"
    for name, source in sources.items():
        options = source.get("options") or {}
        if source.get("type") in ("ds.search", "ds.chain") and not str(options.get("query", "")).strip():
            yield f"dataSources.{name}: has no query; write one"
        if source.get("type") == "ds.chain":
            used.add(options.get("extend", ""))
            if options.get("extend") not in sources:
                yield f"dataSources.{name}: extends {options.get('extend')}, which does not exist; correct it"
            elif _goes_round(name, sources):
                yield f"dataSources.{name}: its chain comes back to itself; let it begin with a ds.search"
        elif source.get("type") == "ds.test":
            yield f"dataSources.{name}: holds test data; give it a search"
    for name in sources.keys() - used:
        yield f"dataSources.{name}: nothing shows it; remove it"


def _goes_round(name: str, sources: dict[str, Any]) -> bool:
    seen = set[str]()
    while name in sources and name not in seen:
        seen.add(name)
        name = (sources[name].get("options") or {}).get("extend", "")
    return name in seen


def _placed(view: View) -> Iterator[str]:
    layout = view.part("layout")
    inputs, shown = view.part("inputs"), view.part("visualizations")
    definitions = layout.get("layoutDefinitions", {})
    for tab in layout.get("tabs", {}).get("items", []):
        if tab["layoutId"] not in definitions:
            yield f"layout.tabs: {tab['layoutId']} does not exist in layoutDefinitions; add or correct it"
    placed = [str(item.get("item")) for item in view.items] + list(layout.get("globalInputs", []))
    for item in view.items:
        numbers = [(item.get("position") or {}).get(key) for key in _POSITION]
        if item.get("type") not in ("block", "input", "line"):
            yield f"layout: {item.get('item')} is of type {item.get('type')}; use block or input"
        if not all(isinstance(number, int) and number >= 0 for number in numbers):
            yield f"layout: {item.get('item')} needs whole numbers for x, y, w and h"
    for name in placed:
        if name not in inputs and name not in shown:
            yield f"layout: {name} is placed, but is no visualization and no input; add it or remove the item"
    for name in [*inputs, *shown]:
        if placed.count(name) != 1:
            yield f"layout: {name} is placed {placed.count(name)} times; place it once"


def _overlaps(view: View) -> Iterator[str]:
    for layout_id, layout in view.part("layout").get("layoutDefinitions", {}).items():
        boxes = [(str(item.get("item")), item.get("position") or {}) for item in layout.get("structure") or []]
        whole = [(name, box) for name, box in boxes if all(isinstance(box.get(key), int) for key in _POSITION)]
        width = (layout.get("options") or {}).get("width")
        for name, box in whole:
            if width is not None and box["x"] + box["w"] > width:
                yield f"layout: {name} reaches over the right edge of {layout_id} ({width}); make it narrower"
        for (first, a), (second, b) in combinations(whole, 2):
            beside = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
            below = a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"]
            if not beside and not below:
                yield f"layout: {first} and {second} overlap in {layout_id}; move one"


def _columns(view: View) -> Iterator[str]:
    """A table wider than its panel is cut off at the right, in the middle of a word."""
    panels = {item.get("item"): (item.get("position") or {}).get("w") for item in view.items}
    for name, one in view.part("visualizations").items():
        formats = (one.get("options") or {}).get("columnFormat") or {}
        widths = {column: column_format.get("width") for column, column_format in formats.items()}
        if not any(widths.values()):
            continue
        source = view.part("dataSources").get(str((one.get("dataSources") or {}).get("primary")), {})
        shown = _LAST_TABLE.search(str((source.get("options") or {}).get("query", "")))
        for column in _COLUMN.findall(shown[1]) if shown else ():
            if not widths.get(column.strip('"')):
                yield f"visualizations.{name}: some columns have a width, {column} has none; give it one"
        total, room = sum(width or 0 for width in widths.values()), (panels.get(name) or 0) - _BESIDE_COLUMNS
        if total > room:
            yield f"visualizations.{name}: columns of {total} pixels in a panel with room for {room}; narrow some"


def _tokens(view: View) -> Iterator[str]:
    known = tokens_set(view)
    for section in ("dataSources", "visualizations", "inputs", "defaults"):
        for name, one in view.part(section).items():
            for token in sorted(set(tokens_in(one))):
                if token not in known and not given_by_splunk(token):
                    yield f"{section}.{name}: uses ${token}$, which no input or drilldown sets; add one or correct it"


def _links(view: View, views: dict[str, View]) -> Iterator[str]:
    for name, one in view.part("visualizations").items():
        for handler in one.get("eventHandlers", []):
            if handler.get("type") not in _HANDLERS:
                yield f"visualizations.{name}: {handler.get('type')} is not a drilldown; use one of {sorted(_HANDLERS)}"
            if handler.get("type") != "drilldown.linkToDashboard":
                continue
            options = handler.get("options") or {}
            target = views.get(options.get("dashboard", ""))
            if target is None:
                yield f"visualizations.{name}: links to {options.get('dashboard')}, which the app does not have"
                continue
            taken = set(tokens_set(target))
            for token in options.get("tokens", []):
                if token.get("token") not in taken:
                    yield f"visualizations.{name}: hands {token.get('token')} to {target.name}, which does not take it"
            handed = {token.get("token") for token in options.get("tokens", [])}
            for token in sorted(_chosen_first(target) - handed) if handed else ():
                yield (
                    f"visualizations.{name}: does not hand {token} to {target.name}, "
                    "which takes the first of its list then; add it"
                )


def _chosen_first(view: View) -> set[str]:
    """Return the tokens of inputs that choose the first result of their search, for want of another value."""
    inputs = [one.get("options") or {} for one in view.part("inputs").values()]
    return {str(options.get("token")) for options in inputs if options.get("selectFirstSearchResult")}


def _options(view: View, schema: Schema) -> Iterator[str]:
    kinds = schema["properties"]["visualizations"]["patternProperties"]
    branches = next(iter(kinds.values()))["allOf"]
    known = {
        branch["if"]["properties"]["type"]["const"]: branch["then"]["properties"]["options"]["properties"].keys()
        for branch in branches
    }
    for name, one in view.part("visualizations").items():
        for option in sorted((one.get("options") or {}).keys() - known.get(one.get("type"), set())):
            yield f"visualizations.{name}: {one.get('type')} has no option {option}; remove or correct it"
