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
from workbench.replay.times import span_seconds
from workbench.spl import tree
from workbench.spl.errors import SplSyntaxError
from workbench.spl.parser import parse_subsearch

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
    return [(step.field, compile_value(step.expression, context, "eval")) for step in node.assignments]


def run_where(node: tree.Where, rows: Iterator[Row], context: SearchContext) -> Iterator[Row]:
    """Keep the rows for which the condition is true, not those for which it is false or null."""
    holds = compile_condition(node.expression, context, "where")
    return (row for row in rows if holds(row) is True)


def run_search(node: tree.SearchFilter, rows: Iterator[Row], context: SearchContext) -> Iterator[Row]:
    """Keep the rows that pass the filter."""
    passes = compile_filter(node.filter, context, "search")
    return (row for row in rows if passes(row))


def run_bin(node: tree.Bin, rows: Iterator[Row], _context: SearchContext) -> Iterator[Row]:
    """Put the times of ``_time`` into bins of a fixed length, each named by its start.

    Other fields become ranges as text in Splunk, and without span= it chooses a length: neither is replayed. Bins of
    days begin at midnight UTC here.
    """
    position = node.span.start
    read_options("bin", position, node.options, {})
    if node.field != "_time" or node.bin_span is None:
        raise ReplayError("only 'bin _time span=<length>' is replayed", "bin", position)
    try:
        length = span_seconds(node.bin_span)
    except ReplayError as error:
        raise ReplayError(error.message, "bin", position) from None

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
    read_options("foreach", node.span.start, node.options, known)
    patterns = [re.compile("(.*)".join(re.escape(part) for part in name.split("*"))) for name in node.fields]

    def repeated() -> Iterator[Row]:
        collected = list(rows)
        steps: list[tuple[str, Run]] = []
        for field in _matching(fields_of(collected), patterns):
            steps.extend(_template_steps(node, field, context))
        for row in collected:
            for target, compute in steps:
                row[target] = compute(row)
            yield row

    return repeated()


def _matching(fields: tuple[str, ...], patterns: list[re.Pattern[str]]) -> Iterator[re.Match[str]]:
    for field in fields:
        found = next((match for pattern in patterns if (match := pattern.fullmatch(field))), None)
        if found is not None:
            yield found


def _template_steps(node: tree.Foreach, field: re.Match[str], context: SearchContext) -> list[tuple[str, Run]]:
    values = {"FIELD": field.group(), "MATCHSTR": "".join(field.groups())}
    values |= {f"MATCHSEG{number}": text for number, text in enumerate(field.groups(), start=1)}
    start = node.template_span.start

    def fill(found: re.Match[str]) -> str:
        if found.group(1) not in values:
            raise ReplayError(f"nothing is known to fill in for {found.group()}", "foreach", start + found.start())
        return values[found.group(1)]

    text = _PLACEHOLDER.sub(fill, node.template)
    try:
        commands = parse_subsearch(text).commands
        steps: list[tuple[str, Run]] = []
        for command in commands:
            if not isinstance(command, tree.Eval):
                raise ReplayError("only eval is replayed inside the brackets", "foreach", start)
            steps.extend(_assignments(command, context))
    except SplSyntaxError as error:
        raise ReplayError(
            f"the template, filled in for '{field.group()}', is no SPL: {error}", "foreach", start
        ) from None
    except ReplayError as error:
        raise ReplayError(f"for '{field.group()}': {error.message}", "foreach", start) from None
    return steps
