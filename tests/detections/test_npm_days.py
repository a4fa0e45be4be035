"""The fold of detection 1's baseline: days in npm_days, merged without going back to the data points."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.detections.days import (
    DIMENSIONS,
    MIDNIGHT,
    TABLES,
    assert_equal,
    busy,
    exact,
    file,
    folded,
    in_one_read,
    nightly,
    numbers,
    on_day,
    rows_in,
    rows_of,
)
from tests.detections.world import DAY, HOUR, METRICS, MINUTE, TRAFFIC_BASELINE, World, point
from tests.examples import GENERATE, examples
from workbench.compiler.build import Package
from workbench.replay.lookups import LookupFolder
from workbench.spl.times import relative_time

DIRECT = " ".join(
    f"count({each}) as count_{each} avg({each}) as avg_{each} stdev({each}) as stdev_{each}" for each in METRICS
)

SERIES = st.fixed_dictionaries(
    {
        "cluster": st.sampled_from(["prod", "staging"]),
        "process": st.sampled_from(["nginx", "envoy", "agent"]),
        "days": st.dictionaries(st.integers(1, 31), st.sampled_from([1, 1, 2, 9, 30]), min_size=1, max_size=31),
        "level": st.sampled_from([0.0, 1.0, 1e3, 1e9, 1e15]),
        "spread": st.sampled_from([0.0, 1e-8, 1e-3, 0.3, 100.0]),
        "drift": st.sampled_from([0.0, 1e-6, 0.1, 3.0]),
        "metrics": st.sets(st.sampled_from(METRICS), min_size=1),
    }
)


def points_of(series: dict[str, Any], draw: random.Random) -> Iterator[dict[str, Any]]:
    """Points of some days; some measures of some are missing, and the level drifts from day to day."""
    for day, count in series["days"].items():
        for _ in range(count):
            at = MIDNIGHT - day * DAY + draw.choice([0.0, DAY - 1, draw.uniform(0, DAY)])
            level = series["level"] * (1 + series["drift"] * day)
            measures = {
                name.replace(".", "_", 1): level * (1 + series["spread"] * draw.random())
                for name in sorted(series["metrics"])
                if draw.random() < 0.9
            }
            yield point(at, series["cluster"], "web", process=series["process"], **measures)


@settings(max_examples=examples(15, 300), phases=GENERATE)
@given(st.lists(SERIES, min_size=1, max_size=4), st.integers(0, 2**32))
def test_the_fold_of_days_is_the_statistics_of_all_points(
    new_world: Callable[[], World], chosen: list[dict[str, Any]], seed: int
) -> None:
    world, draw = new_world(), random.Random(seed)
    world.set_macro("npm_possible(3)", "$amount$")  # the arithmetic is tried on numbers beyond any amount
    world.set_macro("npm_mend_days", "search *")
    world.add(each for series in chosen for each in points_of(series, draw))
    if world.learn_traffic():
        assert_equal(folded(world), world.points)
    else:
        assert in_one_read(world.points) == {}


def test_a_tiny_spread_beside_a_huge_average_survives_where_sums_of_squares_do_not(world: World) -> None:
    draw = random.Random(7)
    for day in range(1, 31):
        world.add(on_day(day, "db", (1e9 + draw.gauss(0, 5) for _ in range(20))))
    world.learn_traffic()
    ((_, values),) = in_one_read(world.points).items()
    _, variance = exact(values)
    _, _, stdev = numbers(folded(world)["prod", "shop", "web", "db"], "tcp.bytes")
    assert stdev == pytest.approx(math.sqrt(variance), rel=1e-7)
    squares = sum(value * value for value in values) - sum(values) ** 2 / len(values)
    assert abs(squares / (len(values) - 1) / float(variance) - 1) > 1


def test_one_point_has_no_spread_and_a_process_without_udp_no_number_for_it(world: World) -> None:
    world.add(on_day(4, "once", [42.0])).add(on_day(1, "nginx", [1.0, 3.0])).add(on_day(9, "nginx", [5.0]))
    world.learn_traffic()
    table = folded(world)
    assert numbers(table["prod", "shop", "web", "once"], "tcp.bytes") == (1, 42, 0)
    assert numbers(table["prod", "shop", "web", "nginx"], "tcp.bytes") == (3, 3, 2)
    assert numbers(table["prod", "shop", "web", "nginx"], "udp.bytes") == (0, None, None)


def test_a_metric_can_begin_and_end_on_days_of_its_own(world: World) -> None:
    for day in range(1, 31):
        world.add(on_day(day, "web", [10.0 * day, 10.0], "udp_bytes" if day % 3 else "tcp_bytes"))
    world.learn_traffic()
    assert_equal(folded(world), world.points)


def test_the_first_run_over_30_days_is_the_same_as_30_nightly_runs(new_world: Callable[[], World]) -> None:
    at_once, by_night = new_world(), new_world()
    for world in (at_once, by_night):
        busy(world, range(1, 36))
    at_once.learn_traffic()
    for day in reversed(range(33)):
        nightly(by_night, day)
    for table in TABLES:
        assert rows_of(at_once, table) == rows_of(by_night, table)
    assert_equal(folded(by_night), by_night.points)


def test_it_is_the_same_as_reading_all_30_days_again(world: World) -> None:
    """The search that this one replaces: the whole window in one mstats, computed by DuckDB."""
    busy(world, range(1, 40))
    world.learn_traffic()
    text = f"| mstats {DIRECT} where `kubernetes_metrics` by {' '.join(DIMENSIONS)}"
    rows = world.run_text(text, MIDNIGHT - 30 * DAY, MIDNIGHT)
    direct = {tuple(str(row[name]) for name in DIMENSIONS): row for row in rows}
    table = folded(world)
    assert set(direct) == set(table)
    for series, row in table.items():
        for metric in METRICS:
            for ours, other in zip(numbers(row, metric), numbers(direct[series], metric), strict=True):
                assert ours == (other if other is None else pytest.approx(other, rel=1e-9))


def test_a_day_read_again_changes_nothing(world: World) -> None:
    busy(world, range(1, 5))
    for day in (3, 2, 1, 0):
        nightly(world, day)
    before = [rows_of(world, table) for table in TABLES]
    for _ in range(2):
        nightly(world)
        world.learn_traffic()
    assert [rows_of(world, table) for table in TABLES] == before


def test_late_points_of_a_day_that_is_read_again_replace_what_was_kept(world: World) -> None:
    world.add(on_day(1, "nginx", [1.0, 2.0, 3.0]))
    nightly(world)
    world.add(on_day(1, "nginx", [50.0]))
    nightly(world)
    assert_equal(folded(world), world.points)


def test_a_missed_day_is_missing_and_nothing_else_until_it_is_read(world: World) -> None:
    busy(world, range(1, 6))
    for day in (4, 3, 1, 0):  # the run of night 2, which reads day 3, never happened
        nightly(world, day)
    assert_equal(folded(world), world.points, [5, 4, 2, 1])
    world.run_over(TRAFFIC_BASELINE, MIDNIGHT - 3 * DAY, MIDNIGHT - 2 * DAY)
    assert_equal(folded(world), world.points, range(1, 6))


@pytest.mark.parametrize(
    ("hours_from", "hours_to"),
    [(12, 24), (-12, 12), (0, 23.5), (-1, 23), (1, 47)],
    ids=["half", "noon to noon", "end missing", "an hour early", "the first hour of two days missing"],
)
def test_a_day_that_is_not_whole_in_the_time_range_is_left_out(
    world: World, hours_from: float, hours_to: float
) -> None:
    busy(world, range(1, 4))
    world.learn_traffic()
    before = [file(world, table) for table in TABLES]
    world.add(on_day(2, "nginx", [9e9] * 3))
    start = MIDNIGHT - 2 * DAY
    world.run_over(TRAFFIC_BASELINE, start + hours_from * HOUR, start + hours_to * HOUR)
    assert [rows_of(world, table) for table in TABLES] == [rows_in(text) for text in before]


@pytest.mark.parametrize("table", TABLES)
def test_a_run_that_is_killed_and_run_again_gives_the_tables_of_an_unbroken_one(
    new_world: Callable[[], World], table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unbroken, killed = new_world(), new_world()
    for world in (unbroken, killed):
        busy(world, range(1, 6))
    for day in (3, 2, 1, 0):
        nightly(unbroken, day)
        write = LookupFolder.write

        def dies(folder: LookupFolder, name: str, fields: Any, rows: Any, write: Any = write) -> int:
            if name == table:
                raise KeyboardInterrupt
            return int(write(folder, name, fields, rows))

        with monkeypatch.context() as patched:
            patched.setattr(LookupFolder, "write", dies)
            with pytest.raises(KeyboardInterrupt):
                nightly(killed, day)
        nightly(killed, day)
    for each in TABLES:
        assert file(unbroken, each) == file(killed, each)


def test_a_process_silent_for_30_days_leaves_both_tables(world: World) -> None:
    busy(world, [1])
    world.add(on_day(1, "leaves", [1.0, 2.0]))
    nightly(world)
    for day in range(30):
        world.add(on_day(-day, "nginx", [1.0, 2.0]))
    world.run_over(TRAFFIC_BASELINE, MIDNIGHT, MIDNIGHT + 29 * DAY, MIDNIGHT + 29 * DAY)
    assert ("prod", "shop", "web", "leaves") in folded(world)
    nightly(world, -30)
    assert set(folded(world)) == {("prod", "shop", "web", "nginx")}
    assert {row["process"] for row in rows_of(world, "npm_days")} == {"nginx"}
    assert len(rows_of(world, "npm_days")) == 30


def test_no_data_at_all_leaves_the_tables_as_they_were(world: World) -> None:
    busy(world, [1])
    nightly(world)
    before = [file(world, table) for table in TABLES]
    assert nightly(world, -60) == []
    assert [file(world, table) for table in TABLES] == before


def test_days_without_data_leave_the_days_before_in_place(world: World) -> None:
    busy(world, [1, 2])
    world.learn_traffic()
    before = rows_of(world, "npm_baseline")
    nightly(world, -5)
    assert rows_of(world, "npm_baseline") == before


@pytest.fixture(scope="module")
def here(built: Package, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Five days, learned by a search head whose clock shows UTC."""
    world = World(built.staged, tmp_path_factory.mktemp("here"))
    busy(world, range(1, 6))
    for night in range(-4, 2):
        nightly(world, -night)
    return world


