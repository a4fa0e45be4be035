"""Findings as SARIF 2.1.0, which code hosts show at the line (OASIS, Static Analysis Results Interchange Format).

Of a finding: rule, level, message with what to do, file and region; of the rules: those that were looked for, with
what they find and why. Files below the current folder are named relative to it, others by their whole address.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from workbench.compiler.finding import Finding
from workbench.compiler.rule import RULES, Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def as_sarif(findings: Iterable[Finding]) -> str:
    """Return a SARIF log of one run, which holds every rule and these findings."""
    rules = sorted(RULES)
    numbers = {rule: index for index, rule in enumerate(rules)}
    driver = {"name": "SA-npmanomaly content checker", "rules": [_rule(RULES[rule]) for rule in rules]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, numbers[one.rule]) for one in findings],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _rule(rule: Rule) -> dict[str, object]:
    about: dict[str, object] = {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.what},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.what} {rule.why} See {rule.see.title}."},
        "defaultConfiguration": {"level": rule.severity},
    }
    return about | ({"helpUri": rule.see.link} if rule.see.link.startswith("https://") else {})


def _result(finding: Finding, number: int) -> dict[str, object]:
    region = {"startLine": finding.line, "startColumn": finding.column}
    if finding.length:
        region["endColumn"] = finding.column + finding.length
    location = {"artifactLocation": {"uri": _uri(finding.file)}, "region": region}
    return {
        "ruleId": finding.rule,
        "ruleIndex": number,
        "level": finding.severity,
        "message": {"text": f"{finding.message}; {finding.fix}"},
        "locations": [{"physicalLocation": location}],
    }


def _uri(file: str) -> str:
    return Path(file).as_uri() if Path(file).is_absolute() else quote(file)
