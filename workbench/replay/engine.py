"""Runs a search: chains its commands into one stream of rows.

Every command is prepared before the first row is read, so that what the replay does not know is said before
anything is computed or written. Rows flow one by one wherever the command allows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from workbench.replay import customcommand, events, macros, mstats
from workbench.replay.commands import columns, combining, computing, grouping, ordering, tables
from workbench.replay.context import SearchContext
from workbench.replay.errors import ReplayError
from workbench.replay.rows import Row
from workbench.spl import tree
from workbench.spl.errors import SplSyntaxError
from workbench.spl.parser import parse

Runner = Callable[[Any, Iterator[Row], SearchContext], Iterator[Row]]

# Commands that take rows and give rows.
_RUNNERS: dict[type[tree.Command], Runner] = {
    tree.Addinfo: columns.run_addinfo,
    tree.Bin: computing.run_bin,
    tree.Dedup: ordering.run_dedup,
    tree.Eval: computing.run_eval,
    tree.Fields: columns.run_fields,
    tree.Fillnull: computing.run_fillnull,
    tree.Foreach: computing.run_foreach,
    tree.Head: ordering.run_head,
    tree.Lookup: tables.run_lookup,
    tree.Mvexpand: ordering.run_mvexpand,
    tree.Outputlookup: tables.run_outputlookup,
    tree.Rename: columns.run_rename,
    tree.SearchFilter: computing.run_search,
    tree.Sort: ordering.run_sort,
    tree.Table: columns.run_table,
    tree.Where: computing.run_where,
}


def run_text(text: str, context: SearchContext) -> list[Row]:
    """Expand macros, read and run a search. Messages are left in ``context.messages``.

    Raises ReplayError for whatever cannot be read or is not replayed; its text shows the place in the search
    as it stands after macro expansion.
    """
    expanded = macros.expand(text, context.app.macros)
    try:
        return list(run(parse(expanded), context))
    except SplSyntaxError as error:
        raise ReplayError(str(error)) from None
    except ReplayError as error:
        raise error.in_text(expanded) from error.__cause__
    except RecursionError:
        raise ReplayError("an expression is nested too deeply to be replayed; compute it in several evals") from None


def run(search: tree.Search, context: SearchContext, rows: Iterator[Row] | None = None) -> Iterator[Row]:
    """Run a search, or with ``rows`` the rest of one on the rows of what stands before it.

    ReplayError for the first command that is not replayed, before any row is read.
    """
    for command in search.commands:
        rows = _start(command, context) if rows is None else _continue(command, rows, context)
    return iter(()) if rows is None else rows


def _start(command: tree.Command, context: SearchContext) -> Iterator[Row]:
    """Run the first command of a search: it makes rows."""
    if isinstance(command, tree.Mstats):
        return mstats.run(command, context)
    if isinstance(command, tree.Makeresults):
        return ordering.run_makeresults(command, context)
    if isinstance(command, tree.Inputlookup):
        return tables.run_inputlookup(command, None, context)
    if isinstance(command, tree.CustomCommand):
        return _custom(command, iter(()), context)
    if isinstance(command, tree.SearchFilter):
        return events.run_events(command, context)
    raise ReplayError("this command cannot begin a search", _name(command), command.span.start)


def _continue(command: tree.Command, rows: Iterator[Row], context: SearchContext) -> Iterator[Row]:
    """Run a command on the rows of the one before it."""
    runner = _RUNNERS.get(type(command))
    if runner is not None:
        return runner(command, rows, context)
    if isinstance(command, tree.Stats):
        return grouping.RUNNERS[command.command](command, rows, context)
    if isinstance(command, tree.Join):
        return combining.run_join(command, rows, context, run)
    if isinstance(command, tree.Append):
        return combining.run_append(command, rows, context, run)
    if isinstance(command, tree.Inputlookup):
        return tables.run_inputlookup(command, rows, context)
    if isinstance(command, tree.CustomCommand):
        return _custom(command, rows, context)
    if isinstance(command, tree.MacroCall):
        raise ReplayError(f"macro `{command.text}` was not expanded", None, command.span.start)
    raise ReplayError("this command can only begin a search", _name(command), command.span.start)


def _custom(command: tree.CustomCommand, rows: Iterator[Row], context: SearchContext) -> Iterator[Row]:
    if command.name not in context.app.commands:
        known = ", ".join(sorted(context.app.commands)) or "none"
        message = f"the replay does not know this command, and the app has none of this name (it has: {known})"
        raise ReplayError(message, command.name, command.span.start)
    return _placed(customcommand.run(command.name, command.arguments, rows, context), command)


def _placed(rows: Iterator[Row], command: tree.CustomCommand) -> Iterator[Row]:
    """Add the place of the command to the errors it raises while it runs."""
    try:
        yield from rows
    except ReplayError as error:
        if error.position is None and error.command in (None, command.name):
            error.position = command.span.start
        raise


def _name(command: tree.Command) -> str:
    return command.command if isinstance(command, tree.Stats) else type(command).__name__.lower()
