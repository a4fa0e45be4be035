"""What is learned before the schedule begins: the order of the searches, and their windows."""

from __future__ import annotations

import pytest

from tests.detections.world import TABLES
from workbench.compiler.build import Package
from workbench.demo.report import Watched
from workbench.demo.watch import HISTORY, LEARNED_DAYS, by_hand, first_runs
from workbench.replay.app import App
from workbench.replay.savedsearch import SavedSearch
from workbench.replay.schedule import due
from workbench.spl.times import relative_time

DAY, HOUR = 86400.0, 3600.0
MIDNIGHT = 1_772_323_200.0  # 2026-03-01T00:00:00Z


@pytest.fixture(scope="module")
def searches(built: Package) -> list[SavedSearch]:
    return list(App.load(built.staged).saved_searches.values())


def windows(planned: list[tuple[float, SavedSearch]], name: str) -> list[tuple[float, float]]:
    return [
        (relative_time(at, search.earliest), relative_time(at, search.latest))
        for at, search in planned
        if name in search.name
    ]


def test_the_profile_is_learned_day_by_day_the_oldest_first_from_midnight_to_midnight(
    searches: list[SavedSearch],
) -> None:
    found = windows(first_runs(searches, MIDNIGHT), "Profile Of Kubernetes NPM Process Traffic")
    assert found == [(MIDNIGHT - days * DAY, MIDNIGHT - (days - 1) * DAY) for days in range(LEARNED_DAYS, 0, -1)]


def test_what_is_left_up_to_the_start_is_learned_last_in_whole_hours(searches: list[SavedSearch]) -> None:
    start = MIDNIGHT + 5.5 * HOUR
    found = windows(first_runs(searches, start), "Profile Of Kubernetes NPM Process Traffic")
    assert found[:-1] == windows(first_runs(searches, MIDNIGHT), "Profile Of Kubernetes NPM Process Traffic")
    assert found[-1] == (MIDNIGHT, MIDNIGHT + 5 * HOUR)


def test_a_part_of_an_hour_is_left_to_the_schedule(searches: list[SavedSearch]) -> None:
    found = windows(first_runs(searches, MIDNIGHT + 600), "Profile Of Kubernetes NPM Process Traffic")
    assert found == windows(first_runs(searches, MIDNIGHT), "Profile Of Kubernetes NPM Process Traffic")


def test_the_baseline_of_process_traffic_reads_the_same_days_one_by_one(searches: list[SavedSearch]) -> None:
    found = windows(first_runs(searches, MIDNIGHT + 5.5 * HOUR), "Baseline Of Kubernetes NPM Process Traffic")
    assert found == [(MIDNIGHT - days * DAY, MIDNIGHT - (days - 1) * DAY) for days in range(LEARNED_DAYS, 0, -1)]


def test_edges_and_deploys_read_all_of_history_in_one_run(searches: list[SavedSearch]) -> None:
    planned = first_runs(searches, MIDNIGHT)
    for name in ("Baseline Of Kubernetes NPM TCP Edges", "Deploys Of"):
        ((earliest, latest),) = windows(planned, name)
        assert earliest == MIDNIGHT - 30 * DAY == relative_time(MIDNIGHT, HISTORY)
        assert MIDNIGHT - HOUR < latest <= MIDNIGHT


def test_deploys_of_an_hour_are_known_before_the_profile_learns_it(searches: list[SavedSearch]) -> None:
    names = ("Deploys Of Kubernetes NPM Processes", "Profile Of Kubernetes NPM Process Traffic")
    planned = list(due(searches, MIDNIGHT, MIDNIGHT + 2 * HOUR))
    (deploys, deploys_again), (profile, profile_again) = (
        [at for at, search in planned if name in search.name] for name in names
    )
    assert MIDNIGHT < deploys < profile < deploys_again < profile_again
    latest = [windows(planned, name)[0][1] for name in names]
    assert latest[0] >= latest[1] == MIDNIGHT


def test_only_searches_that_write_tables_are_run_by_hand(searches: list[SavedSearch]) -> None:
    planned = first_runs(searches, MIDNIGHT)
    writing = [each for each in searches if "| outputlookup" in each.search or each.name == TABLES]
    assert {search.name for _, search in planned} == {each.name for each in writing if each.trigger is None}
    assert planned[0][1].name == TABLES


def test_runs_by_hand_come_first_and_the_schedule_has_none(watched: Watched) -> None:
    kinds = [by_hand(run) for run in watched.runs]
    assert kinds == sorted(kinds, reverse=True)
    assert all(run.at <= watched.start for run in watched.runs if by_hand(run))
    assert all(run.at >= watched.start for run in watched.runs if not by_hand(run))
