"""The probes of docs/assumptions.md as the health dashboard shows them; ``renew`` keeps the two in step."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from workbench.dashboards.view import DashboardError, load_view, with_definition
from workbench.writing import write_text

PANEL = "probes"
_HEADING = (
    "### What this app takes for granted about Splunk\n\n"
    "These points cannot be tested without a Splunk, those first whose failure would hurt most. Type each search once"
    " on this search head and compare, or let docker/probes.py of the project run them all; docs/assumptions.md says"
    " what a different answer affects.\n"
)
_ROW = re.compile(r"\| (?P<number>\d+) \|")
_CELLS = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True)
class Probe:
    """One assumption: its number and text, the search to type (with words around it), and what it should show."""

    number: int
    assumption: str
    probe: str
    expected: str


def read_probes(document: Path) -> list[Probe]:
    """Read the table of assumptions."""
    found: list[Probe] = []
    for line in document.read_text(encoding="utf-8").splitlines():
        if _ROW.match(line):
            number, assumption, probe, expected = [_plain(cell) for cell in _CELLS.split(line)[1:5]]
            found.append(Probe(int(number), assumption, probe, expected))
    if not found:
        raise DashboardError(f"{document}: has no table of assumptions; its rows begin with '| 1 |'")
    return found


def as_markdown(probes: list[Probe]) -> str:
    """The text of the panel."""
    indent = " " * 4  # Markdown wants the width of "10. "
    lines = [
        f"{one.number}. {one.assumption}\n{indent}- Try: {one.probe}\n{indent}- Expect: {one.expected}"
        for one in probes
    ]
    return _HEADING + "\n" + "\n".join(lines)


def renew(document: Path, dashboard: Path) -> None:
    """Put the probes of ``document`` into the health dashboard."""
    view = load_view(dashboard)
    panel = view.part("visualizations").get(PANEL)
    if panel is None:
        raise DashboardError(f"{dashboard}: has no panel {PANEL}; add a splunk.markdown of that name")
    panel.setdefault("options", {})["markdown"] = as_markdown(read_probes(document))
    text = with_definition(dashboard.read_text(encoding="utf-8"), view.definition)
    write_text(dashboard, text)


def _plain(cell: str) -> str:
    """A cell without what the table of the document needs escaped."""
    return cell.strip().replace("\\|", "|")
