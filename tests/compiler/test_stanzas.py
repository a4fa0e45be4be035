"""YAML in, exact stanza out."""

from __future__ import annotations

import json
from pathlib import Path

from tests.compiler.content_samples import DETECTION, compile_content, lay_out_seeds, lookup, write_sample
from workbench import conf
from workbench.compiler import build
from workbench.compiler.run import check_folder

RULE = "ESCU - Sample Detection - Rule"


def compiled(root: Path, name: str) -> dict[str, dict[str, str]]:
    return conf.parse(compile_content(root)[name]).stanzas


def test_a_detection_becomes_exactly_this_stanza(tmp_path: Path) -> None:
    text = compile_content(write_sample(tmp_path))["savedsearches.conf"]
    stanza = text.split("\n\n")[1]
    assert stanza.splitlines() == [
        "[ESCU - Sample Detection - Rule]",
        "description = Finds samples.",
        "disabled = true",
        "enableSched = 1",
        "cron_schedule = 7 * * * *",
        "dispatch.earliest_time = -70m@m",
        "dispatch.latest_time = -10m@m",
        "schedule_window = auto",
        "allow_skew = 100%",
        "realtime_schedule = 0",
        "is_visible = false",
        "counttype = number of events",
        "relation = greater than",
        "quantity = 0",
        "alert.digest_mode = 1",
        "action.correlationsearch.enabled = 1",
        "action.correlationsearch.detection_type = ebd",
        "action.correlationsearch.label = ESCU - Sample Detection - Rule",
        'action.correlationsearch.annotations = {"analytic_story":["Sample Story"],"cis20":["CIS 13"],'
        '"data_source":[],"mitre_attack":["T1048.003"],"nist":["DE.AE"],"type":"Anomaly","type_list":["Anomaly"]}',
        'action.correlationsearch.metadata = {"deprecated":"0","detection_id":'
        '"11111111-1111-4111-8111-111111111111","detection_version":"4","publish_time":1773100800.0}',
        "action.risk = 1",
        "action.risk.param._risk_message = Seen on $host$",
        'action.risk.param._risk = [{"risk_object_field":"host","risk_object_type":"system","risk_score":20},'
        '{"threat_object_field":"process","threat_object_type":"process_name"}]',
        "action.risk.param._risk_score = 0",
        "action.risk.param.verbose = 0",
        "action.notable.param.drilldown_searches = []",
        "action.escu = 0",
        "action.escu.enabled = 1",
        "action.escu.search_type = detection",
        'action.escu.analytic_story = ["Sample Story"]',
        "action.escu.creation_date = 2026-03-10",
        "action.escu.modification_date = 2026-03-10",
        "action.escu.data_models = []",
        "action.escu.eli5 = Finds samples.",
        "action.escu.how_to_implement = Install it.",
        "action.escu.confidence = high",
        'action.escu.mappings = {"cis20":["CIS 13"],"mitre_attack":["T1048.003"],"nist":["DE.AE"]}',
        "action.escu.known_false_positives = None known.",
        'action.escu.product = ["Splunk Enterprise"]',
        "action.escu.providing_technologies = null",
        "search = | mstats avg(tcp.bytes) as bytes where `sample_index` by k8s.cluster.name source.process.name\\",
        "| lookup sample_table host as k8s.cluster.name OUTPUT owner\\",
        "| rename k8s.cluster.name as host source.process.name as process\\",
        "| `sample_detection_filter`",
    ]


def test_a_baseline_becomes_exactly_this_stanza(tmp_path: Path) -> None:
    text = compile_content(write_sample(tmp_path))["savedsearches.conf"]
    assert text.split("\n\n")[2].splitlines() == [
        "[ESCU - Sample Baseline]",
        "description = Fills the table.",
        "disabled = true",
        "enableSched = 1",
        "cron_schedule = 10 0 * * *",
        "dispatch.earliest_time = -1510m@m",
        "dispatch.latest_time = -70m@m",
        "schedule_window = auto",
        "is_visible = false",
        "action.escu = 0",
        "action.escu.enabled = 1",
        "action.escu.search_type = support",
        'action.escu.analytic_story = ["Sample Story"]',
        "action.escu.creation_date = 2026-03-10",
        "action.escu.modification_date = 2026-03-10",
        "action.escu.data_models = []",
        "action.escu.eli5 = Fills the table.",
        "action.escu.how_to_implement = Run it.",
        "action.escu.providing_technologies = []",
        "search = | mstats latest(tcp.owner) as owner where `sample_index` by host | outputlookup sample_table",
    ]


