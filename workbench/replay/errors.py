"""The one error of the replay: a search that cannot be replayed, with the command, where it stands and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from workbench.spl.errors import excerpt, line_and_column
from workbench.spl.times import TimeError


class ReplayError(Exception):
    """A search cannot be replayed; the text names the command, where it stands and what to do.

    ``position`` is a character offset into the macro-expanded search, None when the error has none. Whoever raises
    the error inside a command leaves the command, and the position unless a narrower one is known, to ``errors_at``.
    """

    def __init__(self, message: str, command: str | None = None, position: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.command = command
        self.position = position
        self.text: str | None = None

    def in_text(self, text: str) -> ReplayError:
        """Remember the search text, so that the message can show the place; the first text stays."""
        if self.text is None:
            self.text = text
        return self

    def __str__(self) -> str:
        """Return command, place, message and, if the text is known, the line with a caret below the place."""
        prefix = f"{self.command}: " if self.command else ""
        said = self.message if self.message.startswith(prefix) else prefix + self.message  # commands name themselves
        if self.position is None:
            return said
        if self.text is None:
            return f"{said} (at character {self.position + 1} of the search)"
        line, column = line_and_column(self.text, self.position)
        return f"line {line}, column {column}: {said}\n{excerpt(self.text, self.position)}"


@contextmanager
def errors_at(command: str | None, position: int) -> Iterator[None]:
    """Add the command and its position to each ReplayError raised in the block that does not have its own.

    A TimeError becomes a ReplayError there.
    """
    try:
        yield
    except TimeError as error:
        raise ReplayError(str(error), command, position) from None
    except ReplayError as error:
        error.command = command if error.command is None else error.command
        error.position = position if error.position is None else error.position
        raise
