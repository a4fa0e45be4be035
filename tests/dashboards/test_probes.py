"""The probes in the health dashboard are those of docs/assumptions.md."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from workbench.dashboards.probes import as_markdown, read_probes, renew
from workbench.dashboards.view import DashboardError, View, load_view

DOCUMENT = Path(__file__).parents[2] / "docs" / "assumptions.md"


def test_the_dashboard_shows_the_probes_of_the_document(views: dict[str, View]) -> None:
    shown = views["npm_health"].part("visualizations")["probes"]["options"]["markdown"]
    assert shown == as_markdown(read_probes(DOCUMENT)), "run python -m workbench.dashboards probes"


def test_a_probe_is_shown_without_the_escapes_of_the_table() -> None:
    probes = {probe.probe for probe in read_probes(DOCUMENT)}
    assert "`| makeresults | eval v=5 | stats stdev(v)`" in probes
    assert '`` | makeresults | eval x=5 | eval y=`npm_number("x")` ``' in probes


def test_no_probe_looks_like_a_token() -> None:
    assert "$" not in as_markdown(read_probes(DOCUMENT)), "Dashboard Studio would wait for a value"


def test_renew_changes_nothing_but_the_probes(views: dict[str, View], tmp_path: Path) -> None:
    dashboard = tmp_path / "npm_health.xml"
    shutil.copy(views["npm_health"].path, dashboard)
    document = tmp_path / "assumptions.md"
    document.write_text("| # | A |\n| --- |\n| 1 | It rains | `\\| weather` | wet | stay |\n")
    renew(document, dashboard)
    after = load_view(dashboard)
    shown = after.definition["visualizations"]["probes"]["options"].pop("markdown")
    assert "1. It rains\n    - Try: `| weather`\n    - Expect: wet" in shown
    renew(DOCUMENT, dashboard)
    assert dashboard.read_text() == views["npm_health"].path.read_text()


def test_a_document_without_the_table_is_an_error(views: dict[str, View], tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("nothing\n")
    with pytest.raises(DashboardError, match=r"notes\.md: has no table of assumptions"):
        renew(tmp_path / "notes.md", views["npm_health"].path)
