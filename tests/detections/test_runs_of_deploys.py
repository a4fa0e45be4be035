"""The search of deploys, however its runs go: late, twice, missed, killed; and what leaves its tables when."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from tests.detections.deploying import LEVELS, accepted, by_hand, file, hourly, images, line, running
from tests.detections.world import World
from workbench.compiler.build import Package
from workbench.replay.lookups import LookupFolder


def test_rows_of_deploys_leave_with_the_next_one_after_three_days_and_images_after_30(world: World) -> None:
    world.add(running("1.0", -30, 0)).add(running("1.1", 0, 1)).add(running("other", 0, 31 * 24, process="side"))
    by_hand(world, -30, 0)
    world.add(running("other2", 72, 73, process="side"))
    hourly(world, 1, 3)
    hourly(world, 71, 71)
    assert accepted(world) == [line(0, "1.1")]
    hourly(world, 73, 73)
    assert accepted(world) == [line(72, "other2", "side")]
    hourly(world, 30 * 24, 30 * 24)
    assert [image for image, *_ in images(world)] == ["1.1"]
    hourly(world, 30 * 24 + 1, 30 * 24 + 1)
    assert images(world) == []
    assert [image for image, *_ in images(world, "side")] == ["other", "other2"]


def test_no_metrics_leave_the_images_in_place_and_end_the_deploys(world: World) -> None:
    world.add(running("1.0", -30, 0)).add(running("1.1", 0, 1))
    by_hand(world, -30, 0)
    hourly(world, 1, 1)
    before = images(world), file(world, "npm_deploys")
    hourly(world, 60, 60)
    assert (images(world), file(world, "npm_deploys")) == before
    hourly(world, 24 * 60, 24 * 60)
    assert (images(world), file(world, "npm_deploys")) == (before[0], "")


def busy(world: World) -> World:
    """Two days with a deploy, a canary, a rollback after a day, and a new process."""
    for image, first, last in (("1", -90, 3.3), ("2", 3.3, 29.8), ("3", 20.5, 29.8), ("1", 29.5, 48)):
        world.add(running(image, first, last))
    world.add(running("9", 5, 48, process="new")).add(running("8", -90, 48, process="calm"))
    by_hand(world, -90, 0)
    return world


@pytest.fixture(scope="module")
def unbroken(built: Package, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The world of two days after a run in every hour."""
    world = busy(World(built.staged, tmp_path_factory.mktemp("unbroken")))
    hourly(world, 1, 48)
    return world


def with_old_runs_again(world: World) -> None:
    for hour in range(1, 49):
        hourly(world, hour, hour)
        hourly(world, hour - hour % 2, hour - hour % 2)
    hourly(world, 48, 48)


def every_second_run_died(world: World) -> None:
    for hour in range(2, 49, 2):
        hourly(world, hour, hour)


def a_day_by_hand_after_an_outage(world: World) -> None:
    by_hand(world, 0, 24)
    by_hand(world, 24, 48)
    hourly(world, 48, 48)


def the_last_day_again(world: World) -> None:
    hourly(world, 1, 48)
    by_hand(world, 24, 48)
    hourly(world, 48, 48)


@pytest.mark.parametrize(
    "way", [with_old_runs_again, every_second_run_died, a_day_by_hand_after_an_outage, the_last_day_again]
)
def test_however_the_runs_go_the_tables_are_those_of_an_unbroken_run(
    world: World, unbroken: World, way: Callable[[World], None]
) -> None:
    way(busy(world))
    assert images(unbroken) == [("1", -90, 47.833, 29), ("2", 3.3, 29.633, 3), ("3", 20.5, 29.667, 20)]
    assert accepted(unbroken) == [line(3, "2"), line(20, "3"), line(29, "1")]
    for table in ("npm_known_images", "npm_deploys"):
        assert file(world, table) == file(unbroken, table)


def test_a_row_that_a_person_saves_while_the_search_runs_is_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lookup is replaced as a whole, so whoever reads it, changes it and writes it back undoes what came between."""
    levels = world.app.root / "lookups" / "npm_accepted_levels.csv"
    levels.write_text(f"{LEVELS}\n")
    write = LookupFolder.write

    def while_a_person_saves(folder: LookupFolder, name: str, fields: Any, rows: Any) -> int:
        with levels.open("a") as table:
            table.write(f"prod,shop,web,app,2026-03-01,,while {name} is written,shop\n")
        return int(write(folder, name, fields, rows))

    world.add(running("1.0", -30, 0)).add(running("1.1", 0, 1))
    by_hand(world, -30, 0)
    with monkeypatch.context() as patched:
        patched.setattr(LookupFolder, "write", while_a_person_saves)
        hourly(world, 1, 1)
    saved = levels.read_text().splitlines()[1:]
    assert [row.split(",")[6] for row in saved] == ["while npm_known_images is written", "while npm_deploys is written"]
    assert accepted(world) == [line(0, "1.1")]


@pytest.mark.parametrize("table", ["npm_known_images", "npm_deploys"])
def test_a_run_that_is_killed_before_it_writes_is_made_up_for_by_the_next(
    world: World, unbroken: World, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every second run dies before it writes this table; the one after it is an hour later."""
    busy(world)
    write = LookupFolder.write

    def dies(folder: LookupFolder, name: str, fields: Any, rows: Any) -> int:
        if name == table:
            raise KeyboardInterrupt
        return int(write(folder, name, fields, rows))

    for hour in range(1, 49):
        if hour % 2:
            with monkeypatch.context() as patched:
                patched.setattr(LookupFolder, "write", dies)
                with suppress(KeyboardInterrupt):  # npm_deploys is only written while there are deploys
                    hourly(world, hour, hour)
        else:
            hourly(world, hour, hour)
    for each in ("npm_known_images", "npm_deploys"):
        assert file(world, each) == file(unbroken, each)
