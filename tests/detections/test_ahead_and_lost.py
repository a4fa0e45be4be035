"""Time that is not over or lies ahead is not learned; tables that were lost or are old are found, and learned again."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.detections.sent import sending, table
from tests.detections.talking import talk
from tests.detections.world import (
    DAY,
    DEPLOYS,
    EDGE_BASELINE,
    HOUR,
    MINUTE,
    NEW_EDGE,
    NOW,
    PROFILE,
    SUSTAINED,
    TABLES,
    TRAFFIC_BASELINE,
    World,
)
from workbench.replay import engine
from workbench.replay.commands.tables import run_inputlookup
from workbench.replay.context import SearchContext
from workbench.replay.rows import Row
from workbench.spl import tree

EDGES = (("web", "db"), ("web", "cache"), ("api", "db"), ("api", "queue"), ("web", "queue"))


@pytest.fixture
def learned(world: World, nine_days: str) -> World:
    """A world that has learned nine days up to NOW."""
    (world.app.root / "lookups" / "npm_profile.csv").write_text(nine_days)
    return world.add(sending("web", NOW - 5 * HOUR, NOW))


def lookup(world: World, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((world.app.root / "lookups" / f"{name}.csv").read_text().splitlines()))


def messages(world: World, at: float) -> list[str]:
    return [message.text.removeprefix("npmlearn: ") for message in world.run(PROFILE, at).messages]


def test_an_hour_that_is_not_over_waits_for_its_end_when_a_person_runs_the_search(learned: World) -> None:
    learned.add(sending("web", NOW, NOW + 20 * MINUTE))
    before = table(learned)
    learned.run_over(PROFILE, NOW - 4 * HOUR + 20 * MINUTE, NOW + 20 * MINUTE, NOW + 20 * MINUTE)
    assert table(learned) == before
    learned.add(sending("web", NOW + 20 * MINUTE, NOW + HOUR, times=6))
    learned.run(PROFILE, NOW + HOUR + 22 * MINUTE)
    [row] = learned.rows(SUSTAINED, NOW + HOUR + 32 * MINUTE)
    assert row["confidence"] == "high"


def test_hours_that_have_not_begun_are_refused_and_told(learned: World) -> None:
    learned.add(sending("skewed", NOW + 46 * HOUR, NOW + 48 * HOUR))
    before = table(learned)
    learned.run_over(PROFILE, NOW - DAY, NOW + 3 * DAY, NOW)
    assert table(learned) == before
    learned.add(sending("web", NOW, NOW + HOUR, times=6))
    search = learned.app.saved_searches[PROFILE].search.replace("`npm_hours`", "`npm_hours` | eval read_until=2e9", 1)
    learned.run_text(search, NOW - HOUR, NOW + 3 * DAY, NOW + HOUR)
    assert len(learned.rows(SUSTAINED, NOW + HOUR + 32 * MINUTE)) == 1


def test_profiles_that_learned_the_future_begin_anew(new_world: Callable[[], World], nine_days: str) -> None:
    """The clock of the search head was three days ahead for a while."""
    ahead, world = new_world(), new_world()
    (ahead.app.root / "lookups" / "npm_profile.csv").write_text(nine_days)
    ahead.add(sending("web", NOW + 2 * DAY, NOW + 2 * DAY + HOUR))
    ahead.run(PROFILE, NOW + 2 * DAY + 82 * MINUTE)
    poisoned = ahead.app.root / "lookups" / "npm_profile.csv"
    (world.app.root / "lookups" / "npm_profile.csv").write_text(poisoned.read_text())
    world.add(sending("web", NOW, NOW + HOUR))
    told = messages(world, NOW + 82 * MINUTE)
    assert told[0].startswith("2 profiles had learned hours that have not been, and begin anew;")
    assert {(row["state"], row["last_hour"]) for row in lookup(world, "npm_profile")} == {("silent", f"{NOW:.0f}")}


def chain(world: World, hours: range, *searches: str) -> list[Any]:
    """Scheduled runs of so many hours from NOW on, of each search in turn; what was reported."""
    found = []
    for hour in hours:
        for search in searches:
            minute = {PROFILE: 22, SUSTAINED: 32}[search]
            run = world.run(search, NOW + hour * HOUR + minute * MINUTE)
            rows = run.findings if search == SUSTAINED else ()
            found += [(hour, row["workload"], row["confidence"], row["anomalies"], row["hours"]) for row in rows]
    return found


def test_an_outage_of_nine_hours_made_up_for_changes_neither_tables_nor_findings(
    new_world: Callable[[], World], nine_days: str
) -> None:
    """The scheduler runs what was missed, each search for itself and in order."""
    unbroken, outage = new_world(), new_world()
    for world in (unbroken, outage):
        (world.app.root / "lookups" / "npm_profile.csv").write_text(nine_days)
        world.add(sending("web", NOW - HOUR, NOW + 2 * HOUR)).add(sending("web", NOW + 2 * HOUR, NOW + 4 * HOUR, 2.5))
        world.add(sending("web", NOW + 4 * HOUR, NOW + 10 * HOUR))
    expected = chain(unbroken, range(1, 11), PROFILE, SUSTAINED)
    found = []
    for search in (PROFILE, SUSTAINED):
        found += chain(outage, range(1, 10), search)
    found += chain(outage, range(10, 11), PROFILE, SUSTAINED)
    assert expected
    assert found == expected
    assert table(outage) == table(unbroken)


def test_hours_that_were_learned_late_are_reported_by_the_next_run(learned: World) -> None:
    """The runs of the detection were made up for before those of the profile."""
    learned.add(sending("web", NOW, NOW + 2 * HOUR, times=2.5)).add(sending("web", NOW + 2 * HOUR, NOW + 9 * HOUR))
    learned.run(DEPLOYS, NOW + 9 * HOUR + 50 * MINUTE)
    assert chain(learned, range(1, 10), SUSTAINED) == []
    chain(learned, range(1, 10), PROFILE)
    [(hour, workload, *_)] = chain(learned, range(10, 11), SUSTAINED)
    assert (hour, workload) == (10, "web")
    assert learned.rows(SUSTAINED, NOW + 15 * HOUR) == []


@pytest.fixture
def watched(world: World) -> World:
    """A cluster whose five edges were active for 20 days; the edge searches ran until two hours ago."""
    for source, dest in EDGES:
        world.add(talk("prod", source, dest, 20 * DAY, 10 * DAY, 8 * HOUR, HOUR / 2))
    world.run_over(EDGE_BASELINE, NOW - 30 * DAY, NOW - 6 * HOUR, NOW - 6 * HOUR)
    assert world.rows(NEW_EDGE) == []
    return world


def keep(world: World, name: str, kept: Callable[[list[str]], list[str]]) -> None:
    path = world.app.root / "lookups" / f"{name}.csv"
    head, *rows = path.read_text().splitlines()
    path.write_text("\n".join([head, *kept(rows), ""]))


def test_a_cluster_whose_edges_are_gone_learns_again_and_reports_nothing(watched: World) -> None:
    """Only npm_edge_clusters came back from the backup, and it says ready."""
    keep(watched, "npm_known_edges", lambda rows: [])
    watched.run(EDGE_BASELINE, NOW + 2 * MINUTE)
    assert watched.rows(NEW_EDGE, NOW + 12 * MINUTE) == []
    [cluster] = lookup(watched, "npm_edge_clusters")
    lost = NOW - 8 * MINUTE
    assert (cluster["state"], float(cluster["lost_at"])) == ("learning", lost)
    assert float(cluster["learning_until"]) == lost + 7 * DAY
    watched.run(EDGE_BASELINE, NOW + 62 * MINUTE)
    assert lookup(watched, "npm_edge_clusters")[0]["learning_until"] == cluster["learning_until"]


def test_a_lost_table_is_no_findings_before_the_hourly_search_finds_it(watched: World) -> None:
    """Detections run first. However many edges are new, a table that knows others of the cluster was not lost."""
    for number in range(40):
        watched.add(talk("prod", "web", f"app-{number}", HOUR / 2))
    assert len(watched.rows(NEW_EDGE)) == 40  # each is new itself
    keep(watched, "npm_known_edges", lambda rows: [])
    assert watched.rows(NEW_EDGE) == []
    (watched.app.root / "lookups" / "npm_known_edges.csv").unlink()
    watched.run(TABLES)
    assert watched.rows(NEW_EDGE) == []


def test_a_table_of_edges_restored_alone_is_old(watched: World) -> None:
    """A few edges became known since, of a few workloads; npm_edge_clusters is as it was."""
    week, folder = 7 * DAY, watched.app.root / "lookups"
    before = {name: (folder / f"{name}.csv").read_text() for name in ("npm_known_edges", "npm_edge_clusters")}
    hours = [-week + HOUR * (1 + hour) for hour in range(30)]
    watched.add(talk("prod", "web", "db", *hours)).add(talk("prod", "web", "since", *hours))
    watched.run_over(EDGE_BASELINE, NOW - DAY, NOW + week - 2 * HOUR, NOW + week - 2 * HOUR)
    assert watched.rows(NEW_EDGE, NOW + week - HOUR) == []
    after = {name: (folder / f"{name}.csv").read_text() for name in before}
    (folder / "npm_known_edges.csv").write_text(before["npm_known_edges"])
    assert watched.rows(NEW_EDGE, NOW + week - HOUR) == []
    watched.run(EDGE_BASELINE, NOW + week + 2 * MINUTE)
    assert watched.rows(NEW_EDGE, NOW + week + 12 * MINUTE) == []
    [cluster] = lookup(watched, "npm_edge_clusters")
    assert (cluster["state"], float(cluster["lost_at"])) == ("learning", NOW + week - 8 * MINUTE)
    (folder / "npm_known_edges.csv").write_text(after["npm_known_edges"])
    (folder / "npm_edge_clusters.csv").write_text(before["npm_edge_clusters"])  # the other one alone: nothing is lost
    watched.add(talk("prod", "web", "secrets", -week + HOUR / 2))
    watched.run(EDGE_BASELINE, NOW + week + 2 * MINUTE)
    assert len(watched.rows(NEW_EDGE, NOW + week + 12 * MINUTE)) == 1
    assert lookup(watched, "npm_edge_clusters")[0]["state"] == "ready"


def test_an_edge_that_a_person_takes_out_is_new_again_and_nothing_else_changes(watched: World) -> None:
    keep(watched, "npm_known_edges", lambda rows: rows[1:])
    watched.run(EDGE_BASELINE, NOW + 2 * MINUTE)
    assert len(watched.rows(NEW_EDGE, NOW + 12 * MINUTE)) == 1
    assert lookup(watched, "npm_edge_clusters")[0]["state"] == "ready"


def test_tables_restored_from_a_week_ago_learn_for_a_week(watched: World) -> None:
    """What became known in between is not reported as new."""
    week = 7 * DAY
    watched.add(talk("prod", "web", "since", -week + HOUR)).add(talk("prod", "web", "db", -week + HOUR))
    watched.run(EDGE_BASELINE, NOW + week)
    assert watched.rows(NEW_EDGE, NOW + week - 20 * MINUTE) == []
    [cluster] = lookup(watched, "npm_edge_clusters")
    assert cluster["state"] == "learning"
    assert 6.5 * DAY < float(cluster["learning_until"]) - NOW - week < week


def test_a_cluster_that_sent_nothing_for_a_month_learns_again(watched: World) -> None:
    """All its edges were forgotten, and would be reported as seen again."""
    silence = 32 * DAY
    watched.run_over(EDGE_BASELINE, NOW, NOW + silence - 3 * HOUR, NOW + silence - 3 * HOUR)
    watched.add(talk("prod", "web", "db", HOUR - silence)).add(talk("prod", "web", "cache", HOUR - silence))
    watched.run(EDGE_BASELINE, NOW + silence)
    assert lookup(watched, "npm_edge_clusters")[0]["state"] == "learning"
    assert watched.rows(NEW_EDGE, NOW + silence - 20 * MINUTE) == []


def test_a_cluster_that_sent_nothing_for_days_does_not_learn_again(watched: World) -> None:
    watched.run_over(EDGE_BASELINE, NOW, NOW + 71 * HOUR, NOW + 71 * HOUR)
    watched.add(talk("prod", "web", "secrets", -72 * HOUR))
    assert len(watched.rows(NEW_EDGE, NOW + 72.5 * HOUR)) == 1


def test_edges_ahead_of_the_clock_are_not_learned_and_leave_a_table_that_has_them(watched: World) -> None:
    watched.add(talk("prod", "web", "ahead", -2 * DAY)).add(talk("prod", "web", "db", -2 * DAY))
    watched.run_over(EDGE_BASELINE, NOW - DAY, NOW + 3 * DAY)
    assert {row["dest_workload"] for row in lookup(watched, "npm_known_edges")} == {"db", "cache", "queue"}
    assert max(float(row["last_seen"]) for row in lookup(watched, "npm_known_edges")) <= NOW
    ahead = f"{NOW + 2 * DAY:.0f}"
    keep(
        watched,
        "npm_known_edges",
        lambda rows: [
            rows[0].rsplit(",", 2)[0] + f",{ahead},",
            *rows[1:],
            f"prod,tcp,shop,web,shop,x,{ahead},{ahead},",
        ],
    )
    watched.run(EDGE_BASELINE, NOW + 2 * MINUTE)
    after = lookup(watched, "npm_known_edges")
    assert len(after) == 5
    assert max(float(row["last_seen"]) for row in after) <= NOW + 2 * MINUTE


def test_a_cluster_does_not_learn_until_a_day_that_lies_years_ahead(watched: World) -> None:
    """The clock of the search head was a year ahead when the cluster's edges were lost."""
    path = watched.app.root / "lookups" / "npm_edge_clusters.csv"
    with path.open() as stream:
        [row] = csv.DictReader(stream)
    row |= {"lost_at": f"{NOW + 393 * DAY:.0f}", "learn_again_until": f"{NOW + 400 * DAY:.0f}", "state": "learning"}
    path.write_text(",".join(row) + "\n" + ",".join(row.values()) + "\n")
    for at in (NOW + 2 * MINUTE, NOW + 62 * MINUTE):
        watched.run(EDGE_BASELINE, at)
        [cluster] = lookup(watched, "npm_edge_clusters")
        assert (cluster["state"], float(cluster["lost_at"])) == ("learning", NOW - 8 * MINUTE)
        assert float(cluster["learning_until"]) == NOW - 8 * MINUTE + 7 * DAY


