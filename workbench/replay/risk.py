"""The risk events that the risk action of Enterprise Security would write for the results of a detection.

One event for each result row and risk object; its fields are those of reference/es-and-rba.md section 4:
origin, risk, annotations, and every field of the row, some of them renamed (workbench/spl/findings.py). A
``risk_score`` of the row goes before the score of the action. A row without the risk object is said to yield
"unknown" (section 4, data model); the action of our content must not get that far, so a warning goes with it.

Unverified without a live Splunk with ES: how the action fills tokens (here: ``$field$``, also
``$result.field$``, a multivalue joined by ", ", a missing field left as the token it was); one event for
each value of a multivalue object.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from workbench.replay.context import Message, Window
from workbench.replay.rows import Row, Value, as_number, each_text
from workbench.replay.savedsearch import RiskAction, RiskObject, SavedSearch
from workbench.spl.findings import name_in_finding

UNKNOWN_OBJECT = "unknown"
MOST_POINTS = 100  # of an object in 24 hours that ES's rule "24 Hour Risk Threshold Exceeded" does not report
_TOKEN = re.compile(r"\$(?:result\.)?([A-Za-z0-9_.:{}-]+)\$")

RiskEvent = dict[str, Any]


def risk_events(
    search: SavedSearch, rows: Iterable[Row], window: Window, now: float
) -> tuple[list[RiskEvent], list[Message]]:
    """Risk events (ready for JSON) for ``rows``, which ``search`` found at ``now`` in ``window``, and warnings.

    A search without a risk action has none.
    """
    events: list[RiskEvent] = []
    warnings: dict[Message, None] = {}
    if search.risk is None:
        return events, []
    for row in rows:
        message, missing = fill(search.risk.message, row)
        for name in missing:
            warnings[_warning(search, f"the risk message names ${name}$, which a result does not have")] = None
        for risk_object in search.risk.risk_objects:
            if not _objects(row, risk_object):
                text = f"a result has no {risk_object.field}, the risk object; it becomes '{UNKNOWN_OBJECT}'"
                warnings[_warning(search, text)] = None
            score, odd = _score(row, risk_object)
            if odd:
                message = f"risk_score '{odd}' of a result is not a number; the action's is used"
                warnings[_warning(search, message)] = None
            for value in _objects(row, risk_object) or (UNKNOWN_OBJECT,):
                event = _origin(search, row, window, now)
                event |= {
                    "risk_object": value,
                    "risk_object_type": risk_object.type,
                    "risk_score": score,
                    "risk_message": message,
                }
                event |= _threats(search.risk, row)
                events.append(_with_row(event | _annotations(search), row))
    return events, list(warnings)


def fill(message: str, row: Row) -> tuple[str, tuple[str, ...]]:
    """Fill the ``$field$`` tokens of ``message`` from ``row``; also returns the names of fields it does not have."""
    missing: list[str] = []

    def value(match: re.Match[str]) -> str:
        found = each_text(row.get(match[1]))
        if not found:
            missing.append(match[1])
        return ", ".join(found) if found else match[0]

    return _TOKEN.sub(value, message), tuple(dict.fromkeys(missing))


def plain(value: Value) -> Any:
    """Turn a field value into what JSON holds: a multivalue becomes a list."""
    return list(value) if isinstance(value, tuple) else value


def _warning(search: SavedSearch, text: str) -> Message:
    return Message("WARN", f"{search.name}: {text}")


def _objects(row: Row, risk_object: RiskObject) -> tuple[str, ...]:
    return tuple(text for text in each_text(row.get(risk_object.field)) if text.strip())


def _score(row: Row, risk_object: RiskObject) -> tuple[int | float, Value]:
    """Return the points for the object, and the row's own risk_score when it is there but not a number."""
    given = row.get("risk_score")
    number = as_number(given)
    points = risk_object.score if number is None else number
    return (int(points) if float(points).is_integer() else points), (given if number is None else None)


def _origin(search: SavedSearch, row: Row, window: Window, now: float) -> RiskEvent:
    event: RiskEvent = {
        "_time": now,
        "search_name": search.name,
        "source": search.name,
        "info_min_time": window.earliest,
        "info_max_time": window.latest,
        "info_search_time": now,
    }
    return event


def _threats(action: RiskAction, row: Row) -> RiskEvent:
    found = [(value, threat.type) for threat in action.threat_objects for value in each_text(row.get(threat.field))]
    if not found:
        return {}
    return {"threat_object": [value for value, _ in found], "threat_object_type": [kind for _, kind in found]}


def _annotations(search: SavedSearch) -> RiskEvent:
    annotations = search.annotations or {}
    event: RiskEvent = {"annotations": annotations}
    for key in ("mitre_attack", "cis20", "nist", "kill_chain_phases"):
        if key in annotations:
            event[f"annotations.{key}"] = annotations[key]
    event["analyticstories"] = annotations.get("analytic_story", [])
    return event


def _with_row(event: RiskEvent, row: Row) -> RiskEvent:
    """Add the fields of the row that the event has no field of its own for; internal ones (``_x``) stay out."""
    for field, value in row.items():
        name = name_in_finding(field)
        if value is not None and not name.startswith("_") and name not in event:
            event[name] = plain(value)
    return event
