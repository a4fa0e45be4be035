"""The rules of searches that only seem to work: subsearches, time ranges, dotted and multivalue fields."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.compiler import catalogue
from workbench.compiler.finding import Finding
from workbench.compiler.rules.content import Content, SearchText
from workbench.compiler.rules.syntax import command_name, commands_of, nodes_of
from workbench.compiler.rules.waivers import is_waived
from workbench.spl.fields.flow import FieldSet, Step
from workbench.spl.tree import (
    And,
    Append,
    Binary,
    Command,
    Comparison,
    CustomCommand,
    Eval,
    Filter,
    Join,
    Mstats,
    Or,
    SearchFilter,
    Span,
    Stats,
    Where,
)

_LIMITS = {
    "join": "50,000 rows or 60 seconds",
    "append": "10,000 or 50,000 rows or 60 seconds",
    "union": "50,000 rows or 60 seconds",
}
# Their brackets hold no subsearch: a pipeline over the rows there are, and searches that stream without these limits.
_UNLIMITED = frozenset(("appendpipe", "multisearch"))
_OTHER_LIMITS = "10,000 rows or 60 seconds"


def check_subsearches(content: Content) -> Iterator[Finding]:
    """No subsearch ships without a waiver that names the limit it can hit."""
    for search in content.searches:
        for command in commands_of(search.tree):
            name = _subsearching(command)
            if not name or not search.is_written_here(command.span):
                continue
            if is_waived(content, search.document, catalogue.SUBSEARCH, name):
                continue
            message = f"the subsearch of {name} stops at {_LIMITS.get(name, _OTHER_LIMITS)}, without an error"
            fix = (
                "use a lookup that a baseline search writes, or stats over both, "
                f"or add a comment: # npm-waiver {catalogue.SUBSEARCH.id}: {name} stops at 10,000 rows; here are ..."
            )
            span = Span(command.span.start, command.span.start + len(name))
            yield search.finding(catalogue.SUBSEARCH, message, fix, span)


def _subsearching(command: Command) -> str:
    """The name of a command that runs a subsearch, "" for others."""
    if isinstance(command, Join | Append):
        return command_name(command)
    if isinstance(command, CustomCommand) and command.name.lower() not in _UNLIMITED:
        bare = re.sub(r'"(?:\\.|[^"\\])*"', lambda quoted: " " * len(quoted[0]), command.arguments)
        return command.name.lower() if "[" in bare else ""
    return ""


def check_pooling(content: Content) -> Iterator[Finding]:
    """A subsearch whose rows are put beside those of the search groups by the same fields as these."""
    for search in content.searches:
        by: frozenset[str] = frozenset()
        for command in search.tree.commands if search.tree else ():
            if isinstance(command, Join | Append) and search.is_written_here(command.span):
                last = next((one for one in reversed(command.search.commands) if _grouping(one)), None)
                inside = _grouping(last) if last else None
                if last and inside and inside < by:
                    yield from _pooled(content, search, command, last, sorted(by - inside))
            by = _grouping(command) or by


def _pooled(
    content: Content, search: SearchText, command: Join | Append, last: Command, lacking: list[str]
) -> Iterator[Finding]:
    if is_waived(content, search.document, catalogue.POOLED_SUBSEARCH):
        return
    names = ", ".join(lacking)
    message = f"the subsearch of {command_name(command)} does not group by {names}, as the rows before it do"
    fix = f"add {names} to its BY, or what is known of one {lacking[0]} is told of all"
    clause = list(re.finditer(r"\bby\s[^|]*", search.expanded.text[last.span.start : last.span.end], re.IGNORECASE))
    start = last.span.start + clause[-1].start() if clause else last.span.start
    yield search.finding(catalogue.POOLED_SUBSEARCH, message, fix, (start, last.span.end))


def _grouping(command: Command) -> frozenset[str]:
    """The fields by which a command makes new rows; none for one that does not, or not by fields."""
    if isinstance(command, Mstats) or (isinstance(command, Stats) and command.command == "stats"):
        return frozenset(command.by)
    return frozenset()


def check_time_range(content: Content) -> Iterator[Finding]:
    """The time range comes from the schedule. A subsearch has to bring its own, and has a rule of its own."""
    rule = catalogue.OWN_TIME_RANGE
    for search in content.searches:
        first = search.tree.commands[0] if search.tree and search.is_main else None
        for text, span in _time_terms(first):
            if not is_waived(content, search.document, rule):
                fix = "remove it, and set the range in deployment.scheduling"
                yield search.finding(rule, f"{text} overrides the time range of the schedule", fix, span)


def _time_terms(command: Command | None) -> Iterator[tuple[str, Span]]:
    """The terms earliest=... and latest=... of a command that brings rows."""
    if isinstance(command, CustomCommand):
        # Such as tstats: its arguments are not read further, but quoted text is no term.
        bare = re.sub(r'"(?:\\.|[^"\\])*"', lambda quoted: "x" * len(quoted[0]), command.arguments)
        start = command.span.end - len(command.arguments)
        for found in re.finditer(r"\b(?:earliest|latest)\s*=\s*[^\s)]+", bare, re.IGNORECASE):
            yield found[0], Span(start + found.start(), start + found.end())
    where: Filter | None = None
    if isinstance(command, Mstats):
        where = command.where
    elif isinstance(command, SearchFilter):
        where = command.filter
    for node in nodes_of(where):
        if isinstance(node, Comparison) and node.field.lower() in ("earliest", "latest"):
            yield f"{node.field}={node.value}", node.span


def check_dotted_fields(content: Content) -> Iterator[Finding]:
    """In eval and where a field with dots stands in single quotes."""
    for search in content.searches:
        known = {name for step in search.steps for name in step.before.names | step.after.names if "." in name}
        for step in search.steps:
            if not isinstance(step.command, Where | Eval | Stats | Mstats):
                continue
            for node in _joined_names(step.command, search.expanded.text):
                name = search.expanded.text[node.span.start : node.span.end]
                if search.is_written_here(node.span) and _is_dotted_field(name, known, step):
                    message = f"{name} is read as the fields {' and '.join(name.split('.'))} joined together"
                    yield search.finding(catalogue.BARE_DOTTED_FIELD, message, f"write '{name}'", node.span)


def _joined_names(node: object, text: str) -> Iterator[Binary]:
    """The longest joins of bare names with dots and without blanks: k8s.cluster.name."""
    inside: set[Span] = set()
    for one in nodes_of(node):
        if not isinstance(one, Binary) or one.operator != "." or one.span in inside:
            continue
        if re.fullmatch(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+", text[one.span.start : one.span.end]):
            inside |= {below.span for below in nodes_of(one) if isinstance(below, Binary)}
            yield one


def _is_dotted_field(name: str, known: set[str], step: Step) -> bool:
    """Whether the field is meant: it can exist there, or not all of its parts can."""
    made = _made_by(step)
    parts_exist = all(step.before.produces(part) or part in made for part in name.split("."))
    return name in known or _in_family(step.before, name) or not parts_exist


def _made_by(step: Step) -> set[str]:
    return {one.field for one in step.command.assignments} if isinstance(step.command, Eval) else set()


def _in_family(fields: FieldSet, name: str) -> bool:
    return not fields.open and fields.produces(name)


def check_not_equal(content: Content) -> Iterator[Finding]:
    """``search field!=value`` is asked only of fields with one value."""
    for search in content.searches:
        for step in search.steps:
            if not isinstance(step.command, SearchFilter):
                continue
            for node in _terms(step.command.filter):
                multivalue = isinstance(node, Comparison) and step.before.trait(node.field).many == "yes"
                if isinstance(node, Comparison) and node.operator == "!=" and multivalue:
                    if not search.is_written_here(node.span):
                        continue
                    message = f"{node.field} can hold several values, and {node.field}!= does not say which must differ"
                    fix = f'write NOT {node.field}="{node.value}"'
                    yield search.finding(catalogue.MULTIVALUE_NOT_EQUAL, message, fix, node.span)


def _terms(node: Filter) -> Iterator[Filter]:
    if isinstance(node, And | Or):
        for term in node.terms:
            yield from _terms(term)
    elif hasattr(node, "term"):
        yield from _terms(node.term)
    else:
        yield node


def check_fields_read(content: Content) -> Iterator[Finding]:
    """Commands read fields that can exist there."""
    harmless = ("guarded", "remove", "fill", "foreach", "column")
    for search in content.searches:
        dotted = [node.span for node in _bare_joins(search)]
        for step in search.steps:
            for use in step.missing:
                inside = any(span.start <= use.span.start < span.end for span in dotted)
                if use.where in harmless or inside or not search.is_written_here(use.span):
                    continue
                message = f"{command_name(step.command)} reads {use.name}, which no command before it produces"
                fix = f"use one of: {_some(step.before)}"
                yield search.finding(catalogue.UNKNOWN_FIELD_READ, message, fix, use.span)


def _bare_joins(search: SearchText) -> Iterator[Binary]:
    for step in search.steps:
        if isinstance(step.command, Where | Eval | Stats | Mstats):
            yield from _joined_names(step.command, search.expanded.text)


def _some(fields: FieldSet, most: int = 12) -> str:
    names = sorted(fields.names)
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "") if names else "(no field is left there)"
