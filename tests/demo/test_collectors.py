"""What the demo sets for a source is what its page says; searches that would read no rows stay disabled."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.detections.collected import pod
from tests.detections.world import DEPLOYS, EDGE_BASELINE, NEW_EDGE, NEW_UDP_EDGE, World
from workbench.compiler.build import Package
from workbench.conf import ConfError
from workbench.demo.__main__ import main
from workbench.demo.collectors import conf_blocks, enabled, site_macros
from workbench.replay.app import App
from workbench.traffic.clusters import PlanError
from workbench.traffic.sources import SOURCES

CHOICES = {"npm_sent_in(2)", "npm_sent_of(3)", "npm_edges", "npm_images"}
FOR_HISTORY = {"npm_sent_in(4)", "npm_sent_of(5)", "npm_edges(2)", "npm_images(2)"}
BLOCK = """before
```ini title="local/macros.conf for mine"
[npm_edges]
definition = `npm_no_rows`
```
after
"""


@pytest.mark.parametrize("source", SOURCES)
def test_the_page_of_each_source_sets_all_choices(source: str) -> None:
    macros = site_macros(source)
    assert set(macros) - {"npm_outbound_intervals"} == CHOICES | FOR_HISTORY
    # Eight intervals of 30 seconds are what ships.
    seconds = int(macros["npm_sent_in(2)"].partition("(")[2].split(",")[0])
    assert int(macros.get("npm_outbound_intervals", "8")) == 240 // seconds


def test_the_page_of_the_ebpf_collector_says_what_ships(built: Package) -> None:
    macros = App.load(built.staged).macros
    assert site_macros("ebpf") == {name: macros[name].definition for name in CHOICES | FOR_HISTORY}


def test_a_block_is_read_by_its_title(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(BLOCK)
    assert conf_blocks(tmp_path) == {"mine": "[npm_edges]\ndefinition = `npm_no_rows`\n"}
    assert site_macros("mine", tmp_path) == {"npm_edges": "`npm_no_rows`"}


def test_a_source_without_a_block_or_with_two_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(BLOCK)
    with pytest.raises(PlanError, match=r'no page has a block titled "local/macros\.conf for other"'):
        site_macros("other", tmp_path)
    (tmp_path / "b.md").write_text(BLOCK)
    with pytest.raises(PlanError, match=r"b\.md: a second local/macros\.conf for mine"):
        site_macros("mine", tmp_path)


def test_a_block_that_splunk_would_misread_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(BLOCK.replace("definition = ", "definition "))
    with pytest.raises(ConfError, match=r"local/macros\.conf for mine:2"):
        site_macros("mine", tmp_path)


@pytest.mark.parametrize(
    ("source", "left_out"),
    [
        ("ebpf", set()),
        ("obi", {DEPLOYS}),
        ("tetragon", {DEPLOYS}),
        ("kubelet", {DEPLOYS, EDGE_BASELINE, NEW_EDGE, NEW_UDP_EDGE}),
    ],
)
def test_searches_that_would_read_no_rows_are_not_enabled(source: str, left_out: set[str], built: Package) -> None:
    searches = tuple(App.load(built.staged).saved_searches.values())
    kept = {search.name for search in enabled(searches, site_macros(source))}
    reads_events = {search.name for search in searches if search.search.startswith("index")}
    assert {search.name for search in searches} - kept == left_out | reads_events


def test_the_kubelet_page_names_the_searches_to_leave_disabled_as_they_find_none(
    built: Package, tmp_path: Path
) -> None:
    world = World(built.staged, tmp_path)
    page = (Path(__file__).parents[2] / "docs" / "sources" / "kubelet.md").read_text(encoding="utf-8")
    for name in (DEPLOYS, EDGE_BASELINE, NEW_EDGE, NEW_UDP_EDGE):
        assert f"- *{name}*\n" in page
    for name, definition in site_macros("kubelet").items():
        world.set_macro(name, definition)
    world.add(pod("web-5d59d67564-x7k2p", range(0, 1200, 10)))
    assert [world.rows(name) for name in (EDGE_BASELINE, NEW_EDGE, DEPLOYS)] == [[], [], []]


def test_an_unknown_source_is_refused_with_the_names_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--source", "pigeons"])
    message = capsys.readouterr().err
    assert all(source in message for source in SOURCES)
