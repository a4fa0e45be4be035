"""Drilldown searches: what stands in for the detection's own search, and what is written out."""

from __future__ import annotations

DRILLDOWN_PLACEHOLDER = "%original_detection_search%"


def drilldown_text(drilldown: str, search: str) -> str:
    """Return the drilldown search as it is written out: the placeholder gives way to the detection's own search."""
    return drilldown.strip().replace(DRILLDOWN_PLACEHOLDER, search.strip())
