"""Hours of a series as bars: what was sent in each, before a box from the least to the most that was expected of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workbench.demo.drawing import BAND, LIMIT, LINE, RED, Chart, milliseconds, two_decimals
from workbench.demo.evidence import Track
from workbench.demo.hours import HOUR

STOOD_OUT, SENT, EXPECTED = "an hour that stood out, counted", "sent in the hour", "expected of the hour"
BAR = 0.55  # width of what was sent, in hours


def hour_bars(track: Track, common: Chart) -> list[Chart]:
    """Return the traces of a track by the hour; ``common`` holds axes and legend. Bars must overlay each other."""
    positions = range(len(track.times))
    others = [position for position in positions if position not in track.over]
    ranges = track.ranges or ()
    middles = [milliseconds(each.hour + HOUR / 2) for each in ranges]
    expected = {
        "type": "bar",
        "name": EXPECTED,
        "x": middles,
        "base": [two_decimals(each.low) for each in ranges],
        "y": [two_decimals(each.high - each.low) for each in ranges],
        "text": [f"{each.low:,.5g} to {each.high:,.5g}" for each in ranges],
        "textposition": "none",
        "hovertemplate": "%{text}<extra>expected</extra>",
        "width": milliseconds(HOUR),
        "marker": {"color": BAND, "line": {"color": LIMIT, "width": 1}},
        **common,
    }
    return [_sent(track, others, SENT, LINE) | common, _sent(track, track.over, STOOD_OUT, RED) | common, expected]


def _sent(track: Track, positions: Iterable[int], words: str, colour: str) -> Chart:
    kept: Sequence[int] = list(positions)
    return {
        "type": "bar",
        "name": words,
        "x": [milliseconds(track.times[position] + HOUR / 2) for position in kept],
        "y": [two_decimals(track.values[position]) for position in kept],
        "hovertemplate": f"%{{y:,.5~g}}<extra>{words}</extra>",
        "width": milliseconds(BAR * HOUR),
        "marker": {"color": colour},
    }