@pytest.mark.parametrize("offset", [-8, 5.5, 12.75], ids=["California", "India", "Chatham Islands"])
def test_the_same_days_come_wherever_the_search_head_stands(here: World, world: World, offset: float) -> None:
    """And whoever looks at it: a run by hand over midnights of another zone adds nothing."""
    search = world.app.saved_searches[TRAFFIC_BASELINE]
    zone = offset * HOUR
    busy(world, range(1, 6))
    for night in range(-4, 2):
        at = MIDNIGHT + night * DAY + 5 * HOUR - zone
        earliest, latest = (relative_time(at + zone, each) - zone for each in (search.earliest, search.latest))
        world.run_over(TRAFFIC_BASELINE, earliest, latest, at)
    world.run_over(TRAFFIC_BASELINE, MIDNIGHT - 9 * DAY - zone, MIDNIGHT - zone, MIDNIGHT + 2 * DAY)
    assert_equal(folded(world), world.points)
    assert rows_of(world, "npm_days") == rows_of(here, "npm_days")


def test_a_time_range_without_an_end_has_the_last_30_days(world: World) -> None:
    busy(world, range(1, 33))
    world.run_over(TRAFFIC_BASELINE, MIDNIGHT - 40 * DAY, math.inf)
    assert_equal(folded(world), world.points)


