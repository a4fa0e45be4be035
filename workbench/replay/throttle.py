"""Throttling of alerts (``alert.suppress``): which results count, and which are like one that counted not long ago.

Unverified without a live Splunk: with fields, each result is judged alone, a result without one of the
fields counts as having the empty text there; of two like results of one run the first counts; the period
starts with the result that counted, not with later ones that did not.
"""

from __future__ import annotations

from collections.abc import Iterable

from workbench.replay.rows import Row, as_text
from workbench.replay.savedsearch import SavedSearch


class Throttle:
    """Remembers what counted when, for all searches of a replay; times are epoch seconds and must not go back."""

    def __init__(self) -> None:
        self._counted: dict[tuple[str, ...], float] = {}

    def admit(self, search: SavedSearch, rows: Iterable[Row], at: float) -> tuple[list[Row], list[Row]]:
        """Part the results ``search`` had at ``at`` into those that count and those held back, both in order."""
        admitted: list[Row] = []
        held_back: list[Row] = []
        throttling = search.throttling
        if throttling is None:
            return list(rows), held_back
        if not throttling.fields:
            found = list(rows)
            return (found, []) if found and self._is_new((search.name,), at, throttling.period) else ([], found)
        for row in rows:
            key = (search.name, *(as_text(row.get(name)) or "" for name in throttling.fields))
            (admitted if self._is_new(key, at, throttling.period) else held_back).append(row)
        return admitted, held_back

    def _is_new(self, key: tuple[str, ...], at: float, period: int) -> bool:
        last = self._counted.get(key)
        if last is not None and at < last + period:
            return False
        self._counted[key] = at
        return True
