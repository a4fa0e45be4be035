"""The rules of what a search is written in: grammar, commands, functions, options, the first command."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

from workbench.compiler import catalogue
from workbench.compiler.finding import Finding
from workbench.compiler.owncommands import Argument, OwnCommand, arguments, misfit
from workbench.compiler.rules.content import Content, SearchText
from workbench.compiler.rules.known import COMMANDS, EVAL_FUNCTIONS, GENERATING, is_aggregation
from workbench.compiler.shapes import did_you_mean
from workbench.spl.tree import (
    Aggregation,
    Call,
    Command,
    Comparison,
    CustomCommand,
    InList,
    Inputlookup,
    MacroCall,
    Makeresults,
    Mstats,
    Search,
    SearchFilter,
    Span,
)


def check_syntax(content: Content) -> Iterator[Finding]:
    """Every search, and every drilldown with the detection's search put in, is SPL."""
    for search in content.searches:
        for error in search.errors:
            span = Span(error.position, error.position + 1)
            at_macro = search.expanded.text[span.start : span.end] == "`"  # an unknown macro, said elsewhere
            if not at_macro and search.is_written_here(span):
                fix = "correct it there"
                yield search.finding(catalogue.NOT_SPL, f"is not SPL: {error.message}", fix, _word(search, span))
        for command in commands_of(search.tree):
            yield from _unbalanced(search, command)


def _word(search: SearchText, span: Span) -> Span:
    """The word that begins at a place, so that more than its first character is marked; at an end what is before it."""
    text = search.expanded.text
    found = re.match(r"\w[\w.]*", text[span.start :])
    if found:
        return Span(span.start, span.start + len(found[0]))
    start = span.start if text[span.start :][:1].strip() else max(len(text[: span.start].rstrip()) - 1, 0)
    return Span(start, start + 1)


def _unbalanced(search: SearchText, command: Command) -> Iterator[Finding]:
    """Brackets of a command whose arguments are not read further."""
    if not isinstance(command, CustomCommand) or not search.is_written_here(command.span):
        return
    if any(command.span.start <= error.position <= command.span.end for error in search.errors):
        return
    depth = 0
    for part in re.finditer(r'"(?:\\.|[^"\\])*"|[()]', command.arguments):
        depth += {"(": 1, ")": -1}.get(part[0], 0)
        if depth < 0:
            break
    if depth:
        message = f"is not SPL: {command.name}: the brackets do not balance"
        yield search.finding(catalogue.NOT_SPL, message, "close or remove one", command.span)


def commands_of(search: Search | None) -> Iterator[Command]:
    """All commands, those of subsearches too."""
    for command in search.commands if search else ():
        yield command
        if isinstance(inner := getattr(command, "search", None), Search):
            yield from commands_of(inner)


def check_commands(content: Content) -> Iterator[Finding]:
    """Splunk or the app has every command."""
    for search in content.searches:
        for command in commands_of(search.tree):
            if not isinstance(command, CustomCommand) or not search.is_written_here(command.span):
                continue
            name = command.name.lower()
            if name and name not in COMMANDS and name not in content.commands:
                hint = did_you_mean(name, sorted(COMMANDS | set(content.commands)))
                span = Span(command.span.start, command.span.start + len(command.name))
                fix = "correct it, or ship it in app/default/commands.conf"
                yield search.finding(catalogue.UNKNOWN_COMMAND, f"unknown command {command.name}{hint}", fix, span)


def check_options(content: Content) -> Iterator[Finding]:
    """Commands of the app get options that they know, with values that they take."""
    for search in content.searches:
        for command in commands_of(search.tree):
            own = content.commands.get(command.name.lower()) if isinstance(command, CustomCommand) else None
            if own and isinstance(command, CustomCommand) and search.is_written_here(command.span):
                yield from _wrong_options(content, search, command, own)


def _wrong_options(content: Content, search: SearchText, command: CustomCommand, own: OwnCommand) -> Iterator[Finding]:
    start = search.expanded.text.index(command.arguments, command.span.start + len(command.name))
    seen: set[str] = set()
    for one in arguments(command.arguments):
        span = Span(start + one.start, start + one.end)
        message, fix = _wrong_option(content, one, own, seen)
        if message:
            yield search.finding(catalogue.WRONG_OPTION, f"{command.name}: {message}", fix, span)
        seen.add(one.name or "")


