"""The dashboard that tries the assumptions about Splunk: made from the table in docs/assumptions.md.

A probe whose text begins with a search runs when the dashboard is opened. One that writes a table, or that needs a
person to do something first, is listed.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.dashboards.view import DashboardError, Definition
from workbench.writing import write_text

NAME = "npm_assumptions"
_TITLE = "Assumptions about Splunk"
_ABOUT = (
    "Tries on this Splunk what could not be tested without one, what would hurt most first. Compare what came with"
    " what was expected. Needs Splunk 9.4 or later."
)
_OTHERS = (
    "### What this page does not run\n\n"
    "These write a table or run a command that Splunk asks about first, which docker/probes.py of the project does, or"
    " need you to do something. The script also writes all answers into one file to send back. docs/assumptions.md says"
    " what a different answer affects."
)
_ROW = re.compile(r"\| (?P<number>\d+) \|")
_CELLS = re.compile(r"(?<!\\)\|")
_SEARCH = re.compile(r"(`+) ?((?:\||index=).*?) ?\1(?!`)")
_ASKED_ABOUT = re.compile(r"\b(?:outputlookup|map)\b")
_WIDTH, _HALF, _LINE, _IN_A_LINE = 1440, 720, 22, 90


@dataclass(frozen=True)
class Probe:
    """One assumption: its number and text, the search to type (with words around it), and what it should show."""

    number: int
    assumption: str
    probe: str
    expected: str

    @property
    def typed(self) -> list[str]:
        """All its searches; they read the index that the app reads."""
        found = (match[2] for match in _SEARCH.finditer(self.probe))
        return [text.replace("index=kubernetes_metrics", "`kubernetes_metrics`") for text in found]

    @property
    def searches(self) -> list[str]:
        """Those that can run when the dashboard is opened: none if a person comes first or Splunk would ask."""
        return self.typed if _SEARCH.match(self.probe) and not _ASKED_ABOUT.search(self.probe) else []


def read_probes(document: Path) -> list[Probe]:
    """Read the table of assumptions."""
    probes: list[Probe] = []
    for line in document.read_text(encoding="utf-8").splitlines():
        if _ROW.match(line):
            number, assumption, probe, expected = [_plain(cell) for cell in _CELLS.split(line)[1:5]]
            probes.append(Probe(int(number), assumption, probe, expected))
    if not probes:
        raise DashboardError(f"{document}: has no table of assumptions; its rows begin with '| 1 |'")
    return probes


def as_markdown(probe: Probe) -> str:
    """A probe with its number in bold: a list would count the probes that are shown together from 1.

    Of a search with tokens of its own it says where to read it: Dashboard Studio would wait for their values.
    """
    tried = "the search in docs/assumptions.md" if "$" in probe.probe else probe.probe
    return f"**{probe.number}.** {probe.assumption}\n- Try: {tried}\n- Expect: {probe.expected}"


def as_definition(probes: list[Probe]) -> Definition:
    """A row for each probe that runs, its text beside what came, and below them the list of the others."""
    sources: dict[str, Any] = {}
    shown: dict[str, Any] = {}
    placed: list[dict[str, Any]] = []

    def place(name: str, panel: dict[str, Any], x: int, y: int, width: int, height: int) -> None:
        shown[name] = panel
        position = {"x": x, "y": y, "w": width, "h": height}
        placed.append({"item": name, "type": "block", "position": position})

    top = 0
    for probe in probes:
        if not probe.searches:
            continue
        text, width = as_markdown(probe), _HALF // len(probe.searches)
        height = max(200, _height(text, _IN_A_LINE))
        place(f"about_{probe.number}", _markdown(text), 0, top, _HALF, height)
        for count, search in enumerate(probe.searches):
            name = f"probe_{probe.number}" + (f"_{count + 1}" if count else "")
            title = f"Result {probe.number}" + (f", search {count + 1}" if len(probe.searches) > 1 else "")
            sources[name] = {"type": "ds.search", "options": {"query": search}, "name": title}
            panel = {"type": "splunk.table", "title": title, "dataSources": {"primary": name}}
            place(
                name, panel | {"options": {"count": 10, "fontSize": "small"}}, _HALF + count * width, top, width, height
            )
        top += height
    others = "\n\n".join([_OTHERS, *(as_markdown(probe) for probe in probes if not probe.searches)])
    place("others", _markdown(others), 0, top, _WIDTH, _height(others, 2 * _IN_A_LINE))
    picker = {"token": "range", "defaultValue": "-60m@m,now"}
    ends = {"earliest": "$range.earliest$", "latest": "$range.latest$"}
    return {
        "title": _TITLE,
        "description": _ABOUT,
        "dataSources": sources,
        "visualizations": shown,
        "inputs": {"range": {"type": "input.timerange", "title": "Time range", "options": picker}},
        "defaults": {"dataSources": {"ds.search": {"options": {"queryParameters": ends}}}},
        "layout": {
            "globalInputs": ["range"],
            "tabs": {"items": [{"layoutId": "main", "label": "Main"}], "options": {"showTabBar": False}},
            "layoutDefinitions": {"main": {"type": "grid", "options": {"width": _WIDTH}, "structure": placed}},
        },
    }


def write_dashboard(document: Path, views: Path) -> None:
    """Write the dashboard of the probes in ``document`` into the folder ``views``."""
    definition = as_definition(read_probes(document))
    sections = ",\n".join(f'"{name}": {_by_line(section)}' for name, section in definition.items())
    text = (
        f'<dashboard version="2" theme="dark">\n<label>{_TITLE}</label>\n<description>{_ABOUT}</description>\n'
        f"<definition><![CDATA[\n{{\n{sections}\n}}\n]]></definition>\n</dashboard>\n"
    )
    write_text(views / f"{NAME}.xml", text)


def _by_line(section: Any) -> str:
    """JSON with one entry a line, so that a changed probe is a changed line."""
    if not isinstance(section, dict):
        return json.dumps(section, ensure_ascii=False)
    entries = (f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in section.items())
    return "{\n" + ",\n".join(entries) + "\n}"


def _markdown(text: str) -> dict[str, Any]:
    return {"type": "splunk.markdown", "options": {"markdown": text}}


def _height(text: str, in_a_line: int) -> int:
    """Height in pixels of a panel that shows the text without a scroll bar."""
    return _LINE * (3 + sum(math.ceil(len(line) / in_a_line) or 1 for line in text.splitlines()))


def _plain(cell: str) -> str:
    """A cell without what the table of the document needs escaped."""
    return cell.strip().replace("\\|", "|")
