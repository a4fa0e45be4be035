"""What a finding rests on: its series around the searched window, what was expected, the intervals over the limit.

The numbers come from where the detections took them: what was sent from the macros of the app, the band
from the baseline rows that were in force when the finding was raised, the threshold from the options that the compiled
search hands to npmanomaly, the range of an hour from the learned profile.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from npmlib.anomaly.baseline import PEAKS, STATISTICS, Limit, limit, part_of_day
from npmlib.anomaly.options import Options, parse_options
from npmlib.errors import SearchError

from workbench.demo.amounts import EDGE, SERIES, AmountReader, Key, Sums, key
from workbench.demo.hours import HOUR, ProfileRuns, Range
from workbench.demo.verdict import DetectionFinding
from workbench.replay.app import App
from workbench.replay.context import Window
from workbench.replay.errors import ReplayError
from workbench.replay.rows import Row, as_number, each_text
from workbench.replay.schedule import SearchRun
from workbench.spl.arguments import ArgumentError, options
from workbench.spl.parser import parse
from workbench.spl.times import span_seconds
from workbench.spl.tree import CustomCommand, Mstats
from workbench.traffic.attacks import EDGES, OUTBOUND, SUSTAINED
from workbench.traffic.store import MetricsStore

# What is shown before the searched window; an edge's is longer, and hours need days to look at.
BEFORE = {OUTBOUND: 3 * HOUR, **dict.fromkeys(EDGES, HOUR), SUSTAINED: 44 * HOUR}
AFTER = HOUR
EDGE_METRIC = "packets"


@dataclass(frozen=True)
class Sensitivity:
    """How the outbound search compares: the options of npmanomaly, and the length of an interval in seconds."""

    options: Options = field(default_factory=Options)
    interval: int = 30


@dataclass(frozen=True)
class Band:
    """What was expected of one metric of one series: average and believed spread, and the limit that follows.

    ``allowed`` says what the limit is at another time of the day.
    """

    average: float
    spread: float
    limit: float
    allowed: Limit


@dataclass(frozen=True)
class Track:
    """One metric of the series: the value of each interval that has one (``times`` are interval starts, epoch seconds).

    ``over`` are positions of the intervals of the searched window that the detection counted. ``band`` is None when
    nothing at all was expected: a new edge. Where intervals are hours, ``ranges`` has what the profile expected of
    them. ``step`` is the length of an interval in seconds.
    """

    metric: str
    times: tuple[float, ...]
    values: tuple[float, ...]
    over: tuple[int, ...]
    step: int
    band: Band | None = None
    ranges: tuple[Range, ...] | None = None


@dataclass(frozen=True)
class Evidence:
    """The tracks of one finding between ``start`` and ``end`` (epoch seconds), which reach beyond what it searched.

    There are none for an edge of a source that counts no packets.
    """

    finding: DetectionFinding
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


def band(row: Row | None, metric: str, how: Sensitivity, at: float) -> Band | None:
    """Work out the band of ``metric`` ``at`` a time from a row of npm_baseline as npmanomaly does.

    None when it has no baseline.
    """
    if row is None:
        return None
    count, average, stdev = (as_number(row.get(f"{part}_{metric}")) for part in STATISTICS)
    if not count or average is None:
        return None
    peaks = tuple(as_number(row.get(f"{part}_{metric}")) for part in PEAKS) if how.options.use_peaks else ()
    allowed = limit(count, average, stdev or 0.0, how.options, peaks)
    return Band(average, allowed.spread, allowed.largest(part_of_day(str(at))), allowed)


def baselines(runs: Sequence[SearchRun]) -> list[tuple[float, dict[Key, Row]]]:
    """Tables that were written to npm_baseline, each with the time from which it held, oldest first."""
    return [
        (run.at, {key(row, SERIES): row for row in run.rows})
        for run in runs
        if run.search.trigger is None and run.rows and "avg_tcp.bytes" in run.rows[0]
    ]


def gather(
    findings: Sequence[DetectionFinding], runs: Sequence[SearchRun], app: App, store: MetricsStore
) -> list[Evidence]:
    """Read the evidence of each of ``findings``, in their order; StoreError or ReplayError when it cannot be read."""
    search = next((run.search.search for run in runs if OUTBOUND in run.search.name and run.findings), None)
    how = sensitivity(app, search) if search else Sensitivity()
    amounts, tables = AmountReader(app, store), baselines(runs)
    sent = _sent([each for each in findings if each.detection not in EDGES], amounts)
    profiled = ProfileRuns(runs, app, store) if any(each.detection == SUSTAINED for each in findings) else None
    carried: dict[Window, tuple[dict[Key, dict[float, float]], int]] = {}
    made = []
    for finding in findings:
        shown = _shown(finding)
        if finding.detection in EDGES:
            if shown not in carried:
                carried[shown] = amounts.carried(shown)
            tracks = _edge(finding, *carried[shown])
        else:
            series = key(finding.row, SERIES)
            own = {at: each for at, each in sent[series].items() if shown.earliest <= at < shown.latest}
            if profiled and finding.detection == SUSTAINED:
                tracks = _hourly(finding, own, profiled)
            else:
                row = next((table.get(series) for at, table in reversed(tables) if at <= finding.at), None)
                searched = amounts.sent(series, Window(finding.earliest, finding.latest)).get(series, {})
                tracks = [
                    _track(name, own, searched, how.interval, band(row, name, how, finding.latest))
                    for name in _metrics(finding)
                ]
        made.append(Evidence(finding, shown.earliest, shown.latest, tuple(tracks)))
    return made


def _sent(findings: Sequence[DetectionFinding], amounts: AmountReader) -> dict[Key, Sums]:
    """Return what the series of ``findings`` sent in each interval, over all that is shown of each workload."""
    shown: dict[Key, Window] = {}  # by cluster and workload, which are read at once
    named: dict[Key, Key] = {}
    for finding in findings:
        series, window = key(finding.row, SERIES), _shown(finding)
        ends = (series[0], series[2])
        before = shown.get(ends, window)
        shown[ends] = Window(min(before.earliest, window.earliest), max(before.latest, window.latest))
        named[series] = ends
    read = {ends: amounts.sent((ends[0], "", ends[1], ""), window) for ends, window in shown.items()}
    return {series: read[ends].get(series, {}) for series, ends in named.items()}


def _shown(finding: DetectionFinding) -> Window:
    return Window(finding.earliest - BEFORE[finding.detection], finding.latest + AFTER)


def _metrics(finding: DetectionFinding) -> tuple[str, ...]:
    return each_text(finding.row.get("metrics"))


def _track(metric: str, sent: Sums, searched: Sums, step: int, expected: Band | None) -> Track:
    """Return what was ``sent``; over are the intervals that were ``searched`` and lie above the limit."""
    kept = [(at, each[metric]) for at, each in sorted(sent.items()) if metric in each]
    over = {
        at
        for at, each in searched.items()
        if expected and each.get(metric, -math.inf) > expected.allowed.largest(part_of_day(str(at)))
    }
    positions = tuple(index for index, (at, _) in enumerate(kept) if at in over)
    return Track(metric, tuple(at for at, _ in kept), tuple(value for _, value in kept), positions, step, expected)


def _hourly(finding: DetectionFinding, sent: Sums, profiled: ProfileRuns) -> list[Track]:
    """Return the sums of hours, and what the profile expected of them."""
    shown, tracks = _shown(finding), []
    for metric in _metrics(finding):
        sums: dict[float, float] = {}
        for at, each in sorted(sent.items()):
            hour = at // HOUR * HOUR
            sums[hour] = sums.get(hour, 0.0) + each.get(metric, 0.0)
        over = tuple(index for index, hour in enumerate(sums) if profiled.counted(finding, metric, hour))
        ranges = profiled.ranges(finding, metric, shown.earliest, shown.latest)
        tracks.append(Track(metric, tuple(sums), tuple(sums.values()), over, int(HOUR), None, ranges))
    return tracks


def _edge(finding: DetectionFinding, carried: Mapping[Key, Mapping[float, float]], step: int) -> list[Track]:
    """Return the packets between the workload and its new peers, both ways; nothing where the source counts none."""
    own, peers = key(finding.row, EDGE[:4]), set(each_text(finding.row.get("peer_names")))
    sums: dict[float, float] = {}
    for (cluster, protocol, *ends), packets in carried.items():
        for near, far in (ends[:2], ends[2:]), (ends[2:], ends[:2]):
            if (cluster, protocol, *near) == own and far[1] in peers:
                for at, count in packets.items():
                    sums[at] = sums.get(at, 0.0) + count
    times = tuple(sorted(sums))
    over = tuple(
        index for index, at in enumerate(times) if at + step > finding.earliest and at < finding.latest and sums[at] > 0
    )
    return [Track(EDGE_METRIC, times, tuple(sums[at] for at in times), over, step)] if times else []
