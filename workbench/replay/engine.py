"""Runs a search: chains its commands into one stream of rows.

Every command is prepared before the first row is read, so that what the replay does not know is said before
anything is computed or written. Only the subsearches of filters run while their command is prepared, as in Splunk,
where they are part of the search text. Rows flow one by one wherever the command allows it.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from workbench.replay import customcommand, events, mstats, shared
from workbench.replay.commands import columns, combining, computing, grouping, ordering, tables
from workbench.replay.context import SearchContext
from workbench.replay.errors import ReplayError, errors_at
from workbench.replay.rest import run_rest
from workbench.replay.rows import Row
from workbench.spl import tree
from workbench.spl.errors import SplSyntaxError
from workbench.spl.parser import parse

Runner = Callable[[Any, Any, SearchContext], Iterator[Row]]
"""From a command, the rows that come in (None where it begins a search) and the context to the rows that go out."""


def run_text(text: str, context: SearchContext) -> list[Row]:
    """Expand macros, read and run a search. Messages are left in ``context.messages``.

    Raises ReplayError for whatever cannot be read or is not replayed; its text shows the place in the search
    as it stands after macro expansion.
    """
    expanded = context.app.expand(text)
    try:
        with _no_garbage_collection():
            return list(run(parse(expanded), context))
    except SplSyntaxError as error:
        raise ReplayError(str(error)) from None
    except ReplayError as error:
        raise error.in_text(expanded) from error.__cause__
    except RecursionError:
        raise ReplayError("an expression is nested too deeply to be replayed; compute it in several evals") from None


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Rows make no circles, and to look for some among so many takes a tenth of the time of a search."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def run(search: tree.Search, context: SearchContext, rows: Iterator[Row] | None = None) -> Iterator[Row]:
    """Run a search, or with ``rows`` the rest of one on the rows of what stands before it.

    ReplayError for the first command that is not replayed, before any row is read.
    """
    common = 0 if rows is not None else shared.beginning(search)
    for number, command in enumerate(search.commands, 1):
        rows = _run(command, rows, context)
        if number == common:
            rows = shared.once(rows, search.text[search.commands[0].span.start : command.span.end], context)
    return iter(()) if rows is None else rows


def _run(command: tree.Command, rows: Iterator[Row] | None, context: SearchContext) -> Iterator[Row]:
    """Prepare one command; its errors, also those that its rows raise later, name it and where it stands."""
    if isinstance(command, tree.MacroCall):
        raise ReplayError(f"macro `{command.text}` was not expanded", None, command.span.start)
    name = tree.command_name(command)
    with errors_at(name, command.span.start):
        runner = (_BEGINNING if rows is None else _FOLLOWING).get(type(command))
        if runner is None:
            if type(command) not in {**_BEGINNING, **_FOLLOWING}:
                raise ReplayError("the replay does not know this command")
            where = "cannot begin a search" if rows is None else "can only begin a search"
            raise ReplayError(f"this command {where}")
        prepared = runner(command, rows, context)
    return _located(prepared, name, command.span.start)


def _located(rows: Iterator[Row], name: str, position: int) -> Iterator[Row]:
    with errors_at(name, position):
        yield from rows


def _run_append(node: tree.Append, rows: Iterator[Row], context: SearchContext) -> Iterator[Row]:
    return combining.run_append(node, rows, run(node.search, context), context)


def _run_join(node: tree.Join, rows: Iterator[Row], context: SearchContext) -> Iterator[Row]:
    return combining.run_join(node, rows, run(node.search, context), context)


def _run_search(node: tree.SearchFilter, rows: Iterator[Row], context: SearchContext) -> Iterator[Row]:
    return computing.run_search(replace(node, filter=_filled(node.filter, context)), rows, context)


def _filled(node: tree.Filter, context: SearchContext) -> tree.Filter:
    """Return a filter with the conditions that its subsearches give in their places."""
    if isinstance(node, tree.Subsearch):
        return combining.filter_from(run(node.search, context), node.span, context)
    if isinstance(node, tree.Not):
        return replace(node, term=_filled(node.term, context))
    if isinstance(node, tree.And | tree.Or):
        return replace(node, terms=tuple(_filled(term, context) for term in node.terms))
    return node


def _run_map(node: tree.Branches, rows: Iterator[Row], context: SearchContext) -> Iterator[Row]:
    if node.command != "map":
        raise ReplayError("the replay does not know this command")
    return combining.run_map(node, rows, lambda text: run_text(text, context), context)


def _run_custom(node: tree.CustomCommand, rows: Iterator[Row] | None, context: SearchContext) -> Iterator[Row]:
    if rows is None and node.name == "rest":
        return run_rest(node.arguments, context)
    return customcommand.run(node.name, node.arguments, rows or (), context)


_BEGINNING: dict[type[tree.Command], Runner] = {
    tree.CustomCommand: _run_custom,
    tree.Inputlookup: tables.run_inputlookup,
    tree.Makeresults: ordering.run_makeresults,
    tree.Mstats: mstats.run,
    tree.Outputlookup: tables.run_outputlookup,
    tree.SearchFilter: events.run_events,
}
"""Commands that can begin a search."""

_FOLLOWING: dict[type[tree.Command], Runner] = {
    tree.Addinfo: columns.run_addinfo,
    tree.Append: _run_append,
    tree.Branches: _run_map,
    tree.Bin: computing.run_bin,
    tree.CustomCommand: _run_custom,
    tree.Dedup: ordering.run_dedup,
    tree.Eval: computing.run_eval,
    tree.Fields: columns.run_fields,
    tree.Fillnull: computing.run_fillnull,
    tree.Foreach: computing.run_foreach,
    tree.Head: ordering.run_head,
    tree.Inputlookup: tables.run_inputlookup,
    tree.Join: _run_join,
    tree.Lookup: tables.run_lookup,
    tree.Mvexpand: ordering.run_mvexpand,
    tree.Outputlookup: tables.run_outputlookup,
    tree.Rename: columns.run_rename,
    tree.SearchFilter: _run_search,
    tree.Sort: ordering.run_sort,
    tree.Stats: grouping.run_stats,
    tree.Table: columns.run_table,
    tree.Where: computing.run_where,
}
"""Commands that take the rows of the command before them."""
