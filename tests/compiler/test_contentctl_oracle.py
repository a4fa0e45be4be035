"""The real contentctl 5.6.2 on the same YAML: it accepts our content, and compiles it to the same settings.

Both outputs are read by our reader, brought to one form, and compared setting by setting. The form: comments and
contentctl's [default] stanza go; blanks before the end of a line and at the end go (contentctl puts one before each
backslash); the sentence it puts before the description of experimental content goes; JSON is compared as JSON;
the backslash with which Markdown breaks a line goes;
true and 1, false and 0 are the same; the order of settings does not count.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.compiler.conftest import Contentctl
from tests.compiler.content_samples import DETECTION, lay_out_seeds, lookup, write_sample
from workbench import conf
from workbench.compiler.build import compiled
from workbench.compiler.run import check_folder

CHECKOUT = Path(__file__).parents[2]
CONFS = ("savedsearches.conf", "macros.conf", "transforms.conf", "analyticstories.conf", "collections.conf")
EXPERIMENTAL = re.compile(r"\A\*\*WARNING\*\*, this \w+ is marked \*\*EXPERIMENTAL\*\*.*?splunk\.com\. ", re.DOTALL)
Stanzas = dict[str, dict[str, str]]

# (conf, setting, or the stanza in brackets) that differs on purpose, and why. "*" stands for every stanza.
KEPT_DIFFERENCES = {
    ("savedsearches.conf", "[default]"): "contentctl disables the searches of a whole site when metadata exports it",
    ("transforms.conf", "[mitre_enrichment]"): "its table is part of contentctl's template, no search of ours uses it",
    ("transforms.conf", "[data_sources]"): "contentctl adds a table of data sources, no search of ours uses it",
    (
        "transforms.conf",
        "filename",
    ): "contentctl puts a date into it; npmanomaly opens the table by the lookup's name",
    ("savedsearches.conf", "realtime_schedule"): "contentctl cannot say that a baseline must not be skipped",
    ("savedsearches.conf", "schedule_priority"): "nor that it goes before others",
    ("macros.conf", "description"): "the filter macros that no file defines are described in words of our own",
    ("macros.conf", "[... from, to]"): "macros that read between two times are derived for a search that runs days",
}


def built_by_contentctl(contentctl: Contentctl, project: Path) -> dict[str, Stanzas]:
    code, said = contentctl("build", project)  # validates first
    assert code == 0, f"contentctl build:\n{said}"
    (app,) = (path for path in (project / "dist").iterdir() if path.is_dir())
    return {name: conf.parse((app / "default" / name).read_text()).stanzas for name in CONFS}


def one_form(value: str) -> object:
    """A value, without what contentctl and we are free to write differently."""
    text = re.sub(r"[ \t]+(?=\n|\Z)", "", value)
    text = re.sub(r"\\+(?=\n)", "", EXPERIMENTAL.sub("", text))
    if text[:1] in ("{", "["):
        return json.loads(text)
    return {"true": "1", "false": "0"}.get(text, text)


def differences(ours: dict[str, Stanzas], theirs: dict[str, Stanzas]) -> dict[tuple[str, str], list[str]]:
    """Where the two disagree: (conf, setting or [stanza]) -> the stanzas, with both values."""
    differing: dict[tuple[str, str], list[str]] = {}
    for name in CONFS:
        mine, other = ours.get(name, {}), theirs.get(name, {})  # without a collection we write no collections.conf
        for stanza in sorted(mine.keys() | other.keys()):
            if (stanza in mine) != (stanza in other):
                derived = mine.get(stanza, {}).get("args", "").endswith("from, to")
                differing.setdefault((name, "[... from, to]" if derived else f"[{stanza}]"), []).append("only in one")
                continue
            left = {key: one_form(value) for key, value in mine[stanza].items()}
            right = {key: one_form(value) for key, value in other[stanza].items()}
            for key in sorted(left.keys() | right.keys()):
                if left.get(key) != right.get(key):
                    what = f"[{stanza}]: ours {left.get(key)!r}, contentctl's {right.get(key)!r}"
                    differing.setdefault((name, key), []).append(what)
    return differing


def our_content(target: Path) -> Path:
    shutil.copytree(CHECKOUT / "contentctl", target, ignore=shutil.ignore_patterns("dist"))
    return target


def rich_sample(target: Path) -> Path:
    """What neither our content nor the seeds hold: findings, drilldowns, arguments, awkward text."""
    more = """drilldown_searches:
- name: View results
  search: '%original_detection_search% | search a="$process$<&>é"'
  earliest_offset: $info_min_time$
  latest_offset: null
tags:
  throttling: {fields: [host, process], period: 60m}
  cve: [CVE-2026-12345]
