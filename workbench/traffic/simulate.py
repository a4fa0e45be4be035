"""Turns the plan of an estate into metric data points, one UTC day at a time.

Everything random is drawn from (seed, day) or (seed, process, occurrence), never from a clock or the order of
threads: the same run gives the same points, and attacks are added on top without changing anything below.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cached_property

import numpy as np
import numpy.typing as npt

from workbench.traffic.attacks import Injection
from workbench.traffic.clusters import Cluster, Edge, Estate, Flow, PlanError
from workbench.traffic.loadcurves import DAY, Occurrence, autoregressive, occurrences, overlay, season
from workbench.traffic.points import MEASURES, Amounts, Floats, PointDimensions, Points, Protocol

INTERVALS = (10, 30)
COMMON_MEMORY = 0.97  # of the noise that a cluster's users share, over 30 s
DIRECTION_SIGMA = 0.05  # how far the two directions of an edge stray from their common level
JOB, BURST, NOISE = 1, 2, 3  # streams of random numbers


@dataclass(frozen=True)
class Run:
    """What to simulate: the estate over [start, end) in epoch seconds, a point every ``interval`` seconds.

    PlanError for an interval that NPM does not use, times off the interval, an empty range or a negative seed.
    """

    estate: Estate
    start: float
    end: float
    interval: int = 30
    seed: int = 0

    def __post_init__(self) -> None:
        if self.interval not in INTERVALS:
            raise PlanError(f"interval = {self.interval}: must be 10 or 30 seconds")
        if self.start % self.interval or self.end % self.interval:
            raise PlanError(f"start and end must be whole multiples of the interval ({self.interval} s)")
        if not 0 <= self.start < self.end:
            raise PlanError("the simulated time range must not be empty nor begin before 1970")
        if self.seed < 0:
            raise PlanError(f"seed = {self.seed}: must be 0 or more")


@dataclass(frozen=True)
class Day:
    """One UTC day (or the part of it that is simulated): what was sent, and what the eBPF collector says of it.

    ``name`` is its date.
    """

    name: str
    amounts: Amounts
    points: Points


class Simulation:
    """A run with its attacks; iterate over ``days()`` to make it happen.

    ``columns`` are the distinct flows (series, protocol). Points.series counts the rows of ``table``: the flows, each
    with the images that its ends begin with, and behind them the flows again that a release gives another image.
    """

    def __init__(self, run: Run, injections: Sequence[Injection] = ()) -> None:
        self.run = run
        self.injections = tuple(injections)
        self.flows = tuple(run.estate.flows())
        columns: dict[tuple[PointDimensions, Protocol], int] = {}
        for flow in self.flows:
            columns.setdefault((flow.series, flow.protocol), len(columns))
        if len(columns) != len(self.flows):
            raise PlanError("two edges of the estate are the same flow; merge them")
        for injection in self.injections:
            columns.setdefault((injection.series, injection.protocol), len(columns))
        self.columns = columns
        self.table = [run.estate.with_images(series, run.start).dimensions() for series, _ in columns]
        self._released: list[tuple[int, float, int]] = []  # from this time on a column has this row of the table
        for (series, _), column in columns.items():
            for at in run.estate.released(series):
                self._released.append((column, at, len(self.table)))
                self.table.append(run.estate.with_images(series, at).dimensions())

    @cached_property
    def day_count(self) -> int:
        """Count the UTC days that the run touches."""
        return int(-(-self.run.end // DAY) - self.run.start // DAY)

    def days(self) -> Iterator[Day]:
        """Make the points, day after day."""
        run, edges = self.run, self.run.estate.edges()
        random = np.random.default_rng([run.seed, NOISE])
        state = random.standard_normal(len(edges) + len(run.estate.clusters))
        before: npt.NDArray[np.bool_] = np.zeros(len(self.columns), dtype=np.bool_)
        for number in range(int(run.start // DAY), int(run.start // DAY) + self.day_count):
            begin, end = max(run.start, number * DAY), min(run.end, (number + 1) * DAY)
            times: Floats = np.arange(begin, end, run.interval, dtype=np.float64)
            random = np.random.default_rng([run.seed, NOISE, number])
            activity, state = self._activity(times, edges, random, state)
            amounts = _measure(run, self.flows, times, activity, len(self.columns), random)
            self._inject(amounts)
            points, before = self._points(amounts, before)
            yield Day(datetime.fromtimestamp(number * DAY, timezone.utc).date().isoformat(), amounts, points)

    def _activity(
        self,
        times: Floats,
        edges: Sequence[tuple[Cluster, Edge]],
        random: np.random.Generator,
        state: Floats,
    ) -> tuple[Floats, Floats]:
        """Level of each edge over time as a multiple of its rate, and the noise to go on with tomorrow."""
        run = self.run
        kinds = [run.estate.kind_of(cluster, edge) for cluster, edge in edges]
        clusters = [cluster.name for cluster in run.estate.clusters]
        memory = np.array([kind.rhythm.memory for kind in kinds] + [COMMON_MEMORY] * len(clusters))
        shocks = random.standard_normal((len(times), len(memory)))
        noise = autoregressive(shocks, memory ** (run.interval / 30), state)
        activity = np.empty((len(times), len(edges)))
        seasons: dict[tuple[str, int], Floats] = {}
        for column, ((cluster, edge), kind) in enumerate(zip(edges, kinds, strict=True)):
            rhythm = kind.rhythm
            key = (cluster.name, id(kind))
            if key not in seasons:
                seasons[key] = season(times, cluster.utc_offset, rhythm)
            common = noise[:, len(edges) + clusters.index(cluster.name)]
            mixed = np.sqrt(rhythm.shared) * common + np.sqrt(1 - rhythm.shared) * noise[:, column]
            level = seasons[key] * np.exp(rhythm.sigma * mixed - rhythm.sigma**2 / 2)
            activity[:, column] = level * self._events(times, cluster, edge)
        return activity, noise[-1].copy()

    def _events(self, times: Floats, cluster: Cluster, edge: Edge) -> Floats:
        """What jobs, bursts, surges and a late deploy make of an edge's level."""
        run, kind = self.run, self.run.estate.kind_of(cluster, edge)
        name = number_of_process(cluster, edge)
        span = (float(times[0]), float(times[-1]) + run.interval)
        level = np.ones(len(times))
        if kind.job:
            runs = occurrences(kind.job, (run.seed, JOB, name), cluster.utc_offset, *span)
            level *= overlay(times, runs, 0.0)
        if kind.burst:
            bursts = occurrences(kind.burst, (run.seed, BURST, name), cluster.utc_offset, *span)
            level *= overlay(times, bursts, 1.0)
        for surge in run.estate.surges:
            if (surge.cluster, surge.workload, surge.process) == (cluster.name, *edge.source):
                level *= overlay(times, [Occurrence(surge.start, surge.end, surge.factor)], 1.0)
        since = max(cluster.workload(end[0]).since for end in (edge.source, edge.dest))
        level[times < since] = 0.0
        return level

    def _inject(self, amounts: Amounts) -> None:
        times = amounts.time
        for injection in self.injections:
            column = self.columns[injection.series, injection.protocol]
            first, last = np.searchsorted(injection.time, (times[0], times[-1] + self.run.interval))
            rows = np.searchsorted(times, injection.time[first:last])
            amounts.bytes[rows, column] += injection.bytes[first:last]
            amounts.packets[rows, column] += injection.packets[first:last]
            amounts.sockets[rows, column] += injection.sockets[first:last]

    def _points(self, amounts: Amounts, before: npt.NDArray[np.bool_]) -> tuple[Points, npt.NDArray[np.bool_]]:
        """Keep the points that a collector would write: activity, and one zero after it ends."""
        times, active = amounts.time, amounts.packets > 0
        kept = active.copy()
        kept[1:] |= active[:-1]
        kept[0] |= before
        rows, columns = np.nonzero(kept)
        udp = np.array([protocol == "udp" for _, protocol in self.columns])[columns]
        values = {"bytes": amounts.bytes[kept], "packets": amounts.packets[kept], "new_sockets": amounts.sockets[kept]}
        measures = {}
        for measure in MEASURES:
            protocol, counter = measure.split(".")
            measures[measure] = np.where(udp == (protocol == "udp"), values[counter], np.nan)
        series = columns.copy()
        for column, at, row in self._released:
            series[(columns == column) & (times[rows] >= at)] = row
        return Points(times[rows], series, measures), active[-1].copy()


