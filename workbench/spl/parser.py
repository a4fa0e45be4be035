"""Search text in, syntax tree out: ``parse`` is the way into the front end."""

from __future__ import annotations

import re
from functools import lru_cache, partial

from workbench.spl import tree
from workbench.spl.errors import SplSyntaxError
from workbench.spl.grammar.commands import READERS
from workbench.spl.grammar.cursor import Cursor
from workbench.spl.pipeline import Stage, blank_comments, split
from workbench.spl.terms import Span

_PLACEHOLDER = re.compile(r"<<\w+>>")
MAX_SUBSEARCHES = 20
"""Subsearches inside each other; not Splunk's number."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(?![^\s\[`\"(/])")


@lru_cache(maxsize=256)
def parse(text: str) -> tree.Search:
    """Read a whole search, with macros expanded or not.

    A text without a pipe in front begins with an implicit search, as in Splunk. Raises SplSyntaxError.
    """
    clean, whole = blank_comments(text), Span(0, len(text))
    return tree.Search(tuple(_read(clean, text, stage) for stage in split(clean, whole)), whole, text)


def parse_all(text: str) -> tuple[tree.Search | None, list[SplSyntaxError]]:
    """Read as much of a search as can be read: the search, if its commands can be told apart, and every error.

    A command with an error stands in the tree as a CustomCommand with its name and raw arguments.
    """
    errors: list[SplSyntaxError] = []
    try:
        clean = blank_comments(text)
        stages = split(clean, Span(0, len(text)))
    except SplSyntaxError as error:
        return None, [error]
    commands: list[tree.Command] = []
    for stage in stages:
        try:
            commands.append(_read(clean, text, stage))
        except SplSyntaxError as error:  # noqa: PERF203  (each command may fail for itself)
            errors.append(error)
            found = _NAME.match(clean, *stage.span)
            name = found.group() if found else ""
            arguments = text[stage.span.start + len(name) : stage.span.end].strip()
            commands.append(tree.CustomCommand(name, arguments, stage.span))
    return tree.Search(tuple(commands), Span(0, len(text)), text), errors


def _read(clean: str, text: str, stage: Stage) -> tree.Command:
    """Read a command that stands in no brackets, once for all texts that have it at the same place.

    Drilldowns begin with the search of their detection; the searches that map runs differ in their times.
    """
    parts = clean[slice(*stage.span)], text[slice(*stage.span)]
    known = None if stage.brackets else _alone(*parts, stage.span.start, stage.piped)
    return known or _command(clean, text, stage, bare_commands=False, depth=0)


@lru_cache(maxsize=1024)
def _alone(clean: str, text: str, start: int, piped: bool) -> tree.Command | None:
    """Return a command that stands at ``start`` of some text; None if it cannot be read."""
    before, span = " " * start, Span(start, start + len(clean))
    try:
        return _command(before + clean, before + text, Stage(span, (), piped), bare_commands=False, depth=0)
    except SplSyntaxError:
        return None


@lru_cache(maxsize=1024)  # foreach fills in its template for each field in every run
def parse_subsearch(text: str) -> tree.Search:
    """Read what stands inside brackets: like ``parse``, but the first command needs no pipe in front."""
    clean = blank_comments(text)
    return _search(clean, text, Span(0, len(text)), bare_commands=True)


def _search(clean: str, text: str, span: Span, bare_commands: bool, depth: int = 0) -> tree.Search:
    if depth > MAX_SUBSEARCHES:
        raise SplSyntaxError(f"more than {MAX_SUBSEARCHES} subsearches inside each other", text, span.start)
    stages = split(clean, span)
    return tree.Search(tuple(_command(clean, text, stage, bare_commands, depth) for stage in stages), span, text)


def _command(clean: str, text: str, stage: Stage, bare_commands: bool, depth: int) -> tree.Command:
    start, end = stage.span
    name_match = _NAME.match(clean, start, end)
    if not stage.piped and not bare_commands and (name_match is None or name_match.group().lower() != "search"):
        node = _build("search", Span(start, end), clean, text, stage, depth)
        assert isinstance(node, tree.SearchFilter)  # noqa: S101  (what the reader of search makes)
        return tree.SearchFilter(node.filter, node.span, implicit=True)
    if clean[start] == "`":
        return _macro(clean, stage.span)
    if name_match is None:
        shown = clean[start:end].split(None, 1)[0][:20]
        raise SplSyntaxError(f"expected the name of a command, found '{shown}'", text, start)
    name, arguments = name_match.group(), Span(name_match.end(), end)
    if name.lower() in READERS:
        return _build(name.lower(), arguments, clean, text, stage, depth)
    return tree.CustomCommand(name, text[arguments.start : end].strip(), stage.span)


def _macro(clean: str, span: Span) -> tree.MacroCall:
    after = clean.index("`", span.start + 1) + 1
    if clean[after : span.end].strip():
        message = "after this macro the command goes on: expand macros before reading the search"
        raise SplSyntaxError(message, clean, after)
    return tree.MacroCall(clean[span.start + 1 : after - 1].strip(), span)


def _build(command: str, arguments: Span, clean: str, text: str, stage: Stage, depth: int) -> tree.Command:
    if command == "foreach":  # what is filled in stands for a name
        clean = _PLACEHOLDER.sub(lambda found: "x" * len(found[0]), clean)
    inner = partial(_search, clean, text, bare_commands=True, depth=depth + 1)
    cursor = Cursor(clean, text, arguments, command, {bracket.start: bracket.end for bracket in stage.brackets}, inner)
    node = READERS[command](cursor, stage.span)
    cursor.finish()
    return node
