"""Small turns of phrase: lists of names, schedules, periods, and YAML prose made safe for Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable

_RELATIVE = re.compile(r"-(\d+)([smhd])@[smhd]")
_PERIOD = re.compile(r"(\d+)([smhd])?")
_WEEK = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_DAYS = {str(number): day for number, day in enumerate(_WEEK)}
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_UNITS = {"s": "second", "m": "minute", "h": "hour", "d": "day"}


def code(text: str) -> str:
    """The text as inline code, in as many backticks as it takes."""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence} {text} {fence}" if "`" in text else f"{fence}{text}{fence}"


def cell(text: str) -> str:
    """The text as it may stand in a table: on one line, with its pipes escaped."""
    return " ".join(text.split()).replace("|", "\\|")


def listed(names: Iterable[str]) -> str:
    """``a, b and c``, each as inline code."""
    shown = [code(name) for name in names]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else "nothing"


def prose(text: str) -> str:
    """A text of the YAML as Markdown: its lists stay lists, its signs stay signs, searches in quotes become code."""
    quoted = re.compile(r'"(\|[^"]*)"|(search NOT [\w.]+="[^"]*")')
    parts: list[str] = []
    at = 0
    for found in quoted.finditer(text):
        parts += [_signs(text[at : found.start()]), code((found[1] or found[2]).strip())]
        at = found.end()
    return _loosen("".join([*parts, _signs(text[at:])]).strip())


def schedule(cron: str) -> str:
    """When a search runs, in words where the cron line is a plain hourly, daily or weekly one."""
    minute, hour, *rest = [*cron.split(), "", ""][:5]
    if rest[:2] == ["*", "*"] and rest[2] in _DAYS and minute.isdecimal() and hour.isdecimal():
        return f"every {_DAYS[rest[2]]} at {int(hour):02}:{int(minute):02}"
    if rest == ["*", "*", "*"] and minute.isdecimal():
        if hour == "*":
            return f"every hour, at minute {int(minute)}"
        if hour.isdecimal():
            return f"every day at {int(hour):02}:{int(minute):02}"
    return f"by the cron schedule {code(cron)}"


def window(earliest: str, latest: str) -> str:
    """The time range of a search in words."""
    return f"from {_before(earliest)} to {_before(latest)} before it runs"


def period(text: str) -> str:
    """A throttling period: ``86400s`` is 24 hours."""
    found = _PERIOD.fullmatch(text)
    if not found:
        return text
    seconds = int(found[1]) * _SECONDS[found[2] or "s"]
    for unit in ("h", "m"):
        if seconds % _SECONDS[unit] == 0:
            return _count(seconds // _SECONDS[unit], _UNITS[unit])
    return _count(seconds, "second")


def _before(modifier: str) -> str:
    found = _RELATIVE.fullmatch(modifier)
    return _count(int(found[1]), _UNITS[found[2]]) if found else code(modifier)


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _signs(text: str) -> str:
    return re.sub(r"([*_`])", r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;"))


def _loosen(text: str) -> str:
    """A numbered list of plain lines, with the sentence after it on its own."""
    lines = text.split("\n")
    shown: list[str] = []
    for number, line in enumerate(lines):
        item = re.match(r"\d+\. ", line)
        before = re.match(r"\d+\. ", lines[number - 1]) if number else None
        if number and bool(item) != bool(before):
            shown.append("")
        shown.append(line.strip())
    return "\n".join(shown)
