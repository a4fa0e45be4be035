"""Risk events: one for each result and risk object, message filled in, annotations along."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.replay.context import Window
from workbench.replay.risk import fill, risk_events
from workbench.replay.rows import Row
from workbench.replay.savedsearch import RiskAction, RiskObject, SavedSearch, ThreatObject

ANNOTATIONS: dict[str, Any] = {"mitre_attack": ["T1041"], "analytic_story": ["A story"], "cis20": ["CIS 13"]}


def search(*objects: RiskObject, message: str = "m", threats: tuple[ThreatObject, ...] = ()) -> SavedSearch:
    risk = RiskAction(message, objects or (RiskObject("host", "system", 20.0),), threats)
    return SavedSearch("NPM - X - Rule", "", None, "0", "now", True, risk=risk, annotations=ANNOTATIONS)


def events(saved: SavedSearch, *rows: Row) -> list[dict[str, Any]]:
    return risk_events(saved, rows, Window(100.0, 200.0), 300.0)[0]


def warnings(saved: SavedSearch, *rows: Row) -> list[str]:
    return [message.text for message in risk_events(saved, rows, Window(100.0, 200.0), 300.0)[1]]


def test_an_event_carries_origin_risk_annotations_and_the_row() -> None:
    saved = search(message="Traffic from $workload$ in $host$", threats=(ThreatObject("process", "process_name"),))
    row: Row = {"_time": 150, "_internal": "x", "host": "prod", "workload": "web", "process": "curl", "count": 7.0}
    assert events(saved, row) == [
        {
            "_time": 300.0,
            "search_name": "NPM - X - Rule",
            "source": "NPM - X - Rule",
            "info_min_time": 100.0,
            "info_max_time": 200.0,
            "info_search_time": 300.0,
            "risk_object": "prod",
            "risk_object_type": "system",
            "risk_score": 20,
            "risk_message": "Traffic from web in prod",
            "threat_object": ["curl"],
            "threat_object_type": ["process_name"],
            "annotations": ANNOTATIONS,
            "annotations.mitre_attack": ["T1041"],
            "annotations.cis20": ["CIS 13"],
            "analyticstories": ["A story"],
            "orig_time": 150,
            "orig_host": "prod",
            "workload": "web",
            "process": "curl",
            "count": 7.0,
        }
    ]


def test_each_row_and_each_risk_object_makes_an_event() -> None:
    saved = search(RiskObject("host", "system", 20.0), RiskObject("entity", "other", 30.0))
    made = events(saved, {"host": "a", "entity": "a/web"}, {"host": "b", "entity": ("b/web", "b/db")})
    assert [(event["risk_object"], event["risk_object_type"], event["risk_score"]) for event in made] == [
        ("a", "system", 20),
        ("a/web", "other", 30),
        ("b", "system", 20),
        ("b/web", "other", 30),
        ("b/db", "other", 30),
    ]


def test_a_search_without_risk_action_has_no_events() -> None:
    assert risk_events(SavedSearch("x", "", None, "0", "now", True), [{"host": "a"}], Window(0, 1), 1) == ([], [])


@pytest.mark.parametrize(
    ("message", "text", "missing"),
    [
        ("$host$ and $k8s.cluster.name$", "prod and eu-1", ()),
        ("$result.host$", "prod", ()),
        ("metrics: $metrics$", "metrics: tcp.bytes, udp.bytes", ()),
        ("$count$ times", "7 times", ()),
        ("in $nowhere$ by $empty$ of $nowhere$", "in $nowhere$ by $empty$ of $nowhere$", ("nowhere", "empty")),
        ("costs $5 and $6", "costs $5 and $6", ()),
    ],
)
def test_tokens_are_filled_from_the_row(message: str, text: str, missing: tuple[str, ...]) -> None:
    row: Row = {
        "host": "prod",
        "k8s.cluster.name": "eu-1",
        "metrics": ("tcp.bytes", "udp.bytes"),
        "count": 7.0,
        "empty": None,
    }
    assert fill(message, row) == (text, missing)


def test_a_token_that_no_row_fills_is_one_warning() -> None:
    assert warnings(search(message="in $nowhere$"), {"host": "a"}, {"host": "b"}) == [
        "NPM - X - Rule: the risk message names $nowhere$, which a result does not have"
    ]


@pytest.mark.parametrize("row", [{}, {"host": None}, {"host": ""}, {"host": "  "}])
def test_a_row_without_its_risk_object_becomes_unknown_with_a_warning(row: Row) -> None:
    assert [event["risk_object"] for event in events(search(), row)] == ["unknown"]
    assert "has no host, the risk object" in warnings(search(), row)[0]


@pytest.mark.parametrize(("given", "score"), [("35", 35), (12.5, 12.5), (None, 20), ("high", 20), (("1", "2"), 20)])
def test_a_risk_score_of_the_row_goes_before_that_of_the_action(given: Any, score: float) -> None:
    row: Row = {"host": "a", "risk_score": given}
    assert [event["risk_score"] for event in events(search(), row)] == [score]
    assert bool(warnings(search(), row)) == (given in ("high", ("1", "2")))
