"""Each table that searches write, spoilt in each way: nothing is reported, Health or an error tells, it learns again.

Tables that came back from a week ago, and those that lost a column, are among them. What is not told has no finding
either: half of the processes of a profile, images or clusters cannot be told from those that never were there.
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
from workbench.replay.errors import ReplayError

WORKLOADS = ("api", "web", "cache", "queue")
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
NOT_TOLD = {  # and without harm: nothing is reported for it
    *(("half its rows", name) for name in ("npm_days", "npm_profile", "npm_edge_clusters", "npm_edge_workloads")),
    ("a year ahead", "npm_baseline"),  # it has no times
    *(("half its rows", name) for name in ("npm_known_images", "npm_deploys")),
    *((how, name) for how in ("no bytes", "header only") for name in ("npm_known_images", "npm_deploys")),
    *(("restored", name) for name in ("npm_baseline", "npm_known_images", "npm_deploys")),
}

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


SPOILT: dict[str, Change] = {
    "no bytes": lambda _text: "",
    "header only": lambda text: text.partition("\n")[0] + "\n",
    "half its rows": lambda text: rewritten(text, lambda rows: rows[::2]),
    "a year ahead": lambda text: rewritten(text, lambda rows: [later(row) for row in rows]),
}


def without(column: str) -> Change:
    return lambda text: rewritten(text, list, column)


def talking(world: World, first: float, last: float) -> World:
    """Four processes that send steadily, each to the three others."""
    for name in WORKLOADS:
        world.add(sending(name, first, last, image="v1"))
        ages = [NOW - first - step * 8 * HOUR for step in range(int((last - first) / (8 * HOUR)))]
        world.add(each for other in WORKLOADS if name < other for each in talk("prod", name, other, *ages, HOUR / 2))
    return world


def learn(world: World, first: float, last: float) -> None:
    for search, before in ((TRAFFIC_BASELINE, DAY), (EDGE_BASELINE, HOUR), (DEPLOYS, HOUR), (PROFILE, 0)):
        world.run_over(search, first - before, last, last)


@pytest.fixture(scope="session")
def tables(built: Package, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Each table as it was a week ago, and as it is."""
    begins = NOW - 10 * DAY
    world = talking(World(built.staged, tmp_path_factory.mktemp("learned")), begins, NOW)
    folder = world.app.root / "lookups"
    learn(world, begins, NOW - 7 * DAY)
    old = {name: (folder / f"{name}.csv").read_text() for name in COLUMNS}
    learn(world, NOW - 7 * DAY, NOW)
    levels = "cluster,namespace,workload,process,accepted_at,up_to,reason,owner\n"
    (folder / "npm_deploys.csv").write_text(f"{levels}prod,shop,api,app,{NOW - DAY:.0f},3,image v1,deploys\n")
    return {name: (old[name], (folder / f"{name}.csv").read_text()) for name in COLUMNS}


@pytest.fixture
def running(world: World) -> World:
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
            assert told != ((how, name) in NOT_TOLD), name


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
    assert "look" not in health(running, NOW + 2.5 * HOUR).values()
