"""The forms of the content files: which fields each kind of file has, and what each may hold.

The words, limits and required fields are those of contentctl 5.6.2, so that what passes here passes there.
Where a form is narrower (names without signs, versions from 1, cron and times that Splunk understands, no
unknown fields under ``rba``), contentctl would have built an app that does not work.
"""

from __future__ import annotations

from workbench.compiler.fieldchecks import (
    EMPTY_MESSAGE,
    WRONG_SCORE,
    WRONG_VERSION,
    collection_fields,
    cron_schedule,
    cve,
    default_match,
    drilldown_time,
    products,
    risk_field,
    schedule_window,
    search_field,
    search_name,
    stories,
    technique,
    time_modifier,
    word,
)
from workbench.compiler.valuechecks import (
    Check,
    anything,
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
    RISK_OBJECT_TYPES,
    SECURITY_DOMAINS,
    STORY_CATEGORIES,
    STORY_USECASES,
    THREAT_OBJECT_TYPES,
)

_scheduling = group(
    {
        "cron_schedule": cron_schedule,
        "earliest_time": time_modifier,
        "latest_time": time_modifier,
        "schedule_window": schedule_window,
    },
    {},
)
_alert_action = group(
    {},
    {
        "rba": group({"enabled": flag}, {}),
        "notable": group(
            {"rule_title": text(lines=False), "rule_description": text(), "nes_fields": list_of(search_field)}, {}
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
        **_common(search_name),
        "status": one_of(("experimental", "production", "deprecated")),
        "type": one_of(DETECTION_TYPES),
        "search": text(),
        "how_to_implement": text(least=4),
        "known_false_positives": text(least=4),
        "tags": group(
            {
                "analytic_story": stories,
                "asset_type": one_of(ASSET_TYPES),
                "product": products,
                "security_domain": one_of(SECURITY_DOMAINS),
            },
            {
                "mitre_attack_id": list_of(technique, distinct=True),
                "cve": list_of(cve, distinct=True),
                "atomic_guid": list_of(identifier, distinct=True),
                "group": list_of(text(lines=False)),
                "manual_test": text(),
                "throttling": group(
                    {
                        "fields": list_of(search_field, least=1, distinct=True),
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
                            "field": risk_field,
                            "type": one_of(RISK_OBJECT_TYPES),
                            "score": number(1, 100, WRONG_SCORE),
                        },
                        {},
                    ),
                    least=1,
                ),
                "threat_objects": list_of(group({"field": risk_field, "type": one_of(THREAT_OBJECT_TYPES)}, {})),
            },
            {},
        ),
        "drilldown_searches": list_of(
            group(
                {
                    "name": text(least=5, lines=False),
                    "search": text(),
                    "earliest_offset": nullable(drilldown_time),
                    "latest_offset": nullable(drilldown_time),
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
        **_common(search_name),
        "status": one_of(("production", "deprecated")),
        "type": one_of(("Baseline",)),
        "search": text(least=4),
        "how_to_implement": text(least=4),
        "known_false_positives": text(least=4),
        "tags": group(
            {
                "analytic_story": stories,
                "detections": list_of(text(lines=False), distinct=True),
                "product": products,
                "security_domain": one_of(SECURITY_DOMAINS),
            },
            {},
        ),
    },
    {**_REFERENCES, "deployment": _inline_deployment},
)

MACRO = group(
    {"name": word, "definition": text(), "description": text()},
    {
        **{name: check for name, check in _common(word).items() if name not in ("name", "description")},
        **_REFERENCES,
        "arguments": list_of(word, distinct=True),
        "status": one_of(("production",)),
    },
)


def _lookup(more: dict[str, Check]) -> Check:
    return group(
        {**_common(word), "lookup_type": one_of(("csv", "kvstore", "mlmodel")), **more},
        {
            **_REFERENCES,
            "status": one_of(("production",)),
            "case_sensitive_match": flag,
            "default_match": default_match,
            "match_type": list_of(matching(r"(?:WILDCARD|CIDR)\([^()\n]+\)", "WILDCARD(field) or CIDR(field)")),
            "min_matches": number(0, 1000),
            "max_matches": number(1, 1000),
        },
    )


LOOKUP = one_of_kinds(
    "lookup_type", {"csv": _lookup({}), "kvstore": _lookup({"fields": collection_fields}), "mlmodel": _lookup({})}
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
                "product": products,
                "usecase": one_of(STORY_USECASES),
            },
            {"cve": list_of(cve), "group": list_of(text(lines=False))},
        ),
    },
    _REFERENCES,
)

DEPLOYMENT = group(
    {
        **{name: check for name, check in _common(search_name).items() if name != "version"},
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
        "output_fields": list_of(search_field),
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
