"""What Splunk and ATT&CK have, read from the lists beside this file; each list names its source."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.spl.tree import Command, Outputlookup, Search, command_name

_HERE = Path(__file__).parent


def _lines(name: str) -> list[str]:
    return (_HERE / name).read_text(encoding="utf-8").splitlines()


def _head(lines: list[str], key: str) -> str:
    return next(line.partition(":")[2].strip() for line in lines if line.startswith(f"# {key}:"))


_TECHNIQUE_LINES = _lines("attack_techniques.txt")
TECHNIQUES: dict[str, str] = {
    line.split("\t")[0]: line.split("\t")[1] for line in _TECHNIQUE_LINES if not line.startswith("#")
}
"""ATT&CK techniques and sub-techniques: id to name."""

TECHNIQUES_SHOWN = (
    f"ATT&CK {_head(_TECHNIQUE_LINES, 'matrix')} {_head(_TECHNIQUE_LINES, 'version')}"
    f" (table of {_head(_TECHNIQUE_LINES, 'date')})"
)

_COMMANDS = [line.split() for line in _lines("splunk_commands.txt") if not line.startswith("#")]
COMMANDS = frozenset(words[0] for words in _COMMANDS)
"""The search commands of Splunk."""
GENERATING = frozenset(words[0] for words in _COMMANDS if "generating" in words)
"""Those that can begin a search."""

_NOT_STREAMING = frozenset(
    ("append", "appendcols", "chart", "dedup", "eventstats", "join", "rare", "reverse", "sort", "stats", "tail",
     "timechart", "top", "transaction", "xyseries")
)  # fmt: skip


def makes_a_table(search: Search) -> bool:
    """Return whether a subsearch without rows only makes the table of a lookup where there is none."""
    first = search.commands[0]
    if not isinstance(first, Outputlookup) or len(search.commands) > 1:
        return False
    options = {name: value.lower() in ("t", "true", "1") for name, value in first.options}
    return options.get("append", False) and options.get("create_empty", False)


def first_not_streaming(search: Search) -> Command | None:
    """Return the first command of a search that looks at more than one event at a time; None if all stream."""
    return next((each for each in search.commands if command_name(each).lower() in _NOT_STREAMING), None)


_FUNCTIONS = [line.partition(": ") for line in _lines("splunk_functions.txt") if not line.startswith("#")]
EVAL_FUNCTIONS: dict[str, tuple[int, int | None]] = {
    name: (int(least), int(most) if most else None if dash else int(least))
    for kind, _, written in _FUNCTIONS
    if kind == "eval"
    for name, _, numbers in (each.partition("/") for each in written.split())
    for least, dash, most in (numbers.partition("-"),)
}
"""The functions of eval and where, with the least and the most arguments they take; None: any number."""
AGGREGATIONS = frozenset(name for kind, _, names in _FUNCTIONS if kind == "stats" for name in names.split())
"""The functions of stats and mstats; ``<n>`` stands for a number."""

_OTHERS = [line.split(": ") for line in _lines("other_apps.txt") if not line.startswith("#")]
OTHER_COMMANDS, OTHER_LOOKUPS, OTHER_MACROS = (
    frozenset(name for kind, _, names in _OTHERS if kind == wanted for name in names.split())
    for wanted in ("command", "lookup", "macro")
)
"""What well-known apps, Enterprise Security and the CIM bring, so that a search may use it without our shipping it."""


def is_aggregation(name: str) -> bool:
    """Return whether Splunk has such a statistical function; ``perc95`` is written with its number."""
    return name in AGGREGATIONS or re.sub(r"\d+(?:\.\d+)?\Z", "<n>", name) in AGGREGATIONS
