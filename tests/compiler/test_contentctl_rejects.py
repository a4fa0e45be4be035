"""What contentctl 5.6.2 rejects we reject too, and we reject what it builds into an app that does not work.

One run of contentctl sees one detection per mistake; each differs from the sample in that mistake alone.
"""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest

from tests.compiler.conftest import Contentctl
from tests.compiler.content_samples import DETECTION, FILES, write_sample
from workbench.compiler.finding import errors_of
from workbench.compiler.run import check_folder

# (text to replace, text to put there): contentctl rejects these
REJECTED_BY_BOTH = [
    ("author: Ann, Example\n", ""),
    ("how_to_implement: Install it.\n", ""),
    ("known_false_positives: None known.\n", ""),
    ("known_false_positives: None known.", "known_false_positives: abc"),
    ("status: experimental", "status: draft"),
    ("status: experimental", "status: removed"),
    ("status: experimental", "status: production"),
    ("status: experimental", "status: experimental\nenabled_by_default: true"),
    ("status: experimental", "status: experimental\nseverity: high"),
    ("type: Anomaly", "type: Alert"),
    ("type: Anomaly", "type: Hunting"),
    ("version: 4", "version: -1"),
    ("version: 4", "version: four"),
    ("'2026-03-10'", "'2026-02-30'"),
    ("'2026-03-10'", "'2999-01-01'"),
    ("https://example.com/sample", "example"),
    ("data_source: []", "data_source: [Nothing known]"),
    ("`sample_index`", "`unknown_macro`"),
    ("lookup sample_table", "lookup unknown_table"),
    ("where `sample_index`", "where ````sample_index` "),
    ("  message: Seen on $host$\n", ""),
    ("  threat_objects:\n  - field: process\n    type: process_name\n", ""),
    ("type: process_name", "type: anything"),
    ("type: system", "type: host"),
    ("score: 20", "score: 0"),
    ("score: 20", "score: 101"),
    ("score: 20", "score: 1.5"),
    ("- Sample Story", "- Unknown Story"),
    ("- Sample Story", "- Sample Story\n  - Sample Story"),
    ("asset_type: Kubernetes", "asset_type: Cluster"),
    ("security_domain: network", "security_domain: cluster"),
    ("- Splunk Enterprise", "- Splunk"),
    ("T1048.003", "1048"),
    ("T1048.003", "T1048.003\n  - T1048"),
    ("tags:\n", "tags:\n  colour: blue\n"),
    ("tags:\n", "tags:\n  cve: [CVE-26-1]\n"),
    ("tags:\n", "tags:\n  throttling: {fields: [absent], period: 1h}\n"),
    ("tags:\n", "tags:\n  throttling: {fields: [host], period: 1d}\n"),
    ("tags:\n", "tags:\n  throttling: {fields: [], period: 1h}\n"),
    ("tags:\n", "drilldown_searches:\n- {name: View, search: a}\ntags:\n"),
    ("tags:\n", "deployment:\n  scheduling: {cron_schedule: 1 * * * *}\ntags:\n"),
]
# contentctl builds these
REJECTED_BY_US_ALONE = [
    ("version: 4", "version: 4\nversion: 5"),
    ("version: 4", "version: 0"),
    ("| mstats", "mstats ( |"),
    ("as process\n", "as process |\n"),
    ("as process\n", "as process \\\n"),
    ('owner\n', 'owner "\n'),
    ("`sample_index`", "`sample_index(1)`"),
    ("`sample_index`", "`any_name_filter`"),
    ("T1048.003", "T1048x003"),
    ("    score: 20", "    score: 20\n    scroe: 30"),
    ("field: host", "field: ''"),
    ("field: host", "field: hots"),
    ("message: Seen on $host$", "message: Seen on $hots$"),
    ("message: Seen on $host$", "message: ''"),
    ("tags:\n", "deployment:\n  scheduling: {cron_schedule: 99 banana, earliest_time: -1h, latest_time: now, "
     "schedule_window: auto}\n  alert_action: {rba: {enabled: true}}\ntags:\n"),
    ("tags:\n", "deployment:\n  scheduling: {cron_schedule: 1 * * * *, earliest_time: yesterdayish, latest_time: now, "
     "schedule_window: auto}\n  alert_action: {rba: {enabled: true}}\ntags:\n"),
]  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_sample(tmp_path_factory.mktemp("mistakes"))
    for index, (old, new) in enumerate(REJECTED_BY_BOTH + REJECTED_BY_US_ALONE):
        text = FILES[DETECTION].replace("Sample Detection", f"Sample {index}")
        text = text.replace("sample_detection_filter", f"sample_{index}_filter")
        text = text.replace("11111111-1111-4111-8111-111111111111", str(uuid.UUID(int=index + 1)))
        assert old in text
        (root / "detections" / f"sample_{index}.yml").write_text(text.replace(old, new, 1))
    return root


def rejected(text: str) -> set[int]:
    return {int(number) for number in re.findall(r"detections/sample_(\d+)\.yml", text)}


def test_contentctl_rejects_what_it_is_said_to_reject(contentctl: Contentctl, project: Path) -> None:
    code, said = contentctl("validate", project)
    assert code == 1
    assert rejected(said) == set(range(len(REJECTED_BY_BOTH))), said


def test_we_reject_all_of_it_and_more(project: Path) -> None:
    _, findings = check_folder(project)
    assert rejected("\n".join(str(one) for one in errors_of(findings))) == set(
        range(len(REJECTED_BY_BOTH) + len(REJECTED_BY_US_ALONE))
    )


def test_the_sample_without_mistakes_is_accepted_by_both(contentctl: Contentctl, tmp_path: Path) -> None:
    root = write_sample(tmp_path)
    assert check_folder(root)[1] == []
    assert contentctl("validate", root)[0] == 0
