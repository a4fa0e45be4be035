"""Hours as the profile reported them: which ranges are known, and which hours the detection counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.demo.hostile_estate import END, NAMESPACE, PROCESS, WORKLOAD
from workbench.demo.hours import HOUR, ProfileRuns
from workbench.demo.report import Watched
from workbench.demo.verdict import DetectionFinding
from workbench.replay.app import App
from workbench.replay.errors import ReplayError
from workbench.traffic.attacks import SUSTAINED
from workbench.traffic.store import MetricsStore

ATTACKED = END - 3 * HOUR  # the attack begins in this hour and ends in the next


@pytest.fixture(scope="module")
def store(watched: Watched) -> Iterator[MetricsStore]:
    made = MetricsStore(watched.store)
    yield made
    made.close()


@pytest.fixture(scope="module")
def profiled(watched: Watched, store: MetricsStore) -> ProfileRuns:
    return ProfileRuns(watched.runs, watched.app, store)


def finding(
    workload: str = WORKLOAD, metrics: tuple[str, ...] | str = ("tcp.bytes", "tcp.packets")
) -> DetectionFinding:
    process = PROCESS if workload == WORKLOAD else "postgres"
    row = {"cluster": "prod", "namespace": NAMESPACE, "workload": workload, "process": process}
    return DetectionFinding(SUSTAINED, END, END - 4 * HOUR, END, {**row, "metrics": metrics})


def with_macro(app: App, name: str, definition: str) -> App:
    return replace(app, macros={**app.macros, name: replace(app.macros[name], definition=definition)})


def test_the_hour_in_which_the_attack_begins_stood_out(profiled: ProfileRuns) -> None:
    """In its first week a profile speaks of the first hour over its limits only; the attack goes on into the next."""
    hours = [END - back * HOUR for back in (4, 3, 2, 1)]
    assert [hour for hour in hours if profiled.counted(finding(), "tcp.bytes", hour)] == [ATTACKED]


def test_only_what_the_finding_searched_and_names_is_counted(profiled: ProfileRuns) -> None:
    assert not profiled.counted(finding(metrics="tcp.packets"), "tcp.bytes", ATTACKED)
    assert not profiled.counted(finding(workload="db"), "tcp.bytes", ATTACKED)
    earlier = replace(finding(), earliest=END - 9 * HOUR, latest=ATTACKED)
    assert not profiled.counted(earlier, "tcp.bytes", ATTACKED)


def test_every_hour_that_was_learned_by_the_hour_has_a_range(profiled: ProfileRuns) -> None:
    for name in (WORKLOAD, "db"):
        found = profiled.ranges(finding(name), "tcp.bytes", END - 4 * HOUR, END)
        assert [each.hour for each in found] == [END - back * HOUR for back in (4, 3, 2, 1)]
        assert found[1].low <= 12 * 1000 <= found[1].high  # a thousand bytes every five minutes
    assert profiled.ranges(finding(), "udp.bytes", END - 4 * HOUR, END) == ()
    assert profiled.ranges(finding(), "tcp.bytes", ATTACKED, ATTACKED + HOUR)[0].hour == ATTACKED


@pytest.mark.parametrize(
    ("macro", "definition"),
    [
        ("npm_sustained_point", '""'),
        ("npm_sustained_floors", '"tcp.bytes=10000000000,tcp.packets=10000000000,tcp.new_sockets=10000000000"'),
    ],
)
def test_the_point_and_the_floor_are_those_that_a_site_has_set(
    watched: Watched, store: MetricsStore, macro: str, definition: str
) -> None:
    quiet = ProfileRuns(watched.runs, with_macro(watched.app, macro, definition), store)
    assert not quiet.counted(finding(), "tcp.bytes", ATTACKED)
    assert quiet.ranges(finding(), "tcp.bytes", ATTACKED, END)  # what was expected does not depend on it


def test_what_is_counted_is_decided_by_the_detection(watched: Watched, store: MetricsStore) -> None:
    (name,) = (name for name in watched.app.saved_searches if SUSTAINED in name)
    detection = watched.app.saved_searches[name]
    strict = replace(detection, search=detection.search.replace("| stats ", "| where 1=2 | stats ", 1))
    app = replace(watched.app, saved_searches={**watched.app.saved_searches, name: strict})
    assert not ProfileRuns(watched.runs, app, store).counted(finding(), "tcp.bytes", ATTACKED)


def test_an_app_without_the_detection_is_an_error(watched: Watched, store: MetricsStore) -> None:
    with pytest.raises(ReplayError, match=f"no search '{SUSTAINED}'"):
        ProfileRuns(watched.runs, replace(watched.app, saved_searches={}), store)


def test_without_a_run_of_the_profile_nothing_is_known(watched: Watched, store: MetricsStore) -> None:
    runs = [run for run in watched.runs if "Profile Of" not in run.search.name]
    unknown = ProfileRuns(runs, watched.app, store)
    assert unknown.ranges(finding(), "tcp.bytes", 0, END) == ()
    assert not unknown.counted(finding(), "tcp.bytes", ATTACKED)
