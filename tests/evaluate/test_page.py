"""The page, its JSON and the shipped scorers agree; a run from end to end writes all of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from npmlib.profile.points import LEAST, TIMES

from workbench.evaluate.__main__ import main
from workbench.evaluate.attacks import KINDS
from workbench.evaluate.figures import FIGURES, Figures, read_figures, write_figures
from workbench.evaluate.page import MARKED, PAGE, PageTable, filled, tables
from workbench.evaluate.study import StudySize, settings

REFRESH = "run `make evaluate`"


@pytest.fixture
def published() -> Figures:
    """The committed figures."""
    return read_figures()


def test_the_page_shows_the_committed_figures(published: Figures) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == filled(page, published), REFRESH
    shown = {mark["name"] for mark in MARKED.finditer(page)}
    assert shown == {table.name for table in tables(published)}


def test_the_figures_are_of_the_scorers_and_points_that_are_shipped(published: Figures) -> None:
    assert published["settings"] == json.loads(json.dumps(settings(StudySize()))), REFRESH


def test_the_shipped_limits_are_those_that_the_search_chose(published: Figures) -> None:
    assert published["chosen"] == {"least": LEAST._asdict(), "times": TIMES._asdict()}


def test_the_file_of_figures_has_each_row_on_a_line(tmp_path: Path) -> None:
    content = {"by kind": {"1 h, on and off x3": {"A": 0.5, "B": None}}, "list": [1, 2.5]}
    write_figures(tmp_path / "x.json", content)
    text = (tmp_path / "x.json").read_text(encoding="utf-8")
    assert '"1 h, on and off x3": { "A": 0.5, "B": null }\n' in text
    assert json.loads(text) == content


def test_an_unknown_mark_is_an_error(published: Figures) -> None:
    with pytest.raises(KeyError):
        filled("<!-- table nothing -->\n<!-- end -->", published)


def test_numbers_stand_to_the_right() -> None:
    made = PageTable("x", ["name", "count"], [["a", "1.5"], ["b", "-"]])
    assert made.markdown() == "| name | count |\n| --- | ---: |\n| a | 1.5 |\n| b | - |"


def test_a_quick_run_writes_every_figure(shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--quick", "--out", str(tmp_path), "--shared", str(shared)]) == 0
    results = read_figures(tmp_path / FIGURES.name)
    assert len(results["sets"]["benchmark"]["kinds"]) == len(KINDS)
    assert all(table.rows for table in tables(results))
    assert filled(PAGE.read_text(encoding="utf-8"), results)
    assert "| aim | measured | met |" in capsys.readouterr().out


def test_quick_figures_never_reach_the_documents(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--quick"])
    assert "--quick needs --out" in capsys.readouterr().err


def test_absent_data_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--out", str(tmp_path), "--shared", str(tmp_path / "none")]) == 1
    assert "NPM_SHARED" in capsys.readouterr().err
