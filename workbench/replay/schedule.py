"""Runs saved searches as a scheduler would: at their cron times, in time order, with throttling and risk action.

Cron times are UTC and exact. Splunk moves them: ``schedule_window`` and ``allow_skew`` are left out here,
and so are skipped runs (reference/spl-semantics.md section 8).
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Literal

from workbench.replay import engine
from workbench.replay.app import App
from workbench.replay.context import Limits, Message, SearchContext, Window
from workbench.replay.errors import ReplayError
from workbench.replay.risk import RiskEvent, risk_events
from workbench.replay.rows import Row
from workbench.replay.savedsearch import SavedSearch
from workbench.replay.throttle import Throttle
from workbench.spl.errors import SplSyntaxError
from workbench.spl.times import TimeError, cron_runs, utc_text
from workbench.traffic.store import MetricsStore, StoreError


@dataclass(frozen=True)
class Site:
    """Where searches run: the app (a scratch copy: lookups are written), the store, and the settings for all runs.

    ``clock`` is the time of day while they run, where they are made up for later; None for the time of each.
    """

    app: App
    store: MetricsStore
    interpreter: Path
    limits: Limits = field(default_factory=Limits)
    mv_ne: Literal["any", "none"] = "none"
    rates: Literal["strict", "lenient"] = "strict"
    probes: int = 0
    clock: float | None = None

    def context(self, window: Window, now: float) -> SearchContext:
        """Make the context of one run."""
        return SearchContext(
            app=self.app,
            store=self.store,
            window=window,
            now=now,
            limits=self.limits,
            mv_ne=self.mv_ne,
            rates=self.rates,
            probes=self.probes,
            interpreter=self.interpreter,
            clock=self.clock,
        )


@dataclass(frozen=True)
class SearchRun:
    """One run: all result ``rows``, of them the ``findings`` and the ``held_back``, and what else came of it.

    ``at`` is the time it ran at, ``seconds`` what the replay took. A search that raises no alert has no
    findings.
    """

    search: SavedSearch
    at: float
    window: Window
    rows: tuple[Row, ...]
    findings: tuple[Row, ...]
    held_back: tuple[Row, ...]
    risk_events: tuple[RiskEvent, ...]
    messages: tuple[Message, ...]
    points_read: int
    seconds: float


def run_search(search: SavedSearch, at: float, site: Site, throttle: Throttle) -> SearchRun:
    """Run ``search`` as if it were ``at``; ReplayError names the search and the time when it fails."""
    began = time.perf_counter()
    try:
        window = Window.at(at, search.earliest, search.latest)
        context = site.context(window, at)
        rows = engine.run_text(search.search, context)
    except (ReplayError, SplSyntaxError, StoreError) as error:
        raise ReplayError(f"search '{search.name}' at {utc_text(at)}: {error}") from error
    fires = search.trigger is not None and search.trigger.fires(len(rows))
    findings, held_back = throttle.admit(search, rows, at) if fires else ([], [])
    events, warnings = risk_events(search, findings, window, at)
    return SearchRun(
        search=search,
        at=at,
        window=window,
        rows=tuple(rows),
        findings=tuple(findings),
        held_back=tuple(held_back),
        risk_events=tuple(events),
        messages=(*context.messages, *warnings),
        points_read=context.points_read,
        seconds=time.perf_counter() - began,
    )


def due(searches: Sequence[SavedSearch], start: float, end: float) -> Iterator[tuple[float, SavedSearch]]:
    """Yield the times from ``start`` up to, not including, ``end`` at which searches are due, each with its search.

    Searches due at the same time keep the order of ``searches``; those without a cron are never due.
    ReplayError names the search whose cron cannot be read.
    """
    calendars = [_times(search, order, start, end) for order, search in enumerate(searches) if search.cron]
    for at, order in heapq.merge(*calendars):
        yield at, searches[order]


def run_between(
    searches: Sequence[SavedSearch], start: float, end: float, site: Site, throttle: Throttle
) -> Iterator[SearchRun]:
    """Run ``searches``, enabled or not, each time one is due from ``start`` up to ``end``."""
    for at, search in due(searches, start, end):
        yield run_search(search, at, site, throttle)


def baselines_first(searches: Sequence[SavedSearch]) -> list[SavedSearch]:
    """Order searches so that those that raise no alert, and write the lookups others read, come first."""
    return sorted(searches, key=lambda search: search.trigger is not None)


def _times(search: SavedSearch, order: int, start: float, end: float) -> Iterator[tuple[float, int]]:
    try:
        runs = cron_runs(search.cron or "", start)
    except TimeError as error:
        raise ReplayError(f"search '{search.name}': cron '{search.cron}' cannot be read: {error}") from None
    for at in takewhile(lambda at: at < end, runs):
        yield at, order
