"""What a finding rests on: its series around the searched window, what was expected, the intervals over the limit.

The numbers come from where the detections took them: the points from the store, the band from the baseline rows that
were in force when the finding was raised, the threshold from the options that the compiled search hands to npmanomaly,
the range of an hour from the learned profile.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from npmlib.anomaly.baseline import limit
from npmlib.anomaly.options import Options, parse_options
from npmlib.errors import SearchError

from workbench.demo.hours import HOUR, Profiled, Range
from workbench.demo.verdict import Finding
from workbench.replay.app import App
from workbench.replay.errors import ReplayError
from workbench.replay.rows import Row, as_number, each_text
from workbench.replay.schedule import SearchRun
from workbench.spl.arguments import ArgumentError, options
from workbench.spl.parser import parse
from workbench.spl.times import span_seconds
from workbench.spl.tree import CustomCommand, Mstats
from workbench.traffic.attacks import NEW_EDGE, OUTBOUND, SUSTAINED
from workbench.traffic.points import DIMENSIONS, MEASURES, NPM_INDEX
from workbench.traffic.store import TIME, MetricsStore, quote_identifier

# What is shown before the searched window; an edge's is longer, and hours need days to look at.
BEFORE = {OUTBOUND: 3 * HOUR, NEW_EDGE: 1 * HOUR, SUSTAINED: 44 * HOUR}
AFTER = HOUR
CLUSTER, WORKLOAD, NAMESPACE, PROCESS, DEST = DIMENSIONS[:5]
SENDER = {"cluster": CLUSTER, "namespace": NAMESPACE, "workload": WORKLOAD, "process": PROCESS}  # fields and dimensions
EDGE = {"cluster": CLUSTER, "workload": WORKLOAD, "dest_workload": DEST}
MISSING = "-"  # what the macros make of a dimension that a point lacks
EDGE_METRIC = "tcp.packets"  # what the edge detection decides by

SeriesName: TypeAlias = tuple[str, ...]


@dataclass(frozen=True)
class Sensitivity:
    """How the outbound search compares: the options of npmanomaly, and the length of an interval in seconds."""

    options: Options = field(default_factory=Options)
    interval: int = 30


@dataclass(frozen=True)
class Band:
    """What was expected of one metric of one series: average, believed spread, and the limit that follows."""

    average: float
    spread: float
    limit: float


@dataclass(frozen=True)
class Track:
    """One metric of the series: the value of each interval that has one (``times`` are interval starts, epoch seconds).

    ``over`` are positions of the intervals of the searched window that the detection counted. ``band`` is None when
    nothing at all was expected: a new edge. Where intervals are hours, ``ranges`` has what the profile expected of
    them.
    """

    metric: str
    times: tuple[float, ...]
    values: tuple[float, ...]
    over: tuple[int, ...]
    band: Band | None
    ranges: tuple[Range, ...] | None = None


@dataclass(frozen=True)
class Evidence:
    """The tracks of one finding between ``start`` and ``end`` (epoch seconds), which reach beyond what it searched.

    There are none where the store holds the counters of another source than the eBPF collector.
    """

    finding: Finding
    start: float
    end: float
    tracks: tuple[Track, ...]


def sensitivity(app: App, search: str) -> Sensitivity:
    """Read the options of npmanomaly out of the text of ``search``, macros of ``app`` expanded.

    ReplayError when the search does not run the command, or the command would refuse its options.
    """
    commands = parse(app.expand(search)).commands
    command = next((each for each in commands if isinstance(each, CustomCommand) and each.name == "npmanomaly"), None)
    if command is None:
        raise ReplayError("the report cannot draw expected bands: the outbound search does not run npmanomaly")
    span = next((each.bin_span for each in commands if isinstance(each, Mstats) and each.bin_span), None)
    try:
        given = parse_options(options(command.arguments))
    except (ArgumentError, SearchError) as error:
        raise ReplayError(f"npmanomaly: {error}") from None
    interval = span_seconds(span) if span else Sensitivity().interval
    return Sensitivity(given, interval)


def band(row: Row | None, metric: str, how: Sensitivity) -> Band | None:
    """Work out the band of ``metric`` from a row of npm_baseline as npmanomaly does; None when it has no baseline."""
    if row is None:
        return None
    count, average, stdev = (as_number(row.get(f"{part}_{metric}")) for part in ("count", "avg", "stdev"))
    if not count or average is None:
        return None
    allowed = limit(count, average, stdev or 0.0, how.options)
    return Band(average, allowed.spread, allowed.upper)


def baselines(runs: Sequence[SearchRun]) -> list[tuple[float, dict[SeriesName, Row]]]:
    """Tables that were written to npm_baseline, each with the time from which it held, oldest first."""
    return [
        (run.at, {tuple(str(row.get(name)) for name in SENDER): row for row in run.rows})
        for run in runs
        if run.search.trigger is None and run.rows and f"avg_{EDGE_METRIC}" in run.rows[0]
    ]


def has_amounts(store: MetricsStore) -> bool:
    """Return whether the points are amounts by the app's own names, as those of the eBPF collector are."""
    return bool(set(MEASURES) & set(store.columns(NPM_INDEX).measures))


