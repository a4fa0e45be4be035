"""Writes Splunk conf files, and reads them as Splunk does.

A line that ends in a backslash goes on in the next one: Splunk drops the backslash and keeps the end of the line and
the rest of both lines. A comment does not go on. So a value whose lines but the last end in a backslash, directly
behind their last character, is read back exactly as it was written; what could not be (a line that itself ends in a
backslash, control characters) is refused. Settings above the first stanza are global, and of a setting given twice the
last wins (savedsearches.conf.spec, "Global settings"). Unverified without a live Splunk: ``#`` after leading blanks
begins a comment; blanks around key and value are dropped. What Splunk would merge or pass over in silence (a stanza or
setting given twice, a line that is neither, a file that ends in the middle of a value) is reported as a problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Stanzas = Mapping[str, Mapping[str, str]]
"""Values by stanza and setting, in the order of the file."""

HEADER = "# Compiled by build.py from the content in YAML. Change it there, or override it in local/.\n"
GLOBAL_STANZA = "default"
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029]")
"""Control characters, and what some readers take for the end of a line."""


class ConfError(ValueError):
    """A conf file cannot be read, or holds what Splunk would misread; the text names file and line."""


@dataclass(frozen=True)
class Setting:
    """A value and the 1-based line on which its setting begins."""

    value: str
    line: int


@dataclass(frozen=True)
class ConfProblem:
    """Something that Splunk passes over in silence; ``line`` counts from 1."""

    line: int
    text: str


@dataclass(frozen=True)
class ConfFile:
    """What one file holds: settings by stanza name, in file order, and the problems met on the way."""

    source: str
    settings: dict[str, dict[str, Setting]] = field(default_factory=dict)
    problems: list[ConfProblem] = field(default_factory=list)

    @property
    def stanzas(self) -> dict[str, dict[str, str]]:
        """The values by stanza and setting."""
        return {name: {key: each.value for key, each in listed.items()} for name, listed in self.settings.items()}

    def require_clean(self) -> ConfFile:
        """Return self, or raise ConfError listing every problem."""
        if self.problems:
            raise ConfError("\n".join(f"{self.source}:{problem.line}: {problem.text}" for problem in self.problems))
        return self


def render(stanzas: Stanzas, header: str = HEADER) -> str:
    """Return the text of a conf file; stanzas and settings in the order given, values stripped.

    Raises ValueError for a value that would not be read back as it is.
    """
    parts = [header]
    for stanza, settings in stanzas.items():
        lines = [f"{key} = {_escaped(value)}" if value.strip() else f"{key} =" for key, value in settings.items()]
        parts.append("\n".join([f"[{stanza}]", *lines]) + "\n")
    return "\n".join(parts)


def _escaped(value: str) -> str:
    lines = value.strip().split("\n")
    for line in lines:
        if line.endswith("\\") or UNWRITABLE.search(line):
            raise ValueError(f"a conf file cannot hold the line {line!r}")
    return "\\\n".join(lines)


def parse(text: str, source: str = "<text>") -> ConfFile:
    """Read conf ``text``; ``source`` names it in messages. Never raises: see ``ConfFile.problems``."""
    conf = ConfFile(source)
    stanza = GLOBAL_STANZA
    first_lines: dict[tuple[str, str], int] = {}

    def note_once(line: int, name: str, key: str, what: str) -> None:
        first = first_lines.setdefault((name, key), line)
        if first != line:
            conf.problems.append(ConfProblem(line, f"{what} was set before, in line {first}; keep one"))

    for line, logical in _logical_lines(text, conf.problems):
        stripped = logical.strip()
        key, sign, value = logical.partition("=")
        key = key.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if stripped.startswith("[") and stripped.endswith("]") and "\n" not in stripped:
            stanza = stripped[1:-1]
            if not stanza.strip() or stanza != stanza.strip():
                conf.problems.append(ConfProblem(line, f"stanza name {stanza!r} is empty or has outer blanks"))
            note_once(line, stanza, "", f"stanza [{stanza}]")
            conf.settings.setdefault(stanza, {})
        elif not sign or not key or "\n" in key:
            conf.problems.append(ConfProblem(line, f"neither [stanza] nor key = value: {stripped[:60]!r}"))
        else:
            note_once(line, stanza, key, f"'{key}' in [{stanza}]")
            conf.settings.setdefault(stanza, {})[key] = Setting(value.strip(), line)
    return conf


def _logical_lines(text: str, problems: list[ConfProblem]) -> Iterator[tuple[int, str]]:
    """Yield the lines, continued ones joined, each with the number of its first line."""
    lines = text.replace("\r\n", "\n").split("\n")
    index = 0
    while index < len(lines):
        first = index
        pieces = [lines[index]]
        while pieces[-1].endswith("\\") and not pieces[0].lstrip().startswith("#"):
            pieces[-1] = pieces[-1][:-1]
            index += 1
            if index == len(lines) or (index == len(lines) - 1 and lines[index] == ""):
                problems.append(ConfProblem(first + 1, "the file ends in the middle of a continued line"))
                break
            pieces.append(lines[index])
        yield first + 1, "\n".join(pieces)
        index += 1


def read(path: Path) -> ConfFile:
    """Read the conf file at ``path`` (UTF-8, with or without byte order mark); ConfError when it cannot be read."""
    try:
        return parse(path.read_text(encoding="utf-8-sig"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfError(f"{path}: cannot be read as a UTF-8 conf file: {error}") from error


def layered(app_root: Path, file_name: str) -> dict[str, dict[str, str]]:
    """Return the values of ``file_name`` in the app as Splunk sees them: ``default/``, with ``local/`` on top.

    Global settings show in every stanza that does not set them. A missing file is an empty one. Raises ConfError when
    a file cannot be read or has a problem.
    """
    merged: dict[str, dict[str, str]] = {}
    for layer in ("default", "local"):
        path = app_root / layer / file_name
        if path.is_file():
            for name, settings in read(path).require_clean().stanzas.items():
                merged.setdefault(name, {}).update(settings)
    inherited = merged.pop(GLOBAL_STANZA, {})
    return {name: {**inherited, **settings} for name, settings in merged.items()}


def is_true(value: str | None) -> bool:
    """Return whether a boolean setting is on: 1, true, yes, t, y, on in any case (unverified beyond 1 and true)."""
    return value is not None and value.strip().lower() in ("1", "true", "yes", "t", "y", "on")