def test_a_baseline_without_a_schedule_window_is_never_skipped_and_goes_before_others(tmp_path: Path) -> None:
    schedule = "deployments/escu_default_configuration_baseline.yml"
    content = write_sample(tmp_path, (schedule, "schedule_window: auto", "schedule_window: '0'"))
    settings = compiled(content, "savedsearches.conf")["ESCU - Sample Baseline"]
    never_skipped = {"schedule_window": "0", "realtime_schedule": "0", "schedule_priority": "higher"}
    assert never_skipped.items() <= settings.items()


def test_throttling_gives_the_suppress_settings(tmp_path: Path) -> None:
    throttling = "tags:\n  throttling:\n    fields: [host, process]\n    period: 86400s\n"
    content = write_sample(tmp_path, (DETECTION, "tags:\n", throttling))
    settings = compiled(content, "savedsearches.conf")[RULE]
    assert {key: value for key, value in settings.items() if key.startswith("alert.")} == {
        "alert.digest_mode": "1",
        "alert.suppress": "true",
        "alert.suppress.fields": "host,process",
        "alert.suppress.period": "86400s",
    }


def test_the_deployment_of_a_detection_comes_before_that_of_its_type(tmp_path: Path) -> None:
    own = """deployment:
  scheduling: {cron_schedule: 3 */2 * * *, earliest_time: -2h@h, latest_time: now, schedule_window: '5'}
  alert_action: {rba: {enabled: 'true'}}
tags:
"""
    schedule = "deployments/escu_default_configuration_baseline.yml"
    earlier = (schedule, "-1510m@m\n  latest_time: -70m@m", "-27h@h\n  latest_time: -3h@h")
    settings = compiled(write_sample(tmp_path, (DETECTION, "tags:\n", own), earlier), "savedsearches.conf")[RULE]
    assert settings["cron_schedule"] == "3 */2 * * *"
    assert settings["dispatch.earliest_time"] == "-2h@h"
    assert settings["dispatch.latest_time"] == "now"
    assert settings["schedule_window"] == "5"
    assert settings["action.risk"] == "1"


def test_a_finding_takes_its_words_from_the_deployment_and_its_severity_from_the_highest_score(tmp_path: Path) -> None:
    deployment = """alert_action:
  notable:
    rule_title: '%name%'
    rule_description: 'About: %description%'
    nes_fields: [user, dest]
"""
    file = "deployments/escu_default_configuration_anomaly.yml"
    content = write_sample(
        tmp_path,
        (DETECTION, "type: Anomaly", "type: TTP"),
        (DETECTION, "score: 20", "score: 55"),
        (file, "Configuration Anomaly", "Configuration TTP"),
        (file, "type: Anomaly", "type: TTP"),
        (file, "alert_action:\n", deployment),
    )
    (content / file).rename(content / file.replace("anomaly", "ttp"))
    settings = compiled(content, "savedsearches.conf")[RULE]
    assert {key: value for key, value in settings.items() if key.startswith("action.notable")} == {
        "action.notable": "1",
        "action.notable.param._entities": '[{"risk_object_field":"N/A","risk_object_type":"N/A","risk_score":0}]',
        "action.notable.param.nes_fields": "user,dest",
        "action.notable.param.rule_title": "Sample Detection",
        "action.notable.param.rule_description": "About: Finds samples.",
        "action.notable.param.security_domain": "network",
        "action.notable.param.severity": "medium",
        "action.notable.param.drilldown_searches": "[]",
    }
    assert json.loads(settings["action.correlationsearch.annotations"])["nist"] == ["DE.CM"]


def test_a_drilldown_holds_the_search_of_its_detection(tmp_path: Path) -> None:
    drilldowns = """drilldown_searches:
- name: View results
  search: '%original_detection_search% | search process="$process$"'
  earliest_offset: $info_min_time$
  latest_offset: null
tags:
"""
    settings = compiled(write_sample(tmp_path, (DETECTION, "tags:\n", drilldowns)), "savedsearches.conf")[RULE]
    (drilldown,) = json.loads(settings["action.notable.param.drilldown_searches"])
    assert drilldown == {
        "name": "View results",
        "search": settings["search"] + ' | search process="$process$"',
        "earliest_offset": "$info_min_time$",
    }


def test_equal_risk_objects_count_once_and_are_sorted(tmp_path: Path) -> None:
    more = "score: 20\n  - {field: process, type: other, score: 5}\n  - {field: host, type: system, score: 20}\n"
    settings = compiled(write_sample(tmp_path, (DETECTION, "score: 20\n", more)), "savedsearches.conf")[RULE]
    risk = json.loads(settings["action.risk.param._risk"])
    assert [one.get("risk_object_field") for one in risk] == ["host", "process", None]


