"""What all charts of the report share: colours, layout, and names from the traffic as text.

Plotly reads HTML tags in every text it shows. Names come from the traffic and are hostile until proven otherwise, so
all of those in charts pass ``label``.
"""

from __future__ import annotations

import html
from typing import Any, TypeAlias

Chart: TypeAlias = dict[str, Any]

LINE, RED, AMBER, BLUE, GREY = "#35507a", "#c62828", "#e08e0b", "#2f7fb8", "#8d949e"
BAND, LIMIT, WINDOW = "rgba(46,125,50,0.18)", "rgba(46,125,50,0.75)", "rgba(90,110,140,0.10)"
FONT = {"family": "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif", "size": 12, "color": "#1d2733"}
TICKS = {"ticks": "outside", "ticklen": 5, "tickcolor": "#c3c8cf"}
HEAD, FOOT = 44, 40  # pixels above and below the plot


def readable(text: str) -> str:
    """Write out characters that cannot be seen or that turn the text around them, such as line feeds and overrides."""
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text)


def shortened(text: str, most: int) -> str:
    """Return at most ``most`` characters of ``text``; what is cut off ends in an ellipsis."""
    return text if len(text) <= most else text[: most - 1] + "…"


def label(text: str, most: int = 60) -> str:
    """Return a hostile name as text that plotly shows as it is, at most ``most`` characters of it."""
    return html.escape(shortened(readable(text), most), quote=False)


def plain_layout(height: int) -> Chart:
    """Return the layout of a chart that is so many pixels high; axes are up to the caller."""
    return {
        "height": height,
        "margin": {"l": 70, "r": 16, "t": HEAD, "b": FOOT},
        "font": FONT,
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "legend": {"orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top"},
        "hovermode": "x",
    }


def shaded(start: float, end: float, colour: str) -> Chart:
    """Return a shape that fills the plot between two times (epoch seconds)."""
    area = {"xref": "x", "yref": "paper", "x0": milliseconds(start), "x1": milliseconds(end), "y0": 0, "y1": 1}
    return {"type": "rect", "layer": "below", "line": {"width": 0}, "fillcolor": colour, **area}


def milliseconds(moment: float) -> int:
    """Return a time in epoch seconds as plotly wants it."""
    return round(moment * 1000)


def two_decimals(value: float) -> float:
    """Round: two decimals are more than a person reads, and half of the file."""
    rounded = round(float(value), 2)
    return int(rounded) if rounded.is_integer() else rounded
