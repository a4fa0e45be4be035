"""The page, its JSON and the shipped scorers agree; a run from end to end writes all of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from npmlib.profile.points import POINTS

from workbench.evaluate.__main__ import main
from workbench.evaluate.attacks import KINDS
from workbench.evaluate.document import FIGURES, IMAGES, MARKED, PAGE, filled
from workbench.evaluate.tables import Table, tables
from workbench.evaluate.whole import Extent, settings

REFRESH = "run `make evaluate`"


@pytest.fixture
def published() -> dict[str, Any]:
    """The committed figures."""
    content: dict[str, Any] = json.loads(FIGURES.read_text(encoding="utf-8"))
    return content


def test_the_page_shows_the_committed_figures(published: dict[str, Any]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == filled(page, published), REFRESH
    shown = {mark["name"] for mark in MARKED.finditer(page)}
    assert shown == {table.name for table in tables(published)}


def test_the_figures_are_of_the_scorers_and_points_that_are_shipped(published: dict[str, Any]) -> None:
    assert published["settings"] == json.loads(json.dumps(settings(Extent()))), REFRESH


def test_the_shipped_thresholds_are_those_that_the_search_chose(published: dict[str, Any]) -> None:
    assert published["chosen"] == {name: point._asdict() for name, point in POINTS.items()}


def test_the_charts_that_the_page_shows_are_there() -> None:
    for name in re.findall(r"\]\(images/([a-z-]+\.png)\)", PAGE.read_text(encoding="utf-8")):
        assert (IMAGES / name).is_file(), REFRESH


def test_the_page_has_a_place_for_experiments_outside_the_tables() -> None:
    page = MARKED.sub("", PAGE.read_text(encoding="utf-8"))
    assert "\n## Experiments" in page


def test_an_unknown_mark_is_an_error(published: dict[str, Any]) -> None:
    with pytest.raises(KeyError):
        filled("<!-- table nothing -->\n<!-- end -->", published)


def test_numbers_stand_to_the_right() -> None:
    made = Table("x", ["name", "count"], [["a", "1.5"], ["b", "-"]])
    assert made.markdown() == "| name | count |\n| --- | ---: |\n| a | 1.5 |\n| b | - |"


def test_a_quick_run_writes_every_figure(shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--quick", "--no-charts", "--out", str(tmp_path), "--shared", str(shared)]) == 0
    results = json.loads((tmp_path / FIGURES.name).read_text(encoding="utf-8"))
    assert len(results["sets"]["benchmark"]["kinds"]) == len(KINDS)
    assert all(table.rows for table in tables(results))
    assert filled(PAGE.read_text(encoding="utf-8"), results)
    assert "| aim | measured | met |" in capsys.readouterr().out


def test_quick_figures_never_reach_the_documents(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--quick"])
    assert "--quick needs --out" in capsys.readouterr().err


def test_absent_data_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--out", str(tmp_path), "--no-charts", "--shared", str(tmp_path / "none")]) == 1
    assert "NPM_SHARED" in capsys.readouterr().err
