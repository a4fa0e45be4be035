"""Each table that searches write, spoilt in each way: nothing is reported, Health or an error tells, it learns again.

Half of the rows, those of a cluster, the older ones, and a column are lost; a table comes back from a week ago.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from tests.detections.sent import sending
from tests.detections.talking import talk
from tests.detections.world import (
    DAY,
    DEPLOYS,
    EDGE_BASELINE,
    HOUR,
    MINUTE,
    NEW_EDGE,
    NEW_UDP_EDGE,
    NOW,
    OUTBOUND,
    PROFILE,
    SUSTAINED,
    TABLES,
    TRAFFIC_BASELINE,
    World,
)
from workbench.compiler.build import Package
from workbench.replay.app import App
from workbench.replay.errors import ReplayError

WORKLOADS = {"prod": ("api", "web", "cache", "queue"), "dev": ("api", "web")}
# Of each table, columns that are lost, and what reads it.
COLUMNS = {
    "npm_days": (("cluster", "day"), ()),
    "npm_baseline": (("workload", "process"), (OUTBOUND,)),
    "npm_profile": (("cluster", "kind", "profile"), (SUSTAINED,)),
    "npm_known_edges": (("cluster", "workload", "first_seen", "last_seen"), (NEW_EDGE, NEW_UDP_EDGE)),
    "npm_edge_clusters": (("cluster", "learning_until"), (NEW_EDGE,)),
    "npm_edge_workloads": (("cluster", "workload", "first_seen"), (NEW_EDGE,)),
    "npm_known_images": (("cluster", "image"), ()),
    "npm_deploys": (("cluster", "accepted_at"), ()),
}
TIMES: tuple[str, ...] = (
    "day",
    "first_seen",
    "last_seen",
    "silent_since",
    "read_until",
    "watched_since",
    "learning_until",
    "lost_at",
)
TIMES += ("learn_again_until", "running_since", "deployed_at", "accepted_at", "hour", "last_hour", "learned_at")
RELEASED = NOW - DAY
"""When all processes got a new image."""

Tables = dict[str, tuple[str, str]]
Change = Callable[[str], str]


def rewritten(text: str, change: Callable[[list[dict[str, str]]], list[dict[str, str]]], lost: str = "") -> str:
    rows = csv.DictReader(io.StringIO(text))
    columns = [name for name in rows.fieldnames or [] if name != lost]
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(change(list(rows)))
    return out.getvalue()


def later(row: dict[str, str]) -> dict[str, str]:
    return {
        name: str(float(cell) + (365 if name == "day" else 365 * DAY)) if name in TIMES and cell else cell
        for name, cell in row.items()
    }


def newer(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Of a table that names times, the newer half; else the last rows of the file."""
    name = next((name for name in TIMES if len({row.get(name) for row in rows}) > 1), "")
    rows = sorted(rows, key=lambda row: float(row[name] or 0)) if name else rows
    return rows[(len(rows) + 1) // 2 :]


SPOILT: dict[str, Change] = {
    "no bytes": lambda _text: "",
    "header only": lambda text: text.partition("\n")[0] + "\n",
    "half its rows": lambda text: rewritten(text, lambda rows: rows[::2]),
    "a cluster": lambda text: rewritten(text, lambda rows: [row for row in rows if row["cluster"] != "dev"]),
    "older rows": lambda text: rewritten(text, newer),
    "a year ahead": lambda text: rewritten(text, lambda rows: [later(row) for row in rows]),
}


def without(column: str) -> Change:
    return lambda text: rewritten(text, list, column)


def talking(world: World, first: float, last: float) -> World:
    """Processes of two clusters that send steadily, each to all others of its cluster."""
    for cluster, names in WORKLOADS.items():
        for name in names:
            world.add(sending(name, first, min(last, RELEASED), image="v1", cluster=cluster))
            world.add(sending(name, max(first, RELEASED), last, image="v2", cluster=cluster))
            ages = [NOW - first - step * 8 * HOUR for step in range(int((last - first) / (8 * HOUR)))]
            world.add(each for other in names if name < other for each in talk(cluster, name, other, *ages, HOUR / 2))
    return world


def learn(world: World, first: float, last: float) -> None:
    for search, before in ((TRAFFIC_BASELINE, DAY), (EDGE_BASELINE, HOUR), (DEPLOYS, HOUR), (PROFILE, 0)):
        world.run_over(search, first - before, last, last)


@pytest.fixture(scope="session")
def tables(built: Package, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Each table as it was a week ago, and as it is."""
    begins = NOW - 9 * DAY
    world = talking(World(built.staged, tmp_path_factory.mktemp("learned")), begins, NOW)
    folder = world.app.root / "lookups"
    learn(world, begins, NOW - 7 * DAY)
    old = {name: (folder / f"{name}.csv").read_text() for name in COLUMNS}
    learn(world, NOW - 7 * DAY, NOW)
    return {name: (old[name], (folder / f"{name}.csv").read_text()) for name in COLUMNS}


@pytest.fixture
def running(world: World) -> World:
    """Deploys are searched for too, which is optional."""
    (world.app.root / "local").mkdir(exist_ok=True)
    (world.app.root / "local" / "savedsearches.conf").write_text(f"[{DEPLOYS}]\ndisabled = 0\n")
    world.app = App.load(world.app.root)
    return talking(world, NOW - 29 * HOUR, NOW + 3 * HOUR)


def put(world: World, name: str, text: str) -> None:
    (world.app.root / "lookups" / f"{name}.csv").write_text(text)


def findings(world: World, at: float, search: str) -> int | None:
    """How many findings there are, None where the search ends with an error."""
    try:
        return len(world.rows(search, at))
    except ReplayError:
        return None


def health(world: World, at: float) -> dict[str, str]:
    return {str(row["subject"]): str(row["state"]) for row in world.run_text("| `npm_learned`", at - DAY, at, at)}


def test_what_is_missing_is_told_with_the_next_step(running: World, tables: Tables) -> None:
    for name, (_old, new) in tables.items():
        put(running, name, new)
    lost = rewritten(tables["npm_days"][1], lambda rows: [row for row in rows if row["cluster"] == "prod"][::2])
    put(running, "npm_days", lost)
    [line] = [row for row in running.run_text("| `npm_learned`", NOW - DAY, NOW) if row["subject"] == "npm_days"]
    assert line["advice"] == (
        "Rows that its search wrote are missing: 1 of 2 clusters have none, cluster prod has 32 of 63. Run K8S NPM -"
        " Learn History over 30 days, which reads them again, as far as there are metrics; or restore a backup."
        " Nothing to do if you took them out."
    )


def test_tables_that_are_whole_are_told_of_as_whole(running: World, tables: Tables) -> None:
    for name, (_old, new) in tables.items():
        put(running, name, new)
    assert {name: state for name, state in health(running, NOW + 32 * MINUTE).items() if state != "ok"} == {}


@pytest.mark.parametrize("how", [*SPOILT, "restored", "a column lost"])
def test_a_table_that_is_spoilt_gives_no_findings_and_is_told(running: World, tables: Tables, how: str) -> None:
    """Before any search has run that writes it."""
    for name, (columns, readers) in COLUMNS.items():
        changes = [SPOILT.get(how)] if how != "a column lost" else [without(column) for column in columns]
        for change in changes:
            for each, (_old, new) in tables.items():
                put(running, each, new)
            old, new = tables[name]
            put(running, name, change(new) if change else old)
            found = [findings(running, NOW + 32 * MINUTE, search) for search in readers]
            assert set(found) <= {0, None}, name
            told = None in found or health(running, NOW + 32 * MINUTE)[name] in ("look", "wait", "learning")
            assert told, name


@pytest.mark.parametrize("how", [*SPOILT, "restored", 0, 1])
def test_tables_that_are_spoilt_are_learned_again_by_their_next_runs(
    running: World, tables: Tables, how: str | int
) -> None:
    """All at once. A profile that lost a column is left for a person to mend, and the error says so."""
    for name, (old, new) in tables.items():
        lost = how if isinstance(how, int) else None
        kept = lost is not None and name == "npm_profile"
        change = (
            without(COLUMNS[name][0][lost]) if lost is not None else SPOILT.get(str(how), lambda _text, old=old: old)
        )
        put(running, name, new if kept else change(new))
    running.run(TABLES, NOW + 58 * MINUTE)
    for hour in (1, 2):
        at = NOW + hour * HOUR
        for search, minute in ((EDGE_BASELINE, 2), (DEPLOYS, 14), (PROFILE, 22)):
            running.run(search, at + minute * MINUTE)
        if hour == 1:
            running.run(TRAFFIC_BASELINE, at + 77 * MINUTE)
        assert [findings(running, at + 32 * MINUTE, each) for each in (NEW_EDGE, NEW_UDP_EDGE, SUSTAINED)] == [0] * 3
    assert findings(running, NOW + 2.5 * HOUR, OUTBOUND) == 0
    states = health(running, NOW + 2.5 * HOUR)
    assert "look" not in states.values()
    if how in ("half its rows", "a cluster", "older rows", "restored"):
        again = {"npm_days", "npm_profile", "npm_known_images", "npm_edge_clusters"}
        assert {name for name, state in states.items() if state == "learning"} == again
