"""A dashboard file: the XML around a Dashboard Studio definition, and the definition itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

VIEWS = Path("default") / "data" / "ui" / "views"

Definition = dict[str, Any]


class DashboardError(Exception):
    """A dashboard cannot be read, run or drawn; the message names the file, the place and what to do."""


@dataclass(frozen=True)
class View:
    """One dashboard: its file, the label in the menu, light or dark, and the Dashboard Studio definition."""

    path: Path
    label: str
    theme: str
    definition: Definition

    @property
    def name(self) -> str:
        """The name that links and the navigation use: the file's name without its ending."""
        return self.path.stem

    def part(self, section: str) -> dict[str, Any]:
        """Return a section of the definition, such as dataSources; empty when it has none."""
        found = self.definition.get(section)
        return found if isinstance(found, dict) else {}

    @property
    def items(self) -> list[dict[str, Any]]:
        """What the layouts place: items with their positions."""
        layouts = self.part("layout").get("layoutDefinitions", {})
        return [item for layout in layouts.values() for item in layout.get("structure") or []]


def load_view(path: Path) -> View:
    """Read a dashboard; DashboardError when it is no version 2 dashboard with a JSON definition."""
    try:
        root = ElementTree.parse(path).getroot()  # noqa: S314  (a file of our own app)
    except OSError as error:
        raise DashboardError(f"{path}: {error.strerror or error}") from None
    except ElementTree.ParseError as error:
        raise DashboardError(f"{path}: is not XML: {error}") from None
    if root.tag != "dashboard" or root.get("version") != "2":
        raise DashboardError(f'{path}: is not a Dashboard Studio dashboard; begin it with <dashboard version="2">')
    try:
        definition = json.loads(root.findtext("definition") or "")
    except ValueError as error:
        raise DashboardError(f"{path}: the definition is not JSON: {error}") from None
    if not isinstance(definition, dict):
        raise DashboardError(f"{path}: the definition must be a JSON object")
    return View(path, root.findtext("label") or "", root.get("theme") or "", definition)


def load_views(app: Path) -> list[View]:
    """Read all dashboards of the app folder, by name."""
    return [load_view(path) for path in sorted((app / VIEWS).glob("*.xml"))]
