"""The schedule: which search runs when, in which order, over which window, and what a run yields."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.replay.conftest import NOW, MakeApp, MakeStore
from workbench.replay.context import Window
from workbench.replay.errors import ReplayError
from workbench.replay.savedsearch import SavedSearch, Trigger
from workbench.replay.schedule import Site, baselines_first, due, run_between, run_search
from workbench.replay.throttle import Throttle
from workbench.spl.times import utc_text

DAY = 86400.0
CONF = """
[seen]
search = | makeresults | eval host="prod" | outputlookup seen.csv
cron_schedule = 30 * * * *
enableSched = 1

[NPM - detection - Rule]
search = | inputlookup seen.csv | eval n=1
cron_schedule = 0 * * * *
enableSched = 1
disabled = 1
dispatch.earliest_time = -70m@m
dispatch.latest_time = -10m@m
counttype = number of events
relation = greater than
quantity = 0
alert.suppress = 1
alert.suppress.fields = host
alert.suppress.period = 2h
action.risk = 1
action.risk.param._risk = [{"risk_object_field": "host", "risk_object_type": "system", "risk_score": 20}]
action.risk.param._risk_message = New in $host$
"""


def search(name: str, cron: str | None, trigger: Trigger | None = None) -> SavedSearch:
    return SavedSearch(name, "| makeresults", cron, "-1h", "now", True, trigger)


@pytest.fixture
def site(make_app: MakeApp, make_store: MakeStore) -> Site:
    app = make_app({"default/savedsearches.conf": CONF, "lookups/seen.csv": "host\n"})
    return Site(app, make_store([], ["host"], ["x"]), Path(sys.executable))


def test_searches_are_due_at_their_cron_times_in_time_order() -> None:
    hourly, daily, never = search("hourly", "0 * * * *"), search("daily", "30 1 * * *"), search("never", None)
    times = [(utc_text(at)[11:16], found.name) for at, found in due([daily, hourly, never], NOW, NOW + DAY)]
    assert times[:3] == [("04:00", "hourly"), ("05:00", "hourly"), ("06:00", "hourly")]
    assert ("01:30", "daily") in times
    assert times[-1] == ("03:00", "hourly")  # the end itself is not in it
    assert len(times) == 25


def test_searches_due_together_keep_their_order() -> None:
    searches = [search(name, "0 * * * *") for name in ("c", "a", "b")]
    assert [found.name for _, found in due(searches, NOW, NOW + 3600)] == ["c", "a", "b"]


def test_a_cron_that_cannot_be_read_names_its_search() -> None:
    with pytest.raises(ReplayError, match="search 'odd': cron '99 banana' cannot be read"):
        list(due([search("odd", "99 banana")], NOW, NOW + DAY))


def test_baselines_go_before_what_reads_them() -> None:
    alert, baseline = search("a", None, Trigger("greater than", 0)), search("b", None)
    assert [found.name for found in baselines_first([alert, baseline])] == ["b", "a"]


def test_a_run_has_its_window_findings_and_risk_events(site: Site) -> None:
    site.app.lookups.write("seen.csv", ("host",), [{"host": "prod"}, {"host": "test"}])
    run = run_search(site.app.saved_searches["NPM - detection - Rule"], NOW, site, Throttle())
    assert run.window == Window(NOW - 70 * 60, NOW - 10 * 60)
    assert run.findings == run.rows == ({"host": "prod", "n": 1}, {"host": "test", "n": 1})
    assert [event["risk_message"] for event in run.risk_events] == ["New in prod", "New in test"]
    assert (run.held_back, run.messages, run.points_read) == ((), (), 0)


def test_lookups_and_throttling_live_from_run_to_run(site: Site) -> None:
    runs = list(run_between(list(site.app.saved_searches.values()), NOW, NOW + 5 * 3600, site, Throttle()))
    detections = [run for run in runs if run.search.trigger]
    assert [(len(run.rows), len(run.findings), len(run.held_back)) for run in detections] == [
        (0, 0, 0), (1, 1, 0), (1, 0, 1), (1, 1, 0), (1, 0, 1),
    ]  # fmt: skip
    assert [len(run.risk_events) for run in detections] == [0, 1, 0, 1, 0]
    assert all(run.findings == () for run in runs if not run.search.trigger)


def test_a_search_that_fails_is_an_error_with_its_name_and_time(site: Site) -> None:
    broken = SavedSearch("broken", "| makeresults | nosuchcommand", None, "-1h", "now", True)
    with pytest.raises(ReplayError, match=r"search 'broken' at 2026-03-01 04:00:00: .*nosuchcommand"):
        run_search(broken, NOW, site, Throttle())
