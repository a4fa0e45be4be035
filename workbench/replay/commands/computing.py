"""eval, where, search, bin, fillnull and foreach: commands that look at one row at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.replay.commands.options import one_of, read_options
from workbench.replay.context import SearchContext
from workbench.replay.errors import ReplayError
from workbench.replay.expressions.compiled import Run
from workbench.replay.expressions.compiling import compile_condition, compile_value
from workbench.replay.filters import compile_filter
from workbench.replay.rows import Row, as_number
from workbench.spl import tree
from workbench.spl.errors import SplSyntaxError
from workbench.spl.parser import parse_subsearch
from workbench.spl.times import span_seconds
from workbench.spl.wildcards import stars

_PLACEHOLDER = re.compile(r"<<(\w+)>>")


def run_eval(node: tree.Eval, rows: Iterator[Row], context: SearchContext) -> Iterator[Row]:
    """Set fields, from left to right; a null result makes the field null."""
    steps = _assignments(node, context)

    def evaluated() -> Iterator[Row]:
        for row in rows:
            for field, compute in steps:
                row[field] = compute(row)
            yield row

    return evaluated()


def _assignments(node: tree.Eval, context: SearchContext) -> list[tuple[str, Run]]:
    for step in node.assignments:
        if "{" in step.field:
            raise ReplayError(f"a field name made of values, {step.field}, is not replayed", position=step.span.start)
    return [(step.field, compile_value(step.expression, context)) for step in node.assignments]


def run_where(node: tree.Where, rows: Iterator[Row], context: SearchContext) -> Iterator[Row]:
    """Keep the rows for which the condition is true, not those for which it is false or null."""
    holds = compile_condition(node.expression, context)
    return (row for row in rows if holds(row) is True)


def run_search(node: tree.SearchFilter, rows: Iterator[Row], context: SearchContext) -> Iterator[Row]:
    """Keep the rows that pass the filter."""
    passes = compile_filter(node.filter, context)
    return (row for row in rows if passes(row))


def run_bin(node: tree.Bin, rows: Iterator[Row], _context: SearchContext) -> Iterator[Row]:
    """Put the times of ``_time`` into bins of a fixed length, each named by its start.

    Other fields become ranges as text in Splunk, and without span= it chooses a length: neither is replayed. Bins of
    days begin at midnight UTC here.
    """
    read_options(node.options, {})
    if node.field != "_time" or node.bin_span is None:
        raise ReplayError("only 'bin _time span=<length>' is replayed")
    length = span_seconds(node.bin_span)

    def binned() -> Iterator[Row]:
        for row in rows:
            time = as_number(row.get("_time"))
            if time is not None:
                row[node.name] = time // length * length
            yield row

    return binned()


def run_fillnull(node: tree.Fillnull, rows: Iterator[Row], _context: SearchContext) -> Iterator[Row]:
    """Replace nulls in the named fields; without names in every field that any row has."""
    if node.fields:
        return _filled(rows, node.fields, node.value)

    def filled_everywhere() -> Iterator[Row]:
        collected = list(rows)
        yield from _filled(iter(collected), fields_of(collected), node.value)

    return filled_everywhere()


def fields_of(rows: list[Row]) -> tuple[str, ...]:
    """Return the fields of all rows, in the order in which they are first met."""
    fields: dict[str, None] = {}
    for row in rows:
        if not row.keys() <= fields.keys():
            fields.update(dict.fromkeys(row))
    return tuple(fields)


def _filled(rows: Iterator[Row], fields: tuple[str, ...], value: str) -> Iterator[Row]:
    for row in rows:
        for field in fields:
            if row.get(field) is None:
                row[field] = value
        yield row


def run_foreach(node: tree.Foreach, rows: Iterator[Row], context: SearchContext) -> Iterator[Row]:
    """Run the template on every row, once for each field that matches; fields come in column order.

    The template must be an eval. <<FIELD>> is the field, <<MATCHSTR>> what its wildcards stand for,
    <<MATCHSEG1>> to <<MATCHSEG3>> what each wildcard stands for.
    """
    known = {"mode": one_of("multifield")}
    read_options(node.options, known)

    def repeated() -> Iterator[Row]:
        collected = list(rows)
        steps: list[tuple[str, Run]] = []
        for field, parts in _matching(fields_of(collected), node.fields):
            steps.extend(_template_steps(node, field, parts, context))
        for row in collected:
            for target, compute in steps:
                row[target] = compute(row)
            yield row

    return repeated()


def _matching(fields: tuple[str, ...], names: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the fields that match one of the names, each with what the wildcards of the first such name stand for."""
    for field in fields:
        parts = next((parts for name in names if (parts := stars(field, name)) is not None), None)
        if parts is not None:
            yield field, parts


def _template_steps(
    node: tree.Foreach, field: str, parts: tuple[str, ...], context: SearchContext
) -> list[tuple[str, Run]]:
    values = {"FIELD": field, "MATCHSTR": "".join(parts)}
    values |= {f"MATCHSEG{number}": text for number, text in enumerate(parts, start=1)}
    start = node.template_span.start

    def fill(match: re.Match[str]) -> str:
        if match.group(1) not in values:
            raise ReplayError(f"nothing is known to fill in for {match.group()}", position=start + match.start())
        return values[match.group(1)]

    text = _PLACEHOLDER.sub(fill, node.template)
    try:
        commands = parse_subsearch(text).commands
        steps: list[tuple[str, Run]] = []
        for command in commands:
            if not isinstance(command, tree.Eval):
                raise ReplayError("only eval is replayed inside the brackets")
            steps.extend(_assignments(command, context))
    except SplSyntaxError as error:
        message = f"the template, filled in for '{field}', is not SPL: {error}"
        raise ReplayError(message, position=start) from None
    except ReplayError as error:
        raise ReplayError(f"for '{field}': {error.message}", position=start) from None
    return steps
