"""The dashboards of the app, the schema they are held against, and a scene in which their searches find things."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.detections.world import (
    DAY,
    EDGE_BASELINE,
    HOUR,
    MINUTE,
    NEW_EDGE,
    NOW,
    OUTBOUND,
    PROFILE,
    TRAFFIC_BASELINE,
    World,
    point,
)
from workbench.compiler.build import Package
from workbench.dashboards.running import Scene
from workbench.dashboards.view import View, load_views
from workbench.replay.eventlog import events_of
from workbench.replay.schedule import Site

CHECKOUT = Path(__file__).parents[2]
ALLOWLIST = """cluster,namespace,workload,process,dest_namespace,dest_workload,reason,owner,expires
prod,shop,backup,restic,*,*,nightly copy,platform,never
prod,shop,export,python,*,*,monthly export,finance,2026-03-10
prod,shop,export,python,*,*,last year's export,finance,2025-03-10
prod,shop,loader,*,*,*,load tests,web,2026-12-31
"""


@pytest.fixture(scope="session")
def views() -> dict[str, View]:
    """All dashboards by name."""
    return {view.name: view for view in load_views(CHECKOUT / "app")}


@pytest.fixture(scope="session")
def schema(shared: Path) -> dict[str, Any]:
    """The schema of a Dashboard Studio definition."""
    loaded: dict[str, Any] = json.loads((shared / "splunk" / "dashboard-studio.schema.json").read_text())
    return loaded


@pytest.fixture
def world(built: Package, tmp_path: Path) -> World:
    """An app that has just been installed: its tables are made."""
    return World(built.staged, tmp_path)


@pytest.fixture(scope="session")
def scene(built: Package, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Three quiet days of web -> db, with a new edge of dns, then an hour in which web sends fifty times as much to a
    new place.
    """
    world = World(built.staged, tmp_path_factory.mktemp("scene"))
    world.set_macro("npm_edge_learning_days", "1")
    for step in range(int((3 * DAY - 2 * HOUR) / (5 * MINUTE))):
        at, up = NOW - 3 * DAY + step * 5 * MINUTE, step % 2
        sent: dict[str, Any] = {"tcp_bytes": 900 + 200 * up, "tcp_packets": 9 + 2 * up, "tcp_new_sockets": 1 + up}
        world.add([point(at, "prod", "web", process="nginx", dest="db", **sent)])
        world.add([point(at, "prod", "dns", process="coredns", dest="web", udp_bytes=500 + up, udp_packets=5 + up)])
    asked: dict[str, Any] = {"tcp_bytes": 100, "tcp_packets": 1}
    world.add([point(NOW - 20 * HOUR, "prod", "dns", process="coredns", dest="db", **asked)])
    for step in range(100):
        at = NOW - HOUR + step * 30
        sent = {"tcp_bytes": 50_000, "tcp_packets": 500, "tcp_new_sockets": 1}
        world.add([point(at, "prod", "web", process="nginx", dest="203.0.113.9", outside="destination", **sent)])
    world.run_over(EDGE_BASELINE, NOW - 30 * DAY, NOW - 2 * HOUR, at=NOW - 2 * HOUR)
    world.run_over(PROFILE, NOW - 2 * DAY, NOW, at=NOW)
    runs = [world.run(name, at) for name, at in ((TRAFFIC_BASELINE, NOW - HOUR), (OUTBOUND, NOW), (NEW_EDGE, NOW))]
    (world.app.root / "lookups" / "npm_allowlist.csv").write_text(ALLOWLIST)
    now = NOW + MINUTE  # so that what happened at NOW is before the end of the time range
    return Scene(Site(world.app, world.store(), Path(sys.executable)), events_of(runs, world.app.root.name), now)
