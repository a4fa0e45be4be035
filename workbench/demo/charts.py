"""Charts as plotly.js takes them: plain dictionaries of traces and layout, ready for JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.demo.alerts import CAUSES, HOUR, Cause
from workbench.demo.drawing import (
    AMBER,
    BAND,
    BLUE,
    FONT,
    FOOT,
    GREY,
    HEAD,
    LIMIT,
    LINE,
    RED,
    TICKS,
    WINDOW,
    Chart,
    label,
    milliseconds,
    plain_layout,
    readable,
    shaded,
    shortened,
    two_decimals,
)
from workbench.demo.edges import KINDS, EdgeGraph, Link, LinkKind, Pair
from workbench.demo.evidence import Evidence, Track
from workbench.demo.hourbars import hour_bars

CAUSE_COLOURS: dict[Cause, str] = {"attack": RED, "benign cause": AMBER, "unexplained": GREY}
KIND_LOOKS: dict[LinkKind, tuple[str, float, str, str]] = {  # colour, width, dash, words
    "known": ("#aab2bd", 1, "solid", "known before"),
    "unreported": (GREY, 1.6, "dot", "new, not reported"),
    "unexplained": (BLUE, 2.4, "solid", "new, unexplained"),
    "benign": (AMBER, 2.4, "solid", "new, benign cause"),
    "attack on a known edge": (RED, 1.8, "dash", "attack over a known edge"),
    "attack": (RED, 3, "solid", "new, attack"),
}
NAME_LENGTH, LETTER = 22, 6.5  # characters of a name beside the circle, pixels a character takes
CIRCLE = 1.75  # half the plot in radii of the circle: room for the names
TRACK_HEIGHT = 150  # pixels
SHORT_DAY = 14  # hours up to which each has its own tick
OVER, UNKNOWN = "over the limit, counted", "searched, on an edge that was not known"
GAP = 4  # intervals without a value after which a line is broken


def series_chart(evidence: Evidence, attack: Mapping[str, Any] | None, interval: float) -> Chart:
    """Draw the tracks of a finding one above the other: values, expected band, limit, marked intervals.

    The searched window is shaded, the time of ``attack`` (an entry of the truth file) barred in red. ``interval`` is
    the usual time between points in seconds; much longer gaps break a line.
    """
    count = max(1, len(evidence.tracks))
    height = HEAD + FOOT + count * TRACK_HEIGHT
    traces: list[Chart] = []
    layout: Chart = plain_layout(height)
    layout["xaxis"] = {
        "type": "date",
        "range": [milliseconds(evidence.start), milliseconds(evidence.end)],
        "gridcolor": "#eceff3",
        **TICKS,
    }
    layout["xaxis"]["anchor"] = f"y{count}" if count > 1 else "y"
    for row, track in enumerate(evidence.tracks):
        axis = f"y{row + 1}" if row else "y"
        space = 0.14 / count
        top, bottom = 1 - row / count, 1 - (row + 1) / count
        layout["yaxis" + axis[1:]] = {
            "title": {"text": label(track.metric), "font": {"size": 11}},
            "domain": [bottom + (space if row + 1 < count else 0), top],
            "rangemode": "tozero",
            "tickformat": "~s" if max(track.values, default=0) >= 1 else "~g",
            "gridcolor": "#eceff3",
            "zerolinecolor": "#c3c8cf",
            "nticks": 5,
        }
        traces += _track(track, axis, evidence, interval, legend=row == 0)
    layout["barmode"] = "overlay"  # only hours overlap: what came in one stands before what was expected of it
    layout["shapes"] = [shaded(evidence.finding.earliest, evidence.finding.latest, WINDOW)]
    if attack:
        first, last = max(attack["start"], evidence.start), min(attack["end"], evidence.end)
        layout["shapes"].append(shaded(first, last, RED) | {"y0": 1.0, "y1": 1.0 + 5 / (height - HEAD - FOOT)})
    return {"data": traces, "layout": layout}


def _track(track: Track, axis: str, evidence: Evidence, interval: float, *, legend: bool) -> list[Chart]:
    common = {"yaxis": axis, "xaxis": "x", "showlegend": legend}
    interval = max(interval, track.step)
    marked = [(track.times[position], track.values[position]) for position in track.over]
    ends = [milliseconds(evidence.start), milliseconds(evidence.end)]
    if track.ranges is not None:
        return hour_bars(track, common)
    if track.band is None:
        return _unexpected(track, marked, ends, interval, common)
    upper = track.band.limit if math.isfinite(track.band.limit) else track.band.average
    edge = {"type": "scatter", "mode": "lines", "x": ends, "legendgroup": "band", **common}
    lower = {"name": "average", "y": [track.band.average] * 2, "line": {"color": LIMIT, "width": 1, "dash": "dot"}}
    filled = {"name": "expected: average to limit", "y": [upper] * 2, "line": {"color": LIMIT, "width": 1}}
    times, values = _with_gaps(track, interval)
    line = {
        "type": "scatter",
        "mode": "lines",
        "name": "seen",
        "x": times,
        "y": values,
        "line": {"color": LINE, "width": 1.2},
        "hovertemplate": "%{y:,.5~g}<extra>seen</extra>",
        **common,
    }
    return [
        edge | lower | {"showlegend": False, "hovertemplate": "%{y:,.5~g}<extra>average</extra>"},
        edge | filled | {"fill": "tonexty", "fillcolor": BAND, "hovertemplate": "%{y:,.5~g}<extra>limit</extra>"},
        line,
        _marks(marked) | common | {"type": "scatter", "mode": "markers", "marker": {"color": RED, "size": 4.5}},
    ]


def _unexpected(
    track: Track, marked: Sequence[tuple[float, float]], ends: list[int], interval: float, common: Chart
) -> list[Chart]:
    """A series of which nothing was expected: what was counted, what came outside of the searched window."""
    counted = set(track.over)
    others = [position for position in range(len(track.times)) if position not in counted]
    bars = {"type": "bar", "width": interval * 1000, "hovertemplate": "%{y:,.5~g}<extra></extra>", **common}
    outside = {
        "name": "outside of the searched window",
        "x": [milliseconds(track.times[position] + interval / 2) for position in others],
        "y": [two_decimals(track.values[position]) for position in others],
        "marker": {"color": LINE},
    }
    nothing = {
        "type": "scatter",
        "mode": "lines",
        "name": "expected: nothing",
        "x": ends,
        "y": [0, 0],
        "line": {"color": LIMIT, "width": 2},
        "hoverinfo": "skip",
    }
    return [
        nothing | common,
        bars | _marks([(time + interval / 2, count) for time, count in marked], UNKNOWN) | {"marker": {"color": RED}},
        *([bars | outside] if others else []),
    ]


def _marks(marked: Sequence[tuple[float, float]], words: str = OVER) -> Chart:
    return {
        "name": words,
        "x": [milliseconds(time) for time, _ in marked],
        "y": [two_decimals(value) for _, value in marked],
        "hovertemplate": f"%{{y:,.5~g}}<extra>{words}</extra>",
    }


def _with_gaps(track: Track, interval: float) -> tuple[list[int], list[float | None]]:
    times: list[int] = []
    values: list[float | None] = []
    for position, (time, value) in enumerate(zip(track.times, track.values, strict=True)):
        if position and time - track.times[position - 1] > GAP * interval:
            times.append(milliseconds(track.times[position - 1] + interval))
            values.append(None)
        times.append(milliseconds(time))
        values.append(two_decimals(value))
    return times, values


def hours_chart(counts: Mapping[Cause, Sequence[int]], start: float) -> Chart:
    """Draw findings by hour, stacked by cause; ``start`` is the first hour (epoch seconds)."""
    traces = [
        {
            "type": "bar",
            "name": cause,
            "x": [milliseconds(start + (hour + 0.5) * HOUR) for hour in range(len(counts[cause]))],
            "y": list(counts[cause]),
            "width": 0.8 * HOUR * 1000,
            "marker": {"color": CAUSE_COLOURS[cause]},
            "hovertemplate": "%{y}<extra>" + cause + "</extra>",
        }
        for cause in CAUSES
    ]
    layout = plain_layout(230) | {"barmode": "stack"}
    step = math.ceil(max(map(sum, zip(*counts.values(), strict=True)), default=1) / 5) or 1  # no half findings
    layout["xaxis"] = {"type": "date", "gridcolor": "#eceff3", "tick0": milliseconds(start), **TICKS}
    layout["xaxis"]["dtick"] = (1 if len(counts[CAUSES[0]]) <= SHORT_DAY else 3) * HOUR * 1000
    layout["yaxis"] = {"title": {"text": "findings"}, "gridcolor": "#eceff3", "rangemode": "tozero", "dtick": step}
    return {"data": traces, "layout": layout}


def graph_chart(graph: EdgeGraph) -> Chart:
    """Draw the workloads of a cluster around a circle and their edges across it, in the colour of what they are."""
    count = len(graph.workloads)
    angles = {name: math.tau * position / max(1, count) for position, name in enumerate(graph.workloads)}
    at = {name: (math.cos(angle), math.sin(angle)) for name, angle in angles.items()}
    traces = []
    for kind in KINDS:
        links = [link for link in graph.links if link.kind == kind]
        if links:
            traces += _links(links, kind, at)
    marked = {name for link in graph.links if link.kind.startswith("attack") for name in link.pair}
    traces.append(_dots_of(graph, at, marked))
    layout = plain_layout(600)
    hidden = {"visible": False, "range": [-CIRCLE, CIRCLE]}
    layout |= {"xaxis": hidden, "yaxis": hidden | {"scaleanchor": "x"}, "hovermode": "closest", "hoverdistance": 12}
    layout |= {"margin": {"l": 6, "r": 6, "t": 50, "b": 6}, "dragmode": False}
    layout["annotations"] = [_name(name, angle, bold=name in marked) for name, angle in angles.items()]
    return {"data": traces, "layout": layout}


def _links(links: Sequence[Link], kind: LinkKind, at: Mapping[str, Pair | tuple[float, float]]) -> list[Chart]:
    colour, width, dash, words = KIND_LOOKS[kind]
    xs: list[float | None] = []
    ys: list[float | None] = []
    middles: list[tuple[float, float]] = []
    for link in links:
        curve = _curve(at[link.pair[0]], at[link.pair[1]])
        xs += [x for x, _ in curve] + [None]
        ys += [y for _, y in curve] + [None]
        middles.append(curve[len(curve) // 2])
    lines = {"color": colour, "width": width, "dash": dash}
    texts = [_about(link, words) for link in links]
    common = {"type": "scatter", "legendgroup": kind, "name": words}
    points = {"x": [x for x, _ in middles], "y": [y for _, y in middles], "text": texts, "hoverinfo": "text"}
    marker = {"color": colour, "size": 8, "opacity": 0 if kind == "known" else 1}  # unseen, it still answers a pointer
    return [
        common | {"mode": "lines", "x": xs, "y": ys, "line": lines, "hoverinfo": "skip"},
        common | points | {"mode": "markers", "showlegend": False, "marker": marker},
    ]


def _curve(begin: Any, end: Any, steps: int = 12) -> list[tuple[float, float]]:
    """A line that bends a little towards the middle, so that neighbours on the circle are joined visibly."""
    middle = tuple(0.7 * (a + b) / 2 for a, b in zip(begin, end, strict=True))
    made = []
    for step in range(steps + 1):
        t = step / steps
        x, y = ((1 - t) ** 2 * a + 2 * t * (1 - t) * m + t * t * b for a, m, b in zip(begin, middle, end, strict=True))
        made.append((round(x, 3), round(y, 3)))
    return made


def _about(link: Link, words: str) -> str:
    ways = "<br>".join(f"{label(source)} → {label(dest)}" for source, dest in link.directions)
    return f"{ways}<br><i>{words}{': ' + label(link.note) if link.note else ''}</i>"


def _dots_of(graph: EdgeGraph, at: Mapping[str, tuple[float, float]], marked: set[str]) -> Chart:
    beside = {name: sum(name in link.pair for link in graph.links) for name in graph.workloads}
    return {
        "type": "scatter",
        "mode": "markers",
        "showlegend": False,
        "x": [round(at[name][0], 3) for name in graph.workloads],
        "y": [round(at[name][1], 3) for name in graph.workloads],
        "text": [f"{label(name)}<br>talks to {beside[name]}" for name in graph.workloads],
        "hoverinfo": "text",
        "marker": {"size": 9, "color": [RED if name in marked else LINE for name in graph.workloads]},
    }


def _name(name: str, angle: float, *, bold: bool) -> Chart:
    """Write a name outside the circle along its radius, never upside down."""
    shown = shortened(readable(name), NAME_LENGTH)
    degrees = math.degrees(angle)
    away = 11 + len(shown) * LETTER / 2  # plotly places turned text by its middle
    return {
        "x": math.cos(angle),
        "y": math.sin(angle),
        "xshift": round(away * math.cos(angle), 1),
        "yshift": round(away * math.sin(angle), 1),
        "text": f"<b>{label(shown)}</b>" if bold else label(shown),
        "showarrow": False,
        "textangle": round(180 - degrees if math.cos(angle) < 0 else -degrees, 1),
        "font": {"size": 11, "color": RED if bold else FONT["color"]},
    }
