"""A place in the text of one command that moves on as its parts are read, and knows what could have stood there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from workbench.spl.errors import SplSyntaxError
from workbench.spl.terms import Span

if TYPE_CHECKING:
    from workbench.spl.tree import Search

MAX_NESTING = 100
"""Parentheses, signs and NOT inside each other; not Splunk's number, but no search written by a person has so many."""

NEVER = re.compile(r"(?!)")
"""Matches nothing."""

_BLANKS = re.compile(r"\s*")
_WORD = re.compile(r"\w[\w.]*|.", re.DOTALL)
_ESCAPED = re.compile(r"\\([\\\"'])")
_QUOTED_PIECE = re.compile(r'"((?:\\.|[^"\\])*)"|\\"', re.DOTALL)

# What could have stood at the place of an error, in the order in which its message names them.
_ORDER = (
    "a value", "an aggregation", "a field to assign to", "a name", "AS", "BY", "WHERE", "an option", "[subsearch]",
    "'('", "')'", "'='", "','", "an operator", "the end of the command",
)  # fmt: skip


def unquote(text: str) -> str:
    """Remove the quotes around a text, if any, and the backslashes before quotes and backslashes."""
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'":
        return _ESCAPED.sub(r"\1", text[1:-1])
    return text


def plain(text: str) -> str:
    """Return a value without its quotes, also where only a part of it is quoted: ``*"a b"*`` is ``*a b*``."""
    if text[:1] == '"' and text.find('"', 1) == len(text) - 1:
        return _ESCAPED.sub(r"\1", text[1:-1])
    return _QUOTED_PIECE.sub(lambda piece: '"' if piece[1] is None else _ESCAPED.sub(r"\1", piece[1]), text)


class Cursor:
    """The rest of one command: ``text[position:end]`` of the whole search, in which comments are blanked.

    ``source`` is the search as it was written.
    ``brackets`` gives the end of each outermost [...] by its start; ``inner`` reads a search that stands in brackets.
    """

    def __init__(
        self,
        text: str,
        source: str,
        span: Span,
        command: str,
        brackets: Mapping[int, int],
        inner: Callable[[Span], Search],
    ) -> None:
        self.text = text
        self.source = source
        self.position, self.end = span
        self.command = command
        self._brackets = brackets
        self.inner = inner
        self._expected: set[str] = set()
        self._expected_at = -1
        self._depth = 0
        self.last = span.start
        """Where the part read last ends: ``position`` without the blanks behind it."""
        self._skip()

    def _skip(self) -> None:
        blanks = _BLANKS.match(self.text, self.position, self.end)
        if blanks:
            self.position = blanks.end()

    @property
    def at_end(self) -> bool:
        """Whether nothing is left."""
        return self.position >= self.end

    def peek(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Return what the pattern matches here, without taking it."""
        return pattern.match(self.text, self.position, self.end)

    def take(self, pattern: re.Pattern[str], meaning: str = "") -> str | None:
        """Take what the pattern matches here; None if it does not match. ``meaning`` is for the error message."""
        match = pattern.match(self.text, self.position, self.end)
        if match is None:
            if meaning:
                self.missed(meaning)
            return None
        self.last = self.position = match.end()
        self._skip()
        return match.group()

    def need(self, pattern: re.Pattern[str], meaning: str) -> str:
        """Take what the pattern matches here; SplSyntaxError if it does not match."""
        taken = self.take(pattern, meaning)
        if taken is None:
            raise self.unexpected()
        return taken

    def missed(self, meaning: str) -> None:
        """Remember what could have stood here."""
        if self._expected_at != self.position:
            self._expected, self._expected_at = set(), self.position
        self._expected.add(meaning)

    def finish(self) -> None:
        """Raise SplSyntaxError if anything is left."""
        if not self.at_end:
            self.missed("the end of the command")
            raise self.unexpected()

    def bracket(self) -> Span | None:
        """Take a [...] and return the span of what stands inside; None if there is none here."""
        end = self._brackets.get(self.position)
        if end is None:
            self.missed("[subsearch]")
            return None
        inside = Span(self.position + 1, end - 1)
        self.last = self.position = end
        self._skip()
        return inside

    def subsearch(self) -> Search | None:
        """Take a subsearch; None if there is none here."""
        inside = self.bracket()
        return None if inside is None else self.inner(inside)

    def deeper(self, by: int) -> None:
        """Count levels that begin (1) and end (-1): parentheses, signs, NOT; SplSyntaxError for too many."""
        self._depth += by
        if self._depth > MAX_NESTING:
            raise self.error(f"nested more than {MAX_NESTING} levels deep", self.position)

    def error(self, message: str, position: int) -> SplSyntaxError:
        """Make an error of this command."""
        return SplSyntaxError(f"{self.command}: {message}", self.text, position)

    def unexpected(self) -> SplSyntaxError:
        """Make the error for what stands here."""
        known = self._expected if self._expected_at == self.position else set()
        names = [name for name in _ORDER if name in known]
        expected = f", expected {' or '.join(names)}" if names else ""
        if self.at_end:
            return self.error(f"the command ends too early{expected}", self.last)
        if self.text[self.position] == "'" and "'" not in self.text[self.position + 1 : self.end]:
            return self.error("single quote is not closed", self.position)
        word = _WORD.match(self.text, self.position, self.end)
        return self.error(f"unexpected '{word.group() if word else ''}'{expected}", self.position)