def gather(findings: Sequence[Finding], runs: Sequence[SearchRun], app: App, store: MetricsStore) -> list[Evidence]:
    """Read the evidence of each of ``findings``, in their order; StoreError or ReplayError when it cannot be read."""
    if not has_amounts(store):
        return [Evidence(finding, *_shown(finding), ()) for finding in findings]
    search = next((run.search.search for run in runs if OUTBOUND in run.search.name and run.findings), None)
    how = sensitivity(app, search) if search else Sensitivity()
    tables = baselines(runs)
    outbound = [(number, each) for number, each in enumerate(findings) if each.detection == OUTBOUND]
    edges = [(number, each) for number, each in enumerate(findings) if each.detection == NEW_EDGE]
    evidence: dict[int, Evidence] = {}
    measures = store.columns(NPM_INDEX).measures
    points = _points(store, outbound, SENDER, measures, how.interval)
    for number, finding in outbound:
        key = tuple(str(finding.row.get(name)) for name in SENDER)
        row = next((table.get(key) for at, table in reversed(tables) if at <= finding.at), None)
        names = [name for name in measures if name in each_text(finding.row.get("metrics"))]
        tracks = [
            _track(name, points[number], measures.index(name), finding, band(row, name, how)) for name in names or ()
        ]
        evidence[number] = Evidence(finding, *_shown(finding), tuple(tracks))
    points = _points(store, edges, EDGE, (EDGE_METRIC,), how.interval)
    for number, finding in edges:
        track = _track(EDGE_METRIC, points[number], 0, finding, None)
        evidence[number] = Evidence(finding, *_shown(finding), (track,))
    evidence |= _hourly(findings, runs, app, store)
    return [evidence[number] for number in sorted(evidence)]


def _hourly(
    findings: Sequence[Finding], runs: Sequence[SearchRun], app: App, store: MetricsStore
) -> dict[int, Evidence]:
    """Return the evidence of sustained volume, by position of the finding: sums of hours and what was expected."""
    sustained = [(number, each) for number, each in enumerate(findings) if each.detection == SUSTAINED]
    if not sustained:
        return {}
    profiled = Profiled(runs, app, store)
    measures = store.columns(NPM_INDEX).measures
    points = _points(store, sustained, SENDER, measures, interval=int(HOUR))
    evidence = {}
    for number, finding in sustained:
        start, end = _shown(finding)
        tracks = []
        for metric in each_text(finding.row.get("metrics")):
            sums = [(hour, row[measures.index(metric)] or 0.0) for hour, row in points[number].items()]
            over = tuple(position for position, (hour, _) in enumerate(sums) if profiled.counted(finding, metric, hour))
            ranges = profiled.ranges(finding, metric, start, end)
            tracks.append(
                Track(metric, tuple(h for h, _ in sums), tuple(total for _, total in sums), over, None, ranges)
            )
        evidence[number] = Evidence(finding, start, end, tuple(tracks))
    return evidence


def _shown(finding: Finding) -> tuple[float, float]:
    return finding.earliest - BEFORE[finding.detection], finding.latest + AFTER


def _track(
    metric: str,
    points: Mapping[float, tuple[float | None, ...]],
    position: int,
    finding: Finding,
    expected: Band | None,
) -> Track:
    limit = 0.0 if finding.detection == NEW_EDGE else (expected.limit if expected else math.inf)
    values = [(time, row[position]) for time, row in points.items()]
    kept = [(time, value) for time, value in values if value is not None and math.isfinite(value)]
    over = tuple(
        number
        for number, (time, value) in enumerate(kept)
        if finding.earliest <= time < finding.latest and value > limit
    )
    return Track(metric, tuple(time for time, _ in kept), tuple(value for _, value in kept), over, expected)


def _points(
    store: MetricsStore,
    findings: Sequence[tuple[int, Finding]],
    names: Mapping[str, str],
    measures: Sequence[str],
    interval: int,
) -> dict[int, dict[float, tuple[float | None, ...]]]:
    """Sum measures by interval, for each numbered finding over what is shown of it: one pass over the store.

    ``names`` are fields of the findings and the dimensions that they come from.
    """
    points: dict[int, dict[float, tuple[float | None, ...]]] = {number: {} for number, _ in findings}
    if not findings:
        return points
    keys = [f"key{position}" for position in range(len(names))]
    cursor = store.connection.cursor()
    columns = ", ".join(f"{key} VARCHAR" for key in keys)
    cursor.execute(f"CREATE TEMP TABLE wanted (number INTEGER, start DOUBLE, stop DOUBLE, {columns})")
    try:
        rows = [[number, *_shown(each), *(str(each.row.get(name)) for name in names)] for number, each in findings]
        cursor.executemany(f"INSERT INTO wanted VALUES ({', '.join('?' * (3 + len(keys)))})", rows)
        same = " AND ".join(
            f"coalesce(points.{quote_identifier(name)}, '{MISSING}') = wanted.{key}"
            for name, key in zip(names.values(), keys, strict=True)
        )
        time = f"points.{quote_identifier(TIME)}"
        aggregates = ", ".join(f"sum(points.{quote_identifier(name)})" for name in measures)
        cursor.execute(
            f"SELECT wanted.number, floor({time} / {interval}) * {interval} AS bin, {aggregates}"
            f" FROM {store.relation(NPM_INDEX)} AS points JOIN wanted ON {same}"
            f" AND {time} >= wanted.start AND {time} < wanted.stop"
            f" WHERE {time} >= ? AND {time} < ? GROUP BY ALL ORDER BY 1, 2",
            [min(_shown(each)[0] for _, each in findings), max(_shown(each)[1] for _, each in findings)],
        )
        for number, moment, *values in cursor.fetchall():
            points[number][moment] = tuple(values)
    finally:
        cursor.execute("DROP TABLE wanted")
    return points
