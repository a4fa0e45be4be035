"""What a collector makes of traffic: counters that grow, begin with a value, restart, expire, and miss a report.

Amounts of each interval of the simulation go in, points come out, day after day. A counter is one time series. It is
exported from its first traffic on, with the total since then, and no longer once ``keeps`` seconds have passed without
traffic; when traffic comes back, it begins anew. When its exporter restarts, every counter of it begins anew, and what
was sent while it was down is lost. A report that is missed leaves a gap and nothing else. A point holds the total up
to the last whole interval.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from workbench.traffic.loadcurves import DAY
from workbench.traffic.pods import number_of
from workbench.traffic.points import Amounts, Floats, Integers, Points, Quantity

RESTART = 5 * DAY  # an exporter restarts so often
DOWN = 60.0  # seconds that a restart takes
MISSED = 500  # an exporter misses one of so many reports
_ROWS = 256  # counters worked out at a time

Dimensions: TypeAlias = tuple[str | None, ...]
Temporality: TypeAlias = Literal["cumulative", "delta"]
_Part: TypeAlias = tuple[Floats, Integers, Mapping[str, Floats]]
_Booleans: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Counter:
    """One time series: its dimensions, who exports it, how long it is kept without traffic, and when it can exist."""

    dimensions: Dimensions
    exporter: str
    keeps: float = math.inf
    begin: float = -math.inf
    end: float = math.inf


@dataclass(frozen=True)
class Tap:
    """A counter's ``measure`` grows by part ``part`` of ``parts`` of what column ``column`` of the amounts sends.

    Only what is sent over [begin, end) counts, in epoch seconds.
    """

    counter: Counter
    measure: str
    column: int
    quantity: Quantity
    part: int = 0
    parts: int = 1
    begin: float = -math.inf
    end: float = math.inf


@dataclass
class _Kept:
    """What a counter carries into the next day: total, intervals since traffic, and what was last reported of it."""

    total: float = 0.0
    idle: float = math.inf
    reported: float = math.nan


class Collector:
    """Collects day after day; every ``interval`` seconds each exporter reports its counters, at a second of its own.

    ``temporality`` "delta" reports by how much a counter has grown since its last report, and nothing the first time.
    """

    def __init__(self, measures: Sequence[str], interval: float, temporality: Temporality, seed: int) -> None:
        self._measures = tuple(measures)
        self._interval = interval
        self._temporality = temporality
        self._seed = seed
        self._kept: dict[tuple[Counter, str], _Kept] = {}

    def collect(self, amounts: Amounts, taps: Sequence[Tap]) -> tuple[Points, list[Dimensions]]:
        """Return the points of the time that ``amounts`` covers, in time order, and the dimensions of their series."""
        by_counter: dict[Counter, list[Tap]] = {}
        for tap in taps:
            by_counter.setdefault(tap.counter, []).append(tap)
        self._kept = {key: kept for key, kept in self._kept.items() if key[0] in by_counter}
        # Counters that exist at the same time are worked out together, over that time only.
        together: dict[tuple[int, int], list[Counter]] = {}
        for counter in by_counter:
            first, last = np.searchsorted(amounts.time, (counter.begin, counter.end)).tolist()
            if first < last:
                together.setdefault((first, last), []).append(counter)
        counters: list[Counter] = []
        parts: list[_Part] = []
        for (first, last), alike in together.items():
            lifetime = amounts.between(first, last)
            for number in range(0, len(alike), _ROWS):
                rows = alike[number : number + _ROWS]
                parts.append(self._part(rows, by_counter, lifetime, len(counters)))
                counters += rows
        return _in_time_order(parts, self._measures), [counter.dimensions for counter in counters]

    def _part(
        self, rows: Sequence[Counter], taps: Mapping[Counter, Sequence[Tap]], amounts: Amounts, numbered_from: int
    ) -> _Part:
        reports = _reports(rows, amounts, self._interval, self._seed)
        values = {measure: self._reported(measure, rows, taps, amounts, reports) for measure in self._measures}
        kept = np.any([np.isfinite(each) for each in values.values()], axis=0)
        measures = {measure: each[kept] for measure, each in values.items()}
        return reports.time[kept], numbered_from + np.nonzero(kept)[1], measures

    def _reported(
        self,
        measure: str,
        rows: Sequence[Counter],
        taps: Mapping[Counter, Sequence[Tap]],
        amounts: Amounts,
        reports: _Reports,
    ) -> Floats:
        """Return what is reported of ``measure``, report x counter, NaN where nothing is."""
        feeding = [[tap for tap in taps[row] if tap.measure == measure] for row in rows]
        places = [index for index, each in enumerate(feeding) if each]
        values = np.full(reports.time.shape, math.nan)
        if places:
            values[:, places] = self._values(
                measure,
                [rows[each] for each in places],
                [feeding[each] for each in places],
                amounts,
                reports.of(places),
            )
        return values

    def _values(
        self,
        measure: str,
        rows: Sequence[Counter],
        feeding: Sequence[Sequence[Tap]],
        amounts: Amounts,
        reports: _Reports,
    ) -> Floats:
        sent = np.zeros((len(amounts.time), len(rows)))
        for number, taps in enumerate(feeding):
            for tap in taps:
                first, last = np.searchsorted(amounts.time, (tap.begin, tap.end))
                sent[first:last, number] += amounts.part(tap.quantity, tap.column, tap.part, tap.parts)[first:last]
        sent[reports.unseen] = 0
        kept = [self._kept.get((row, measure), _Kept()) for row in rows]
        totals, runs, idle = _totals(sent, rows, kept, amounts, reports)
        values = np.where(reports.made, np.take_along_axis(totals, reports.boundary, 0), math.nan)
        at_reports = np.take_along_axis(runs, reports.boundary, 0)
        grown, last = _grown(values, at_reports, np.array([each.reported for each in kept]), runs[-1])
        for number, row in enumerate(rows):
            if math.isfinite(totals[-1, number]):
                self._kept[row, measure] = _Kept(totals[-1, number], idle[number], last[number])
            else:
                self._kept.pop((row, measure), None)
        return values if self._temporality == "cumulative" else grown


def _in_time_order(parts: Sequence[_Part], measures: Sequence[str]) -> Points:
    times, series, values = zip(*parts, strict=True) if parts else ((), (), ())
    time: Floats = np.concatenate([np.zeros(0), *times])
    order = np.argsort(time, kind="stable")
    return Points(
        time[order],
        np.concatenate([np.zeros(0, dtype=np.int64), *series])[order],
        {measure: np.concatenate([np.zeros(0), *(each[measure] for each in values)])[order] for measure in measures},
    )


@dataclass(frozen=True)
class _Reports:
    """When the exporters of some counters report: ``time``, ``boundary`` and ``made`` are report x counter.

    ``boundary`` counts the whole intervals before a report, ``unseen`` says in which intervals (x counter) the exporter
    was down or the counter did not exist, ``restarted`` is the boundary at which its exporter went down, -1 if it did
    not.
    """

    time: Floats
    boundary: Integers
    made: _Booleans
    unseen: _Booleans
    restarted: Integers

    def of(self, places: Sequence[int]) -> _Reports:
        """Return the same of some of the counters."""
        return _Reports(
            self.time[:, places],
            self.boundary[:, places],
            self.made[:, places],
            self.unseen[:, places],
            self.restarted[places],
        )


def _reports(rows: Sequence[Counter], amounts: Amounts, interval: float, seed: int) -> _Reports:
    begin, end, step = amounts.begin, amounts.end, amounts.step
    phase = np.array([number_of("phase", row.exporter) % int(interval) for row in rows], dtype=np.float64)
    first = np.ceil((begin - phase) / interval) * interval + phase
    count = math.ceil((end - begin) / interval) + 1
    time: Floats = first + np.arange(count)[:, None] * interval
    since, until = (np.array([getattr(row, edge) for row in rows]) for edge in ("begin", "end"))
    offset = np.array([number_of("restart", row.exporter) % int(RESTART) // step * step for row in rows])
    down = np.ceil((begin - DOWN - offset) / RESTART) * RESTART + offset  # the restart of today, if any
    exporters = np.array([number_of("missed", seed, row.exporter) for row in rows], dtype=np.uint64)
    starts = amounts.time[:, None]
    return _Reports(
        time,
        np.minimum((time - begin) // step, len(amounts.time)).astype(np.int64),
        (time < end)
        & (_mixed(time.astype(np.uint64) + (exporters << np.uint64(32))) % np.uint64(MISSED) != 0)
        & ~((time >= down) & (time < down + DOWN))
        & (time > since)
        & (time <= until),
        ((starts >= down) & (starts < down + DOWN)) | (starts < since) | (starts >= until),
        np.where((down >= begin) & (down < end), (down - begin) // step, -1).astype(np.int64),
    )


def _mixed(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return numbers that look random, each made of one of ``numbers`` alone: the finalizer of SplitMix64."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        numbers = (numbers ^ (numbers >> np.uint64(shift))) * np.uint64(factor)
    mixed: npt.NDArray[np.uint64] = numbers ^ (numbers >> np.uint64(31))
    return mixed


def _totals(
    sent: Floats, rows: Sequence[Counter], kept: Sequence[_Kept], amounts: Amounts, reports: _Reports
) -> tuple[Floats, Integers, Floats]:
    """Return totals and the number of the run at each boundary, NaN when not exported, and intervals without traffic.

    A run is the life of a counter from one beginning to the next; run 0 is the one that yesterday left.
    """
    boundary = np.arange(len(sent) + 1)[:, None]
    idle = np.array([each.idle for each in kept])
    keeps = np.array([row.keeps for row in rows]) / amounts.step
    last: Floats = np.vstack([-idle[None, :], np.where(sent > 0, boundary[1:], -math.inf)])
    last = np.maximum.accumulate(last, axis=0)
    alive = np.isfinite(last) & (boundary - last <= keeps)
    alive &= ~((reports.restarted >= 0) & (boundary >= reports.restarted) & (last <= reports.restarted))
    times = amounts.begin + boundary * amounts.step
    alive &= (times > np.array([row.begin for row in rows])) & (times <= np.array([row.end for row in rows]))
    begun = alive.copy()
    begun[1:] &= ~alive[:-1]
    begun[0] = False  # what is alive at midnight was so before
    before = np.vstack([np.zeros((1, len(rows))), np.cumsum(sent, axis=0)])
    start = np.maximum.accumulate(np.where(begun, boundary, 0), axis=0)
    base = np.take_along_axis(before, np.maximum(start - 1, 0), 0)
    base = np.where(start == 0, -np.array([each.total for each in kept]), base)
    return np.where(alive, before - base, math.nan), np.cumsum(begun, axis=0), len(sent) - last[-1]


def _grown(values: Floats, runs: Integers, reported: Floats, last_run: Integers) -> tuple[Floats, Floats]:
    """Return by how much each value has grown since the one before it in the same run, and the last of the day."""
    known = np.isfinite(values)
    latest_known = np.maximum.accumulate(np.where(known, np.arange(len(values))[:, None], -1), axis=0)
    earlier = np.vstack([np.full((1, values.shape[1]), -1), latest_known[:-1]])
    row = np.maximum(earlier, 0)
    before = np.where(earlier < 0, reported, np.take_along_axis(values, row, 0))
    before_run = np.where(earlier < 0, 0, np.take_along_axis(runs, row, 0))
    grown = np.where(before_run == runs, values - before, math.nan)
    at_end = np.maximum(latest_known[-1:], 0)
    last = np.where(latest_known[-1] < 0, reported, np.take_along_axis(values, at_end, 0)[0])
    ended_in = np.where(latest_known[-1] < 0, 0, np.take_along_axis(runs, at_end, 0)[0])
    return grown, np.where(ended_in == last_run, last, math.nan)
