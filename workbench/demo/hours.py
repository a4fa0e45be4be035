"""What the learned profile said about single hours: the range it expected, and which hours the detection counts.

Taken from the rows that the runs of the profile wrote to npm_profile. A row of kind "profile" is about the last hour
that was learned, one of kind "hour" about an hour that stood out at the most sensitive operating point. Those of them
that the detection counts are the ones that reach the first stats of its search.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import NamedTuple, TypeAlias

from workbench.demo.verdict import DetectionFinding
from workbench.replay import engine
from workbench.replay.app import App
from workbench.replay.context import SearchContext, Window
from workbench.replay.errors import ReplayError
from workbench.replay.rows import Row, as_number, each_text
from workbench.replay.schedule import SearchRun
from workbench.spl.parser import parse
from workbench.spl.tree import Command, Search, Stats
from workbench.traffic.attacks import SUSTAINED
from workbench.traffic.store import MetricsStore

HOUR = 3600.0
SERIES = ("cluster", "namespace", "workload", "process")

Measured: TypeAlias = tuple[str, ...]  # cluster, namespace, workload, process, metric


class Range(NamedTuple):
    """What was expected of the hour that begins at ``hour`` (epoch seconds), in the metric's unit."""

    hour: float
    low: float
    high: float


class ProfileRuns:
    """What all runs of the profile said, by series and metric. ReplayError when the detection cannot be replayed."""

    def __init__(self, runs: Sequence[SearchRun], app: App, store: MetricsStore) -> None:
        self._ranges: dict[Measured, dict[float, Range]] = {}
        hours: dict[tuple[Measured, float], Row] = {}
        for row in _rows(runs):
            hour = as_number(row.get("hour" if row["kind"] == "hour" else "last_hour"))
            low, high = as_number(row.get("low")), as_number(row.get("high"))
            if hour is None or low is None or high is None:
                continue
            self._ranges.setdefault(_measured(row), {})[hour] = Range(hour, low, high)
            if row["kind"] == "hour":
                hours[_measured(row), hour] = row
        window = Window(0, max((hour for _, hour in hours), default=0.0) + HOUR)
        context = SearchContext(app, store, window, window.latest)
        counted = engine.run(_until_stats(app), context, iter([dict(row) for row in hours.values()]))
        self._counted = {(_measured(row), as_number(row.get("hour"))) for row in counted}

    def ranges(self, finding: DetectionFinding, metric: str, start: float, end: float) -> tuple[Range, ...]:
        """Return the ranges of the finding's process in [start, end), for the hours whose range is known."""
        by_hour = self._ranges.get((*_series(finding), metric), {})
        return tuple(by_hour[hour] for hour in sorted(by_hour) if start <= hour < end)

    def counted(self, finding: DetectionFinding, metric: str, hour: float) -> bool:
        """Return whether the finding counted this hour of this metric."""
        searched = finding.earliest <= hour < finding.latest and metric in each_text(finding.row.get("metrics"))
        return searched and ((*_series(finding), metric), hour) in self._counted


def _until_stats(app: App) -> Search:
    """Return the commands of the detection between the lookup it begins with and its first stats."""
    text = next((search.search for name, search in app.saved_searches.items() if SUSTAINED in name), None)
    if text is None:
        raise ReplayError(f"the report cannot say which hours were counted: the app has no search '{SUSTAINED}'")
    search = parse(app.expand(text))
    return replace(search, commands=tuple(takewhile(_not_stats, search.commands[1:])))


def _not_stats(command: Command) -> bool:
    return not (isinstance(command, Stats) and command.command == "stats")


def _rows(runs: Sequence[SearchRun]) -> Iterator[Row]:
    for run in runs:
        if run.search.trigger is None and run.rows and "profile" in run.rows[0] and "kind" in run.rows[0]:
            yield from run.rows


def _measured(row: Row) -> Measured:
    return (*(str(row.get(name)) for name in SERIES), str(row.get("metric")))


def _series(finding: DetectionFinding) -> tuple[str, ...]:
    return tuple(str(finding.row.get(name)) for name in SERIES)
