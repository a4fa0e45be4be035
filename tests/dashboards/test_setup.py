"""The tab Setup of Health: what is left to do, and from when each detection is sure, row by row."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.dashboards.test_dashboard_searches import SEARCHES, tokens_of
from tests.detections.world import DAY, EDGE_BASELINE, HOUR, NOW, PROFILE, TABLES, TRAFFIC_BASELINE, World, point
from workbench.dashboards.running import Scene, run_source
from workbench.dashboards.tokens import default_tokens
from workbench.dashboards.view import View
from workbench.demo.collectors import conf_blocks
from workbench.replay.app import App
from workbench.replay.eventlog import events_of
from workbench.replay.rows import Row
from workbench.replay.schedule import SearchRun, Site

Shown = Callable[..., dict[str, Row]]
ENABLE = "Enable it: Settings, Searches, reports, and alerts, Edit."


@pytest.fixture
def shown(world: World, views: dict[str, View]) -> Shown:
    """Lines of a table of the tab, by what they are about, after some runs."""

    def run(source: str, *runs: SearchRun, at: float = NOW) -> dict[str, Row]:
        site = Site(world.app, world.store(), Path(sys.executable))
        scene = Scene(site, events_of(runs, world.app.root.name), at)
        rows = run_source(views["npm_health"], source, default_tokens(views["npm_health"]), scene)
        return {str(row.pop("subject")): row for row in rows}

    return run


def enable(world: World, *names: str, **more: str) -> None:
    (world.app.root / "local").mkdir(exist_ok=True)
    stanzas = "".join(f"[{name}]\ndisabled = 0\n" for name in names)
    (world.app.root / "local" / "savedsearches.conf").write_text(stanzas)
    write_macros(world, "".join(f"[{name}]\ndefinition = {text}\n" for name, text in more.items()))


def write_macros(world: World, lines: str) -> None:
    """Write local/macros.conf."""
    (world.app.root / "local").mkdir(exist_ok=True)
    (world.app.root / "local" / "macros.conf").write_text(lines)
    world.app = App.load(world.app.root)


def short(name: str) -> str:
    return name.removeprefix("K8S NPM - ")


def test_after_the_installation_searches_are_to_be_enabled_and_tables_are_there(world: World, shown: Shown) -> None:
    lines = shown("setup")
    to_do = {subject for subject, line in lines.items() if line["state"] == "to do"}
    assert lines[short(PROFILE)] == {"state": "to do", "part": "search", "found": "disabled", "advice": ENABLE}
    assert to_do == {
        "Baseline Of Kubernetes NPM Process Traffic",
        "Baseline Of Kubernetes NPM TCP Edges",
        "Kubernetes Anomalous Outbound Network Activity from Process - Rule",
        "Kubernetes Sustained Outbound Volume from Process - Rule",
        "Kubernetes newly seen TCP edge - Rule",
        "Profile Of Kubernetes NPM Process Traffic",
    }
    assert {line["state"] for subject, line in lines.items() if line["part"] == "table"} == {"ok"}
    assert shown("setup").keys() - to_do >= {path.stem for path in (world.app.root / "lookups").iterdir()}


def test_a_search_waits_for_its_first_run_and_is_ok_after_it(world: World, shown: Shown) -> None:
    enable(world, PROFILE)
    assert shown("setup")[short(TABLES)] == {
        "state": "wait",
        "part": "search",
        "found": "no run yet",
        "advice": "It runs at its next time.",
    }
    lines = shown("setup", world.run(TABLES, NOW - HOUR), at=NOW + 60)
    assert lines[short(TABLES)] == {
        "state": "ok",
        "part": "search",
        "found": "1 run, the last at 2026-03-01 03:00",
        "advice": "",
    }
    assert lines[short(PROFILE)]["state"] == "wait"


def test_a_table_without_a_file_is_to_be_made(world: World, shown: Shown) -> None:
    (world.app.root / "lookups" / "npm_profile.csv").unlink()
    assert shown("setup")["npm_profile"] == {
        "state": "to do",
        "part": "table",
        "found": "no file",
        "advice": "K8S NPM - Tables makes it within the hour, or at once if you run it: Settings, Searches,"
        " reports, and alerts, Run.",
    }


def test_searches_of_edges_are_off_where_the_source_knows_no_peers(world: World, shown: Shown) -> None:
    enable(world, npm_edges="`npm_no_rows`")
    assert shown("setup")[short(EDGE_BASELINE)] == {
        "state": "off",
        "part": "search",
        "found": "disabled",
        "advice": "Your source knows no peers, so there are no edges.",
    }


@pytest.mark.parametrize(
    ("source", "unlike"),
    [
        ("ebpf", ""),
        ("obi", "npm_edges, npm_images, npm_sent_in, npm_sent_of"),
        ("kubelet", "npm_edges, npm_images, npm_sent_of"),
        ("istio", "npm_edges, npm_images, npm_sent_in, npm_sent_of"),
    ],
)
def test_learn_history_is_to_read_the_source_that_the_other_searches_read(
    world: World, shown: Shown, source: str, unlike: str
) -> None:
    """The page of a source has both forms of its macros; without the second ones Setup says so."""
    page = conf_blocks()[source]
    first, _, _ = page.partition("# The same with two more arguments")
    for lines, wrong in ((first, unlike), (page, "")):
        write_macros(world, lines)
        line = shown("setup")["Learn History"]
        advice = f"It would not read what the other searches do: set the forms of {wrong} with two more arguments too"
        assert line["state"] == ("look" if wrong else "off")
        assert str(line["advice"]).startswith(advice if wrong else "Optional: run it once by hand")


def test_before_anything_is_learned_the_detections_are_silent(shown: Shown) -> None:
    lines = shown("learned")
    assert lines["npm_profile"] == {
        "state": "wait",
        "rows": 0,
        "newest": "",
        "sure_from": "",
        "advice": "The first hour is learned after it has ended. The sustained detection is silent for eight hours.",
    }
    waiting = {"npm_baseline", "npm_days", "npm_edge_clusters", "npm_edge_workloads", "npm_known_edges", "npm_profile"}
    assert {subject for subject, line in lines.items() if line["state"] == "wait"} == waiting
    assert {line["state"] for subject, line in lines.items() if subject not in waiting} == {"ok"}


@pytest.mark.parametrize("rows", ["the first rows", "no rows"])
def test_every_panel_runs_before_anything_is_learned_or_sent_and_shows_no_first_row(
    world: World, views: dict[str, View], rows: str
) -> None:
    for path in (world.app.root / "lookups").iterdir():
        if rows == "no rows":
            header = (Path("contentctl") / "lookups" / path.name).read_text().splitlines()[0]
            path.write_text(f"{header}\n")
    scene = Scene(Site(world.app, world.store(), Path(sys.executable)), (), NOW)
    for name, source in SEARCHES:
        shown = run_source(views[name], source, tokens_of(views[name]), scene)
        assert not [row for row in shown if "0" in (row.get("cluster"), row.get("value"))], f"{name}: {source}"


def test_while_it_learns_it_says_from_when_each_detection_is_sure(world: World, shown: Shown) -> None:
    sent: dict[str, Any] = {"tcp_bytes": 1000, "tcp_packets": 10}
    world.add(point(NOW - 2 * DAY + 300 * n, "prod", "web", process="a", dest="db", **sent) for n in range(2 * 288))
    world.run_over(TRAFFIC_BASELINE, NOW - 2 * DAY, NOW)
    world.run_over(EDGE_BASELINE, NOW - 2 * DAY, NOW)
    world.run_over(PROFILE, NOW - 2 * DAY, NOW)
    lines = shown("learned")
    assert {name: (line["state"], line["rows"], line["newest"], line["sure_from"]) for name, line in lines.items()} == {
        "npm_days": ("learning", 1, "2026-03-01 00:00", "2026-03-07 00:00"),
        "npm_baseline": ("ok", 1, "2026-03-01 00:00", ""),
        "npm_edge_clusters": ("learning", 1, "2026-03-01 03:55", "2026-03-06 04:00"),
        "npm_known_edges": ("ok", 1, "2026-03-01 03:55", ""),
        "npm_edge_workloads": ("ok", 2, "2026-03-01 03:55", ""),
        "npm_profile": ("learning", 2, "2026-03-01 04:00", "2026-03-06 04:00"),
        **dict.fromkeys(
            ("npm_accepted_levels", "npm_allowlist", "npm_deploys", "npm_known_images", "npm_networks"),
            ("ok", 0, "", ""),
        ),
    }
    assert lines["npm_edge_clusters"]["advice"] == "The edge detection is silent in 1 of 1 clusters."
    assert shown("learned", at=NOW + 7 * DAY)["npm_profile"]["state"] == "look"


def test_lost_edges_are_told_before_the_hourly_search_finds_them(world: World, shown: Shown) -> None:
    world.add(point(NOW - HOUR, "prod", "web", process="a", dest="db", tcp_packets=1) for _ in range(1))
    world.run(EDGE_BASELINE)
    assert shown("learned")["npm_known_edges"]["state"] == "ok"
    (world.app.root / "lookups" / "npm_known_edges.csv").write_text("cluster\n")
    line = shown("learned")["npm_known_edges"]
    assert line["state"] == "look"
    assert str(line["advice"]).startswith("It was lost or comes from a backup.")
