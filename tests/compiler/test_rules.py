"""Every rule finds content that breaks it, points at the text that is wrong, and lets a near miss pass.

The cases are in samples/, a file a rule (see rule_samples); ``make golden`` (pytest --update-golden) writes there what
is printed now.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.compiler.content_samples import DETECTION, write_checkout
from tests.compiler.rule_samples import Case, all_cases, apply_diff, cases_of, write_printed
from workbench.compiler import sdk
from workbench.compiler.build import build_package, check_all
from workbench.compiler.finding import BuildError, Finding, as_text
from workbench.compiler.rule import GROUPS, RULES, Rule, rule

CASES = all_cases()
NOT_OF_SAMPLES = {"NPM707"}  # a library that only a build needs


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample checkout, with the current folder in it: findings name files from there."""
    monkeypatch.chdir(tmp_path)
    return write_checkout(tmp_path)


def findings(root: Path) -> list[Finding]:
    return check_all(root, root / "contentctl")


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.rule} {case.title}") for case in CASES])
def test_content_gives_the_findings_written_beside_it(
    case: Case, checkout: Path, request: pytest.FixtureRequest
) -> None:
    apply_diff(checkout, case.diff)
    found = findings(checkout)
    if case.breaks:
        assert case.rule in {one.rule for one in found}
    else:
        assert found == []
    printed = as_text(found)
    if request.config.getoption("--update-golden"):
        write_printed(case, printed)
    else:
        assert printed == case.printed


@pytest.mark.parametrize("rule", sorted(RULES.keys() - NOT_OF_SAMPLES))
def test_every_rule_has_content_that_breaks_it_and_a_near_miss(rule: str) -> None:
    assert {case.breaks for case in cases_of(rule)} == {True, False}


def test_every_sample_is_of_a_rule() -> None:
    assert {case.rule for case in CASES} == RULES.keys() - NOT_OF_SAMPLES


@pytest.mark.parametrize("entered", RULES.values(), ids=RULES.keys())
def test_a_rule_says_what_it_finds_and_why_in_sentences_and_refers_to_something(entered: Rule) -> None:
    assert re.fullmatch(r"NPM\d{3}", entered.id)
    assert entered.id[:4] in GROUPS
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", entered.name)
    for text in (entered.what, entered.why):
        assert re.fullmatch(r"\S[^\n]*\.", text)
    assert re.match(r"https://|\.\./", entered.see.link)


def test_the_message_of_a_finding_names_the_field_first() -> None:
    for case in CASES:
        for line in re.findall(r"^\S+?:\d+:\d+: (?:error|warning) NPM\d+: (.*)$", case.printed, re.MULTILINE):
            assert re.match(r"[^:]+: \S.*; \S", line), line


def test_an_id_or_a_name_is_given_once() -> None:
    known = RULES["NPM101"]
    for number, name in ((known.id, "another-name"), ("NPM199", known.name)):
        with pytest.raises(ValueError, match="another rule"):
            rule(number, name, what="It.", why="So.", see=known.see)
    assert "NPM199" not in RULES


def test_a_library_that_cannot_be_had_is_found(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NPM707 is no matter of --check: only a build needs the library."""
    monkeypatch.setattr(sdk, "_download", lambda folder, requirements: None)
    with pytest.raises(BuildError) as raised:
        build_package(checkout, checkout / "contentctl", checkout / "dist")
    assert [one.rule for one in raised.value.findings] == ["NPM707"]
    assert not (checkout / "dist").exists()
    assert findings(checkout) == []


@pytest.mark.parametrize("line", ["| appendpipe [ stats count ]", '| rex field=host "[a-z]+(?<zone>\\d)"'])
def test_brackets_that_hold_no_subsearch_need_no_waiver(line: str, checkout: Path) -> None:
    add_before_filter(checkout, line)
    assert findings(checkout) == []


def test_all_faults_of_a_search_come_in_one_run(checkout: Path) -> None:
    add_before_filter(checkout, "| where (bytes", "| eval x==", "| fieldz host", "| search NOT `nothing`")
    assert [(one.line, one.rule) for one in findings(checkout)] == [
        (14, "NPM201"),
        (15, "NPM201"),
        (16, "NPM202"),
        (17, "NPM208"),
    ]


def add_before_filter(checkout: Path, *lines: str) -> None:
    added = "".join(f"+  {line}\n" for line in lines)
    apply_diff(checkout, f"--- contentctl/{DETECTION}\n{added}   | `sample_detection_filter`\n")
