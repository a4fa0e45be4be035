"""The rules of what functions and options are given: numbers and kinds of arguments, patterns, times, values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from workbench.compiler.check import on_search
from workbench.compiler.content import Content, Fault, SearchText
from workbench.compiler.rule import EVALUATION, SYNTAX, TIMES, rule
from workbench.compiler.rules.kinds import condition_fault, is_condition, operand_faults
from workbench.compiler.rules.known import EVAL_FUNCTIONS
from workbench.compiler.valuechecks import did_you_mean
from workbench.spl.options import OPTIONS, wanted
from workbench.spl.patterns import names_of, why_not
from workbench.spl.times import TimeError, relative_time
from workbench.spl.tree import (
    Bin,
    Call,
    Command,
    Comparison,
    Eval,
    Mstats,
    Regex,
    Rex,
    Search,
    SearchFilter,
    Span,
    Text,
    Tstats,
    command_name,
    walk,
)

_PAIRS = frozenset(("case", "json_object", "validate"))


@on_search(
    rule(
        "NPM221",
        "wrong-arguments",
        what="A function of eval or where has too few or too many arguments, or an argument of the wrong kind.",
        why="Splunk refuses the search.",
        see=EVALUATION,
    )
)
def _wrong_arguments(search: SearchText, content: Content) -> Iterator[Fault]:
    for node in walk(search.tree, Call):
        least, most = EVAL_FUNCTIONS.get(node.function, (0, None))
        count = len(node.arguments)
        if count < least or (most is not None and count > most):
            takes = f"{least}" if most == least else f"{least} or more" if most is None else f"{least} to {most}"
            message = f"{node.function} takes {takes} arguments, not {count}"
            yield Fault(message, "write it with as many", node.span)
        elif node.function in _PAIRS and count % 2:
            message = f"{node.function} takes pairs of arguments, not {count}"
            yield Fault(message, "add the one that is missing", node.span)
        else:
            yield from condition_fault(node)
    yield from operand_faults(search.tree)


@on_search(
    rule(
        "NPM222",
        "boolean-value",
        what="eval assigns a condition, which is true or false.",
        why="A field cannot hold true or false, and Splunk refuses the search.",
        see=EVALUATION,
    )
)
def _boolean_values(search: SearchText, content: Content) -> Iterator[Fault]:
    for command in walk(search.tree, Eval):
        for assignment in command.assignments:
            if is_condition(assignment.expression):
                message = f"{assignment.field} is assigned a condition"
                yield Fault(message, "write if(<condition>, <value>, <value>)", assignment.expression.span)


@on_search(
    rule(
        "NPM223",
        "bad-pattern",
        what="A regular expression does not compile, or rex has one without a named group.",
        why="Splunk refuses the search, or extracts nothing.",
        see=SYNTAX,
    )
)
def _bad_patterns(search: SearchText, content: Content) -> Iterator[Fault]:
    for node in walk(search.tree, Rex, Regex):
        pattern = node.pattern
        if isinstance(node, Rex) and node.sed:
            if not re.match(r"\s*(?:s(.).*\1.*\1|y(.).*\2.*\2)", pattern, re.DOTALL):
                yield Fault(f"{pattern} is not an expression of sed", "write s/<pattern>/<text>/g", node.span)
        elif reason := why_not(pattern):
            yield Fault(f"{pattern} does not compile: {reason}", "correct it", node.span)
        elif isinstance(node, Rex) and not names_of(pattern):
            yield Fault(f"{pattern} names no group", "write (?<name>...) around what it is to extract", node.span)
    for call in walk(search.tree, Call):
        if call.function in ("match", "replace", "mvfind") and len(call.arguments) > 1:
            second = call.arguments[1]
            if isinstance(second, Text) and (reason := why_not(second.value)):
                yield Fault(f"{second.value} does not compile: {reason}", "correct it", second.span)


_TIMES = frozenset(("earliest", "latest", "_index_earliest", "_index_latest"))
# A date, a real-time window, or what holds a token, a macro or a wildcard.
_NOT_JUDGED = re.compile(
    r"\d{1,2}/\d{1,2}/\d{2,4}(?::\d{1,2}:\d{2}:\d{2})?|\d{4}-\d\d-\d\d(?:T.*)?|rt.*|.*[$`*].*|", re.DOTALL
)


@on_search(
    rule(
        "NPM225",
        "bad-time",
        what="A time modifier in a search is not understood.",
        why="Splunk refuses the search.",
        see=TIMES,
    )
)
def _bad_times(search: SearchText, content: Content) -> Iterator[Fault]:
    for pipeline in walk(search.tree, Search):
        for node in walk(_filter_of(pipeline.commands[0]) if pipeline.commands else None, Comparison):
            if node.field.lower() in _TIMES:
                yield from _bad_time(node.value, node.span)
    for call in walk(search.tree, Call):
        if call.function == "relative_time" and len(call.arguments) == 2 and isinstance(call.arguments[1], Text):
            yield from _bad_time(call.arguments[1].value, call.arguments[1].span)


def _filter_of(command: Command) -> object:
    if isinstance(command, SearchFilter):
        return command.filter
    return command.where if isinstance(command, Mstats | Tstats) else None


def _bad_time(text: str, span: Span) -> Iterator[Fault]:
    if _NOT_JUDGED.fullmatch(text):
        return
    try:
        relative_time(0, text)
    except TimeError:
        yield Fault(f"{text} is not a time modifier", "write for example -70m@m, @d, now or epoch seconds", span)


@on_search(
    rule(
        "NPM229",
        "refused-option",
        what="A command of Splunk does not take the option, or not this value.",
        why="Splunk refuses the search, or takes the option for something else.",
        see=SYNTAX,
    )
)
def _refused_options(search: SearchText, content: Content) -> Iterator[Fault]:
    for command in search.commands():
        name = command_name(command).lower()
        known = OPTIONS.get(name)
        if known is None or name in content.commands:
            continue
        for key, value in _options_of(command):
            if message := _refused(name, key, value, known):
                hint = did_you_mean(key, list(known)) if key not in known else ""
                there = ", ".join(known) or "none"
                fix = f"there are: {there}" if key not in known else "correct the value"
                yield Fault(f"{name}: {message}{hint}", fix, _place(search, command, key))


def _options_of(command: Command) -> Iterator[tuple[str, str]]:
    options: tuple[tuple[str, str], ...] = getattr(command, "options", ())
    if ("left", "L") in options or any(key == "left" for key, _ in options):
        return  # join left=L right=R where L.a=R.b
    yield from options
    if isinstance(command, Bin | Mstats | Tstats) and command.bin_span is not None:
        yield "span", command.bin_span


def _refused(name: str, key: str, value: str, known: Mapping[str, str]) -> str:
    if key not in known:
        return f"there is no option {key}"
    form = wanted(known[key], value)
    return f"{key} is '{value}', not {form}" if form else ""


def _place(search: SearchText, command: Command, key: str) -> Span:
    """Return where an option stands; the whole command if it cannot be told."""
    text = search.expanded.text[command.span.start : command.span.end]
    bare = re.sub(r'"(?:\\.|[^"\\])*"', lambda quoted: '"' * len(quoted[0]), text)
    match = re.search(rf"(?<![\w.]){re.escape(key)}\s*=\s*(?:\"+|[^\s,|\[\]]*)", bare, re.IGNORECASE)
    if match is None:
        return command.span
    return Span(command.span.start + match.start(), command.span.start + match.end())
