"""The mistakes of test_content_errors: what is changed in the sample project, and what is then printed."""

# ruff: noqa: E501  (the problems stand here as printed, one a line)
# fmt: off

from __future__ import annotations

from tests.compiler.content_samples import DETECTION

BASELINE = "baselines/sample_baseline.yml"
DEPLOYMENT = "deployments/escu_default_configuration_anomaly.yml"
LOOKUP = "lookups/sample_table.yml"
MACRO = "macros/sample_index.yml"
STORY = "stories/sample_story.yml"

# (file, text to replace, text to put there, the problems that follow; "..." stands for any text)
MISTAKES = [
    # YAML
    (DETECTION, 'version: 4', 'version: 4\nversion: 5', [
        'detections/network/sample_detection.yml:4: version: is given twice, first on line 3; remove one of them',
    ]),
    (DETECTION, '- Sample Story', '- &x Sample Story\n  - *x', [
        'detections/network/sample_detection.yml:30: tags.analytic_story[1]: uses an anchor; write the value out instead',
    ]),
    (DETECTION, '  asset_type', '  1: x\n  asset_type', [
        'detections/network/sample_detection.yml:31: tags: has a key that is not plain text; put the key in quotes or rename it',
    ]),
    (STORY, 'tags:', 'tags: [', [
        "stories/sample_story.yml:12: file: is not valid YAML: expected the node content, but found '-'; correct it there or just above",
    ]),
    (STORY, "date: '2026-03-10'", 'date: !!python/name:os.system', [
        "stories/sample_story.yml:4: file: is not valid YAML: could not determine a constructor for the tag 'tag:yaml.org,2002:python/name:os.system'; correct it there or just above",
    ]),
    # fields
    (DETECTION, 'author: Ann, Example\n', '', [
        'detections/network/sample_detection.yml:1: author: is missing; add it',
    ]),
    (DETECTION, 'status:', 'statsu:', [
        'detections/network/sample_detection.yml:1: status: is missing; add it',
        'detections/network/sample_detection.yml:6: statsu: is no field known here (did you mean status?); correct or remove it',
    ]),
    (DETECTION, '    score: 20', '    score: 20\n    weight: 3', [
        'detections/network/sample_detection.yml:25: rba.risk_objects[0].weight: is no field known here; correct or remove it',
    ]),
    (DETECTION, 'status: experimental', 'status: draft', [
        "detections/network/sample_detection.yml:6: status: is 'draft'; use one of: experimental, production, deprecated",
    ]),
    (DETECTION, 'asset_type: Kubernetes', 'asset_type: kubernetes', [
        "detections/network/sample_detection.yml:31: tags.asset_type: is 'kubernetes' (did you mean Kubernetes?);...",
    ]),
    (DETECTION, 'version: 4', 'version: 0', [
        'detections/network/sample_detection.yml:3: version: is 0; write a whole number from 1 to 1000000',
    ]),
    (DETECTION, 'version: 4', 'version: 4.5', [
        'detections/network/sample_detection.yml:3: version: is 4.5; write a whole number from 1 to 1000000',
    ]),
    (DETECTION, 'score: 20', 'score: 101', [
        'detections/network/sample_detection.yml:24: rba.risk_objects[0].score: is 101; write a whole number from 1 to 100',
    ]),
    (DETECTION, 'id: 1111', 'id: 111', [
        "detections/network/sample_detection.yml:2: id: is '1111111-1111-4111-8111-111111111111', no UUID; make a new one, for example with uuidgen",
    ]),
    (DETECTION, "'2026-03-10'", '2026-13-10', [
        "detections/network/sample_detection.yml:4: date: is '2026-13-10'; write a date as YYYY-MM-DD",
    ]),
    (DETECTION, "'2026-03-10'", "'2999-01-01'", [
        'detections/network/sample_detection.yml:4: date: is 2999-01-01, after today (UTC); use a date up to today',
    ]),
    (DETECTION, 'T1048.003', 'T1048x003', [
        "detections/network/sample_detection.yml:33: tags.mitre_attack_id[0]: is 'T1048x003'; write an ATT&CK id such as T1048 or T1048.003",
    ]),
    (DETECTION, 'T1048.003', 'T1048.003\n  - T1048', [
        'detections/network/sample_detection.yml:34: tags.mitre_attack_id[1]: T1048 stands beside a sub-technique of its own; keep only the sub-technique',
    ]),
    (DETECTION, 'https://example.com/sample', 'example.com', [
        "detections/network/sample_detection.yml:18: references[0]: is 'example.com'; write an address that starts with https://",
    ]),
    (DETECTION, '  - Splunk Enterprise\n', '', [
        'detections/network/sample_detection.yml:34: tags.product: must be a list, is empty; write its items as `- item` lines',
    ]),
    (DETECTION, 'Install it.', "'no'", [
        'detections/network/sample_detection.yml:15: how_to_implement: has 2 characters, needs at least 4; write it out',
    ]),
    (DETECTION, 'Install it.', 'yes', [
        'detections/network/sample_detection.yml:15: how_to_implement: must be text, is true/false; put it in quotes if it is meant so',
    ]),
    (DETECTION, 'description: Finds samples.', 'description: "Finds\\asamples."', [
        'detections/network/sample_detection.yml:8: description: holds the control character U+0007; remove it',
    ]),
    (DETECTION, 'description: Finds samples.', 'description: |\n  Finds \\\n  samples.', [
        'detections/network/sample_detection.yml:9: description: has a line that ends in a backslash, where Splunk would join lines; end the line otherwise',
    ]),
    (DETECTION, 'type: process_name', 'type: proc', [
        "detections/network/sample_detection.yml:27: rba.threat_objects[0].type: is 'proc' (did you mean process?);...",
    ]),
    # names and ids
    (DETECTION, 'name: Sample Detection', 'name: Sample [Detection]', [
        "baselines/sample_baseline.yml:16: tags.detections[0]: 'Sample Detection' is not in detections/ (did you mean Sample [Detection]?); correct it or add it",
        "detections/network/sample_detection.yml:1: name: is 'Sample [Detection]'; write letters, digits, blanks and - . / _ only, beginning and ending with a letter or digit",
        'detections/network/sample_detection.yml:1: name: belongs into a file called sample_[detection].yml; rename the file or correct the name',
        'detections/network/sample_detection.yml:14: search: never calls its filter; end it with | `sample_[detection]_filter`',
        'detections/network/sample_detection.yml:14: search: calls the unknown macro `sample_detection_filter` (did you mean sample_[detection]_filter?); correct the name or add macros/sample_detection_filter.yml',
    ]),
    (DETECTION, 'name: Sample Detection', 'name: Sample-Detection 2', [
        "baselines/sample_baseline.yml:16: tags.detections[0]: 'Sample Detection' is not in detections/ (did you mean Sample-Detection 2?); correct it or add it",
        'detections/network/sample_detection.yml:1: name: belongs into a file called sample_detection_2.yml; rename the file or correct the name',
        'detections/network/sample_detection.yml:14: search: never calls its filter; end it with | `sample_detection_2_filter`',
        'detections/network/sample_detection.yml:14: search: calls the unknown macro `sample_detection_filter` (did you mean sample_detection_2_filter?); correct the name or add macros/sample_detection_filter.yml',
    ]),
    (STORY, '44444444-4444-4444-8444-444444444444', '11111111-1111-4111-8111-111111111111', [
        "stories/sample_story.yml:2: id: '11111111-1111-4111-8111-111111111111' is taken by detections/network/sample_detection.yml; give one of them another",
    ]),
    # references
    (DETECTION, '- Sample Story', '- Sample Storm', [
        "detections/network/sample_detection.yml:30: tags.analytic_story[0]: 'Sample Storm' is not in stories/ (did you mean Sample Story?); correct it or add it",
    ]),
    (BASELINE, '- Sample Detection', '- Other', [
        "baselines/sample_baseline.yml:16: tags.detections[0]: 'Other' is not in detections/; correct it or add it",
    ]),
    (DETECTION, 'data_source: []', 'data_source: [Flows]', [
        "detections/network/sample_detection.yml:9: data_source[0]: names 'Flows', unknown; correct it or add it to data_sources/",
    ]),
    (DETECTION, 'type: Anomaly', 'type: Hunting', [
        'detections/network/sample_detection.yml:7: type: Hunting has no schedule; add deployments/escu_default_configuration_hunting.yml, named ESCU Default Configuration Hunting',
    ]),
    (DEPLOYMENT, 'enabled: true', 'enabled: false', [
        'detections/network/sample_detection.yml:19: rba: is never used: deployments/escu_default_configuration_anomaly.yml does not enable rba; enable it there or remove this',
    ]),
    (DETECTION, 'field: host', 'field: hots', [
        "detections/network/sample_detection.yml:22: rba.risk_objects[0].field: 'hots' is no field of the results (did you mean host?); use one of: bytes, host, owner, process",
    ]),
    (DETECTION, 'Seen on $host$', 'Seen on $cluster_name$', [
        'detections/network/sample_detection.yml:20: rba.message: $cluster_name$ is no field of the results; use one of: bytes, host, owner, process',
    ]),
    (DETECTION, 'tags:\n', 'tags:\n  throttling: {fields: [user], period: 1h}\n', [
        "detections/network/sample_detection.yml:29: tags.throttling.fields[0]: 'user' is no field of the results; use one of: bytes, host, owner, process",
    ]),
    (DETECTION, 'tags:\n', 'tags:\n  throttling: {fields: [host], period: 1d}\n', [
        "detections/network/sample_detection.yml:29: tags.throttling.period: is '1d'; write a period such as 86400s, 60m or 24h",
    ]),
    (DETECTION, 'status: experimental', 'status: experimental\nenabled_by_default: true', [
        'detections/network/sample_detection.yml:7: enabled_by_default: is true, but everything ships disabled so that each site decides; remove it',
    ]),
    # schedules
    (DEPLOYMENT, '7 * * * *', '99 banana', [
        "deployments/escu_default_configuration_anomaly.yml:8: scheduling.cron_schedule: is '99 banana', no cron schedule (not five fields of digits and * / , -); write one such as 7 * * * *",
    ]),
    (DEPLOYMENT, '7 * * * *', '61 * * * *', [
        "deployments/escu_default_configuration_anomaly.yml:8: scheduling.cron_schedule: is '61 * * * *', no cron schedule (Bad minute); write one such as 7 * * * *",
    ]),
    (DEPLOYMENT, '-70m@m', 'yesterdayish', [
        "deployments/escu_default_configuration_anomaly.yml:9: scheduling.earliest_time: is 'yesterdayish'; write a Splunk time such as -70m@m or now",
    ]),
    (DEPLOYMENT, 'window: auto', 'window: soon', [
        "deployments/escu_default_configuration_anomaly.yml:11: scheduling.schedule_window: is 'soon'; write auto, default or a number of minutes, in quotes",
    ]),
    (DEPLOYMENT, '7 * * * *', '"7 * * * *\\ndisabled = 0"', [
        "deployments/escu_default_configuration_anomaly.yml:8: scheduling.cron_schedule: is '7 * * * *\\ndisabled = 0', no cron schedule (not five fields of digits and * / , -); write one such as 7 * * * *",
    ]),
    # searches
    (DETECTION, '| `sample_detection_filter`', '| head 5', [
        'detections/network/sample_detection.yml:14: search: never calls its filter; end it with | `sample_detection_filter`',
    ]),
    (DETECTION, '| `sample_detection_filter`', '| head 5 ``` | `sample_detection_filter` ```', [
        'detections/network/sample_detection.yml:14: search: calls its filter only inside a comment; end it with | `sample_detection_filter`',
    ]),
    (DETECTION, '`sample_index`', '`sampel_index`', [
        'detections/network/sample_detection.yml:11: search: calls the unknown macro `sampel_index` (did you mean sample_index?); correct the name or add macros/sampel_index.yml',
    ]),
    (DETECTION, '| lookup', '| `other_filter` | lookup', [
        'detections/network/sample_detection.yml:12: search: calls the unknown macro `other_filter`; correct the name or add macros/other_filter.yml',
    ]),
    (DETECTION, '`sample_index`', '`sample_index(1,2)`', [
        'detections/network/sample_detection.yml:11: search: calls `sample_index` with 2 arguments, defined is sample_index; give as many',
    ]),
    (DETECTION, 'lookup sample_table', 'lookup sample_tables', [
        'detections/network/sample_detection.yml:12: search: unknown lookup sample_tables (did you mean sample_table?); correct the name or add lookups/sample_tables.yml',
    ]),
    (BASELINE, 'outputlookup sample_table', 'outputlookup other.csv', [
        'baselines/sample_baseline.yml:9: search: unknown lookup other.csv; correct the name or add lookups/other.yml',
    ]),
    (DETECTION, 'as process\n', 'as process (\n', [
        "detections/network/sample_detection.yml:13: search: is not SPL: rename: unexpected '(', expected a name or ',' or the end of the command; correct it there",
    ]),
    (MACRO, 'index=sample', 'index=sample `sample_index`', [
        'macros/sample_index.yml:2: definition: `sample_index` calls itself; take one of the calls out',
    ]),
    # production
    (DETECTION, 'status: experimental', 'status: production', [
        'detections/network/sample_detection.yml:1: drilldown_searches: production needs at least two; add them or use status experimental',
        'detections/network/sample_detection.yml:1: drilldown_searches: production needs one that contains %original_detection_search%; add it',
        'detections/network/sample_detection.yml:1: tests: production needs at least one; add it or use status experimental',
    ]),
    # lookups
    ('lookups/sample_table.csv', 'host,owner\n', 'host,owner\na\n', [
        'lookups/sample_table.yml:6: lookup_type: sample_table.csv line 2 has 1 columns, the header 2; correct it',
    ]),
    ('lookups/sample_table.csv', 'host,owner\n', '', [
        'lookups/sample_table.yml:6: lookup_type: sample_table.csv has no header of distinct names; write the columns into its first line',
    ]),
    (LOOKUP, 'lookup_type: csv', 'lookup_type: kvstore', [
        "lookups/sample_table.yml:6: lookup_type: is 'kvstore'; use one of: csv",
    ]),
    ('lookups/other.csv', '', 'a\n', [
        'contentctl.yml:1: lookups: lookups/other.csv belongs to no lookup; add other.yml beside it or remove it',
    ]),
    # the project
    ('contentctl.yml', 'label: ESCU', 'label: Very Long Label Very Long Label Very Long Label Very Long Label Indeed', [
        "baselines/sample_baseline.yml:1: name: makes the stanza 'Very Long Label Very Long Label Very Long Label Very Long Label Indeed - Sample Baseline', 88 characters, may have 81; shorten it",
        "detections/network/sample_detection.yml:1: name: makes the stanza 'Very Long Label Very Long Label Very Long Label Very Long Label Indeed - Sample Detection - Rule', 96 characters, may have 81; shorten it",
    ]),
    ('contentctl.yml', '1.2.3', '1.2', [
        'contentctl.yml:6: app.version: must be text, is the number 1.2; put it in quotes if it is meant so',
    ]),
    ('macros/more.yaml', '', 'name: more\n', [
        'macros/more.yaml:1: file: would be ignored; rename it to end in .yml, or remove it',
    ]),
    ('dashboards/one.yml', '', 'name: one\n', [
        'dashboards/one.yml:1: file: dashboards are not compiled; remove it',
    ]),
    ('notes.txt', '', 'hm\n', [
        'notes.txt:1: file: does not belong into the content folder; remove it',
    ]),
    (DETECTION, '`sample_index`', '`sample_index (1)`', [
        'detections/network/sample_detection.yml:11: search: `sample_index (1)` is no macro call; write `name` or `name(a,b)`, without outer blanks',
    ]),
    (DETECTION, '`sample_index`', '`sample_index', [
        'detections/network/sample_detection.yml:11: search: `sample_index by k8s.cluster.name ...` is no macro call; write `name` or `name(a,b)`, without outer blanks',
        'detections/network/sample_detection.yml:14: search: never calls its filter; end it with | `sample_detection_filter`',
        'detections/network/sample_detection.yml:14: search: a backtick has no partner; close the macro call or the comment',
    ]),
    (DETECTION, '`sample_index`', '`sample_index```` why```', [
        'detections/network/sample_detection.yml:11: search: four backticks in a row; put a blank between the macro call and the comment',
    ]),
]
