"""Reads Splunk conf files: the compiled ones as the compiler left them, and the hand-written ones of the app.

Written on its own, knowing nothing of the compiler's writer, so that a mistake of the writer shows here.

How Splunk reads a line, as far as ../shared/reference/contentctl.md (section 4) says: a line that ends in a
backslash goes on in the next one, the backslash gives way to the newline and all else of both lines is
kept. So a text that was written with ``blank, backslash, newline`` comes back with one blank at the end of
each line but the last. Unverified without a live Splunk: a ``#`` after leading blanks starts a comment;
blanks around key and value go; a later setting or stanza of the same name wins. The last is never relied
on: it is reported as a problem.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.replay.errors import ReplayError

Stanzas = dict[str, dict[str, str]]
DEFAULT_STANZA = "default"


class ConfError(ReplayError):
    """A conf file cannot be read or holds something Splunk would misread; the text names file and line."""


@dataclass(frozen=True)
class ConfProblem:
    """Something Splunk passes over in silence that no file of ours may hold; ``line`` counts from 1."""

    line: int
    text: str


@dataclass(frozen=True)
class ConfFile:
    """What one file holds: settings by stanza name, in file order, and the problems met on the way."""

    source: str
    stanzas: Stanzas
    problems: tuple[ConfProblem, ...]

    def require_clean(self) -> ConfFile:
        """Return self, or raise ConfError listing every problem."""
        if self.problems:
            lines = [f"{self.source}:{problem.line}: {problem.text}" for problem in self.problems]
            raise ConfError("\n".join(lines))
        return self


def parse(text: str, source: str = "<text>") -> ConfFile:
    """Read conf ``text``; ``source`` names it in messages. Never raises: see ``ConfFile.problems``."""
    reader = _Reader(source)
    for line_number, logical in _logical_lines(text, reader.problems):
        reader.take(line_number, logical)
    return ConfFile(source, reader.stanzas, tuple(reader.problems))


def read(path: Path) -> ConfFile:
    """Read the conf file at ``path`` (UTF-8, with or without byte order mark); ConfError when it cannot be read."""
    try:
        return parse(path.read_text(encoding="utf-8-sig"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfError(f"{path}: cannot be read as a UTF-8 conf file: {error}") from error


def layered(app_root: Path, file_name: str) -> Stanzas:
    """Stanzas of ``file_name`` in the app as Splunk sees them: ``default/``, with ``local/`` on top.

    Settings of a ``[default]`` stanza show in every stanza that does not set them. A missing file is an
    empty one. Raises ConfError when a file cannot be read or has a problem.
    """
    merged: Stanzas = {}
    for layer in ("default", "local"):
        path = app_root / layer / file_name
        if path.is_file():
            for name, settings in read(path).require_clean().stanzas.items():
                merged.setdefault(name, {}).update(settings)
    inherited = merged.pop(DEFAULT_STANZA, {})
    return {name: {**inherited, **settings} for name, settings in merged.items()}


def is_true(value: str | None) -> bool:
    """Whether a boolean setting is on: 1, true, yes, t, y, on in any case (unverified beyond 1 and true)."""
    return value is not None and value.strip().lower() in ("1", "true", "yes", "t", "y", "on")


def _logical_lines(text: str, problems: list[ConfProblem]) -> list[tuple[int, str]]:
    """Join continued lines; returns (number of the first line, text with newlines inside)."""
    lines = text.replace("\r\n", "\n").split("\n")
    joined: list[tuple[int, str]] = []
    index = 0
    while index < len(lines):
        first = index
        pieces = [lines[index]]
        # a comment does not continue: its last character is only a part of the comment
        while pieces[-1].endswith("\\") and not pieces[0].lstrip().startswith("#"):
            pieces[-1] = pieces[-1][:-1]
            index += 1
            if index == len(lines) or (index == len(lines) - 1 and lines[index] == ""):
                problems.append(ConfProblem(first + 1, "the file ends in the middle of a continued line"))
                break
            pieces.append(lines[index])
        joined.append((first + 1, "\n".join(pieces)))
        index += 1
    return joined


class _Reader:
    """Collects stanzas line by line and notes what Splunk would merge or drop without a word."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.stanzas: Stanzas = {}
        self.problems: list[ConfProblem] = []
        self._first_lines: dict[tuple[str, str | None], int] = {}
        self._stanza = DEFAULT_STANZA

    def take(self, line_number: int, logical: str) -> None:
        stripped = logical.strip()
        if not stripped or stripped.startswith("#"):
            return
        if stripped.startswith("[") and "\n" not in stripped and stripped.endswith("]"):
            self._open(line_number, stripped[1:-1])
            return
        key, separator, value = logical.partition("=")
        key = key.strip()
        if not separator or not key or "\n" in key:
            self.problems.append(ConfProblem(line_number, f"neither [stanza] nor key = value: {stripped[:60]!r}"))
            return
        self._set(line_number, key, value.strip())

    def _open(self, line_number: int, name: str) -> None:
        if not name.strip() or name != name.strip():
            self.problems.append(ConfProblem(line_number, f"stanza name {name!r} is empty or has outer blanks"))
        self._note_once(line_number, name, None)
        self._stanza = name
        self.stanzas.setdefault(name, {})

    def _set(self, line_number: int, key: str, value: str) -> None:
        self._note_once(line_number, self._stanza, key)
        self.stanzas.setdefault(self._stanza, {})[key] = value

    def _note_once(self, line_number: int, stanza: str, key: str | None) -> None:
        first = self._first_lines.setdefault((stanza, key), line_number)
        if first != line_number:
            what = f"stanza [{stanza}]" if key is None else f"'{key}' in [{stanza}]"
            self.problems.append(ConfProblem(line_number, f"{what} was set before, in line {first}; keep one"))
