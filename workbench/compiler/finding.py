"""What a check finds, and how findings are shown: to people as text, to programs as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from workbench.compiler.rule import RULES, Rule


@dataclass(frozen=True, order=True)
class Finding:
    """One thing to put right.

    file: as a person standing in the current folder would open it; line and column: 1-based, in characters;
    message: field and what is wrong with it, such as ``rba.risk_objects[0].score: is 0``; fix: what to do or to
    write instead. length: how many characters of the line are meant, 0 for none; keyword: a word that a waiver of it
    must contain. Neither is part of the JSON.
    """

    file: str
    line: int
    column: int
    rule: str
    severity: str
    message: str
    fix: str
    length: int = field(default=0, compare=False)
    keyword: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.severity} {self.rule}: {self.message}; {self.fix}"

    def as_json(self) -> dict[str, str | int]:
        """Return the finding with exactly these keys."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "message": self.message,
            "fix": self.fix,
        }


def finding(rule: Rule, file: str, message: str, fix: str, line: int = 1, column: int = 1, length: int = 0) -> Finding:
    """Return a finding of a rule; line breaks in the texts become blanks."""
    return Finding(file, line, column, rule.id, rule.severity, _one_line(message), _one_line(fix), length)


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))


class BuildError(Exception):
    """The build cannot go on; holds every finding, warnings too, in the order to show them."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = sorted(set(findings))
        super().__init__("\n".join(str(one) for one in self.findings))


def errors_of(findings: Iterable[Finding]) -> list[Finding]:
    """Those that keep a build from being made."""
    return [one for one in findings if one.severity == "error"]


def rules_named(text: str) -> tuple[str, ...]:
    """Return the prefixes of ids in ``NPM217,NPM3``: a rule, or a group of rules by how their ids begin.

    Raises ValueError for one that no rule's id begins with.
    """
    named = tuple(word for word in re.split(r"[,\s]+", text.upper()) if word)
    for word in named:
        if not re.match(r"NPM\d", word) or not any(rule.startswith(word) for rule in RULES):
            raise ValueError(f"{word} is not a rule or the beginning of one, such as NPM217 or NPM2")
    return named


def chosen(findings: Iterable[Finding], only: tuple[str, ...], ignore: tuple[str, ...]) -> list[Finding]:
    """Return the findings whose rules begin with one of ``only``, if there are any, and with none of ``ignore``."""
    return [one for one in findings if (not only or one.rule.startswith(only)) and not one.rule.startswith(ignore)]


def as_json(findings: Iterable[Finding]) -> str:
    """Return a JSON list; ``[]`` when there is nothing."""
    return json.dumps([one.as_json() for one in findings], indent=2, ensure_ascii=False)


def as_text(findings: Iterable[Finding]) -> str:
    """Return a line for each finding and, where it is about a piece of text, that line with carets below it."""
    sources: dict[str, list[str]] = {}
    lines: list[str] = []
    for one in findings:
        lines.append(str(one))
        if one.length:
            lines += _excerpt(one, sources)
    return "\n".join(lines)


_SHOWN = 60  # characters of a long line shown on either side of what is meant


def _excerpt(finding: Finding, sources: dict[str, list[str]]) -> list[str]:
    if finding.file not in sources:
        try:
            sources[finding.file] = Path(finding.file).read_text(encoding="utf-8-sig").split("\n")
        except (OSError, UnicodeDecodeError):
            sources[finding.file] = []
    if finding.line > len(sources[finding.file]):
        return []
    line = sources[finding.file][finding.line - 1].rstrip("\r")
    start = finding.column - 1
    end = min(start + finding.length, len(line))
    first, last = max(0, start - _SHOWN), min(len(line), max(end, start + _SHOWN))
    lead, tail = ("..." if first else ""), ("..." if last < len(line) else "")
    # A tab would move the carets away from their characters.
    shown = line[first:last].replace("\t", " ")
    return [f"    {lead}{shown}{tail}", f"    {' ' * (len(lead) + start - first)}{'^' * max(1, end - start)}"]
