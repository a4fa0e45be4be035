"""The settings with which Enterprise Security makes risk events and findings out of a detection's results.

JSON is compact and sorted: the same content gives the same bytes, and the editor of Enterprise Security, which
writes it compact too, finds nothing to change.
"""

from __future__ import annotations

import datetime
import json
import re

from workbench.compiler.deployments import deployment_of, makes_risk
from workbench.compiler.drilldowns import drilldown_text
from workbench.compiler.project import Project
from workbench.compiler.valuechecks import as_number
from workbench.compiler.yamlfile import Document, KeyPath

Settings = dict[str, str]


def as_json(value: object) -> str:
    """JSON that is the same for the same value, without blanks, ASCII only."""
    return json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def deployment(project: Project, document: Document) -> tuple[Document, KeyPath]:
    """Return the file and place of the schedule and actions; the checks have made sure that there is one."""
    found = deployment_of(project, document)
    if found is None:
        raise ValueError(f"{document.shown} was compiled without the check of its deployment")
    return found


def stories(document: Document) -> list[str]:
    """Return the analytic stories of a detection or baseline, sorted."""
    return sorted(str(name) for name in document.items("tags", "analytic_story"))


def mappings(document: Document) -> dict[str, object]:
    """Return the frameworks a detection maps to; CIS and NIST follow from domain and type, as contentctl has it."""
    mapped: dict[str, object] = {
        "cis20": ["CIS 13" if document.text("tags", "security_domain") == "network" else "CIS 10"],
        "nist": ["DE.CM" if document.text("type") == "TTP" else "DE.AE"],
    }
    if techniques := document.items("tags", "mitre_attack_id"):
        mapped["mitre_attack"] = techniques
    return mapped


def action_settings(project: Project, document: Document, stanza: str) -> Settings:
    """Return what makes a saved search a detection, its risk events or findings, and the drilldowns on them."""
    return {
        "action.correlationsearch.enabled": "1",
        "action.correlationsearch.detection_type": "ebd",
        "action.correlationsearch.label": stanza,
        "action.correlationsearch.annotations": as_json(_annotations(document)),
        "action.correlationsearch.metadata": as_json(_metadata(document)),
        **_risk(project, document),
        **_notable(project, document),
        "action.notable.param.drilldown_searches": as_json(_drilldowns(document)),
    }


def _annotations(document: Document) -> dict[str, object]:
    annotated = mappings(document) | {
        "analytic_story": stories(document),
        "data_source": document.items("data_source"),
        "type": document.text("type"),
        "type_list": [document.text("type")],
    }
    if cves := document.items("tags", "cve"):
        annotated["cve"] = cves
    return annotated


def _metadata(document: Document) -> dict[str, object]:
    day = datetime.date.fromisoformat(document.text("date"))
    midnight = datetime.datetime.combine(day, datetime.time(), datetime.timezone.utc)
    return {
        "deprecated": "1" if document.text("status") == "deprecated" else "0",
        "detection_id": document.text("id").lower(),
        "detection_version": str(as_number(document.get("version"))),
        "publish_time": midnight.timestamp(),
    }


def _drilldowns(document: Document) -> list[dict[str, str]]:
    written = []
    for index, _ in enumerate(document.items("drilldown_searches")):
        key_path: KeyPath = ("drilldown_searches", index)
        drilldown = {
            "name": document.text(*key_path, "name"),
            "search": drilldown_text(document.text(*key_path, "search"), document.text("search")),
        }
        for offset in ("earliest_offset", "latest_offset"):
            if document.text(*key_path, offset):
                drilldown[offset] = document.text(*key_path, offset)
        written.append(drilldown)
    return written


def _risk(project: Project, document: Document) -> Settings:
    if not makes_risk(deployment(project, document)):
        return {}
    objects = {
        (str(one["field"]), str(one["type"]), as_number(one["score"])) for one in _groups(document, "risk_objects")
    }
    threats = {(str(one["field"]), str(one["type"])) for one in _groups(document, "threat_objects")}
    entries: list[dict[str, object]] = [
        {"risk_object_field": name, "risk_object_type": kind, "risk_score": score}
        for name, kind, score in sorted(objects)
    ]
    entries += [{"threat_object_field": name, "threat_object_type": kind} for name, kind in sorted(threats)]
    return {
        "action.risk": "1",
        "action.risk.param._risk_message": document.text("rba", "message"),
        "action.risk.param._risk": as_json(entries),
        "action.risk.param._risk_score": "0",
        "action.risk.param.verbose": "0",
    }


def _groups(document: Document, kind: str) -> list[dict[str, object]]:
    return [one for one in document.items("rba", kind) if isinstance(one, dict)]


def _notable(project: Project, document: Document) -> Settings:
    source, key_path = deployment(project, document)
    if source.get(*key_path, "alert_action", "notable") is None:
        return {}
    title = _filled(document, source.text(*key_path, "alert_action", "notable", "rule_title"))
    fields = source.items(*key_path, "alert_action", "notable", "nes_fields")
    # The risk action scores the entities; this placeholder keeps the finding from scoring them again.
    entities = [{"risk_object_field": "N/A", "risk_object_type": "N/A", "risk_score": 0}]
    description = source.text(*key_path, "alert_action", "notable", "rule_description")
    return {
        "action.notable": "1",
        "action.notable.param._entities": as_json(entities),
        "action.notable.param.nes_fields": ",".join(str(name) for name in fields),
        "action.notable.param.rule_title": f"RBA: {title}" if document.text("type") == "Correlation" else title,
        "action.notable.param.rule_description": _filled(document, description),
        "action.notable.param.security_domain": document.text("tags", "security_domain"),
        "action.notable.param.severity": _severity(document),
    }


def _filled(document: Document, template: str) -> str:
    """Replace %name% and the like by the detection's own field."""
    return re.sub(r"%(\w+)%", lambda found: document.text(found[1]) or found[0], template)


def _severity(document: Document) -> str:
    scores = [as_number(one["score"]) or 0 for one in _groups(document, "risk_objects")]
    steps = ((20, "informational"), (40, "low"), (60, "medium"), (80, "high"), (100, "critical"))
    return next((name for limit, name in steps if max(scores) <= limit), "critical") if scores else "high"
