"""docs/performance.md shows the figures of docs/performance.json, and what it says of them is what they are."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from bench import document, tables, targets


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(document.FIGURES.read_text(encoding="utf-8"))
    return found


def test_the_tables_are_those_of_the_figures(results: dict[str, Any]) -> None:
    page = document.PAGE.read_text(encoding="utf-8")
    assert document.filled(page, results) == page


def test_every_table_is_shown(results: dict[str, Any]) -> None:
    shown = re.findall(r"<!-- table (\w+) -->", document.PAGE.read_text(encoding="utf-8"))
    assert sorted(shown) == sorted(["machine", *(table.name for table in tables.tables(results))])


def test_the_targets_are_judged_by_the_figures(results: dict[str, Any]) -> None:
    judged = targets.judge(results)
    assert [vars(target) for target in judged] == results["targets"]
    assert len(judged) == 2 * (2 * 3 + 6 + 4)  # releases; speed on three sets of rows, scale, npmlearn


def test_the_figures_are_of_a_full_run(results: dict[str, Any]) -> None:
    assert (results["rows"], results["series"], results["chunk_rows"]) == (1_000_000, 2_000, 50_000)
    assert results["rounds"] >= 5
    assert {entry["python"] for entry in results["scale"]} == {"3.9", "3.13"}
    assert [run["profiles"] for entry in results["learning"] for run in entry["runs"]] == 2 * [6_500, 65_000]


def test_a_target_at_its_bound_is_met() -> None:
    entry = {"python": "3.9", "throughput_against_identity": 8.0, "cpu_against_duckdb": 1.5}
    judged = list(targets._speed("integers", entry))
    assert [target.met for target in judged] == [True, True]
    entry = {"python": "3.9", "throughput_against_identity": 7.99, "cpu_against_duckdb": 1.51}
    assert not any(target.met for target in targets._speed("integers", entry))
