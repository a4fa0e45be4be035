"""Puts the tables of an evaluation into docs/detection-quality.md, between the marks that name them.

python -m workbench.evaluate.document        # from docs/detection-quality.json, after the tables were changed
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from workbench.evaluate.tables import tables

DOCS = Path(__file__).resolve().parents[2] / "docs"
FIGURES = DOCS / "detection-quality.json"
PAGE = DOCS / "detection-quality.md"
IMAGES = DOCS / "images"
MARKED = re.compile(r"<!-- table (?P<name>[a-z-]+) -->\n.*?<!-- end -->", re.DOTALL)


def filled(page: str, results: dict[str, Any]) -> str:
    """The text of ``page`` with each marked table made anew from ``results``; KeyError for a name there is not."""
    by_name = {table.name: table.markdown() for table in tables(results)}
    return MARKED.sub(lambda mark: f"<!-- table {mark['name']} -->\n{by_name[mark['name']]}\n<!-- end -->", page)


def publish() -> None:
    """Fill the page from the JSON beside it."""
    results = json.loads(FIGURES.read_text(encoding="utf-8"))
    write_aside(PAGE, filled(PAGE.read_text(encoding="utf-8"), results))


def write_aside(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    aside = path.with_suffix(".new")
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)


if __name__ == "__main__":
    publish()
