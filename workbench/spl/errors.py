"""Errors of the front end, and how a place in a search text is shown to a person."""

from __future__ import annotations

_SHOWN = 60  # characters of a long line shown on either side of the place


def line_and_column(text: str, position: int) -> tuple[int, int]:
    """Return line and column of a character offset, both counted from 1."""
    before = text[:position]
    return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1


def excerpt(text: str, position: int) -> str:
    """Return the line around a character offset and, below it, a caret under the character."""
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    end = len(text) if end < 0 else end
    first, last = max(start, position - _SHOWN), min(end, position + _SHOWN)
    lead, tail = ("..." if first > start else ""), ("..." if last < end else "")
    # A tab would move the caret away from its character.
    line = text[first:last].replace("\t", " ")
    return f"    {lead}{line}{tail}\n    {' ' * (len(lead) + position - first)}^"


class SplSyntaxError(Exception):
    """The text is not SPL as this front end reads it. ``position`` is a character offset into ``text``."""

    def __init__(self, message: str, text: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.text = text
        self.position = min(max(position, 0), len(text))

    def __str__(self) -> str:
        """Return the message with line, column and a caret excerpt."""
        line, column = line_and_column(self.text, self.position)
        return f"line {line}, column {column}: {self.message}\n{excerpt(self.text, self.position)}"
