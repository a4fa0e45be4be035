"""The rules of what a search is written in: grammar, commands, functions, options, the first command."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.compiler.check import on_search
from workbench.compiler.content import Content, Fault, SearchText
from workbench.compiler.macros import searches_run
from workbench.compiler.owncommands import OwnCommand, misfit
from workbench.compiler.project import search_macro
from workbench.compiler.rule import COMMANDS as COMMAND_TYPES
from workbench.compiler.rule import EVALUATION, HELP, MAP, STATISTICS, SYNTAX, rule
from workbench.compiler.rules.known import (
    COMMANDS,
    EVAL_FUNCTIONS,
    GENERATING,
    OTHER_COMMANDS,
    is_aggregation,
    makes_a_table,
)
from workbench.compiler.valuechecks import did_you_mean
from workbench.spl.arguments import Argument, arguments
from workbench.spl.macros import expand
from workbench.spl.parser import parse_all
from workbench.spl.tree import (
    Aggregation,
    Branches,
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
    Subsearch,
    command_name,
    walk,
)

_TOKEN_NAME = re.compile(r"`\$\w+\$")
_TOKEN = re.compile(r"\$[\w.:]+\$")


@on_search(
    rule(
        "NPM201",
        "not-spl",
        what="A search, or a drilldown with the detection's search inserted, does not parse.",
        why="Splunk would refuse to run it.",
        see=SYNTAX,
    )
)
def _not_spl(search: SearchText, content: Content) -> Iterator[Fault]:
    for error in search.errors:
        span = Span(error.position, error.position + 1)
        if search.expanded.text[span.start : span.end] != "`":  # an unknown macro has a rule of its own
            yield Fault(f"is not SPL: {error.message}", "correct it there", _word(search, span))


def _word(search: SearchText, span: Span) -> Span:
    """Return the span of the word that begins there, so that more than its first character is marked.

    At the end of the text it is that of the last character.
    """
    text = search.expanded.text
    word = re.match(r"\w[\w.]*", text[span.start :])
    if word:
        return Span(span.start, span.start + len(word[0]))
    start = span.start if text[span.start :][:1].strip() else max(len(text[: span.start].rstrip()) - 1, 0)
    return Span(start, start + 1)


@on_search(
    rule(
        "NPM202",
        "unknown-command",
        what="Neither Splunk nor this app nor a well-known other one has the command.",
        why="Splunk refuses the search.",
        see=COMMAND_TYPES,
        waivable=True,
    )
)
def _unknown_commands(search: SearchText, content: Content) -> Iterator[Fault]:
    known = COMMANDS | OTHER_COMMANDS | set(content.commands)
    for command in search.commands():
        name = command.name.lower() if isinstance(command, CustomCommand) else ""
        if isinstance(command, CustomCommand) and name and name not in known:
            span = Span(command.span.start, command.span.start + len(command.name))
            fix = "correct it, ship it in default/commands.conf, or waive it if another app brings it"
            yield Fault(f"unknown command {command.name}{did_you_mean(name, sorted(known))}", fix, span)


@on_search(
    rule(
        "NPM203",
        "wrong-option",
        what="A command of this app does not take the option or its value.",
        why="The command ends with an error message instead of results.",
        see=HELP,
    )
)
def _wrong_options(search: SearchText, content: Content) -> Iterator[Fault]:
    for command in search.commands():
        own = content.commands.get(command.name.lower()) if isinstance(command, CustomCommand) else None
        if not own or not own.options or not isinstance(command, CustomCommand):
            continue  # without a help nothing is known of its options
        start = search.expanded.text.index(command.arguments, command.span.start + len(command.name))
        seen: set[str] = set()
        for argument in arguments(command.arguments):
            message, fix = _wrong_option(content, argument, own, seen)
            if message:
                yield Fault(f"{command.name}: {message}", fix, Span(start + argument.start, start + argument.end))
            seen.add(argument.name or "")


def _wrong_option(content: Content, argument: Argument, own: OwnCommand, seen: set[str]) -> tuple[str, str]:
    """Return what is wrong with an option and what to do; "" if nothing."""
    name, value = argument.name, argument.value
    known = ", ".join(own.options)
    if name is None:
        return f"'{value}' is not an option", f"write name=value; there are: {known}"
    if name not in own.options:
        return f"there is no option {name}{did_you_mean(name, list(own.options))}", f"use one of: {known}"
    if name in seen:
        return f"the option {name} is given twice", "remove one of them"
    if "," in argument.unquoted:
        return f"{argument.written} has a comma outside of quotes", f'write {name}="{value}"'
    if wanted := misfit(own.options[name], value):
        return f"{name} is '{value}'", f"write {wanted}"
    if name in own.lookups and content.lacks_lookup(value):
        hint = did_you_mean(value, content.project.named("lookups"))
        return f"{name} names the unknown lookup {value}{hint}", "correct the name or add the lookup"
    return "", ""


@on_search(
    rule(
        "NPM204",
        "generates-nothing",
        what="The first command of a search or subsearch brings no rows.",
        why="The search returns nothing, or Splunk refuses it.",
        see=COMMAND_TYPES,
    )
)
def _first_commands(search: SearchText, content: Content) -> Iterator[Fault]:
    going_on = [
        each for branch in walk(search.tree, Branches) if branch.command == "appendpipe" for each in branch.searches
    ]
    for pipeline in walk(search.tree, Search):
        if makes_a_table(pipeline):
            continue
        for command in pipeline.commands[: 0 if pipeline in going_on else 1]:
            if message := _brings_nothing(content, command):
                fix = "begin with a command such as mstats, search index=..., inputlookup or makeresults"
                yield Fault(message, fix, _first_word(search, command.span))


def _first_word(search: SearchText, span: Span) -> Span:
    word = re.match(r"\S+", search.expanded.text[span.start : span.end])
    return Span(span.start, span.start + (len(word[0]) if word else 1))


def _brings_nothing(content: Content, command: Command) -> str:
    """Return what is wrong with a command as the first one; "" if nothing."""
    if isinstance(command, Mstats | Inputlookup | Makeresults | MacroCall):
        return ""
    if isinstance(command, SearchFilter):
        if any(walk(command.filter, Comparison, InList)) or any(walk(command.filter, MacroCall, Subsearch)):
            return ""
        return "the search begins with words to look for, but names no index, source type or macro"
    name = command_name(command).lower()
    if name in GENERATING or (name in content.commands and content.commands[name].generating):
        return ""
    if isinstance(command, CustomCommand) and name not in COMMANDS and name not in content.commands:
        return ""  # of another app, or reported as unknown
    return f"{name} brings no rows, and nothing stands before it"


@on_search(
    rule(
        "NPM231",
        "wrong-map",
        what="map stands behind append or appendpipe, or its quoted search calls no macro or is not SPL.",
        why="Splunk refuses the search, the quoted one only after others before it have run and written.",
        see=MAP,
    )
)
def _maps(search: SearchText, content: Content) -> Iterator[Fault]:
    for pipeline in walk(search.tree, Search):
        appended = ""
        for command in pipeline.commands:
            name = command_name(command)
            if name in ("append", "appendpipe"):
                appended = name
            if name != "map" or not isinstance(command, Branches):
                continue
            if appended:
                yield Fault(f"map stands behind {appended}", "put it before", _first_word(search, command.span))
            text = dict(command.options).get("search", "")
            named = searches_run(content.project, search.text)
            if _TOKEN_NAME.search(text) and not named:
                fix = "name the search macros of baselines in the search, as a_baseline_search"
                yield Fault("a token names what map calls", fix, _first_word(search, command.span))
                continue
            for name in named if _TOKEN_NAME.search(text) else [""]:
                run = _TOKEN_NAME.sub(f"`{search_macro(name)}", text)
                for message in _wrong_in(_TOKEN.sub(lambda found: "1" * len(found[0]), run), content):
                    yield Fault(f"the search of map: {message}", "correct it there", _first_word(search, command.span))


def _wrong_in(text: str, content: Content) -> list[str]:
    """Return what is wrong with a search that is run as it stands, with a number in place of each token."""
    expanded = expand(text, content.macros)
    if expanded.problems or not text.strip():
        return [problem.message for problem in expanded.problems]
    return [error.message for error in parse_all(expanded.text)[1]]


@on_search(
    rule(
        "NPM205",
        "unknown-function",
        what="eval, where or an aggregation over eval uses a function that Splunk does not have.",
        why="Splunk refuses the search.",
        see=EVALUATION,
    )
)
def _unknown_functions(search: SearchText, content: Content) -> Iterator[Fault]:
    for node in walk(search.tree, Call):
        if node.function not in EVAL_FUNCTIONS:
            yield _unknown_function(node.function, node.span, did_you_mean(node.function, sorted(EVAL_FUNCTIONS)))


@on_search(
    rule(
        "NPM206",
        "unknown-aggregation",
        what="A command such as stats or mstats uses a function that Splunk does not have.",
        why="Splunk refuses the search.",
        see=STATISTICS,
    )
)
def _unknown_aggregations(search: SearchText, content: Content) -> Iterator[Fault]:
    for node in walk(search.tree, Aggregation):
        if node.function != "eval" and not is_aggregation(node.function):
            yield _unknown_function(node.function, node.span, "")


def _unknown_function(name: str, span: Span, hint: str) -> Fault:
    return Fault(f"unknown function {name}{hint}", "use one that Splunk has", (span.start, span.start + len(name)))
