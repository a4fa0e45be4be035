"""The rules of searches that only seem to work: subsearches, time ranges, dotted and multivalue fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from workbench.compiler.check import on_search
from workbench.compiler.content import Content, Fault, SearchText
from workbench.compiler.rule import EVALUATION, MSTATS, SEARCH_COMMAND, SORT, SUBSEARCHES, SYNTAX, rule
from workbench.compiler.rules.known import first_not_streaming, makes_a_table
from workbench.spl import wildcards
from workbench.spl.fields.flow import FieldSet, Step
from workbench.spl.tree import (
    Append,
    Binary,
    Branches,
    Command,
    Comparison,
    Convert,
    CustomCommand,
    Eval,
    Filter,
    Inputlookup,
    Join,
    Mstats,
    Search,
    SearchFilter,
    Sort,
    Span,
    Stats,
    Tstats,
    Where,
    command_name,
    searches_in,
    walk,
)

_LIMITS = {
    "join": "50,000 rows or 60 seconds",
    "append": "10,000 or 50,000 rows or 60 seconds",
    "union": "50,000 rows or 60 seconds",
}
# Their brackets hold no subsearch: a pipeline over the rows there are, and searches that stream without these limits.
_UNLIMITED = frozenset(("appendpipe", "multisearch"))
_OTHER_LIMITS = "10,000 rows or 60 seconds"
_LEAST_LIMIT = 10_000  # rows


SUBSEARCH = rule(
    "NPM217",
    "subsearch",
    what="A search runs a subsearch over more than a small table that ships.",
    why="Subsearches stop at 10,000 or 50,000 rows or 60 seconds, and the cut-off result is used.",
    see=SUBSEARCHES,
    waivable=True,
)


@on_search(SUBSEARCH)
def _subsearches(search: SearchText, content: Content) -> Iterator[Fault]:
    for command in search.commands():
        if _limited(command, content):
            name = command_name(command).lower()
            message = f"the subsearch of {name} stops at {_LIMITS.get(name, _OTHER_LIMITS)}, without an error"
            fix = (
                "use a lookup that a baseline search writes, or stats over both, "
                f"or add a comment: # npm-waiver {SUBSEARCH.id}: {name} stops at 10,000 rows; here are ..."
            )
            yield Fault(message, fix, _first_word(search, command.span), keyword=name)


def _first_word(search: SearchText, span: Span) -> Span:
    word = re.match(r"\S+", search.expanded.text[span.start : span.end])
    return Span(span.start, span.start + (len(word[0]) if word else 1))


def stays_small(search: Search, content: Content) -> bool:
    """Return whether the rows of a subsearch stay below every limit.

    Those of a table that ships do, and none come of one that makes a table.
    """
    if makes_a_table(search):
        return True
    first = search.commands[0]
    rows = content.shipped_rows(first.table) if isinstance(first, Inputlookup) else None
    return rows is not None and 0 < rows <= _LEAST_LIMIT


def _limited(command: Command, content: Content) -> bool:
    """Return whether a command runs a subsearch that its limits can cut off."""
    if isinstance(command, CustomCommand):
        return "[" in re.sub(r'"(?:\\.|[^"\\])*"', "", command.arguments)
    if not isinstance(command, Join | Append | Branches) or command_name(command) in _UNLIMITED:
        return False
    searches = tuple(searches_in(command))
    if command_name(command) == "union" and not any(map(first_not_streaming, searches)):
        return False  # it is run as multisearch is
    return bool(searches) and not all(stays_small(each, content) for each in searches)


@on_search(
    rule(
        "NPM219",
        "cut-sort",
        what="A sort does not say how many rows to keep.",
        why="Without a number sort keeps 10,000 rows and drops the others, without a message.",
        see=SORT,
        severity="warning",
    )
)
def _cut_sorts(search: SearchText, content: Content) -> Iterator[Fault]:
    for command in search.commands():
        if isinstance(command, Sort) and command.limit is None:
            yield Fault("sort keeps only the first 10,000 rows", "write sort 0, or the number of rows", command.span)


@on_search(
    rule(
        "NPM305",
        "pooled-subsearch",
        what="The subsearch of a join or append measures the same as the rows before it, grouped by fewer fields.",
        why="What it knows of one group is applied to another.",
        see=SUBSEARCHES,
        waivable=True,
    )
)
def _pooled_subsearches(search: SearchText, content: Content) -> Iterator[Fault]:
    """Return a subsearch that adds something else, such as the owner of a host, may well be grouped by less."""
    commands = search.tree.commands if search.tree else ()
    by: frozenset[str] = frozenset()
    for index, command in enumerate(commands):
        if isinstance(command, Join | Append):
            last = next((one for one in reversed(command.search.commands) if _grouping(one)), None)
            inside = _grouping(last) if last else None
            if last and inside and inside < by and _measure_alike(commands[:index], command.search.commands):
                yield _pooled(search, command, last, sorted(by - inside))
        by = _grouping(command) or by


# The functions that measure. Others carry values along: latest(owner), values(user).
_MEASURES = re.compile(
    r"avg|mean|median|min|max|stdevp?|varp?|sum|sumsq|count|c|dc|distinct_count|range|.*p(?:erc)?\d.*"
)
_SOURCES = frozenset(("index", "sourcetype", "source", "eventtype", "tag"))


def _measure_alike(rows: tuple[Command, ...], others: tuple[Command, ...]) -> bool:
    """Return whether two pipelines begin at the same data and measure the same of it."""
    return _source(rows) == _source(others) and any(
        wildcards.overlap(one, other) for one in _measured(rows) for other in _measured(others)
    )


def _source(pipeline: tuple[Command, ...]) -> frozenset[tuple[str, str]] | type[Command] | None:
    """Return where the rows of a pipeline come from: the kind of command for metrics, the terms that name a source."""
    first = pipeline[0] if pipeline else None
    if isinstance(first, SearchFilter):
        return frozenset(
            (term.field, term.value) for term in walk(first.filter, Comparison) if term.field.lower() in _SOURCES
        )
    return type(first) if isinstance(first, Mstats) else None


def _measured(pipeline: tuple[Command, ...]) -> set[str]:
    """Return the fields that a pipeline measures; "" stands for a count of rows."""
    return {
        aggregation.field or ""
        for command in pipeline
        if isinstance(command, Mstats | Stats)
        for aggregation in command.aggregations
        if aggregation.field != "_time" and (isinstance(command, Mstats) or _MEASURES.fullmatch(aggregation.function))
    }


def _pooled(search: SearchText, command: Join | Append, last: Command, lacking: list[str]) -> Fault:
    names = ", ".join(lacking)
    message = f"the subsearch of {command_name(command)} does not group by {names}, as the rows before it do"
    fix = f"add {names} to its BY, or what is known of one {lacking[0]} is applied to all"
    clause = list(re.finditer(r"\bby\s[^|]*", search.expanded.text[last.span.start : last.span.end], re.IGNORECASE))
    start = last.span.start + clause[-1].start() if clause else last.span.start
    return Fault(message, fix, (start, last.span.end))


def _grouping(command: Command) -> frozenset[str]:
    """Return the fields by which a command makes new rows; none for one that does not, or not by fields."""
    if isinstance(command, Mstats) or (isinstance(command, Stats) and command.command == "stats"):
        return frozenset(command.by)
    return frozenset()


@on_search(
    rule(
        "NPM218",
        "own-time-range",
        what="The first command of a search gives a time range of its own.",
        why="A time range inside the search overrides that of the schedule, its lag for late data too.",
        see=MSTATS,
        waivable=True,
    )
)
def _own_time_ranges(search: SearchText, content: Content) -> Iterator[Fault]:
    first = search.tree.commands[0] if search.tree and search.is_main else None
    for text, span in _time_terms(first):
        fix = "remove it, and set the range in deployment.scheduling"
        yield Fault(f"{text} overrides the time range of the schedule", fix, span)


def _time_terms(command: Command | None) -> Iterator[tuple[str, Span]]:
    """Yield the terms earliest=... and latest=... of a command that brings rows."""
    where: Filter | None = None
    if isinstance(command, Mstats | Tstats):
        where = command.where
    elif isinstance(command, SearchFilter):
        where = command.filter
    for node in walk(where, Comparison):
        if node.field.lower() in ("earliest", "latest"):
            yield f"{node.field}={node.value}", node.span


@on_search(
    rule(
        "NPM302",
        "bare-dotted-field",
        what="eval or where uses a field with dots in its name without single quotes.",
        why="There a.b joins the fields a and b; the field a.b needs single quotes.",
        see=EVALUATION,
    )
)
def _bare_dotted_fields(search: SearchText, content: Content) -> Iterator[Fault]:
    known = {name for step in search.steps for name in step.before.names | step.after.names if "." in name}
    for step in search.steps:
        if not isinstance(step.command, Where | Eval | Stats | Mstats):
            continue
        for node in _joined_names(step.command, search.expanded.text):
            name = search.expanded.text[node.span.start : node.span.end]
            if _is_dotted_field(name, known, step):
                message = f"{name} is read as the fields {' and '.join(name.split('.'))} joined together"
                yield Fault(message, f"write '{name}'", node.span)


def _joined_names(node: object, text: str) -> Iterator[Binary]:
    """Yield the longest joins of bare names with dots and without blanks: k8s.cluster.name."""
    inside: set[Span] = set()
    for one in walk(node, Binary):
        if one.operator != "." or one.span in inside:
            continue
        if re.fullmatch(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+", text[one.span.start : one.span.end]):
            inside |= {below.span for below in walk(one, Binary)}
            yield one


def _is_dotted_field(name: str, known: set[str], step: Step) -> bool:
    """Return whether the field is meant: it can exist there, or not all of its parts can."""
    made = _made_by(step)
    parts_exist = all(step.before.produces(part) or part in made for part in name.split("."))
    return name in known or _in_family(step.before, name) or not parts_exist


def _made_by(step: Step) -> set[str]:
    return {one.field for one in step.command.assignments} if isinstance(step.command, Eval) else set()


def _in_family(fields: FieldSet, name: str) -> bool:
    return not fields.open and fields.produces(name)


@on_search(
    rule(
        "NPM303",
        "multivalue-not-equal",
        what="A search compares a field that can hold several values with !=.",
        why="How field!=value reads a field with several values is not documented.",
        see=SEARCH_COMMAND,
    )
)
def _multivalue_not_equal(search: SearchText, content: Content) -> Iterator[Fault]:
    for step in search.steps:
        for node in walk(step.command.filter, Comparison) if isinstance(step.command, SearchFilter) else ():
            if node.operator == "!=" and step.before.trait(node.field).many == "yes":
                message = f"{node.field} can hold several values, and {node.field}!= does not say which must differ"
                yield Fault(message, f'write NOT {node.field}="{node.value}"', node.span)


@on_search(
    rule(
        "NPM301",
        "unknown-field-read",
        what="A command reads a field that no command before it can produce.",
        why="The field is null in every row: a condition on it never holds, a group by it loses all rows.",
        see=SYNTAX,
    )
)
def _unknown_fields(search: SearchText, content: Content) -> Iterator[Fault]:
    harmless = ("guarded", "remove", "fill", "foreach", "column")
    dotted = [node.span for node in _bare_joins(search)]
    for step in search.steps:
        for use in step.missing:
            inside = any(span.start <= use.span.start < span.end for span in dotted)
            # if(a=b, c, null): a field of that name is null, as was meant
            if use.where not in harmless and not inside and use.name.lower() != "null" and not _idle(step, use.name):
                message = f"{command_name(step.command)} reads {use.name}, which no command before it produces"
                yield Fault(message, f"use one of: {_some(step.before)}", use.span)


def _idle(step: Step, name: str) -> bool:
    """Return whether a command has nothing to do for a field that is not there.

    That is a wildcard of stats, which makes no column then, and a convert, unless a field almost of that name is meant.
    """
    if isinstance(step.command, Stats) and "*" in name:
        return True
    if not isinstance(step.command, Convert) or get_close_matches(name, step.before.names, n=1, cutoff=0.85):
        return False
    return all(one.alias is None for one in step.command.conversions if one.field == name)


def _bare_joins(search: SearchText) -> Iterator[Binary]:
    for step in search.steps:
        if isinstance(step.command, Where | Eval | Stats | Mstats):
            yield from _joined_names(step.command, search.expanded.text)


def _some(fields: FieldSet, most: int = 12) -> str:
    names = sorted(fields.names)
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "") if names else "(no field is left there)"
