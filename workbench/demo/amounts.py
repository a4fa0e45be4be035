"""What series sent and edges carried over time, read through the macros of the app, so that any source can be shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TypeAlias

from workbench.replay import engine
from workbench.replay.app import App
from workbench.replay.context import SearchContext, Window
from workbench.replay.rows import Row, as_number
from workbench.spl.parser import parse
from workbench.spl.times import span_seconds
from workbench.spl.tree import Command, Mstats, Stats
from workbench.traffic.store import TIME, MetricsStore

SERIES = ("cluster", "namespace", "workload", "process")
EDGE = ("cluster", "protocol", "namespace", "workload", "dest_namespace", "dest_workload")
STEP = 300  # seconds between two values of an edge, where its source sets none
_PLAIN = re.compile(r"[\w.-]+\Z")  # a name that needs no quotes in a macro call

Key: TypeAlias = tuple[str, ...]  # the values of SERIES or EDGE
Sums: TypeAlias = dict[float, dict[str, float]]  # by beginning of the interval, by metric


def key(row: Row, names: tuple[str, ...]) -> Key:
    """Return the values of ``names`` in a row of a search."""
    return tuple(str(row.get(name)) for name in names)


@dataclass(frozen=True)
class AmountReader:
    """Reads from ``store`` with the macros of ``app``; ReplayError when they cannot be replayed."""

    app: App
    store: MetricsStore

    def sent(self, series: Key, window: Window) -> dict[Key, Sums]:
        """Return what the processes of the workload of ``series`` sent in each interval, as npm_sent gives it.

        Other series that the macro reads along are there too.
        """
        cluster, _, workload, _ = (name if _PLAIN.match(name) else "*" for name in series)
        made: dict[Key, Sums] = {}
        for row in engine.run_text(f"| `npm_sent_in({cluster}, {workload})`", self._context(window)):
            moment = as_number(row[TIME]) or 0.0
            values = {name: as_number(value) for name, value in row.items() if name not in (TIME, *SERIES)}
            made.setdefault(key(row, SERIES), {})[moment] = {
                name: value for name, value in values.items() if value is not None
            }
        return made

    def carried(self, window: Window) -> tuple[dict[Key, dict[float, float]], int]:
        """Return the packets of each edge by the time at which a step begins, and the seconds of a step.

        These are the rows of npm_edges with the time kept: its mstats in steps, its stats by step as well.
        """
        whole = parse(self.app.expand("| `npm_edges`"))
        spans = [span_seconds(each.bin_span) for each in whole.commands if isinstance(each, Mstats) and each.bin_span]
        search = replace(whole, commands=tuple(map(_by_time, whole.commands)))
        made: dict[Key, dict[float, float]] = {}
        for row in engine.run(search, self._context(window)):
            packets = as_number(row.get("packets"))
            if packets is not None:
                made.setdefault(key(row, EDGE), {})[as_number(row[TIME]) or 0.0] = packets
        return made, max(spans, default=STEP)

    def _context(self, window: Window) -> SearchContext:
        return SearchContext(self.app, self.store, window, window.latest)


def _by_time(command: Command) -> Command:
    if isinstance(command, Mstats) and command.bin_span is None:
        return replace(command, bin_span=f"{STEP}s")
    if isinstance(command, Stats) and TIME not in command.by:
        return replace(command, by=(TIME, *command.by))
    return command