def _wrong_option(content: Content, one: Argument, own: OwnCommand, seen: set[str]) -> tuple[str, str]:
    there = ", ".join(own.options)
    if one.name is None:
        return f"'{one.value}' is no option", f"write name=value; there are: {there}"
    if one.name not in own.options:
        hint = did_you_mean(one.name, list(own.options))
        return f"there is no option {one.name}{hint}", f"use one of: {there}"
    if one.name in seen:
        return f"the option {one.name} is given twice", "remove one of them"
    if wanted := misfit(own.options[one.name], one.value):
        return f"{one.name} is '{one.value}'", f"write {wanted}"
    if one.name in own.lookups and content.project.lacks("lookups", one.value):
        hint = did_you_mean(one.value, content.project.named("lookups"))
        return f"{one.name} names the unknown lookup {one.value}{hint}", "correct the name or add the lookup"
    return "", ""


def check_first_command(content: Content) -> Iterator[Finding]:
    """The first command of a search, and of each subsearch, brings rows."""
    for search in content.searches:
        first = search.tree.commands[:1] if search.tree else ()
        subsearches = (
            inner.commands[0]
            for command in commands_of(search.tree)
            if isinstance(inner := getattr(command, "search", None), Search)
        )
        for command in (*first, *subsearches):
            message = _brings_nothing(content, command)
            if message and search.is_written_here(command.span):
                fix = "begin with a command such as mstats, search index=..., inputlookup or makeresults"
                span = Span(command.span.start, command.span.start + _first_word(search, command.span))
                yield search.finding(catalogue.GENERATES_NOTHING, message, fix, span)


def _first_word(search: SearchText, span: Span) -> int:
    found = re.match(r"\S+", search.expanded.text[span.start : span.end])
    return len(found[0]) if found else 1


def _brings_nothing(content: Content, command: Command) -> str:
    """What is wrong with a command as the first one; "" if nothing."""
    if isinstance(command, Mstats | Inputlookup | Makeresults | MacroCall):
        return ""
    if isinstance(command, SearchFilter):
        if any(isinstance(node, Comparison | InList | MacroCall) for node in nodes_of(command.filter)):
            return ""
        return "the search begins with words to look for, but names no index, source type or macro"
    name = command.name.lower() if isinstance(command, CustomCommand) else command_name(command)
    if name in GENERATING or (name in content.commands and content.commands[name].generating):
        return ""
    if isinstance(command, CustomCommand) and name not in COMMANDS and name not in content.commands:
        return ""  # said already: unknown
    return f"{name} brings no rows, and nothing stands before it"


def command_name(command: Command) -> str:
    """The name of a command, as it is written."""
    return str(getattr(command, "command", type(command).__name__)).lower()


def check_functions(content: Content) -> Iterator[Finding]:
    """Splunk has every function of eval and where, and every one of stats and mstats."""
    for search in content.searches:
        for node in nodes_of(search.tree):
            if isinstance(node, Call) and node.function not in EVAL_FUNCTIONS:
                rule, name, known = catalogue.UNKNOWN_FUNCTION, node.function, EVAL_FUNCTIONS
            elif isinstance(node, Aggregation) and not is_aggregation(node.function):
                rule, name, known = catalogue.UNKNOWN_AGGREGATION, node.function, frozenset()
            else:
                continue
            if search.is_written_here(node.span):
                span = Span(node.span.start, node.span.start + len(name))
                message = f"unknown function {name}{did_you_mean(name, sorted(known))}"
                yield search.finding(rule, message, "use one that Splunk has", span)


def nodes_of(node: object) -> Iterator[object]:
    """A node of the tree and all below it."""
    if isinstance(node, tuple):
        for item in node:
            yield from nodes_of(item)
    elif dataclasses.is_dataclass(node):
        yield node
        for part in dataclasses.fields(node):
            value = getattr(node, part.name)
            if isinstance(value, tuple) or dataclasses.is_dataclass(value):
                yield from nodes_of(value)