def test_a_day_that_is_not_over_or_lies_ahead_is_not_learned(world: World) -> None:
    busy(world, [1])
    world.add(on_day(0, "nginx", [9e9])).add(on_day(-3, "nginx", [9e9]))
    world.run_over(TRAFFIC_BASELINE, MIDNIGHT - 2 * DAY, MIDNIGHT + 5 * DAY)
    assert_equal(folded(world), world.points, [1])


def test_the_order_of_days_does_not_matter(new_world: Callable[[], World]) -> None:
    for first, second in combinations(((1, 1e6), (2, 3.0), (17, 4e5)), 2):
        world = new_world()
        for day, level in (first, second):
            world.add(on_day(day, "nginx", [level, level + 1, level + 5]))
        world.learn_traffic()
        assert_equal(folded(world), world.points)


def test_usual_peaks_are_the_highest_at_each_time_of_day_in_the_last_fourteen_days(world: World) -> None:
    """Each hour is even, so that its percentile is its level; the levels of days are not in order."""
    highest = {day: 100.0 + (day * 7) % 5 for day in range(1, 15)}
    for day in (*highest, 15, 20):
        peak = highest.get(day, 5000.0)
        for hour, level in ((1, peak / 2), (9, peak), (10, peak / 3), (11, peak / 4)):
            start = MIDNIGHT - day * DAY + hour * HOUR
            world.add(point(start + MINUTE * at, "prod", "web", process="nginx", tcp_bytes=level) for at in range(4))
    world.learn_traffic()
    (usual,) = folded(world).values()
    most = max(highest.values())
    assert {name: float(str(cell)) for name, cell in usual.items() if name.startswith("p95_") and cell} == {
        "p95_00_tcp.bytes": pytest.approx(most / 2),
        "p95_08_tcp.bytes": most,
        "p95_10_tcp.bytes": pytest.approx(most / 3),
    }


def test_a_peak_is_a_percentile_of_the_intervals_of_an_hour(world: World) -> None:
    world.add(on_day(1, "nginx", [float(value) for value in range(1, 41)]))
    world.learn_traffic()
    assert 38 <= float(str(folded(world)["prod", "shop", "web", "nginx"]["p95_00_tcp.bytes"])) <= 39


def test_peaks_of_whole_days_from_before_are_left_out(world: World) -> None:
    """Tables of before knew the highest 85th and 95th percentile of a day."""
    busy(world, range(1, 4))
    world.learn_traffic()
    before = [rows_of(world, table) for table in TABLES]
    fields, rows = world.app.lookups.read("npm_days")
    kept = [name for name in fields if not name.startswith("p95_")]
    old = [{**row, "p85_tcp_bytes": 5.0, "p95_tcp_bytes": 9e9} for row in rows]
    world.app.lookups.write("npm_days", [*kept, "p85_tcp_bytes", "p95_tcp_bytes"], old)
    nightly(world)
    assert not any(row.get("p95_tcp.bytes") for row in folded(world).values())
    world.learn_traffic()
    assert [rows_of(world, table) for table in TABLES] == before
