"""Waivers: comments in a YAML file that allow there what a rule refuses, and say what that risks.

    # npm-waiver NPM217: append stops at 10,000 rows; this table has 12

The comment may stand anywhere outside values. For NPM217 it must name the command and the limit that it can hit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from workbench.compiler.check import on_content
from workbench.compiler.content import Content
from workbench.compiler.finding import Finding, finding
from workbench.compiler.project import Project
from workbench.compiler.rule import HOUSE, RULES, Rule, rule
from workbench.compiler.rules.pipeline import SUBSEARCH
from workbench.compiler.yamlfile import Document

_WAIVER = re.compile(r"npm-waiver\b[\s:]*(?P<rule>[^\s:]*)[\s:]*(?P<why>.*)")
_LEAST = 10  # characters of a reason

UNUSED_WAIVER = rule(
    "NPM802",
    "unused-waiver",
    what="A waiver waives nothing.",
    why="It would hide the next finding.",
    see=HOUSE,
    severity="warning",
)


@dataclass(frozen=True)
class Waiver:
    """A rule that is waived, why, and the offset of the comment in its file."""

    rule: str
    why: str
    offset: int

    def allows(self, finding: Finding) -> bool:
        """Return whether this is a fit waiver of the finding: it names the rule, and the finding's keyword."""
        named = re.search(rf"\b{re.escape(finding.keyword)}\b", self.why, re.IGNORECASE) if finding.keyword else True
        return self.rule == finding.rule and bool(named) and not _unfit(self)


def waivers_of(document: Document) -> Iterator[Waiver]:
    """Yield the waivers of a file, the unfit ones too."""
    for offset, text in document.comments:
        if comment := _WAIVER.match(text):
            yield Waiver(comment["rule"], comment["why"].strip(), offset)


def without_waived(project: Project, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings that no waiver in their file allows, and one for each waiver that allows none."""
    waivers = {document.shown: (document, list(waivers_of(document))) for document in project.everything()}
    used: set[tuple[str, int]] = set()
    for each in findings:
        _, its = waivers.get(each.file, (None, []))
        waiver = next((waiver for waiver in its if waiver.allows(each)), None)
        if waiver:
            used.add((each.file, waiver.offset))
        else:
            yield each
    for document, its in waivers.values():
        for waiver in its:
            if not _unfit(waiver) and (document.shown, waiver.offset) not in used:
                message = f"waives {waiver.rule}, which finds nothing here that the waiver names"
                yield _at(UNUSED_WAIVER, document, waiver, message, "remove it")


@on_content(
    rule(
        "NPM801",
        "bad-waiver",
        what="A waiver names no rule that can be waived, or does not say what it risks.",
        why="It waives nothing.",
        see=HOUSE,
    )
)
def _bad_waivers(rule: Rule, content: Content) -> Iterator[Finding]:
    for document in content.project.everything():
        for waiver in waivers_of(document):
            if wrong := _unfit(waiver):
                yield _at(rule, document, waiver, *wrong)


def _unfit(waiver: Waiver) -> tuple[str, str] | None:
    """Return what is wrong with a waiver, and what to do; None if nothing."""
    form = "write # npm-waiver NPM217: what it risks, and why that is not a risk here"
    waived = RULES.get(waiver.rule)
    if waived is None:
        return f"waives {waiver.rule or 'nothing'}, which is not a rule", form
    if not waived.waivable:
        able = ", ".join(sorted(one.id for one in RULES.values() if one.waivable))
        return (
            f"waives {waived.id}, which cannot be waived",
            f"correct what {waived.id} finds; only {able} can be waived",
        )
    if len(waiver.why) < _LEAST:
        return f"waives {waived.id} without a reason", form
    if waived is SUBSEARCH and not re.search(r"\d", waiver.why):
        return f"waives {waived.id} without naming the limit", "name the rows or seconds at which the subsearch stops"
    return None


def _at(rule: Rule, document: Document, waiver: Waiver, message: str, fix: str) -> Finding:
    line, column = document.line_and_column(waiver.offset)
    length = len(document.source[waiver.offset :].split("\n")[0].rstrip())
    return finding(rule, document.shown, f"comment: {message}", fix, line, column, length)
