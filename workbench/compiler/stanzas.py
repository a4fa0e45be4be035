"""Turns checked content into the settings that Splunk and Enterprise Security act on.

The keys and values are those that contentctl 5.6.2 gives for the same YAML; tests/compiler compares the two and
lists what differs on purpose.
"""

from __future__ import annotations

from workbench.compiler.deployments import stanza_name
from workbench.compiler.macros import macros_of
from workbench.compiler.project import Project
from workbench.compiler.security import Settings, action_settings, as_json, deployment, mappings, stories
from workbench.compiler.valuechecks import as_flag, as_number, without_breaks
from workbench.compiler.words import DATA_MODELS, TECHNOLOGIES
from workbench.compiler.yamlfile import Document

# A baseline with schedule_window 0 adds up what it reads. By default the scheduler skips a search that cannot start in
# time; with realtime_schedule = 0 it runs each missed time later, in order, over the time range it would have had
# (savedsearches.conf.spec). contentctl has no key for either setting.
NEVER_SKIPPED: Settings = {"realtime_schedule": "0", "schedule_priority": "higher"}


def saved_searches(project: Project) -> dict[str, Settings]:
    """Return savedsearches.conf: the detections, then the baselines, each in the order of their files."""
    label = project.about_app("label")
    searches: dict[str, Settings] = {}
    for document in project.kind("detections"):
        stanza = stanza_name(label, "detections", document.text("name"))
        searches[stanza] = _detection(project, document, stanza)
    for document in project.kind("baselines"):
        searches[stanza_name(label, "baselines", document.text("name"))] = _baseline(project, document)
    return searches


def macros(project: Project) -> dict[str, Settings]:
    """Return macros.conf: the macro files, and what is made of the content (macros_of)."""
    written: dict[str, Settings] = {}
    for stanza, (macro, about) in macros_of(project).items():
        settings = {"args": ", ".join(macro.arguments)} if macro.arguments else {}
        written[stanza] = settings | {"definition": macro.definition, "description": about}
    return written


def transforms(project: Project, tables: Settings) -> dict[str, Settings]:
    """Return transforms.conf: one stanza per lookup; its table has its name, by which npmanomaly finds it too.

    ``tables`` are further settings of each table. None for a model: the Machine Learning Toolkit finds it by its file.
    """
    written: dict[str, Settings] = {}
    for document in project.kind("lookups"):
        if document.text("lookup_type") == "mlmodel":
            continue
        settings = _where_the_rows_are(document)
        default = document.get("default_match")
        if isinstance(default, bool) or document.text("default_match").strip():
            settings["default_match"] = str(default).lower() if isinstance(default, bool) else str(default)
        if (flag := as_flag(document.get("case_sensitive_match"))) is not None:
            settings["case_sensitive_match"] = str(flag).lower()
        if document.items("match_type"):
            settings["match_type"] = ", ".join(str(entry) for entry in document.items("match_type"))
        for key in ("max_matches", "min_matches"):
            if (limit := as_number(document.get(key))) is not None:
                settings[key] = str(limit)
        if document.text("lookup_type") == "csv":
            settings |= tables
        written[document.text("name")] = settings
    return written


def _where_the_rows_are(document: Document) -> Settings:
    name = document.text("name")
    if document.text("lookup_type") == "kvstore":
        columns = ", ".join(str(column) for column in document.items("fields"))
        return {"external_type": "kvstore", "collection": name, "fields_list": columns}
    return {"filename": f"{name}.csv"}


def collections(project: Project) -> dict[str, Settings]:
    """Return collections.conf: the KV store collection of each lookup kept in one, as contentctl defines it."""
    return {
        document.text("name"): {"enforceTypes": "false", "replicate": "false"}
        for document in project.kind("lookups")
        if document.text("lookup_type") == "kvstore"
    }


def analytic_stories(project: Project) -> dict[str, Settings]:
    """Return analyticstories.conf: what the use case library of Enterprise Security shows of detections and stories."""
    label = project.about_app("label")
    written: dict[str, Settings] = {}
    for document in project.kind("detections"):
        stanza = stanza_name(label, "detections", document.text("name"))
        written[f"savedsearch://{stanza}"] = {
            "type": "detection",
            "asset_type": document.text("tags", "asset_type"),
            "confidence": "medium",
            "explanation": document.text("description"),
            "how_to_implement": document.text("how_to_implement"),
            "annotations": as_json(mappings(document)),
            "known_false_positives": document.text("known_false_positives"),
            "providing_technologies": as_json(_technologies(document)),
        }
    for document in project.kind("stories"):
        written[f"analytic_story://{document.text('name')}"] = _story(project, document)
    return written


