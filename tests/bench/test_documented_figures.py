"""docs/performance.md shows the tables of docs/performance.json, of a full run."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from bench.__main__ import FIGURES, FULL, HEADS, PAGE, filled


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    published: dict[str, Any] = json.loads(FIGURES.read_text(encoding="utf-8"))
    return published


def test_the_page_shows_every_table_of_the_figures(results: dict[str, Any]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert filled(page, results) == page
    assert sorted(re.findall(r"<!-- table (\w+) -->", page)) == sorted(["machine", *HEADS])


def test_the_figures_are_of_a_full_run(results: dict[str, Any]) -> None:
    tables = results["tables"]
    assert results["machine"].startswith("1,000,000 rows, 2,000 series, chunks of 50,000;")
    assert {row[1] for row in tables["start"]} == {"3.9", "3.13"}
    assert sorted({row[0] for row in tables["series"]}) == list(FULL.series)
    assert sorted({row[1] for row in tables["learning"]}) == [6_500, 65_000]


def test_the_rows_of_a_table_have_a_cell_for_each_head(results: dict[str, Any]) -> None:
    for name, rows in results["tables"].items():
        assert {len(row) for row in rows} == {len(HEADS[name])}
