"""Writes docs/rules.md out of the catalogue of rules."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.compiler.catalogue import GROUPS, RULES
from workbench.compiler.finding import Rule
from workbench.compiler.rules.known import COMMANDS, EVAL_FUNCTIONS, TECHNIQUES, TECHNIQUES_SHOWN

_HEAD = """\
# What the compiler refuses

Made from `workbench/compiler/catalogue.py` by `python -m workbench.compiler.rules > docs/rules.md`; do not edit.

    python build.py --check [--content DIR] [--format text|json]

finds all of it in one run, with file, line and column in the YAML, the text that is meant, and what to write instead.
It ends with status 1 if it finds anything. A build refuses on errors and tells warnings. The JSON is a list of objects
with the keys `rule`, `severity`, `file`, `line`, `column`, `message` and `fix`; `[]` if there is nothing.

Line and column (both from 1, in characters) are exact also inside blocks (`|`), folded (`>`), quoted and plain text,
for every character but blanks: of a blank that YAML folded out of the end of a line the place is counted on from the
character before it. What comes out of a macro is shown at the macro's call.

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

Known to the rules are {commands} commands of Splunk, {functions} functions of eval, and the {techniques} techniques of
{shown}. They are text files in `workbench/compiler/rules`, each with its source; add a line where one is missing.
"""


def rules_page() -> str:
    """The text of docs/rules.md."""
    head = _HEAD.format(
        commands=len(COMMANDS), functions=len(EVAL_FUNCTIONS), techniques=len(TECHNIQUES), shown=TECHNIQUES_SHOWN
    )
    return head + "".join(_lines())


def _lines() -> Iterator[str]:
    for prefix, title in GROUPS.items():
        yield f"\n## {title}\n"
        for rule in RULES:
            if rule.id.startswith(prefix):
                yield _entry(rule)


def _entry(rule: Rule) -> str:
    marks = [rule.severity, *(["waivable"] if rule.waivable else [])]
    reference = f"[{rule.reference.title}]({rule.reference.link})"
    return f"\n### {rule.id}\n\n{rule.reason} *{', '.join(marks)}.* {reference}\n"
