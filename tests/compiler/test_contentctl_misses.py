"""What contentctl 5.6.2 was measured to build without a word, each of them one change of a valid project: all found here.

The areas and their entries are those of the measurement (reference/contentctl.md, section 7).
"""

# ruff: noqa: E501  (a fault a line)

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compiler.rule_samples import (
    BASELINE,
    DEPLOYMENT,
    JOIN,
    LAST,
    MACRO,
    Change,
    before_filter,
    field,
    inline,
    write_checkout,
)
from workbench.compiler.build import check_all

FIRST = "| mstats avg(tcp.bytes) as bytes where `sample_index` by k8s.cluster.name source.process.name"

# area: what was changed, the changes, the rule that finds it
MISSES: dict[str, list[tuple[str, list[Change], str]]] = {
    "SPL": [
        ("garbage first command", [field(FIRST, "| garbage | mstats avg(x) as bytes where index=a by k8s.cluster.name source.process.name")], "NPM202"),
        ("garbage instead of a first command", [field(FIRST, "garbage words")], "NPM204"),
        ("unknown command", [before_filter("| tabel host")], "NPM202"),
        ("unbalanced quotes", [before_filter('| search host="a')], "NPM201"),
        ("unbalanced square brackets", [before_filter("| append [ mstats avg(x) where index=a")], "NPM201"),
        ("unbalanced round brackets", [before_filter("| eval a=round(bytes")], "NPM201"),
        ("unbalanced brackets of a command that is not read further", [before_filter("| bin (span=5m bytes")], "NPM201"),
        ("empty pipe", [before_filter("| | head 5")], "NPM201"),
        ("search ending in a pipe", [field(LAST, f"{LAST} |")], "NPM201"),
        ("trailing backslash", [field(LAST, f"  | head 5 \\\n{LAST}")], "NPM019"),
        ("trailing blanks", [field(LAST, f"  | head 5  \n{LAST}")], "NPM021"),
    ],
    "aggregator against alias": [
        ("avg(x) as stdev_x", [field("avg(tcp.bytes) as bytes", "avg(tcp.bytes) as stdev_bytes")], "NPM304"),
        ("avg(x.*) as stdev_x.*", [field("avg(tcp.bytes) as bytes", "avg(tcp.*) as bytes.* avg(udp.*) as stdev_udp.*")], "NPM304"),
        ("the same by rename", [before_filter("| rename bytes as max_bytes")], "NPM304"),
    ],
    "filter macro": [
        ("followed by another command", [field(LAST, f"{LAST}\n  | head 5")], "NPM215"),
        ("only inside a comment", [field(LAST, "  | head 5 ```| `sample_detection_filter` ```")], "NPM214"),
    ],
    "macros": [
        ("wrong number of arguments", [field("`sample_index`", "`sample_index(1)`")], "NPM209"),
        ("a call with a blank in it", [field("`sample_index`", "`sample_index(1, 2)`")], "NPM209"),
        ("an undefined name ending in _filter", [before_filter("| `any_other_filter`")], "NPM208"),
        ("two macros with no blank between", [field("`sample_index`", "`sample_index``sample_index`")], "NPM213"),
        *((f"a name that holds {name}", [before_filter(f"| `my_{name}`")], "NPM208") for name in ("drop_dm_object_name", "get_asset", "get_risk_severity", "cim_corporate_web_domain_search", "globedistance")),
        ("an unknown macro inside a definition", [(MACRO, "index=sample", "index=sample `nothing`")], "NPM208"),
        ("an unused macro", [("contentctl/macros/idle.yml", "", "name: idle\ndefinition: a=1\ndescription: Idle.\n")], "NPM211"),
        ("an unused argument", [(MACRO, "description", "arguments: [x]\ndescription"), field("`sample_index`", "`sample_index(1)`"), (BASELINE, "`sample_index`", "`sample_index(1)`")], "NPM211"),
    ],
    "risk": [
        ("a risk field that the search never yields", [field("field: host", "field: user")], "NPM401"),
        ("a threat field that the search never yields", [field("field: process", "field: user")], "NPM401"),
        ("a field that is only named on the way", [field("field: host", "field: source.process.name")], "NPM401"),
        ("a part of a field's name", [field("field: process", "field: proc")], "NPM401"),
        ("a $token$ that the search never yields", [field("Seen on $host$", "Seen on $user$")], "NPM402"),
        ("a dotted token", [field("Seen on $host$", "Seen on $k8s.cluster.name$")], "NPM402"),
        ("an empty field name", [field("field: host", "field: ''")], "NPM007"),
        ("an empty message", [field("Seen on $host$", "''")], "NPM404"),
    ],
    "ids": [
        ("T9999", [field("T1048.003", "T9999")], "NPM109"),
        ("a duplicate", [field("T1048.003", "T1048.003\n  - T1048.003")], "NPM020"),
        ("an unescaped dot", [field("T1048.003", "T1204x001")], "NPM108"),
        ("no MITRE at all", [field("  mitre_attack_id:\n  - T1048.003\n", "")], "NPM110"),
        ("an empty story list", [field("analytic_story:\n  - Sample Story", "analytic_story: []")], "NPM102"),
        ("version 0", [field("version: 4", "version: 0")], "NPM011"),
    ],
    "schedule": [
        ("cron 99 banana", [(DEPLOYMENT, "7 * * * *", "99 banana")], "NPM501"),
        ("earliest yesterdayish", [(DEPLOYMENT, "-70m@m", "yesterdayish")], "NPM502"),
        ("any schedule_window", [(DEPLOYMENT, "window: auto", "window: soon")], "NPM503"),
        ("a newline in a cron value", [(DEPLOYMENT, "7 * * * *", '"7 * * * *\\ndisabled = 0"')], "NPM501"),
        ("inline earliest=-1h against the dispatch times", [field("`sample_index` by", "`sample_index` earliest=-1h by")], "NPM218"),
        ("a window shorter than the time between runs", [inline("7 * * * *", "-50m@m", "-10m@m")], "NPM505"),
    ],
    "names, YAML": [
        ("]", [field("name: Sample Detection", "name: Sample] Detection")], "NPM014"),
        (":", [field("name: Sample Detection", "name: 'Sample: Detection'")], "NPM014"),
        ("trailing blank", [field("name: Sample Detection", "name: 'Sample Detection '")], "NPM014"),
        ("duplicate keys", [field("version: 4", "version: 4\nversion: 5")], "NPM002"),
        ("unknown keys in rba", [field("rba:\n", "rba:\n  colour: red\n")], "NPM005"),
        ("unknown keys in a risk object", [field("    score: 20", "    score: 20\n    weight: 3")], "NPM005"),
        (".yaml", [("contentctl/detections/more.yaml", "", "name: More\n")], "NPM018"),
    ],
    "cost": [
        ("join", [field("  | rename", JOIN + "  | rename")], "NPM217"),
        ("append", [before_filter("| append [ mstats avg(x) as bytes where index=a by host process ]")], "NPM217"),
        ("subsearch of another command", [before_filter("| appendcols [ search index=a ]")], "NPM217"),
        ("join key without the cluster", [field("  | rename", JOIN.replace("by k8s.cluster.name source", "by source") + "  | rename")], "NPM305"),
    ],
    "output": [
        ("invalid manifest JSON", [("app/app.manifest", '"SA-sample"', '"SA-"sample"')], "NPM702"),
        ("a control character in a written value", [field("Finds samples.", '"Finds\\u0085samples."')], "NPM019"),
    ],
    "worth offering": [
        ("a baseline writes other columns than the lookup has", [(BASELINE, "as owner", "as boss")], "NPM307"),
        ("the last command drops a column that risk needs", [before_filter("| fields process owner")], "NPM401"),
    ],
}  # fmt: skip

# Listed there too, and no fault of content: "written conf never parsed again" is about the compiler (NPM705 in
# test_rules.py), "no test or drilldown needed for experimental" is what experimental means to contentctl.


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        pytest.param(changes, rule, id=f"{area}: {what}")
        for area, listed in MISSES.items()
        for what, changes, rule in listed
    ],
)
def test_what_contentctl_builds_without_a_word_is_found(
    changes: list[Change], rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = check_all(write_checkout(tmp_path, *changes), tmp_path / "contentctl")
    assert rule in {one.rule for one in found}, found
