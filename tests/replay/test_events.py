"""Event searches: over risk events and scheduler lines that runs of searches left behind."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.replay.given_rows import context
from workbench.replay import engine
from workbench.replay.context import Window
from workbench.replay.errors import ReplayError
from workbench.replay.eventlog import events_of
from workbench.replay.rows import Row
from workbench.spl.parser import parse

EVENTS: tuple[Row, ...] = (
    {"_time": 300.0, "index": "risk", "source": "K8S NPM - A - Rule", "risk_score": "20", "metrics": ("a", "b")},
    {"_time": 200.0, "index": "_internal", "sourcetype": "scheduler", "status": "skipped"},
    {"_time": 100.0, "index": "risk", "source": "Other - Rule", "risk_score": "5"},
)


def events(text: str, window: Window | None = None) -> list[Row]:
    running = context(events=EVENTS)
    running.window = window or running.window
    return list(engine.run(parse(text), running))


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("index=risk", [300, 100]),
        ("search index=risk", [300, 100]),
        ('index=risk source="K8S NPM - *"', [300]),
        ("index IN (risk, _internal) NOT status=skipped", [300, 100]),
        ("index=* metrics=b", [300]),
        ("index=risk | where risk_score < 10", [100]),
        ("index=main", []),
    ],
)
def test_events_that_pass_the_filter_come_newest_first(text: str, times: Any) -> None:
    assert [row["_time"] for row in events(text)] == times


def test_only_events_of_the_time_range_are_found_its_end_left_out() -> None:
    assert [row["_time"] for row in events("index=risk", Window(100, 300))] == [100]


@pytest.mark.parametrize(
    ("times", "found_at"),
    [("earliest=150", [300]), ("earliest=100 latest=300", [100]), ("latest=101", [100]), ("earliest=-7d", [])],
)
def test_times_in_the_filter_override_the_time_range(times: str, found_at: Any) -> None:
    assert [row["_time"] for row in events(f"index=risk {times}", Window(200, 201))] == found_at


def test_a_search_cannot_change_the_events() -> None:
    events("index=risk | eval risk_score=0")
    assert EVENTS[0]["risk_score"] == "20"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("source=x", "name the index of the events"),
        ("index=risk OR index=main", "name the index of the events"),
        ("index=risk error", "the word 'error' is not searched for in events"),
        ("index=risk NOT (a=1 OR error)", "the word 'error' is not searched for in events"),
        ("index=risk OR earliest=-7d", "earliest= is replayed only beside the other terms"),
        ("index=risk NOT (a=1 OR earliest=-7d)", "earliest= is replayed only beside the other terms"),
    ],
)
def test_what_is_not_replayed_is_refused(text: str, said: str) -> None:
    with pytest.raises(ReplayError, match=said):
        events(text)


def test_without_events_an_event_search_is_an_error() -> None:
    with pytest.raises(ReplayError, match="there are no events to search here"):
        list(engine.run(parse("index=risk"), context()))


def run(at: float, **given: Any) -> Any:
    return SimpleNamespace(
        search=SimpleNamespace(name="K8S NPM - A - Rule"),
        at=at,
        seconds=1.25,
        rows=({"a": 1},),
        risk_events=(),
        **given,
    )


def test_a_run_leaves_a_line_of_the_scheduler_and_its_risk_events() -> None:
    event = {"_time": 60.0, "source": "x", "risk_score": 20, "metrics": ["a", "b"], "annotations": {"mitre": ["T1"]}}
    second = run(60.0)
    second.risk_events = (event,)
    newest, *older = events_of([run(30.0), second], "SA-x")
    assert newest == {
        "_time": 60.0,
        "index": "_internal",
        "sourcetype": "scheduler",
        "app": "SA-x",
        "savedsearch_name": "K8S NPM - A - Rule",
        "status": "success",
        "scheduled_time": "60",
        "dispatch_time": "60",
        "run_time": "1.250",
        "result_count": "1",
    }
    risk, first = older
    assert risk == {
        "_time": 60.0,
        "index": "risk",
        "sourcetype": "stash",
        "source": "x",
        "risk_score": "20",
        "metrics": ("a", "b"),
    }
    assert first["_time"] == 30.0
