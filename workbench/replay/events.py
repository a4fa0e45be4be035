"""Event searches, ``index=risk ...``: the replay has no indexes, only the events that its context was given."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.replay.context import SearchContext
from workbench.replay.errors import ReplayError
from workbench.replay.filters import compile_filter
from workbench.replay.mstats_filter import TIME_FIELDS, time_window
from workbench.replay.rows import Row, as_number
from workbench.spl import tree


def run_events(node: tree.SearchFilter, _rows: None, context: SearchContext) -> Iterator[Row]:
    """Give the events of the time range that pass the filter, newest first.

    Times in the filter override the time range, as in the WHERE of mstats. ReplayError when there are no events to
    search, when the filter names no index, and for what a filter of events can say but the replay does not act on:
    single words, and times that do not hold for all of it.
    """
    if context.events is None:
        message = "there are no events to search here; begin with '| mstats', '| inputlookup' or '| makeresults'"
        raise ReplayError(message)
    terms = node.filter.terms if isinstance(node.filter, tree.And) else (node.filter,)
    times = [term for term in terms if isinstance(term, tree.Comparison) and term.field in TIME_FIELDS]
    for term in tree.walk(node.filter, tree.Keyword, tree.Comparison):
        if term not in times:
            _refuse(term)
    if not any(isinstance(term, tree.Comparison | tree.InList) and term.field == "index" for term in terms):
        raise ReplayError("name the index of the events, for example index=risk")
    passes = compile_filter(tree.And(tuple(term for term in terms if term not in times), node.filter.span), context)
    window = time_window(node.filter, context)
    return (dict(row) for row in context.events if window.earliest <= _time(row) < window.latest and passes(row))


def _refuse(term: tree.Keyword | tree.Comparison) -> None:
    if isinstance(term, tree.Keyword):
        message = f"the word '{term.text}' is not searched for in events; compare a field"
        raise ReplayError(message, position=term.span.start)
    if term.field in TIME_FIELDS:
        message = f"{term.field}= is replayed only beside the other terms of an event search, not inside NOT, OR or ()"
        raise ReplayError(message, position=term.span.start)


def _time(row: Row) -> float:
    return as_number(row.get("_time")) or 0.0
