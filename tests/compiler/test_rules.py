"""Every rule finds the smallest content that breaks it, points at the text that is wrong, and lets a near miss pass."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.compiler.rule_samples import SAMPLES, before_filter, write_checkout
from workbench.compiler import build, sdk
from workbench.compiler.build import build_package, check_all
from workbench.compiler.catalogue import BY_ID, RULES
from workbench.compiler.finding import BuildError, Finding


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a person stands there: findings name files from here."""
    monkeypatch.chdir(tmp_path)


def findings(root: Path) -> list[Finding]:
    return check_all(root, root / "contentctl")


def marked(finding: Finding) -> str | None:
    """The text that the carets stand under."""
    if not finding.length:
        return None
    line = Path(finding.file).read_text(encoding="utf-8-sig").split("\n")[finding.line - 1]
    return line[finding.column - 1 : finding.column - 1 + finding.length]


@pytest.mark.parametrize("rule", SAMPLES)
def test_the_smallest_content_that_breaks_a_rule_is_found_where_it_is(rule: str, tmp_path: Path) -> None:
    sample = SAMPLES[rule]
    found = findings(write_checkout(tmp_path, *sample.breaks))
    assert sorted(one.rule for one in found) == sorted([rule, *sample.also]), found
    (finding,) = (one for one in found if one.rule == rule)
    assert marked(finding) == sample.marked
    assert finding.severity == BY_ID[rule].severity
    assert re.match(r"[^:]+: \S", finding.message), "a message names the field first"
    assert finding.fix


@pytest.mark.parametrize("rule", SAMPLES)
def test_a_near_miss_passes(rule: str, tmp_path: Path) -> None:
    assert findings(write_checkout(tmp_path, *SAMPLES[rule].passes)) == []


def test_a_conf_that_is_read_back_differently_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NPM705 guards the writer, so it takes a broken writer to see it."""
    root = write_checkout(tmp_path)
    render: Callable[..., str] = build.render_conf
    monkeypatch.setattr(build, "render_conf", lambda stanzas: render(stanzas).replace("index=sample", "index=simple"))
    (finding,) = findings(root)
    assert str(finding).startswith("default/macros.conf:1:1: error NPM705: [sample_index] definition: ")
    monkeypatch.setattr(build, "render_conf", lambda stanzas: render(stanzas).replace("\n", "\n\n# a comment\n\n", 1))
    assert findings(root) == []


def test_a_library_that_cannot_be_had_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NPM707 is no matter of --check: only a build needs the library."""
    root = write_checkout(tmp_path)
    monkeypatch.setattr(sdk, "_download", lambda folder, requirements: None)
    with pytest.raises(BuildError) as raised:
        build_package(root, root / "contentctl", root / "dist")
    assert [one.rule for one in raised.value.findings] == ["NPM707"]
    assert not (root / "dist").exists()
    assert findings(root) == []


@pytest.mark.parametrize("line", ["| appendpipe [ stats count ]", '| rex field=host "[a-z]+(?<zone>\\d)"'])
def test_brackets_that_hold_no_subsearch_need_no_waiver(line: str, tmp_path: Path) -> None:
    assert findings(write_checkout(tmp_path, before_filter(line))) == []


def test_all_faults_of_a_search_come_in_one_run(tmp_path: Path) -> None:
    lines = ("| where (bytes", "| eval x==", "| fieldz host", "| search NOT `nothing`")
    found = findings(write_checkout(tmp_path, *(before_filter(line) for line in lines)))
    assert [(one.line, one.rule) for one in found] == [
        (14, "NPM201"),
        (15, "NPM201"),
        (16, "NPM202"),
        (17, "NPM208"),
    ]


def test_every_rule_has_such_a_pair() -> None:
    assert {*SAMPLES, "NPM705", "NPM707"} == {rule.id for rule in RULES}


def test_rules_are_described_in_one_line_and_refer_to_something() -> None:
    for rule in RULES:
        assert re.fullmatch(r"NPM\d{3}", rule.id)
        assert rule.reason.endswith(".")
        assert "\n" not in rule.reason
        assert rule.reference.title
        assert re.match(r"https://|\.\./", rule.reference.link)
