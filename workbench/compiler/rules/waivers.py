"""Waivers: comments in a YAML file that allow there what a rule refuses, and say what that risks.

    # npm-waiver NPM217: append stops at 10,000 rows; this table has 12

The comment may stand anywhere outside values. For NPM217 it must name the command and the limit that it can hit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.compiler import catalogue
from workbench.compiler.finding import Finding, Rule, finding
from workbench.compiler.rules.content import Content
from workbench.compiler.yamlfile import Document

_WAIVER = re.compile(r"npm-waiver\b[\s:]*(?P<rule>[^\s:]*)[\s:]*(?P<why>.*)")
_LEAST = 10  # characters of a reason


@dataclass(frozen=True)
class Waiver:
    """A rule that is waived, why, and the offset of the comment in its file."""

    rule: str
    why: str
    offset: int


def waivers_of(document: Document) -> Iterator[Waiver]:
    """The waivers of a file, the unfit ones too."""
    for offset, text in document.comments:
        if found := _WAIVER.match(text):
            yield Waiver(found["rule"], found["why"].strip(), offset)


def is_waived(content: Content, document: Document, rule: Rule, *words: str) -> bool:
    """Whether a fit waiver of the file allows what the rule refuses; each of the words must stand in its reason."""
    for waiver in waivers_of(document):
        fit = waiver.rule == rule.id and not _unfit(waiver)
        if fit and all(re.search(rf"\b{re.escape(word)}\b", waiver.why, re.IGNORECASE) for word in words):
            content.used_waivers.add((document.shown, waiver.offset))
            return True
    return False


def _unfit(waiver: Waiver) -> tuple[str, str] | None:
    """What is wrong with a waiver, and what to do; None if nothing."""
    form = "write # npm-waiver NPM217: what it risks, and why that is no risk here"
    rule = catalogue.BY_ID.get(waiver.rule)
    if rule is None:
        return f"waives {waiver.rule or 'nothing'}, which is no rule", form
    if not rule.waivable:
        able = ", ".join(one.id for one in catalogue.RULES if one.waivable)
        return f"waives {rule.id}, which cannot be waived", f"correct what {rule.id} finds; only {able} can be waived"
    if len(waiver.why) < _LEAST:
        return f"waives {rule.id} without a reason", form
    if rule is catalogue.SUBSEARCH and not re.search(r"\d", waiver.why):
        return f"waives {rule.id} without naming the limit", "name the rows or seconds at which the subsearch stops"
    return None


def check_waivers(content: Content) -> Iterator[Finding]:
    """Waivers name a rule that can be waived, and why."""
    for document in content.project.everything():
        for waiver in waivers_of(document):
            if wrong := _unfit(waiver):
                yield _at(catalogue.BAD_WAIVER, document, waiver, *wrong)


def unused_waivers(content: Content) -> Iterator[Finding]:
    """Waivers that allowed nothing; to be asked after all other checks."""
    for document in content.project.everything():
        for waiver in waivers_of(document):
            if not _unfit(waiver) and (document.shown, waiver.offset) not in content.used_waivers:
                message = f"waives {waiver.rule}, which finds nothing here that the waiver names"
                yield _at(catalogue.UNUSED_WAIVER, document, waiver, message, "remove it")


def _at(rule: Rule, document: Document, waiver: Waiver, message: str, fix: str) -> Finding:
    line, column = document.line_and_column(waiver.offset)
    length = len(document.source[waiver.offset :].split("\n")[0].rstrip())
    return finding(rule, document.shown, f"comment: {message}", fix, line, column, length)
