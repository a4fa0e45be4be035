"""Puts the tables of a run into docs/performance.md, between the marks that name them.

python -m bench.document        # from docs/performance.json, after that was changed
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from bench.tables import Table, tables

DOCS = Path(__file__).parents[1] / "docs"
FIGURES = DOCS / "performance.json"
PAGE = DOCS / "performance.md"
CHART = DOCS / "images" / "throughput.png"
_MARKED = re.compile(r"<!-- table (?P<name>[a-z]+) -->\n.*?<!-- end -->", re.DOTALL)


def filled(page: str, results: dict[str, Any]) -> str:
    """The text of ``page`` with each marked table made anew from ``results``; KeyError for a name there is not."""
    by_name = {"machine": _machine(results), **{table.name: _markdown(table) for table in tables(results)}}
    return _MARKED.sub(lambda mark: f"<!-- table {mark['name']} -->\n{by_name[mark['name']]}\n<!-- end -->", page)


def publish() -> None:
    """Fill the page from the JSON beside it."""
    results = json.loads(FIGURES.read_text(encoding="utf-8"))
    aside = PAGE.with_suffix(".new")
    aside.write_text(filled(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")
    aside.replace(PAGE)


def _machine(results: dict[str, Any]) -> str:
    facts = ", ".join(f"{name} {value}" for name, value in results["machine"].items())
    shape = f"{results['rows']:,} rows, {results['series']:,} series, chunks of {results['chunk_rows']:,}"
    return f"{shape}; {results['rounds']} rounds; {facts}."


def _markdown(table: Table) -> str:
    numbers = [all(_numeric(row[column]) for row in table.rows) for column in range(len(table.heads))]
    lines = [table.heads, ["---:" if number else "---" for number in numbers], *table.rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _numeric(cell: str) -> bool:
    return re.fullmatch(r"-?[0-9,.]*", cell) is not None


if __name__ == "__main__":
    publish()
