"""How a check is registered: a decorator enters it beside the declaration of the rule it looks for.

    @on_search(rule("NPM216", "unknown-lookup", what="...", why="...", see=LOOKUPS))
    def _unknown_lookups(search: SearchText, content: Content) -> Iterator[Fault]:
        yield Fault("unknown lookup hosts", "correct the name", span)

Every module of the folder rules/ is imported by the runner (run.py); nothing else lists the checks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from workbench.compiler.content import Content, Fault, SearchText
from workbench.compiler.finding import Finding
from workbench.compiler.rule import Rule

ContentCheck = Callable[[Rule, Content], Iterator[Finding]]
SearchCheck = Callable[[SearchText, Content], Iterator[Fault]]


@dataclass(frozen=True)
class Check:
    """A rule, and the function that finds everything in a project that breaks it."""

    rule: Rule
    findings: Callable[[Content], Iterator[Finding]]


CHECKS: list[Check] = []


def on_content(rule: Rule) -> Callable[[ContentCheck], ContentCheck]:
    """Register a check that looks at the whole project. It is called with its rule."""

    def register(check: ContentCheck) -> ContentCheck:
        CHECKS.append(Check(rule, partial(check, rule)))
        return check

    return register


def on_search(rule: Rule) -> Callable[[SearchCheck], SearchCheck]:
    """Register a check that looks at one search at a time: of each detection, baseline and drilldown.

    What it finds in the part of a drilldown that is the detection's own search is dropped: it is reported there.
    """

    def register(check: SearchCheck) -> SearchCheck:
        CHECKS.append(Check(rule, partial(_in_each_search, rule, check)))
        return check

    return register


def _in_each_search(rule: Rule, check: SearchCheck, content: Content) -> Iterator[Finding]:
    for search in content.searches:
        for fault in check(search, content):
            if search.is_written_here(fault.span):
                yield search.finding(rule, fault)
