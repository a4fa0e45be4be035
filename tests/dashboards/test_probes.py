"""The dashboard npm_assumptions tries what docs/assumptions.md lists, as far as that changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.dashboards.probes import NAME, read_probes, write_dashboard
from workbench.dashboards.running import Scene, run_source
from workbench.dashboards.tokens import default_tokens
from workbench.dashboards.view import DashboardError, View, load_view
from workbench.spl.parser import parse

DOCUMENT = Path(__file__).parents[2] / "docs" / "assumptions.md"
PROBES = read_probes(DOCUMENT)


def test_the_dashboard_is_that_of_the_document(views: dict[str, View], tmp_path: Path) -> None:
    write_dashboard(DOCUMENT, tmp_path)
    written = (tmp_path / f"{NAME}.xml").read_text()
    assert written == views[NAME].path.read_text(), "run python -m workbench.dashboards probes"


def test_every_probe_runs_or_is_listed(views: dict[str, View]) -> None:
    shown = views[NAME].part("visualizations")
    listed = shown["others"]["options"]["markdown"]
    for probe in PROBES:
        tried = "the search in docs/assumptions.md" if "$" in probe.probe else probe.probe
        text = f"**{probe.number}.** {probe.assumption}\n- Try: {tried}\n- Expect: {probe.expected}"
        if probe.searches:
            assert shown[f"about_{probe.number}"]["options"]["markdown"] == text
            assert f"probe_{probe.number}" in shown
        else:
            assert text in listed
    assert sum(1 for probe in PROBES if probe.searches) > 20
    assert "$" not in listed, "Dashboard Studio would wait for a value"


def test_every_search_of_the_document_can_be_read(scene: Scene) -> None:
    texts = [text for probe in PROBES for text in probe.typed]
    assert len(texts) > 30
    for text in texts:
        assert parse(scene.site.app.expand(text)).commands


# What the replay answers: as expected of Splunk where the answer does not depend on data, and no mistake elsewhere.
ANSWERS = {
    "probe_7": [{"tcp.bytes": 1}],
    "probe_9": [{"x": 5, "y": "5"}],
    "probe_10": [{"a": "fits", "b": "outside"}],
    "probe_11": [{"d": "2027-02-28"}],
    "probe_34": [{"stdev(v)": 0.0}],
}
REFUSED = {"probe_20": "rest: only", "probe_29": "no column pod"}


def test_they_run_in_the_replay_but_for_another_app_and_an_expected_error(views: dict[str, View], scene: Scene) -> None:
    view = views[NAME]
    for name, said in REFUSED.items():
        with pytest.raises(DashboardError, match=said):
            run_source(view, name, default_tokens(view), scene)
    rows = {
        name: [{key: value for key, value in row.items() if key != "_time"} for row in found]
        for name in view.part("dataSources").keys() - REFUSED
        for found in [run_source(view, name, default_tokens(view), scene)]
    }
    assert {name: rows[name] for name in ANSWERS} == ANSWERS
    days = {"range.earliest": "-3d@d", "range.latest": "now"}  # the hour has nothing but the attack
    kept, every = (int(str(run_source(view, name, days, scene)[0]["count"])) for name in ("probe_4", "probe_4_2"))
    assert 0 < kept < every


def test_a_changed_table_is_a_changed_dashboard(tmp_path: Path) -> None:
    document = tmp_path / "assumptions.md"
    document.write_text(
        "| # | A |\n| --- |\n| 1 | It rains | `\\| weather` over index=a, then `\\| sky` | wet | stay |\n"
        "| 2 | It snows | `\\| snow \\| outputlookup a` | white | go |\n"
        "| 3 | It hails | look up: `\\| sky` | ice | go |\n"
    )
    write_dashboard(document, tmp_path)
    view = load_view(tmp_path / f"{NAME}.xml")
    queries = {name: source["options"]["query"] for name, source in view.part("dataSources").items()}
    assert queries == {"probe_1": "| weather", "probe_1_2": "| sky"}
    assert "**2.** It snows" in view.part("visualizations")["others"]["options"]["markdown"]
    assert "**3.** It hails\n- Try: look up: `| sky`" in view.part("visualizations")["others"]["options"]["markdown"]


def test_a_document_without_the_table_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("nothing\n")
    with pytest.raises(DashboardError, match=r"notes\.md: has no table of assumptions"):
        write_dashboard(tmp_path / "notes.md", tmp_path)