"""
    matching = "case_sensitive_match: false\nmatch_type: [WILDCARD(host)]\nmax_matches: 1\ndescription"
    notable = "  notable: {rule_title: '%name%', rule_description: '%description%', nes_fields: [user, dest]}\n"
    deployment = "deployments/escu_default_configuration_anomaly.yml"
    write_sample(
        target,
        (DETECTION, "tags:\n", more),
        (DETECTION, "description: Finds samples.", 'description: |\n  Finds é,\n\n  and [more] # "this".'),
        (DETECTION, "score: 20", "score: 61\n  - {field: process, type: other, score: 5}"),
        (DETECTION, "type: Anomaly", "type: TTP"),
        (DETECTION, "security_domain: network", "security_domain: endpoint"),
        (DETECTION, "`sample_index`", "`sample_index(a,b)`"),
        ("baselines/sample_baseline.yml", "`sample_index`", "`sample_index(a,b)`"),
        ("macros/sample_index.yml", "description", "arguments: [first, second]\ndescription"),
        ("lookups/sample_table.yml", "description", matching),
        lookup("seen", "kvstore", "default_match: false\nfields: [_key, host, first]\n"),
        lookup("__mlspl_sizes", "mlmodel"),
        ("lookups/__mlspl_sizes.mlmodel", "", "{}"),
        (deployment, "Configuration Anomaly", "Configuration TTP"),
        (deployment, "type: Anomaly", "type: TTP"),
        (deployment, "alert_action:\n", f"alert_action:\n{notable}"),
    )
    (target / deployment).rename(target / deployment.replace("anomaly", "ttp"))
    return target


def own_sample(contentctl: Contentctl, target: Path) -> Path:
    """The project that contentctl itself begins with."""
    target.mkdir()
    code, said = contentctl("init", target)
    assert code == 0, said
    return target


def cases(shared: Path, target: Path) -> dict[str, Path]:
    """The small projects of the reference material, each for one cause, by the name of the cause."""
    script = (shared / "compiler" / "projects.py").read_text().split("\nimport time\n")[0]
    code: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as arguments:
        arguments.setattr("sys.argv", ["projects.py", "", "", str(target)])
        exec(compile(script, "projects.py", "exec"), code)  # noqa: S102  (it is a script, not a module)
    for name, make in code["CASES"].items():
        make(target / name)
    return {name: target / name for name in code["CASES"]}


def all_in_one(projects: Iterable[Path], target: Path) -> Path:
    """One project of several; of files of one name the last stays."""
    for project in projects:
        shutil.copytree(project, target, dirs_exist_ok=True)
    return target


# What our checker finds in the small projects, all true: a subsearch that can be cut, and warnings.
FOUND = {"enrich_join": {"NPM217"}, "braces_field": {"NPM407"}}


def test_what_contentctl_accepts_is_accepted(contentctl: Contentctl, shared: Path, tmp_path: Path) -> None:
    """But for true faults that contentctl does not look for."""
    for name, project in cases(shared, tmp_path / "cases").items():
        assert {one.rule for one in check_folder(project)[1]} == FOUND.get(name, set()), name
    assert check_folder(own_sample(contentctl, tmp_path / "init"))[1] == []


def test_both_compile_the_same_content_to_the_same_settings(
    contentctl: Contentctl, shared: Path, tmp_path: Path
) -> None:
    """Our content, the published seeds, contentctl's sample, small projects, and a sample of the rest.

    Each difference is one of the table.
    """
    differing: dict[tuple[str, str], list[str]] = {}
    for project in (
        our_content(tmp_path / "ours"),
        lay_out_seeds(tmp_path / "seeds", shared),
        rich_sample(tmp_path / "sample"),
        own_sample(contentctl, tmp_path / "init"),
        all_in_one(cases(shared, tmp_path / "cases").values(), tmp_path / "small"),
    ):
        ours = {name: conf.parse(text).stanzas for name, text in compiled(check_folder(project)[0]).items()}
        # contentctl build copies this folder; it may be empty
        (project / "app_template").mkdir(exist_ok=True)
        for key, listed in differences(ours, built_by_contentctl(contentctl, project)).items():
            differing.setdefault(key, []).extend(listed)
    unexplained = {key: listed for key, listed in differing.items() if key not in KEPT_DIFFERENCES}
    assert not unexplained, json.dumps({str(key): listed for key, listed in unexplained.items()}, indent=1)
    gone = KEPT_DIFFERENCES.keys() - differing.keys()
    assert not gone, f"no difference any more, take it out of the table: {gone}"


def test_our_project_is_complete_for_contentctl_as_it_lies_there() -> None:
    """contentctl build needs a template folder; git keeps it only if something lies in it."""
    assert list((CHECKOUT / "contentctl" / "app_template").iterdir())


def test_a_difference_would_be_seen() -> None:
    """The comparison is not blind: one changed score, one changed line of a search."""
    ours: dict[str, Stanzas] = {name: {} for name in CONFS}
    theirs = {name: dict(stanzas) for name, stanzas in ours.items()}
    ours["savedsearches.conf"] = {"a": {"risk": '[{"risk_score":20}]', "search": "| a\n| b", "disabled": "true"}}
    theirs["savedsearches.conf"] = {"a": {"risk": '[{"risk_score": 25}]', "search": "| a \n| c", "disabled": "1"}}
    assert sorted(key for _, key in differences(ours, theirs)) == ["risk", "search"]
