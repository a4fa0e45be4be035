"""The data check over what every simulated source sends, with the right macros and with wrong ones."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from tests.detections.checking import HOUR, Site, chosen
from tests.detections.world import DEPLOYS, EDGE_BASELINE, NEW_EDGE, NEW_UDP_EDGE
from tests.examples import examples
from tests.traffic.answers import ONE_CLUSTER
from workbench.compiler.build import Package
from workbench.replay.context import Window
from workbench.traffic.simulated_store import DEFAULT_END, Order
from workbench.traffic.sources import SOURCES

METRIC_OF = {"obi_o11y": "obi"}  # the name of the lines, where it is not that of the source
MISREAD = (("obi", "obi_o11y"), ("obi_stat", "obi_o11y"), ("obi_o11y", "obi"), ("obi_o11y", "obi_stat"))
FAMILY = {"obi", "obi_stat", "obi_o11y"}
UNREAD = [(a, b) for a, b in product(SOURCES, SOURCES) if a != b and not {a, b} <= FAMILY][:: examples(3, 1)]


@pytest.fixture(scope="module")
def stores(simulated: Callable[[Order], Path]) -> dict[str, Path]:
    """What each source sends of one estate in two days."""
    return {name: simulated(replace(ONE_CLUSTER, source=name)) for name in SOURCES}


@pytest.mark.parametrize("source", SOURCES)
def test_right_data_rightly_read_gives_no_line_but_ok(
    built: Package, stores: dict[str, Path], tmp_path: Path, source: str
) -> None:
    check = Site(built.staged, tmp_path, chosen(source)).check(stores[source], DEFAULT_END)
    assert check.not_ok() == {}
    assert f"npm_sent_{source}" in check.advice("source", METRIC_OF.get(source, source))
    for search in (NEW_EDGE, NEW_UDP_EDGE, EDGE_BASELINE, DEPLOYS):
        name = search.removeprefix("K8S NPM - ").removesuffix(" - Rule")
        assert (name in check.advice("edges", "npm_edges")) == (source == "kubelet"), name


@pytest.mark.parametrize(("source", "macro"), MISREAD)
def test_counters_read_as_amounts_and_amounts_read_as_counters_are_wrong(
    built: Package, stores: dict[str, Path], tmp_path: Path, source: str, macro: str
) -> None:
    check = Site(built.staged, tmp_path, chosen(macro)).check(stores[source], DEFAULT_END)
    said = "Amounts are read as counters" if source == "obi_o11y" else "Counters are read as amounts"
    right = "npm_sent_obi_o11y" if source == "obi_o11y" else "npm_sent_obi"
    assert check.state("growth", "obi") == "wrong"
    assert said in check.advice("growth", "obi")
    assert check.advice("growth", "obi").endswith(f"Set npm_sent_of to {right}.")


@pytest.mark.parametrize(("source", "macro"), UNREAD)
def test_a_source_that_nothing_reads_is_wrong_and_its_macro_named(
    built: Package, stores: dict[str, Path], tmp_path: Path, source: str, macro: str
) -> None:
    check = Site(built.staged, tmp_path, chosen(macro)).check(stores[source], DEFAULT_END)
    line = ("source", METRIC_OF.get(source, source))
    assert check.state(*line) == "wrong"
    assert f"npm_sent reads nothing. Set npm_sent_of to npm_sent_{source}," in check.advice(*line)
    assert check.state("edges", "npm_edges") == "wrong"


def test_socket_bytes_that_are_chosen_but_not_sent_are_wrong(
    built: Package, stores: dict[str, Path], tmp_path: Path
) -> None:
    check = Site(built.staged, tmp_path, chosen("obi_stat")).check(stores["obi"], DEFAULT_END)
    assert check.state("source", "obi") == "wrong"
    assert "TCP bytes are missing" in check.advice("source", "obi")


def test_an_interval_shorter_than_that_of_the_points_is_wrong(
    built: Package, stores: dict[str, Path], tmp_path: Path
) -> None:
    for interval, state in ((30, "wrong"), (60, "look"), (120, "ok")):
        site = Site(built.staged, tmp_path / str(interval), chosen("obi", interval))
        check = site.check(stores["obi"], DEFAULT_END)
        assert check.state("interval", "npm_sent") == state
        if state != "ok":
            numbers = [int(word) for word in re.findall(r"\b\d+\b", check.advice("interval", "npm_sent"))]
            assert numbers == [120, 2], "seconds of npm_sent_in, and npm_outbound_intervals as the page of OBI has it"


@pytest.mark.parametrize("source", SOURCES)
def test_the_limits_of_growth_lie_far_from_what_any_source_sends(
    built: Package, stores: dict[str, Path], tmp_path: Path, source: str
) -> None:
    site = Site(built.staged, tmp_path)
    for hours in range(1, 20, examples(6, 3)):
        window = Window(DEFAULT_END - hours * HOUR, DEFAULT_END - (hours - 1) * HOUR)
        for row in site.run("| `npm_check_sources`", stores[source], DEFAULT_END, window):
            amounts = source in ("ebpf", "obi_o11y")
            assert row["grows"] == ("amounts" if amounts else "counter")
            climbing = float(str(row["climbing"]))
            assert climbing < 0.1 if amounts else climbing > 0.95
