"""The options of Splunk's commands, and whether a value has the form that an option takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

_LENGTH = (
    r"(?:us|ms|cs|ds|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?|mon|months?|q|qtrs?|quarters?"
    r"|y|yrs?|years?)"
)
_FORMS: Mapping[str, tuple[re.Pattern[str], str]] = {
    "bool": (re.compile(r"t|f|true|false|0|1|yes|no|y|n", re.IGNORECASE), "true or false"),
    "int": (re.compile(r"[+-]?\d+"), "a whole number"),
    "num": (re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.IGNORECASE), "a number"),
    "span": (
        re.compile(rf"[+-]?\d*\.?\d*{_LENGTH}?(?:@\w*)?|[\d.]*log[\d.]*|auto", re.IGNORECASE),
        "a length of time such as 5m, a number, or a logarithm such as 10log2",
    ),
    "limit": (re.compile(r"\d+|(?:top|bottom)\s*\d+", re.IGNORECASE), "a number, or one behind top or bottom"),
    "text": (re.compile(".*", re.DOTALL), "a text"),
    "field": (re.compile(".+", re.DOTALL), "a field"),
}
_TOKENS = re.compile(r"\$[\w.]+\$|`[^`]*`|<<\w+>>")
"""What stands for a value that is not known yet: a token of a dashboard or of map, a macro, a field of foreach."""


def _read() -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    known: dict[str, dict[str, str]] = {}
    shapes: dict[str, str] = {}
    for line in (Path(__file__).parent / "grammar" / "commands.txt").read_text(encoding="utf-8").splitlines():
        written, _, shape = line.partition(" ; ")
        if written and not written.startswith("#"):
            command, *pairs = written.split()
            known[command] = dict(pair.split("=", 1) for pair in pairs)
            shapes[command] = shape.strip()
    return known, shapes


OPTIONS, SHAPES = _read()
"""The options of each command that is read, with the form of their values; and what else a command without a reader
of its own takes."""


def wanted(form: str, value: str) -> str:
    """Return what an option of this form takes instead of the value; "" if it takes it, or may take it."""
    if _TOKENS.search(value):
        return ""
    if form in _FORMS:
        pattern, meaning = _FORMS[form]
        return "" if pattern.fullmatch(value) else meaning
    words = form.split("|")
    return "" if value.lower() in words else f"one of: {', '.join(words)}" if len(words) > 1 else form
