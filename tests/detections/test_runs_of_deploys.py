"""The search of deploys, however its runs go: late, twice, missed, killed; and what leaves its tables when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.detections.deploying import accepted, by_hand, file, hourly, images, line, people, running
from tests.detections.world import World
from workbench.replay.lookups import LookupFolder


def test_rows_of_deploys_are_dropped_after_three_days_and_images_after_30(world: World) -> None:
    world.add(running("1.0", -30, 0)).add(running("1.1", 0, 1)).add(running("other", 0, 31 * 24, process="side"))
    by_hand(world, -30, 0)
    people(world, "prod,*,web,*,2026-02-27,,release 4,shop")
    hourly(world, 1, 3)
    hourly(world, 71, 71)
    assert accepted(world) == [line(0, "1.1"), "prod,*,web,*,2026-02-27,,release 4,shop"]
    hourly(world, 72, 72)
    assert accepted(world) == ["prod,*,web,*,2026-02-27,,release 4,shop"]
    hourly(world, 30 * 24, 30 * 24)
    assert [image for image, *_ in images(world)] == ["1.1"]
    hourly(world, 30 * 24 + 1, 30 * 24 + 1)
    assert images(world) == []
    assert [image for image, *_ in images(world, "side")] == ["other"]


def test_no_metrics_leave_both_tables_in_place(world: World) -> None:
    world.add(running("1.0", -30, 0)).add(running("1.1", 0, 1))
    by_hand(world, -30, 0)
    hourly(world, 1, 1)
    before = file(world, "npm_known_images"), file(world, "npm_accepted_levels")
    hourly(world, 60, 60)
    assert (file(world, "npm_known_images"), file(world, "npm_accepted_levels")) == before
    hourly(world, 24 * 60, 24 * 60)
    assert (file(world, "npm_known_images"), file(world, "npm_accepted_levels")) == before


def busy(world: World) -> World:
    """Two days with a deploy, a canary, a rollback after a day, a new process, and what people wrote."""
    people(world, "prod,*,*,*,2026-02-27,,release 4,shop")
    for image, first, last in (("1", -90, 3.3), ("2", 3.3, 29.8), ("3", 20.5, 29.8), ("1", 29.5, 48)):
        world.add(running(image, first, last))
    world.add(running("9", 5, 48, process="new")).add(running("8", -90, 48, process="calm"))
    by_hand(world, -90, 0)
    return world


def every_hour(world: World) -> None:
    hourly(world, 1, 48)


def with_old_runs_again(world: World) -> None:
    for hour in range(1, 49):
        hourly(world, hour, hour)
        hourly(world, hour - hour % 2, hour - hour % 2)
    hourly(world, 48, 48)


def two_of_three_missed(world: World) -> None:
    for hour in range(3, 49, 3):
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
    "way", [with_old_runs_again, two_of_three_missed, a_day_by_hand_after_an_outage, the_last_day_again]
)
def test_however_the_runs_go_the_tables_are_those_of_an_unbroken_run(
    new_world: Callable[[], World], way: Callable[[World], None]
) -> None:
    unbroken, other = busy(new_world()), busy(new_world())
    every_hour(unbroken)
    way(other)
    assert images(unbroken) == [("1", -90, 47.833, 29), ("2", 3.3, 29.633, 3), ("3", 20.5, 29.667, 20)]
    assert accepted(unbroken) == [line(3, "2"), line(20, "3"), line(29, "1"), "prod,*,*,*,2026-02-27,,release 4,shop"]
    for table in ("npm_known_images", "npm_accepted_levels"):
        assert file(other, table) == file(unbroken, table)


@pytest.mark.parametrize("table", ["npm_known_images", "npm_accepted_levels"])
def test_a_run_that_is_killed_before_it_writes_is_made_up_for_by_the_next(
    new_world: Callable[[], World], table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every second run dies before it writes this table; the one after it is an hour later."""
    unbroken, killed = busy(new_world()), busy(new_world())
    every_hour(unbroken)
    write = LookupFolder.write

    def dies(folder: LookupFolder, name: str, fields: Any, rows: Any) -> int:
        if name == table:
            raise KeyboardInterrupt
        return int(write(folder, name, fields, rows))

    for hour in range(1, 49):
        if hour % 2:
            with monkeypatch.context() as patched:
                patched.setattr(LookupFolder, "write", dies)
                with pytest.raises(KeyboardInterrupt):
                    hourly(killed, hour, hour)
        else:
            hourly(killed, hour, hour)
    for each in ("npm_known_images", "npm_accepted_levels"):
        assert file(killed, each) == file(unbroken, each)
