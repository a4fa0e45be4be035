"""The rules of where a command may stand: those that begin a search, streams, filters made of a subsearch."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.compiler.check import on_search
from workbench.compiler.content import Content, Fault, SearchText
from workbench.compiler.rule import COMMANDS, MSTATS, SEARCH_COMMAND, SUBSEARCHES, rule
from workbench.compiler.rules.known import GENERATING, first_not_streaming
from workbench.compiler.rules.pipeline import stays_small
from workbench.spl.tree import (
    Branches,
    Command,
    Comparison,
    InList,
    Keyword,
    MacroCall,
    Mstats,
    Search,
    SearchFilter,
    Span,
    Subsearch,
    command_name,
    walk,
)

# Of the commands that can begin a search, those that can stand behind another too.
_ANYWHERE = frozenset(("search", "union"))
_TRUE = frozenset(("t", "true", "1"))


@on_search(
    rule(
        "NPM224",
        "late-generator",
        what="A command that begins a search stands behind another one.",
        why="It brings rows of its own and takes none: Splunk refuses the search.",
        see=COMMANDS,
    )
)
def _late_generators(search: SearchText, content: Content) -> Iterator[Fault]:
    appended = [each for branch in _branches(search, "appendpipe") for each in branch.searches]
    for pipeline in walk(search.tree, Search):
        for command in pipeline.commands[0 if pipeline in appended else 1 :]:
            name = command_name(command).lower()
            own = content.commands.get(name)
            generates = own.generating if own else name in GENERATING and name not in _ANYWHERE
            if generates and not isinstance(command, MacroCall) and not _appends(command):
                fix = "begin the search with it, put it into a subsearch, or give it append=t where it has that"
                yield Fault(f"{name} stands behind another command", fix, _word(command, name))


def _branches(search: SearchText, name: str) -> Iterator[Branches]:
    return (each for each in walk(search.tree, Branches) if each.command == name)


def _appends(command: Command) -> bool:
    options: tuple[tuple[str, str], ...] = getattr(command, "options", ())
    return any(name == "append" and value.lower() in _TRUE for name, value in options)


def _word(command: Command, name: str) -> Span:
    return Span(command.span.start, command.span.start + len(name))


@on_search(
    rule(
        "NPM227",
        "not-streaming",
        what="A search of multisearch has a command that does not stream.",
        why="multisearch takes searches whose commands look at one event at a time: Splunk refuses others.",
        see=COMMANDS,
    )
)
def _not_streaming(search: SearchText, content: Content) -> Iterator[Fault]:
    for branch in _branches(search, "multisearch"):
        for each in branch.searches:
            command = first_not_streaming(each)
            if command is None:
                continue
            name = command_name(command).lower()
            fix = f"move {name} behind multisearch, or use append or union"
            yield Fault(f"multisearch: {name} does not stream", fix, _word(command, name))


@on_search(
    rule(
        "NPM220",
        "filter-subsearch",
        what="A filter or an expression takes a part of itself from a subsearch.",
        why="A subsearch stops at 10,000 rows or 60 seconds, and the cut-off result is used.",
        see=SUBSEARCHES,
        severity="warning",
    )
)
def _filter_subsearches(search: SearchText, content: Content) -> Iterator[Fault]:
    for node in walk(search.tree, Subsearch):
        if not stays_small(node.search, content):
            fix = "use a lookup where there can be more"
            yield Fault(
                "this subsearch stops at 10,000 rows or 60 seconds", fix, Span(node.span.start, node.span.start + 1)
            )


@on_search(
    rule(
        "NPM226",
        "no-index",
        what="mstats names no index.",
        why="It reads the default metric indexes of whoever runs it, which differ from site to site.",
        see=MSTATS,
        severity="warning",
    )
)
def _no_index(search: SearchText, content: Content) -> Iterator[Fault]:
    for command in walk(search.tree, Mstats):
        named = (node.field.lower() for node in walk(command.where, Comparison, InList))
        if "index" not in named and not any(walk(command.where, MacroCall, Subsearch)):
            yield Fault("mstats names no index", "add index=... to its WHERE", _word(command, "mstats"))


@on_search(
    rule(
        "NPM228",
        "searched-search",
        what="A macro inside a search begins with the word search.",
        why="Behind other words of a filter it is not a command but a word to look for, which no event holds.",
        see=SEARCH_COMMAND,
    )
)
def _searched_search(search: SearchText, content: Content) -> Iterator[Fault]:
    for command in walk(search.tree, SearchFilter):
        for node in walk(command.filter, Keyword):
            source = search.expanded.source(node.span.start)
            if node.text.lower() == "search" and source is not None:
                message = "the word search of a macro is a word to look for here"
                yield Fault(message, f"write | {source} without the word before it, or correct the macro", node.span)
