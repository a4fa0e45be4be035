"""The forms of the content files: which fields each kind of file has, and what each may hold.

The words, limits and required fields are those of contentctl 5.6.2, so that what passes here passes there.
Where a form is narrower (names without signs, versions from 1, cron and times that Splunk understands, no
unknown fields under ``rba``), contentctl would have built an app that does not work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.compiler.finding import Finding
from workbench.compiler.rule import ATTACK, CONTENTCTL, RISK, SAVED_SEARCHES, TIMES, rule
from workbench.compiler.valuechecks import (
    WRONG_FORM,
    Check,
    anything,
    fitting,
    flag,
    group,
    identifier,
    list_of,
    matching,
    nullable,
    number,
    one_of,
    one_of_kinds,
    past_date,
    text,
    url,
)
from workbench.compiler.words import (
    ASSET_TYPES,
    DETECTION_TYPES,
    PRODUCTS,
    RISK_OBJECT_TYPES,
    SECURITY_DOMAINS,
    STORY_CATEGORIES,
    STORY_USECASES,
    THREAT_OBJECT_TYPES,
)
from workbench.compiler.yamlfile import Document, Place
from workbench.spl.times import TimeError, cron_runs, instant, relative_time

# A Monday on which a month, a quarter and a year begin, so that all kinds of schedules run soon after it.
SOME_DAY = instant("2024-01-01")

WRONG_VERSION = rule(
    "NPM011",
    "wrong-version",
    what="A version is not a whole number from 1.",
    why="Sites compare versions to see whether a detection changed.",
    see=CONTENTCTL,
)
WRONG_TECHNIQUE = rule(
    "NPM108",
    "wrong-technique",
    what="An ATT&CK id is malformed, or listed beside its own sub-technique.",
    why="Enterprise Security counts both, and contentctl refuses the pair.",
    see=ATTACK,
)
WRONG_SCORE = rule(
    "NPM403",
    "wrong-score",
    what="A risk score is not a whole number from 1 to 100.",
    why="Enterprise Security adds scores up; a finding with another one never or always exceeds the limit.",
    see=RISK,
)
EMPTY_MESSAGE = rule(
    "NPM404",
    "empty-message",
    what="A risk message is empty, or consists of fields that can all be null.",
    why="An analyst sees a risk event without a word on what happened.",
    see=RISK,
)
WRONG_CRON = rule(
    "NPM501",
    "wrong-cron",
    what="A cron schedule does not parse.",
    why="Splunk would not run the search.",
    see=SAVED_SEARCHES,
)
WRONG_TIME = rule(
    "NPM502",
    "wrong-time",
    what="A relative time does not parse.",
    why="Splunk would not run the search.",
    see=TIMES,
)
WRONG_WINDOW = rule(
    "NPM503",
    "wrong-window",
    what="A schedule window is not auto, default or a number of minutes shorter than the time between runs.",
    why="Splunk ignores it, or a run starts after the one that should follow it.",
    see=SAVED_SEARCHES,
)

# Letters, digits and the four signs that become "_" in the file name and in the filter macro.
_search_name = matching(
    r"[A-Za-z0-9](?:[A-Za-z0-9 ._/-]*[A-Za-z0-9])?",
    "letters, digits, blanks and - . / _ only, beginning and ending with a letter or digit",
    most=67,
)
_word = matching(r"[A-Za-z0-9_]+", "letters, digits and _ only", most=99)
# Splunk takes any name for a field. What cannot be in it would end it where it is written: in a token, in a list.
_field = matching(r'[^\s"$,]+', 'the name of a field of the search, without blanks and " $ ,', most=99)
_risk_field = matching(r'[^\s"$](?:[^"$\n]*[^\s"$])?', 'the name of a field of the search, without " and $', most=99)


def _is_time(text: str) -> bool:
    try:
        relative_time(SOME_DAY, text)
    except TimeError:
        return False
    return True


_time = fitting(_is_time, "a Splunk time such as -70m@m or now", rule=WRONG_TIME)
# In a drilldown a time can be a token of the finding, such as $info_min_time$.
_offset = fitting(
    lambda text: re.fullmatch(r"\$\w+\$", text) is not None or _is_time(text),
    "a Splunk time such as -7d@h, or a token such as $info_min_time$",
    rule=WRONG_TIME,
)
_products = list_of(one_of(PRODUCTS), least=1, distinct=True)
_stories = list_of(text(lines=False), distinct=True)
_cve = matching(r"CVE-[12]\d{3}-\d+", "an id such as CVE-2026-12345")
_mitre = matching(r"T\d{4}(?:\.\d{3})?", "an ATT&CK id such as T1048 or T1048.003", rule=WRONG_TECHNIQUE)


def _cron(document: Document, place: Place) -> Iterator[Finding]:
    """Check for a cron schedule: five fields without names, as Splunk takes them."""
    try:
        cron_runs(document.text(*place), SOME_DAY)
    except TimeError as error:
        message = f"is {document.get(*place)!r}, not a cron schedule ({error})"
        yield document.finding(WRONG_CRON, place, message, "write one such as 7 * * * *")


_scheduling = group(
    {
        "cron_schedule": _cron,
        "earliest_time": _time,
        "latest_time": _time,
        "schedule_window": matching(
            r"auto|default|\d{1,4}", "auto, default or a number of minutes, in quotes", rule=WRONG_WINDOW
        ),
    },
    {},
)
_alert_action = group(
    {},
    {
        "rba": group({"enabled": flag}, {}),
        "notable": group(
            {"rule_title": text(lines=False), "rule_description": text(), "nes_fields": list_of(_field)}, {}
        ),
    },
)
_inline_deployment = group({"scheduling": _scheduling}, {"alert_action": _alert_action})


def _common(name: Check) -> dict[str, Check]:
    """Return what every kind of content has."""
    return {
        "name": name,
        "id": identifier,
        "version": number(1, 1_000_000, WRONG_VERSION),
        "date": past_date,
        "author": text(most=255, lines=False),
        "description": text(),
    }


_REFERENCES: dict[str, Check] = {"references": list_of(url), "deprecation_info": anything}

DETECTION = group(
    {
        **_common(_search_name),
        "status": one_of(("experimental", "production", "deprecated")),
        "type": one_of(DETECTION_TYPES),
        "search": text(),
        "how_to_implement": text(least=4),
        "known_false_positives": text(least=4),
        "tags": group(
            {
                "analytic_story": _stories,
                "asset_type": one_of(ASSET_TYPES),
                "product": _products,
                "security_domain": one_of(SECURITY_DOMAINS),
            },
            {
                "mitre_attack_id": list_of(_mitre, distinct=True),
                "cve": list_of(_cve, distinct=True),
                "atomic_guid": list_of(identifier, distinct=True),
                "group": list_of(text(lines=False)),
                "manual_test": text(),
                "throttling": group(
                    {
                        "fields": list_of(_field, least=1, distinct=True),
                        "period": matching(r"[1-9][0-9]*[smh]", "a period such as 86400s, 60m or 24h"),
                    },
                    {},
                ),
            },
        ),
    },
    {
        **_REFERENCES,
        "data_source": list_of(text(lines=False), distinct=True),
        "rba": group(
            {
                "message": text(rule=EMPTY_MESSAGE),
                "risk_objects": list_of(
                    group(
                        {
                            "field": _risk_field,
                            "type": one_of(RISK_OBJECT_TYPES),
                            "score": number(1, 100, WRONG_SCORE),
                        },
                        {},
                    ),
                    least=1,
                ),
                "threat_objects": list_of(group({"field": _risk_field, "type": one_of(THREAT_OBJECT_TYPES)}, {})),
            },
            {},
        ),
        "drilldown_searches": list_of(
            group(
                {
                    "name": text(least=5, lines=False),
                    "search": text(),
                    "earliest_offset": nullable(_offset),
                    "latest_offset": nullable(_offset),
                },
                {},
            )
        ),
        "tests": list_of(
            group(
                {
                    "name": text(),
                    "attack_data": list_of(
                        group(
                            {"data": text(), "source": text(), "sourcetype": text()},
                            {"custom_index": text(), "host": text()},
                        )
                    ),
                },
                {},
            )
        ),
        "deployment": _inline_deployment,
        "enabled_by_default": flag,
        "explanation": text(),
    },
)

BASELINE = group(
    {
        **_common(_search_name),
        "status": one_of(("production", "deprecated")),
        "type": one_of(("Baseline",)),
        "search": text(least=4),
        "how_to_implement": text(least=4),
        "known_false_positives": text(least=4),
        "tags": group(
            {
                "analytic_story": _stories,
                "detections": list_of(text(lines=False), distinct=True),
                "product": _products,
                "security_domain": one_of(SECURITY_DOMAINS),
            },
            {},
        ),
    },
    {**_REFERENCES, "deployment": _inline_deployment},
)

MACRO = group(
    {"name": _word, "definition": text(), "description": text()},
    {
        **{name: check for name, check in _common(_word).items() if name not in ("name", "description")},
        **_REFERENCES,
        "arguments": list_of(_word, distinct=True),
        "status": one_of(("production",)),
    },
)


def _default_match(document: Document, place: Place) -> Iterator[Finding]:
    """Return a single line; true and false, which YAML does not take for text, are meant as they are written."""
    if not isinstance(document.get(*place), bool):
        yield from matching(r"[^\n]*", "a single line")(document, place)


def _collection_fields(document: Document, place: Place) -> Iterator[Finding]:
    """Return the fields of a KV store collection, its key first."""
    yield from list_of(_field, least=1, distinct=True)(document, place)
    if document.items(*place) and document.get(*place, 0) != "_key":
        yield document.finding(WRONG_FORM, (*place, 0), f"is {document.get(*place, 0)!r}", "list _key first")


def _lookup(more: dict[str, Check]) -> Check:
    return group(
        {**_common(_word), "lookup_type": one_of(("csv", "kvstore", "mlmodel")), **more},
        {
            **_REFERENCES,
            "status": one_of(("production",)),
            "case_sensitive_match": flag,
            "default_match": _default_match,
            "match_type": list_of(matching(r"(?:WILDCARD|CIDR)\([^()\n]+\)", "WILDCARD(field) or CIDR(field)")),
            "min_matches": number(0, 1000),
            "max_matches": number(1, 1000),
        },
    )


LOOKUP = one_of_kinds(
    "lookup_type", {"csv": _lookup({}), "kvstore": _lookup({"fields": _collection_fields}), "mlmodel": _lookup({})}
)

STORY = group(
    {
        **_common(matching(r"[^\[\]\n]*[^\[\]\s]", "a single line without brackets", most=99)),
        "status": one_of(("production", "deprecated")),
        "description": text(markdown=True),
        "narrative": text(markdown=True),
        "tags": group(
            {
                "category": list_of(one_of(STORY_CATEGORIES), least=1),
                "product": _products,
                "usecase": one_of(STORY_USECASES),
            },
            {"cve": list_of(_cve), "group": list_of(text(lines=False))},
        ),
    },
    _REFERENCES,
)

DEPLOYMENT = group(
    {
        **{name: check for name, check in _common(_search_name).items() if name != "version"},
        "type": one_of((*DETECTION_TYPES, "Baseline")),
        "scheduling": _scheduling,
    },
    {
        **_REFERENCES,
        "version": number(1, 1_000_000, WRONG_VERSION),
        "status": one_of(("production",)),
        "alert_action": _alert_action,
    },
)

DATA_SOURCE = group(
    {**_common(text(lines=False)), "source": text(), "sourcetype": text()},
    {
        **_REFERENCES,
        "status": one_of(("production",)),
        "output_fields": list_of(_field),
        **dict.fromkeys(
            ("separator", "separator_value", "configuration", "supported_TA", "fields", "field_mappings"),
            anything,
        ),
        **dict.fromkeys(("mitre_components", "convert_to_log_source", "example_log"), anything),
    },
)

APP = group(
    {
        "app": group(
            {},
            {
                "uid": number(2, 99_999),
                "title": text(most=80, least=5, lines=False),
                "appid": matching(r"[A-Za-z0-9_-]+", "letters, digits, _ and - only"),
                "version": matching(r"\d+\.\d+\.\d+", "three numbers such as 1.2.3"),
                "description": text(most=200, lines=False),
                "label": matching(
                    r"[A-Za-z0-9](?:[A-Za-z0-9 _-]*[A-Za-z0-9])?", "letters, digits, blanks, - and _ only"
                ),
                "author_name": text(lines=False),
                "author_email": text(lines=False),
                "author_company": text(lines=False),
                "prefix": text(lines=False),
                "build": anything,
            },
            open_to_others=True,
        ),
    },
    {
        # What contentctl itself reads: its commands validate, build, inspect, test, deploy_acs, release_notes; and
        # what its earlier versions read.
        **dict.fromkeys(("path", "enrichments", "build_app", "build_api", "build_path", "verbose", "mode"), anything),
        **dict.fromkeys(("container_settings", "test_instances", "post_test_behavior", "test_data_caches"), anything),
        **dict.fromkeys(("splunk_api_username", "splunk_api_password", "stack_type", "server_info"), anything),
        **dict.fromkeys(("test_instance", "build_ssa", "githash"), anything),
        "apps": list_of(group({"appid": text(lines=False)}, {"uid": anything, "title": anything}, open_to_others=True)),
    },
    open_to_others=True,
)