def test_macros_come_from_files_and_every_detection_gets_a_filter(tmp_path: Path) -> None:
    arguments = "arguments: [first, second]\n"
    content = write_sample(
        tmp_path,
        ("macros/sample_index.yml", "definition: index=sample", "definition: index=$first$ sourcetype IN ($second$)"),
        ("macros/sample_index.yml", "description", f"{arguments}description"),
        (DETECTION, "`sample_index`", '`sample_index(a,"b, c")`'),
        ("baselines/sample_baseline.yml", "`sample_index`", "`sample_index(a,b)`"),
    )
    assert compiled(content, "macros.conf") == {
        "sample_index(2)": {
            "args": "first, second",
            "definition": "index=$first$ sourcetype IN ($second$)",
            "description": "Where samples are.",
        },
        "sample_detection_filter": {
            "definition": "search *",
            "description": "Keeps or drops results of Sample Detection. Keeps all until you override it in "
            "local/macros.conf.",
        },
    }


def test_a_filter_macro_with_a_file_of_its_own_is_taken_from_there(tmp_path: Path) -> None:
    own = "name: sample_detection_filter\ndefinition: search NOT host=lab\ndescription: Not the lab.\n"
    content = write_sample(tmp_path, ("macros/sample_detection_filter.yml", "", own))
    assert compiled(content, "macros.conf")["sample_detection_filter"]["definition"] == "search NOT host=lab"


def test_a_lookup_becomes_a_definition_over_its_table(tmp_path: Path) -> None:
    settings = """case_sensitive_match: false
match_type: [WILDCARD(host)]
max_matches: 1
min_matches: 0
default_match: none
description"""
    content = write_sample(tmp_path, ("lookups/sample_table.yml", "description", settings))
    assert compiled(content, "transforms.conf") == {
        "sample_table": {
            "filename": "sample_table.csv",
            "default_match": "none",
            "case_sensitive_match": "false",
            "match_type": "WILDCARD(host)",
            "max_matches": "1",
            "min_matches": "0",
        }
    }


def test_a_lookup_in_the_kv_store_becomes_a_definition_and_a_collection(tmp_path: Path) -> None:
    content = write_sample(tmp_path, lookup("seen", "kvstore", "default_match: false\nfields: [_key, host, first]\n"))
    assert compiled(content, "transforms.conf")["seen"] == {
        "external_type": "kvstore",
        "collection": "seen",
        "fields_list": "_key, host, first",
        "default_match": "false",
    }
    assert compiled(content, "collections.conf") == {"seen": {"enforceTypes": "false", "replicate": "false"}}


def test_a_model_has_no_definition_as_the_toolkit_finds_it_by_its_file(tmp_path: Path) -> None:
    content = write_sample(tmp_path, lookup("__mlspl_sizes", "mlmodel"), ("lookups/__mlspl_sizes.mlmodel", "", "{}"))
    assert "__mlspl_sizes" not in compiled(content, "transforms.conf")


def test_a_story_lists_its_detections(tmp_path: Path) -> None:
    assert compiled(write_sample(tmp_path), "analyticstories.conf")["analytic_story://Sample Story"] == {
        "category": "Cloud Security",
        "last_updated": "2026-03-10",
        "version": "2",
        "references": "[]",
        "maintainers": '[{"company":"Example","email":"-","name":"Ann"}]',
        "spec_version": "3",
        "searches": '["ESCU - Sample Detection - Rule"]',
        "description": "About samples.",
        "narrative": "Samples happen.",
    }


def test_a_story_in_markdown_loses_the_backslashes_that_mark_line_breaks(tmp_path: Path) -> None:
    written = "narrative: |\n  First\\\n  C:\\dir second\\\\\n  third.\\\n"
    content = write_sample(tmp_path, ("stories/sample_story.yml", "narrative: Samples happen.\n", written))
    story = compiled(content, "analyticstories.conf")["analytic_story://Sample Story"]
    assert story["narrative"] == "First\nC:\\dir second\nthird."


def test_no_stanza_is_called_default_and_nothing_is_enabled(tmp_path: Path) -> None:
    searches = compiled(write_sample(tmp_path), "savedsearches.conf")
    assert "default" not in searches
    assert {settings["disabled"] for settings in searches.values()} == {"true"}


def test_the_search_read_back_is_the_search_written(tmp_path: Path, shared: Path) -> None:
    """Also of the seeds as published, whose status would make contentctl add words to the description."""
    import yaml

    # The compiler refuses the seeds for what is wrong in them; what it would write is right all the same.
    project, _ = check_folder(lay_out_seeds(tmp_path, shared))
    searches = conf.parse(build.compiled(project)["savedsearches.conf"]).stanzas
    for seed in sorted((shared / "seeds").glob("*.yml")):
        written = yaml.safe_load(seed.read_text())
        stanza = searches[f"ESCU - {written['name']} - Rule"]
        assert stanza["search"] == written["search"].strip()
        assert stanza["description"] == written["description"].strip()
        assert stanza["action.escu.how_to_implement"] == written["how_to_implement"].strip()
