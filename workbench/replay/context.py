"""What a running search knows: time window, app, store, Splunk's limits, and the messages it leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from workbench.replay.errors import ReplayError
from workbench.spl.times import TimeError, relative_time

if TYPE_CHECKING:
    from workbench.replay.app import App
    from workbench.replay.rows import Row
    from workbench.traffic.store import MetricsStore


@dataclass(frozen=True)
class Window:
    """The time range of a search, epoch seconds, half open: earliest <= time < latest."""

    earliest: float
    latest: float

    @classmethod
    def at(cls, now: float, earliest: str, latest: str) -> Window:
        """Return the window that two time modifiers mean when it is ``now``; ReplayError when one means nothing."""
        try:
            return cls(relative_time(now, earliest), relative_time(now, latest))
        except TimeError as error:
            raise ReplayError(str(error)) from None


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

    ``now`` is the epoch second the search believes it runs at, ``clock`` what time() says, later than that where a run
    is made up for; None for the same. ``mv_ne`` chooses how ``field!=value`` reads
    a multivalue field: "any" when one value differs, "none" when no value equals. ``rates`` chooses how rate_sum
    reads a counter that restarts or misses a span: "strict" hurts, see counters.py.
    ``points_read`` counts the raw metric points that mstats has read. ``probes`` is how often a custom command is
    started before the time that it gets rows, only to say what it is; Splunk does so two or three times a search.
    ``events`` are what event searches read, newest first; None: there are none to search.
    """

    app: App
    store: MetricsStore
    window: Window
    now: float
    limits: Limits = field(default_factory=Limits)
    mv_ne: Literal["any", "none"] = "none"
    interpreter: Path = Path("python3")
    rates: Literal["strict", "lenient"] = "strict"
    probes: int = 0
    messages: list[Message] = field(default_factory=list)
    clock: float | None = None
    points_read: int = 0
    events: tuple[Row, ...] | None = None

    def warn(self, text: str) -> None:
        """Add a WARN message, once for each text."""
        message = Message("WARN", text)
        if message not in self.messages:
            self.messages.append(message)
