"""What a rule is, and the register in which each is entered where it is declared.

A rule stands beside the code that looks for it, in the module that owns the matter:

    _UNKNOWN_STORY = rule("NPM101", "unknown-story", what="...", why="...", see=CONTENTCTL)

Importing that module enters it. An id is never given to another rule. The hundreds group them, as GROUPS says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]

GROUPS = {
    "NPM0": "Files and fields",
    "NPM1": "References between files",
    "NPM2": "The text of a search",
    "NPM3": "The fields of a search",
    "NPM4": "Risk",
    "NPM5": "Schedules",
    "NPM6": "Versions",
    "NPM7": "The app around the content",
    "NPM8": "Waivers",
}


@dataclass(frozen=True)
class Reference:
    """Where to read on: a title, and a link (an address, or a path relative to docs/)."""

    title: str
    link: str


_SEARCH = "https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/"
_ADMIN = "https://docs.splunk.com/Documentation/Splunk/latest/Admin/"
CONTENTCTL = Reference("contentctl 5.6.2, detection format", "https://github.com/splunk/contentctl")
MACROS = Reference(
    "Splunk, Knowledge Manager Manual: search macros",
    "https://docs.splunk.com/Documentation/Splunk/latest/Knowledge/Usesearchmacros",
)
COMMANDS = Reference("Splunk, Search Reference: command types", f"{_SEARCH}Commandsbytype")
EVALUATION = Reference("Splunk, Search Reference: evaluation functions", f"{_SEARCH}CommonEvalFunctions")
STATISTICS = Reference("Splunk, Search Reference: statistical functions", f"{_SEARCH}CommonStatsFunctions")
SYNTAX = Reference("Splunk, Search Reference: understanding SPL syntax", f"{_SEARCH}UnderstandingSPLsyntax")
SUBSEARCHES = Reference(
    "Splunk, Search Manual: subsearches", "https://docs.splunk.com/Documentation/Splunk/latest/Search/Aboutsubsearches"
)
LOOKUPS = Reference("Splunk, Search Reference: lookup", f"{_SEARCH}Lookup")
MAP = Reference("Splunk, Search Reference: map", f"{_SEARCH}Map")
OUTPUTLOOKUP = Reference("Splunk, Search Reference: outputlookup", f"{_SEARCH}Outputlookup")
MSTATS = Reference("Splunk, Search Reference: mstats", f"{_SEARCH}Mstats")
SEARCH_COMMAND = Reference("Splunk, Search Reference: search", f"{_SEARCH}Search")
SORT = Reference("Splunk, Search Reference: sort", f"{_SEARCH}Sort")
TIMES = Reference("Splunk, Search Reference: time modifiers", f"{_SEARCH}SearchTimeModifiers")
SAVED_SEARCHES = Reference("Splunk, Admin Manual: savedsearches.conf", f"{_ADMIN}Savedsearchesconf")
CONF_FILES = Reference("Splunk, Admin Manual: about configuration files", f"{_ADMIN}Howtoeditaconfigurationfile")
APP_CONF = Reference("Splunk, Admin Manual: app.conf", f"{_ADMIN}Appconf")
RISK = Reference(
    "Splunk Enterprise Security: risk-based alerting",
    "https://docs.splunk.com/Documentation/ES/latest/RBA/Howcreateriskannotations",
)
ATTACK = Reference("MITRE ATT&CK, Enterprise techniques", "https://attack.mitre.org/techniques/enterprise/")
HELP = Reference("The help of the command", "../app/default/searchbnf.conf")
YAML = Reference("YAML 1.2.2", "https://yaml.org/spec/1.2.2/")
HOUSE = Reference("Contributing: rules of the house", "../CONTRIBUTING.md")


@dataclass(frozen=True)
class Rule:
    """One thing that content must not do.

    id: ``NPM`` and three digits. name: the same in two or three words. what: one sentence, what the rule finds;
    why: what comes of it. ``error`` keeps a build from being made, ``warning`` is only reported. waivable: a comment
    ``# npm-waiver <id>: <reason>`` in the file allows it there.
    """

    id: str
    name: str
    what: str
    why: str
    see: Reference
    severity: Severity = "error"
    waivable: bool = False


RULES: dict[str, Rule] = {}
"""The rules by id, as far as the modules that declare them have been imported; workbench.compiler.build imports all."""


def rule(
    number: str, name: str, *, what: str, why: str, see: Reference, severity: Severity = "error", waivable: bool = False
) -> Rule:
    """Enter a rule into the register and return it. Raises ValueError for an id or name that is taken."""
    entered = Rule(number, name, what, why, see, severity, waivable)
    if any(number == other.id or name == other.name for other in RULES.values()):
        raise ValueError(f"{number} or {name} is the id or name of another rule")
    RULES[number] = entered
    return entered