def _detection(project: Project, document: Document, stanza: str) -> Settings:
    return {
        "description": document.text("description"),
        "disabled": "true",
        **_schedule(project, document),
        "allow_skew": "100%",
        "realtime_schedule": "0",
        "is_visible": "false",
        "counttype": "number of events",
        "relation": "greater than",
        "quantity": "0",
        "alert.digest_mode": "1",
        **_throttling(document),
        **action_settings(project, document, stanza),
        **_library(document, "detection"),
        "action.escu.confidence": "high",
        "action.escu.mappings": as_json(mappings(document)),
        "action.escu.known_false_positives": document.text("known_false_positives"),
        "action.escu.product": as_json(document.items("tags", "product")),
        "action.escu.providing_technologies": as_json(_technologies(document)),
        **_atomic_tests(document),
        "search": document.text("search"),
    }


def _baseline(project: Project, document: Document) -> Settings:
    schedule = _schedule(project, document)
    return {
        "description": document.text("description"),
        "disabled": "true",
        **schedule,
        **(NEVER_SKIPPED if schedule["schedule_window"] == "0" else {}),
        "is_visible": "false",
        **_library(document, "support"),
        "action.escu.providing_technologies": "[]",
        "search": document.text("search"),
    }


def _schedule(project: Project, document: Document) -> Settings:
    source, key_path = deployment(project, document)
    return {
        "enableSched": "1",
        "cron_schedule": source.text(*key_path, "scheduling", "cron_schedule"),
        "dispatch.earliest_time": source.text(*key_path, "scheduling", "earliest_time"),
        "dispatch.latest_time": source.text(*key_path, "scheduling", "latest_time"),
        "schedule_window": source.text(*key_path, "scheduling", "schedule_window"),
    }


def _throttling(document: Document) -> Settings:
    fields = document.items("tags", "throttling", "fields")
    if not fields:
        return {}
    return {
        "alert.suppress": "true",
        "alert.suppress.fields": ",".join(str(name) for name in fields),
        "alert.suppress.period": document.text("tags", "throttling", "period"),
    }


def _library(document: Document, search_type: str) -> Settings:
    """Return what the library of the ESCU app shows; Splunk does not act on it."""
    return {
        "action.escu": "0",
        "action.escu.enabled": "1",
        "action.escu.search_type": search_type,
        "action.escu.analytic_story": as_json(stories(document)),
        "action.escu.creation_date": document.text("date"),
        "action.escu.modification_date": document.text("date"),
        "action.escu.data_models": as_json([name for name in DATA_MODELS if name in document.text("search")]),
        "action.escu.eli5": document.text("description"),
        "action.escu.how_to_implement": document.text("how_to_implement"),
    }


def _atomic_tests(document: Document) -> Settings:
    tests = document.items("tags", "atomic_guid")
    return {"action.escu.atomic_red_team_guids": as_json(tests)} if tests else {}


def _technologies(document: Document) -> list[str] | None:
    """Return the technologies that contentctl takes a search to be about; None if there are none."""
    named = (names for text, names in TECHNOLOGIES.items() if text in document.text("search"))
    return sorted({name for names in named for name in names}) or None


def _story(project: Project, document: Document) -> Settings:
    label = project.about_app("label")
    name = document.text("name")
    person, _, company = document.text("author").partition(",")
    maintainer = {"company": company.strip() or "no", "email": "-", "name": person}
    searches = [
        stanza_name(label, "detections", detection.text("name"))
        for detection in project.kind("detections")
        if name in detection.items("tags", "analytic_story")
    ]
    return {
        "category": str(document.get("tags", "category", 0)),
        "last_updated": document.text("date"),
        "version": str(as_number(document.get("version"))),
        "references": as_json(document.items("references")),
        "maintainers": as_json([maintainer]),
        "spec_version": "3",
        "searches": as_json(searches),
        "description": without_breaks(document.text("description")),
        "narrative": without_breaks(document.text("narrative")),
    }
