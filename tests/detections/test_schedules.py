"""The schedules as shipped: how much they read in a day, how soon they find, and how late a data point may come."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

import pytest

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
    TRAFFIC_BASELINE,
)
from workbench.compiler.build import Package
from workbench.replay.app import App
from workbench.replay.context import Window
from workbench.replay.schedule import due
from workbench.spl.times import cron_runs

POINTS_A_MINUTE = 2  # of the eBPF collector


@pytest.fixture(scope="session")
def app(built: Package) -> App:
    return App.load(built.staged)


def runs(app: App, name: str) -> list[tuple[float, Window]]:
    """The runs of three days, with the time range that each reads."""
    search = app.saved_searches[name]
    return [(at, Window.at(at, search.earliest, search.latest)) for at, _ in due([search], NOW - DAY, NOW + 2 * DAY)]


def points(app: App, names: Sequence[str]) -> float:
    """What is read in a day of a series with a point in every interval."""
    windows = [window for name in names for at, window in runs(app, name) if NOW <= at < NOW + DAY]
    return sum(window.latest - window.earliest for window in windows) / MINUTE * POINTS_A_MINUTE


def test_outbound_and_tcp_edges_with_what_they_learn_from_read_less_than_30_thousand_points(app: App) -> None:
    assert points(app, (OUTBOUND, TRAFFIC_BASELINE)) == 14_400
    assert points(app, (NEW_EDGE, EDGE_BASELINE)) == 12_720
    assert points(app, (OUTBOUND, TRAFFIC_BASELINE, NEW_EDGE, EDGE_BASELINE)) == 27_120


def test_what_is_enabled_beside_them_reads_more(app: App) -> None:
    assert points(app, (PROFILE,)) == 5_760
    assert points(app, (DEPLOYS,)) == 24 * 124 * POINTS_A_MINUTE
    assert points(app, (NEW_UDP_EDGE,)) == 8_640


def reads(of_search: list[tuple[float, Window]], at: float, arrives: float) -> list[float]:
    """When the runs of a search read a point of ``at`` that arrived ``arrives``."""
    return [run for run, window in of_search if run >= arrives and window.earliest <= at < window.latest]


# A burst is reported when nine intervals of a metric are over their limit.
@pytest.mark.parametrize(
    ("name", "lasts"), [(OUTBOUND, 9 * MINUTE / POINTS_A_MINUTE), (NEW_EDGE, 0), (NEW_UDP_EDGE, 0)]
)
def test_a_burst_and_an_edge_are_found_within_25_minutes(app: App, name: str, lasts: float) -> None:
    of_search = runs(app, name)
    for minute in range(60):
        begins = NOW + minute * MINUTE
        found = min(reads(of_search, begins + lasts, begins + lasts))
        assert found <= begins + 25 * MINUTE
        assert found in reads(of_search, begins, begins)


@pytest.mark.parametrize(
    ("name", "late"),
    [
        (OUTBOUND, 34),
        (NEW_EDGE, 35),
        (NEW_UDP_EDGE, 35),
        (EDGE_BASELINE, 35),
        (PROFILE, 22),
        (DEPLOYS, 74),
        (TRAFFIC_BASELINE, 60),
    ],
)
def test_a_point_that_comes_so_many_minutes_late_is_still_read(app: App, name: str, late: int) -> None:
    of_search = runs(app, name)
    for minute in range(60):
        at = NOW + minute * MINUTE
        assert reads(of_search, at, at + late * MINUTE)


def hours(cron: str) -> set[int]:
    """The hours at which a cron expression may be due, on whichever days."""
    minutes, of_day, *_days = cron.split()
    midnight = NOW // DAY * DAY
    runs = cron_runs(f"{minutes} {of_day} * * *", midnight)
    return {int(at % DAY // HOUR) for at in takewhile(lambda at: at < midnight + DAY, runs)}


def test_no_search_of_a_few_runs_a_day_runs_where_clocks_change(app: App) -> None:
    """An hour between 01:00 and 04:00 may come twice, or not at all. One of an hourly search is made up for."""
    crons = {name: search.cron for name, search in app.saved_searches.items() if search.cron}
    assert len(crons) == len(app.saved_searches) - 1  # Learn History is run by hand
    assert {name for name, cron in crons.items() if len(hours(cron)) < 24 and hours(cron) & {1, 2, 3}} == set()


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("7 5 * * *", {5}),
        ("7 */6 * * *", {0, 6, 12, 18}),
        ("7 0-2 * * *", {0, 1, 2}),
        ("7 1-23/11 * * *", {1, 12, 23}),
        ("0,30 1,4 1 * *", {1, 4}),
        ("*/15 * * * 1", set(range(24))),
        ("7 3 29 2 *", {3}),
    ],
)
def test_hours_of_ranges_steps_and_lists_are_seen(cron: str, expected: set[int]) -> None:
    assert hours(cron) == expected
