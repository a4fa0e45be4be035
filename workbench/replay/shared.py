"""What searches begin with alike, worked out once: the rows of mstats and what follows it up to the first stats.

The baseline of process traffic, the learned profile and the data check all begin with npm_sent. Over the same time
range of one store it gives the same rows: these commands know nothing but the points and what the key here holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from workbench.replay.context import SearchContext
from workbench.replay.rows import Row
from workbench.spl import tree
from workbench.traffic.store import MetricsStore

MOST_ROWS = 250_000  # kept for each store; those met last
_FROM_POINTS_ALONE = (tree.Mstats, tree.Rename, tree.Eval, tree.Where, tree.SearchFilter, tree.Fields, tree.Bin)


@dataclass(frozen=True)
class _Kept:
    """Rows, and the number of points that were read for them."""

    rows: list[Row]
    points: int


_kept: WeakKeyDictionary[MetricsStore, dict[tuple[Any, ...], _Kept]] = WeakKeyDictionary()


def beginning(search: tree.Search) -> int:
    """Return how many commands of a search, up to its first stats, make their rows of the points alone; 0 for none."""
    if not search.commands or not isinstance(search.commands[0], tree.Mstats):
        return 0
    for number, command in enumerate(search.commands, 1):
        if isinstance(command, tree.Stats):
            return number if command.command == "stats" else 0
        if not isinstance(command, _FROM_POINTS_ALONE) or any(tree.walk(command, tree.Search)):
            return 0
    return 0


def once(rows: Iterator[Row], text: str, context: SearchContext) -> Iterator[Row]:
    """Give the rows of the beginning that is written as ``text``; they are only made if none are kept for it."""
    kept = _kept.setdefault(context.store, {})
    key = (text, context.window, context.now, context.clock, context.mv_ne, context.rates)
    found = kept.pop(key, None)
    if found is None:
        points, messages = context.points_read, len(context.messages)
        made = list(rows)
        found = _Kept(made, context.points_read - points)
        if len(context.messages) > messages:  # they belong to this run
            yield from made
            return
    else:
        context.points_read += found.points
    kept[key] = found
    while sum(len(each.rows) for each in kept.values()) > MOST_ROWS:
        del kept[next(iter(kept))]
    yield from map(dict, found.rows)
