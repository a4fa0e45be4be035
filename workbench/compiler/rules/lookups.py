"""The rules of lookups in searches: they exist, and have the columns that are read and written."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.compiler import catalogue
from workbench.compiler.finding import Finding
from workbench.compiler.project import file_stem
from workbench.compiler.rules.content import Content
from workbench.compiler.rules.syntax import commands_of
from workbench.compiler.shapes import did_you_mean
from workbench.spl.tree import Inputlookup, Lookup, Outputlookup


def check_lookups(content: Content) -> Iterator[Finding]:
    """Every lookup that a search reads or writes is defined."""
    for search in content.searches:
        for command in commands_of(search.tree):
            if not isinstance(command, Lookup | Inputlookup | Outputlookup):
                continue
            if content.project.lacks("lookups", command.table) and search.is_written_here(command.span):
                hint = did_you_mean(command.table, content.project.named("lookups"))
                fix = f"correct the name or add lookups/{file_stem(command.table.removesuffix('.csv'))}.yml"
                at = search.expanded.text.index(command.table, command.span.start)
                span = (at, at + len(command.table))
                message = f"unknown lookup {command.table}{hint}"
                yield search.finding(catalogue.UNKNOWN_LOOKUP, message, fix, span)


def check_columns_read(content: Content) -> Iterator[Finding]:
    """A lookup is asked only for columns that its table has."""
    for search in content.searches:
        for step in search.steps:
            for use in step.missing:
                if use.where == "column" and search.is_written_here(use.span) and isinstance(step.command, Lookup):
                    table = content.tables[step.command.table]
                    message = f"the lookup {step.command.table} has no column {use.name}"
                    fix = f"use one of: {', '.join(table.columns or ())}"
                    yield search.finding(catalogue.UNKNOWN_COLUMN, message, fix, use.span)


def check_columns_written(content: Content) -> Iterator[Finding]:
    """A search writes the columns that the table of the lookup has, neither more nor fewer."""
    for search in content.searches:
        for step in search.steps:
            command = step.command
            if not isinstance(command, Outputlookup) or step.before.open or command.table not in content.tables:
                continue
            columns = content.tables[command.table].columns
            written = step.before.names
            if columns is None or any("*" in name for name in written):
                continue
            parts = []
            if more := sorted(written - set(columns)):
                parts.append(f"writes {', '.join(more)}, which the table {command.table} does not have")
            if fewer := sorted(set(columns) - written):
                parts.append(f"does not write {', '.join(fewer)}, which the table {command.table} has")
            if parts and search.is_written_here(command.span):
                fix = "name the columns with fields or table before, or correct the header of the table"
                yield search.finding(catalogue.OTHER_COLUMNS, " and ".join(parts), fix, command.span)
