"""The searches of the dashboards keep the compiler's rules of searches, as if each were a search of the content."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.dashboards.test_dashboard_searches import SEARCHES, tokens_of
from workbench.compiler.finding import as_text
from workbench.compiler.run import check_folder
from workbench.dashboards.sources import resolve
from workbench.dashboards.view import View

CHECKOUT = Path(__file__).parents[2]
TEMPLATE = CHECKOUT / "contentctl" / "baselines" / "data_check_of_kubernetes_npm.yml"
OF_SEARCHES = ("NPM2", "NPM3")


def test_the_only_search_that_breaks_a_rule_is_one_that_shall(views: dict[str, View], tmp_path: Path) -> None:
    content = tmp_path / "contentctl"
    shutil.copytree(CHECKOUT / "contentctl", content)
    texts = [resolve(views[name], source, tokens_of(views[name])).search for name, source in SEARCHES]
    written = TEMPLATE.read_text()
    for number, text in enumerate([*texts, "| makeresults | eval a=1 | sort - a"]):
        search = written.replace("| `npm_data_check`", text.replace("'", "''"))
        (content / "baselines" / f"panel_{number}.yml").write_text(search)
    every = check_folder(content, CHECKOUT / "app")[1]
    found = [one for one in every if one.rule.startswith(OF_SEARCHES) and "panel_" in one.file]
    assert [(one.rule, Path(one.file).stem) for one in found] == [("NPM219", f"panel_{len(texts)}")], as_text(found)
