"""The rules of lookups in searches: they exist, and have the columns that are read and written."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.compiler.check import on_search
from workbench.compiler.content import Content, Fault, SearchText
from workbench.compiler.project import file_stem
from workbench.compiler.rule import LOOKUPS, OUTPUTLOOKUP, rule
from workbench.compiler.rules.known import OTHER_LOOKUPS
from workbench.compiler.valuechecks import did_you_mean
from workbench.spl.tree import Inputlookup, Lookup, Outputlookup

_KEY = "_key"  # of a row in the KV store, which makes one where none is given


@on_search(
    rule(
        "NPM216",
        "unknown-lookup",
        what="A search reads or writes a lookup that neither the content nor a well-known other app defines.",
        why="Splunk refuses to read it; written, it becomes a file that no definition describes.",
        see=LOOKUPS,
        waivable=True,
    )
)
def _unknown_lookups(search: SearchText, content: Content) -> Iterator[Fault]:
    for command in search.commands():
        if (
            isinstance(command, Lookup | Inputlookup | Outputlookup)
            and command.table not in OTHER_LOOKUPS
            and content.lacks_lookup(command.table)
        ):
            hint = did_you_mean(command.table, content.project.named("lookups"))
            fix = f"correct the name or add lookups/{file_stem(command.table.removesuffix('.csv'))}.yml"
            at = search.expanded.text.index(command.table, command.span.start)
            yield Fault(f"unknown lookup {command.table}{hint}", fix, (at, at + len(command.table)))


@on_search(
    rule(
        "NPM306",
        "unknown-column",
        what="A lookup is asked for a column that its table does not have.",
        why="Splunk refuses the search, or the field stays empty.",
        see=LOOKUPS,
    )
)
def _unknown_columns(search: SearchText, content: Content) -> Iterator[Fault]:
    for step in search.steps:
        for use in step.missing:
            if use.where == "column" and isinstance(step.command, Lookup):
                table = content.tables[step.command.table]
                message = f"the lookup {step.command.table} has no column {use.name}"
                yield Fault(message, f"use one of: {', '.join(table.columns or ())}", use.span)


@on_search(
    rule(
        "NPM307",
        "other-columns",
        what="A search writes other columns than the table of the lookup has.",
        why="Who reads the table finds a column missing, or never learns of one.",
        see=OUTPUTLOOKUP,
    )
)
def _other_columns(search: SearchText, content: Content) -> Iterator[Fault]:
    for step in search.steps:
        command = step.command
        if not isinstance(command, Outputlookup) or step.before.open or command.table not in content.tables:
            continue
        columns = set(content.tables[command.table].columns or ()) - {_KEY}
        written = step.before.names - {_KEY} - _left_over(search, command, content)
        if not columns or any("*" in name for name in written):
            continue
        parts = []
        if more := sorted(written - columns):
            parts.append(f"writes {', '.join(more)}, which the table {command.table} does not have")
        if fewer := sorted(columns - written):
            parts.append(f"does not write {', '.join(fewer)}, which the table {command.table} has")
        if parts:
            fix = "name the columns with fields or table before, or correct the columns of the table"
            yield Fault(" and ".join(parts), fix, command.span)


def _left_over(search: SearchText, command: Outputlookup, content: Content) -> set[str]:
    """Return fields that a search made for its own use: the KV store keeps its columns and drops other fields.

    Those are what its conditions and calculations read, and the field that gives the key.
    """
    lookup = content.project.named("lookups").get(command.table)
    if lookup is None or lookup.text("lookup_type") != "kvstore":
        return set()
    read = {use.name for step in search.steps for use in step.reads if use.where in ("expression", "guarded", "filter")}
    own = read - set(content.tables[command.table].columns or ())
    return own | {value for option, value in command.options if option.lower() == "key_field"}
