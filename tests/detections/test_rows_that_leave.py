"""Which rows are missed in the tables that searches keep, and which leave as they should."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.detections.sent import sending
from tests.detections.talking import talk
from tests.detections.world import (
    DAY,
    DEPLOYS,
    EDGE_BASELINE,
    HOUR,
    MINUTE,
    NOW,
    PROFILE,
    TABLE_CHECK,
    TRAFFIC_BASELINE,
    World,
)
from tests.examples import GENERATE, examples
from tests.replay.given_rows import run_on
from workbench.compiler.build import Package
from workbench.replay.app import App

KEPT = ("npm_days", "npm_profile", "npm_known_images")
IMAGE_COLUMNS = (
    "cluster,namespace,workload,process,image,first_seen,last_seen,running_since,deployed_at,read_until,lost_at,"
    "rows,clusters"
)


@pytest.fixture(scope="module")
def app(built: Package) -> App:
    return App.load(built.staged)


@settings(max_examples=examples(10, 200), phases=GENERATE, deadline=None)
@given(
    st.dictionaries(st.sampled_from("abcd"), st.integers(1, 60), min_size=1).flatmap(
        lambda written: st.fixed_dictionaries(
            {}, optional={name: st.integers(1, n) for name, n in written.items()}
        ).map(lambda kept: (written, kept))
    )
)
def test_a_table_tells_of_a_cluster_that_is_gone_or_of_half_of_its_rows(
    app: App, sizes: tuple[dict[str, int], dict[str, int]]
) -> None:
    """Beside Python's own counting; more than ten rows and 2 % are missed too. An empty table tells nothing."""
    written, kept = sizes
    counted = run_on(
        [{"cluster": name, "number": n} for name, count in written.items() for n in range(count)],
        app.expand("`npm_count_rows`"),
    )
    left = [row for row in counted if int(str(row["number"])) < kept.get(str(row["cluster"]), 0)]
    [held] = run_on(left, app.expand("`npm_held(npm_days, cluster, number, null(), null())`"))
    fewer = [n for name, n in kept.items() if written[name] - n > 10 + written[name] / 50 or n * 2 <= written[name]]
    assert held["kept"] == sum(kept.values())
    assert (held.get("missing") is not None) == bool(kept and (len(kept) < len(written) or fewer))


def table(world: World, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((world.app.root / "lookups" / f"{name}.csv").read_text().splitlines()))


def put(world: World, name: str, rows: list[dict[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    (world.app.root / "lookups" / f"{name}.csv").write_text(text.getvalue())


def learn(world: World, at: float) -> None:
    """A night and an hour of scheduled runs."""
    world.run(TRAFFIC_BASELINE, at + 77 * MINUTE)
    for search, minute in ((EDGE_BASELINE, 62), (DEPLOYS, 74), (PROFILE, 82)):
        world.run(search, at + minute * MINUTE)


def told(world: World, at: float) -> set[str]:
    rows = world.run_text("| `npm_learned`", at - DAY, at, at)
    return {
        str(row["subject"]) for row in rows if str(row["advice"]).startswith(("Rows that", "It was lost", "Rows were"))
    }


def test_rows_that_leave_as_they_should_are_not_missed(world: World) -> None:
    """A cluster stops and its rows run out, a workload goes and another comes, and all may be in the allow-list."""
    world.allow("*,*,*,*,*,*,all,ops,never")
    for cluster in ("prod", "dev"):
        for name in ("api", "web"):
            world.add(sending(name, NOW - 2 * DAY, NOW, image="v1", cluster=cluster))
            world.add(talk(cluster, name, "store", DAY, HOUR))
    world.run_over(TRAFFIC_BASELINE, NOW - 2 * DAY, NOW)
    for search in (EDGE_BASELINE, DEPLOYS, PROFILE):
        world.run_over(search, NOW - DAY, NOW)
    later = NOW + 91 * DAY
    for name in (*KEPT, "npm_known_edges", "npm_edge_clusters"):  # they were read all the time
        put(world, name, [row | {"read_until": f"{later:.0f}"} for row in table(world, name)])
    world.add(sending("web", later - 30 * HOUR, later + HOUR, image="v2")).add(
        talk("prod", "web", "db", HOUR / 2 - later + NOW)
    )
    learn(world, later)
    assert {row["cluster"] for name in KEPT for row in table(world, name)} == {"prod"}
    assert told(world, later + 92 * MINUTE) == set()


def test_a_table_that_was_not_read_for_days_tells_it_for_a_week_and_so_does_the_daily_search(world: World) -> None:
    world.add(sending("web", NOW - 5 * HOUR, NOW + 2 * HOUR))
    world.run(PROFILE, NOW + 22 * MINUTE)
    put(world, "npm_profile", [row | {"read_until": f"{NOW - 3 * DAY:.0f}"} for row in table(world, "npm_profile")])
    world.run(PROFILE, NOW + 82 * MINUTE)
    lost = NOW + HOUR
    assert {row["lost_at"] for row in table(world, "npm_profile")} == {f"{lost:.0f}"}
    for at, tells in ((NOW + 2 * HOUR, True), (lost + 8 * DAY, False)):
        assert ("npm_profile" in told(world, at)) == tells
    [line] = [row for row in world.rows(TABLE_CHECK, NOW + 2 * HOUR) if row["lookup"] == "npm_profile"]
    assert (line["state"], line["value"]) == ("learning", 2)
    later = lost + 8 * DAY
    put(world, "npm_profile", [row | {"read_until": f"{later:.0f}"} for row in table(world, "npm_profile")])
    world.run(PROFILE, later + 22 * MINUTE)
    assert {row.get("lost_at", "") for row in table(world, "npm_profile")} == {""}


def test_an_image_that_was_only_forgotten_is_no_deploy(world: World) -> None:
    """The rows of the images that run now are gone; those of the ones before are there."""
    names = [f"app-{n}" for n in range(4)]

    def image(name: str, image: str, first: float, last: float) -> str:
        return f"prod,shop,{name},app,{image},{first:.0f},{last:.0f},{first:.0f},,{NOW:.0f},,8,1"

    rows = [image(name, "v1", NOW - 20 * DAY, NOW - 9 * DAY) for name in names]
    running = [image(name, "v2", NOW - 9 * DAY, NOW - 5 * MINUTE) for name in names]
    world.add(each for name in names for each in sending(name, NOW - HOUR, NOW + HOUR, image="v2"))
    path = world.app.root / "lookups" / "npm_known_images.csv"
    for left, accepted in (([*rows, *running], 0), (rows, 0), ([*rows, *running[1:]], 1)):
        path.write_text("\n".join([IMAGE_COLUMNS, *left, ""]))
        world.run(DEPLOYS, NOW + 74 * MINUTE)
        recent = [row for row in table(world, "npm_deploys") if float(row["accepted_at"]) > NOW - 5 * HOUR]
        assert len(recent) == accepted
