"""What a running search knows: time window, app, store, Splunk's limits, and the messages it leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from workbench.spl.errors import excerpt, line_and_column

if TYPE_CHECKING:
    from workbench.metrics.store import MetricsStore
    from workbench.replay.app import App


class ReplayError(Exception):
    """A search cannot be replayed; the text names the command, the place and what to do.

    ``position`` is a character offset into the macro-expanded search, None when there is no such place.
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


@dataclass(frozen=True)
class Window:
    """The time range of a search, epoch seconds, half open: earliest <= time < latest."""

    earliest: float
    latest: float


@dataclass(frozen=True)
class Limits:
    """Row counts after which Splunk stops silently, None is no limit; chunk_rows is the size of a chunk."""

    join_rows: int | None = 50_000
    append_rows: int | None = 50_000
    eventstats_rows: int | None = None
    chunk_rows: int = 50_000


@dataclass(frozen=True)
class Message:
    """What Splunk would tell the user or its search.log; level is INFO, WARN or ERROR."""

    level: str
    text: str


@dataclass
class SearchContext:
    """Everything a search needs besides its rows; one per run: messages and points_read collect in it.

    ``now`` is the epoch second the search believes it runs at. ``mv_ne`` chooses how ``field!=value`` reads
    a multivalue field: "any" when one value differs, "none" when no value equals. ``points_read`` counts the
    raw metric points that mstats has read.
    """

    app: App
    store: MetricsStore
    window: Window
    now: float
    limits: Limits = field(default_factory=Limits)
    mv_ne: Literal["any", "none"] = "none"
    interpreter: Path = Path("python3")
    messages: list[Message] = field(default_factory=list)
    points_read: int = 0

    def warn(self, text: str) -> None:
        """Add a WARN message, once for each text."""
        message = Message("WARN", text)
        if message not in self.messages:
            self.messages.append(message)
