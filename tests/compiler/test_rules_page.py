"""docs/rules.md is made from the rules and their samples; ``make golden`` (pytest --update-golden) rewrites it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import workbench.compiler.build  # noqa: F401  (imports the modules that declare the rules)
from tests.compiler.rule_samples import SAMPLES, cases_of
from workbench.compiler.rule import GROUPS, RULES, Rule
from workbench.compiler.rules.known import COMMANDS, EVAL_FUNCTIONS, TECHNIQUES, TECHNIQUES_SHOWN
from workbench.spl.grammar.commands import READERS

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"

HEAD = f"""\
# What the compiler refuses

Made by `make golden` from the rules in `workbench/compiler` and their samples in `tests/compiler/samples`; do not edit.

    python build.py --check [--content DIR] [--only RULES] [--ignore RULES] [--format text|json|sarif]

finds all of it in one run, with file, line and column in the YAML, the text that is meant, and what to write instead.
It ends with status 1 if it finds anything. A build refuses on errors and reports warnings. The JSON is a list of
objects with the keys `rule`, `severity`, `file`, `line`, `column`, `message` and `fix`; `[]` if there is nothing.
[checker.md](checker.md) tells how to use it for content of your own.

Line and column (both from 1, in characters) are exact also inside blocks (`|`), folded (`>`), quoted and plain text,
for every character but blanks: of a blank that YAML folded out of the end of a line the place is counted on from the
character before it. What comes out of a macro is shown at the macro's call.

Below, each rule says what it finds and why that is wrong, then shows lines that break it, with the message, and lines
that come close and pass. [CONTRIBUTING.md](../CONTRIBUTING.md#add-a-rule) shows how to add a rule.

## Waivers

A rule marked *waivable* may be broken where a comment in the same file says why:

    # npm-waiver NPM217: append stops at 10,000 rows; this table has 12

The reason for NPM217 names the command (append, join, ...) and the rows or seconds at which it stops. A waiver that
waives nothing is a finding itself.

## Versions

`searches.lock.json` in the content folder holds version and hash of each search. A search that changed needs a higher
`version`; `python build.py --lock` (`make lock`) then writes the new state down. Content without that file is not
guarded.

## Lists

Known to the rules are {len(COMMANDS)} commands of Splunk, {len(EVAL_FUNCTIONS)} functions of eval, and the \
{len(TECHNIQUES)} techniques of
{TECHNIQUES_SHOWN}. They are text files in `workbench/compiler/rules`, each with its source; add a line where one is \
missing.

Of the commands {len(READERS)} are read: `workbench/spl/grammar/commands.txt` has their options. The arguments of
the others are not read by this tool: it says nothing of them, and takes any field to exist behind them.
"""


def rules_page() -> str:
    """The text of docs/rules.md."""
    return HEAD + "".join(
        part
        for prefix, title in GROUPS.items()
        for part in (f"\n## {title}\n", *(_entry(RULES[number]) for number in sorted(RULES) if number[:4] == prefix))
    )


def _entry(rule: Rule) -> str:
    marks = ", ".join([rule.severity, *(["waivable"] if rule.waivable else [])])
    reference = f"[{rule.see.title}]({rule.see.link})"
    head = f"\n### {rule.id}\n\n**{rule.name}**, *{marks}*. {rule.what} {rule.why} {reference}\n"
    return head + "".join(_shown(rule))


def _shown(rule: Rule) -> Iterator[str]:
    """The first sample that breaks the rule, and the first that passes."""
    cases = cases_of(rule.id) if (SAMPLES / f"{rule.id}.md").exists() else []
    for breaks, heading in ((True, "Breaks"), (False, "Passes")):
        case = next((one for one in cases if one.breaks is breaks), None)
        if case:
            yield f"\n{heading}:\n\n```text\n{case.excerpt}\n```\n"
            yield from (f"\n> {_escaped(message)}\n" for message in case.messages)


def _escaped(message: str) -> str:
    return re.sub(r"([*_<`\\])", r"\\\1", message)


def test_the_page_is_in_step_with_the_rules(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-golden"):
        PAGE.write_text(rules_page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == rules_page()


def test_each_rule_has_a_heading_to_link_to() -> None:
    assert re.findall(r"^### (NPM\d+)$", rules_page(), re.MULTILINE) == sorted(RULES)