@pytest.mark.parametrize("ahead", [1, 2 * DAY, 400 * DAY])
def test_a_time_range_that_lies_ahead_changes_nothing(watched: World, ahead: float) -> None:
    """A person chose it, or the clock of their browser is wrong; no cluster learns again for the time between."""
    watched.add(sending("web", NOW - 2 * DAY, NOW, image="1")).learn_traffic()
    for search in (DEPLOYS, PROFILE):
        watched.run_over(search, NOW - 2 * DAY, NOW, NOW)
    folder = watched.app.root / "lookups"
    before = {path.name: sorted(path.read_text().splitlines()) for path in folder.glob("*.csv")}
    watched.add(sending("web", NOW + ahead, NOW + ahead + HOUR, image="2"))
    for search in (TRAFFIC_BASELINE, EDGE_BASELINE, DEPLOYS, PROFILE):
        watched.run_over(search, NOW + ahead, NOW + ahead + DAY, NOW)
    assert {path.name: sorted(path.read_text().splitlines()) for path in folder.glob("*.csv")} == before


def test_the_order_of_appended_rows_decides_nothing(
    new_world: Callable[[], World], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Splunk promises no order where rows of a lookup are appended, so the replay mixes them here."""
    plain, mixed = new_world(), new_world()
    draw = random.Random(3)

    def mix(node: tree.Inputlookup, rows: Any, context: SearchContext) -> Iterator[Row]:
        both = list(run_inputlookup(node, rows, context))
        draw.shuffle(both)
        return iter(both)

    def runs(world: World) -> list[list[str]]:
        world.add(sending("web", NOW - 2 * DAY, NOW, image="1"))
        world.run_over(TRAFFIC_BASELINE, NOW - 3 * DAY, NOW)
        world.add(sending("web", NOW - DAY, NOW + HOUR, times=3, image="2"))  # the day comes again, with late points
        world.run_over(TRAFFIC_BASELINE, NOW - 2 * DAY, NOW)
        for at in (NOW, NOW + HOUR):
            for search in (EDGE_BASELINE, DEPLOYS, PROFILE):
                world.run(search, at + 30 * MINUTE)
        return [sorted(path.read_text().splitlines()) for path in sorted((world.app.root / "lookups").glob("*.csv"))]

    expected = runs(plain)
    monkeypatch.setitem(engine._FOLLOWING, tree.Inputlookup, mix)
    assert runs(mixed) == expected