def number_of_process(cluster: Cluster, edge: Edge) -> int:
    """Return a number for the process that starts an edge; it decides when its jobs and bursts are."""
    return zlib.crc32("/".join((cluster.name, edge.source[0], edge.source[1] or "")).encode())


def _measure(
    run: Run, flows: Sequence[Flow], times: Floats, activity: Floats, width: int, random: np.random.Generator
) -> Amounts:
    """Turn levels into whole numbers of bytes, packets and connections that fit together."""
    shape = (len(activity), len(flows))
    kinds = [run.estate.kind_of(cluster, edge) for cluster, edge in run.estate.edges()]
    lively = np.array([kinds[flow.edge].rhythm.sigma > 0 for flow in flows])
    level = activity[:, [flow.edge for flow in flows]]
    rate, segment, sockets = (
        np.array([getattr(flow, name) for flow in flows]) for name in ("rate", "segment", "sockets")
    )
    stray = np.exp(DIRECTION_SIGMA * lively * random.standard_normal(shape))
    amounts = Amounts(times, run.interval, *(np.zeros((len(activity), width)) for _ in range(3)))
    sent = np.rint(level * stray * (rate * run.interval))
    packets = np.ceil(sent / segment)
    # Rounding up at random keeps the mean of a rate below one connection an interval.
    opened = np.floor(level * (sockets * run.interval) + random.random(shape))
    amounts.bytes[:, : len(flows)] = sent
    amounts.packets[:, : len(flows)] = packets
    amounts.sockets[:, : len(flows)] = np.minimum(opened, packets)
    return amounts
