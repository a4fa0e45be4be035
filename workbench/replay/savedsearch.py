"""Saved searches: what a stanza of the compiled savedsearches.conf says about schedule, throttling and risk."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from workbench.conf import is_true
from workbench.replay.errors import ReplayError

_PERIOD = re.compile(r"(\d+)([smhd]?)\Z")
_PERIOD_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
RELATIONS = ("greater than", "less than", "equal to", "not equal to")


@dataclass(frozen=True)
class Trigger:
    """When a run with n result rows raises the alert: ``n relation quantity``."""

    relation: str
    quantity: int

    def fires(self, rows: int) -> bool:
        """Return whether ``rows`` result rows raise the alert."""
        return {
            "greater than": rows > self.quantity,
            "less than": rows < self.quantity,
            "equal to": rows == self.quantity,
            "not equal to": rows != self.quantity,
        }[self.relation]


@dataclass(frozen=True)
class Throttling:
    """``alert.suppress``: results alike in ``fields`` count once per ``period`` (seconds); no fields: the
    whole alert.
    """

    fields: tuple[str, ...]
    period: int


@dataclass(frozen=True)
class RiskObject:
    """The row field that holds a risk object, the kind of object, and the points it gets."""

    field: str
    type: str
    score: float


@dataclass(frozen=True)
class ThreatObject:
    """The row field that holds a threat object and its kind."""

    field: str
    type: str


@dataclass(frozen=True)
class RiskAction:
    """The risk action of a detection: message with ``$field$`` tokens and who gets how many points."""

    message: str
    risk_objects: tuple[RiskObject, ...]
    threat_objects: tuple[ThreatObject, ...]


@dataclass(frozen=True)
class SavedSearch:
    """One saved search; ``earliest`` and ``latest`` are time modifiers, ``cron`` is None when it has no schedule.

    ``trigger`` is None for a search that raises no alert (a baseline). ``annotations`` is the decoded JSON.
    """

    name: str
    search: str
    cron: str | None
    earliest: str
    latest: str
    enabled: bool
    trigger: Trigger | None = None
    throttling: Throttling | None = None
    risk: RiskAction | None = None
    annotations: dict[str, Any] | None = None
    description: str = ""


def from_stanza(name: str, settings: dict[str, str]) -> SavedSearch:
    """Build a SavedSearch from the settings of stanza ``name``; ReplayError names stanza and key when one is wrong."""
    stanza = _Stanza(name, settings)
    return SavedSearch(
        name=name,
        search=stanza.required("search"),
        cron=(settings.get("cron_schedule") or None) if is_true(settings.get("enableSched")) else None,
        earliest=settings.get("dispatch.earliest_time", "0") or "0",
        latest=settings.get("dispatch.latest_time", "now") or "now",
        enabled=not is_true(settings.get("disabled")),
        trigger=stanza.trigger(),
        throttling=stanza.throttling(),
        risk=stanza.risk(),
        annotations=stanza.json_object("action.correlationsearch.annotations"),
        description=settings.get("description", ""),
    )


class _Stanza:
    """Reads typed settings of one stanza; every error names stanza and key."""

    def __init__(self, name: str, settings: dict[str, str]) -> None:
        self.name = name
        self.settings = settings

    def error(self, key: str, text: str) -> ReplayError:
        return ReplayError(f"savedsearches.conf [{self.name}] {key}: {text}")

    def required(self, key: str) -> str:
        value = self.settings.get(key, "")
        if not value:
            raise self.error(key, "is missing or empty")
        return value

    def json(self, key: str) -> Any:
        if not self.settings.get(key):
            return None
        try:
            return json.loads(self.settings[key])
        except ValueError as error:
            raise self.error(key, f"is not valid JSON: {error}") from None

    def json_object(self, key: str) -> dict[str, Any]:
        value = self.json(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.error(key, "must be a JSON object")
        return value

    def trigger(self) -> Trigger | None:
        counttype = self.settings.get("counttype")
        if counttype is None or counttype == "always":
            return None if counttype is None else Trigger("greater than", -1)
        if counttype != "number of events":
            raise self.error("counttype", f"'{counttype}' is not replayed; only 'number of events' and 'always' are")
        relation = self.settings.get("relation", "greater than")
        if relation not in RELATIONS:
            raise self.error("relation", f"'{relation}' is not replayed; use one of: {', '.join(RELATIONS)}")
        quantity = self.settings.get("quantity", "0")
        if not quantity.isdigit():
            raise self.error("quantity", f"'{quantity}' is not a whole number")
        return Trigger(relation, int(quantity))

    def throttling(self) -> Throttling | None:
        if not is_true(self.settings.get("alert.suppress")):
            return None
        period = _PERIOD.match(self.required("alert.suppress.period"))
        if period is None:
            raise self.error("alert.suppress.period", "must be a number with s, m, h or d, for example 86400s")
        fields = tuple(part for part in re.split(r"[,\s]+", self.settings.get("alert.suppress.fields", "")) if part)
        return Throttling(fields, int(period[1]) * _PERIOD_SECONDS[period[2]])

    def risk(self) -> RiskAction | None:
        if not is_true(self.settings.get("action.risk")):
            return None
        key = "action.risk.param._risk"
        entries = self.json(key)
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise self.error(key, "must be a JSON list of objects")
        objects = [self.risk_entry(key, entry) for entry in entries]
        return RiskAction(
            self.settings.get("action.risk.param._risk_message", ""),
            tuple(found for found in objects if isinstance(found, RiskObject)),
            tuple(found for found in objects if isinstance(found, ThreatObject)),
        )

    def risk_entry(self, key: str, entry: dict[str, Any]) -> RiskObject | ThreatObject:
        try:
            if "risk_object_field" in entry:
                score = float(entry["risk_score"])
                return RiskObject(entry["risk_object_field"], entry["risk_object_type"], score)
            return ThreatObject(entry["threat_object_field"], entry["threat_object_type"])
        except (KeyError, TypeError, ValueError) as error:
            raise self.error(key, f"entry {json.dumps(entry)} lacks or misstates {error}") from None
