"""The checks of the searches themselves: do they parse, and does everything they name exist.

One function per rule, all of the same form, listed in SEARCH_CHECKS: a new rule is a new function there.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

from workbench.compiler.macrocalls import macro_uses
from workbench.compiler.problems import Problem
from workbench.compiler.project import Project, file_stem, filter_macro
from workbench.compiler.shapes import did_you_mean
from workbench.compiler.words import FOREIGN_MACROS
from workbench.compiler.yamlfile import Document, Place
from workbench.spl.errors import SplSyntaxError, line_and_column
from workbench.spl.parser import parse
from workbench.spl.tree import Inputlookup, Lookup, MacroCall, Outputlookup, Search, Span

DRILLDOWN_PLACEHOLDER = "%original_detection_search%"


def known_macros(project: Project) -> set[str]:
    """The stanza names of the compiled macros.conf: the macro files, and the filter of each detection."""
    written = {
        f"{name}({len(document.items('arguments'))})" if document.items("arguments") else name
        for name, document in project.named("macros").items()
    }
    return written | {filter_macro(document.text("name")) for document in project.kind("detections")}


def check_syntax(project: Project) -> Iterator[Problem]:
    """Every search, and every drilldown with the detection's search put in, is SPL."""
    for document in project.searches():
        _, problems = _parsed(document)
        yield from problems
        for index, _ in enumerate(document.items("drilldown_searches")):
            place: Place = ("drilldown_searches", index, "search")
            text = drilldown_text(document.text(*place), document.text("search"))
            try:
                if text.strip():
                    parse(text)
            except SplSyntaxError as error:
                if not problems:  # the search put in has said so already
                    yield document.problem(place, f"is not SPL: {error.message}; correct it")


def drilldown_text(drilldown: str, search: str) -> str:
    """The drilldown search as it is written out: the placeholder gives way to the detection's own search."""
    return drilldown.strip().replace(DRILLDOWN_PLACEHOLDER, search.strip())


def check_macros(project: Project) -> Iterator[Problem]:
    """Every macro that a search, a drilldown or a macro calls is defined, with that number of arguments."""
    for document in project.searches():
        yield from _undefined_macros(project, document, ("search",))
        for index, _ in enumerate(document.items("drilldown_searches")):
            yield from _undefined_macros(project, document, ("drilldown_searches", index, "search"))
    for document in project.kind("macros"):
        yield from _undefined_macros(project, document, ("definition",))


def _undefined_macros(project: Project, document: Document, place: Place) -> Iterator[Problem]:
    text = document.text(*place)
    known = known_macros(project)
    uses, wrong = macro_uses(text)
    for start, what in wrong:
        yield document.problem(place, what, _line_of(text, start))
    for use in uses:
        unread = f"macros/{use.name}" in project.unreadable
        if use.stanza in known or use.name in FOREIGN_MACROS or unread:
            continue
        other = [stanza for stanza in known if stanza.split("(")[0] == use.name]
        if other:
            what = f"calls `{use.name}` with {use.arity} arguments, defined is {other[0]}; give as many"
        else:
            hint = did_you_mean(use.name, sorted(known))
            what = f"calls the unknown macro `{use.name}`{hint}; correct the name or add macros/{use.name}.yml"
        yield document.problem(place, what, _line_of(text, use.start))


def check_macro_recursion(project: Project) -> Iterator[Problem]:
    """No macro calls itself, directly or through others."""
    calls = {
        name: {use.name for use in macro_uses(document.text("definition"))[0]}
        for name, document in project.named("macros").items()
    }
    for name, document in project.named("macros").items():
        reached: set[str] = set()
        waiting = set(calls[name])
        while waiting:
            reached |= waiting
            waiting = {inner for outer in waiting for inner in calls.get(outer, set())} - reached
        if name in reached:
            yield document.problem(("definition",), f"`{name}` calls itself; take one of the calls out")


def check_filter_macro(project: Project) -> Iterator[Problem]:
    """A detection lets the site filter its results: its own filter macro is called, outside comments."""
    for document in project.kind("detections"):
        name = document.text("name")
        wanted = filter_macro(name)
        if name and wanted not in {use.stanza for use in macro_uses(document.text("search"))[0]}:
            yield document.problem(("search",), f"never calls its filter; end it with | `{wanted}`")


def check_lookups(project: Project) -> Iterator[Problem]:
    """Every lookup that a search reads or writes is defined."""
    for document in project.searches():
        search, _ = _parsed(document)
        for table, span in _tables(search):
            if project.lacks("lookups", table):
                hint = did_you_mean(table, project.named("lookups"))
                table_file = file_stem(table.removesuffix(".csv"))
                what = f"unknown lookup {table}{hint}; correct the name or add lookups/{table_file}.yml"
                yield document.problem(("search",), what, _line_of(document.text("search"), span.start))


def _parsed(document: Document) -> tuple[Search | None, list[Problem]]:
    text = document.text("search")
    if not text.strip():
        return None, []  # the form has said so
    try:
        return parse(text), []
    except SplSyntaxError as error:
        line, column = line_and_column(text, error.position)
        what = f"is not SPL at column {column} of the line: {error.message}; correct it there"
        return None, [document.problem(("search",), what, line - 1)]


def _tables(node: object) -> Iterator[tuple[str, Span]]:
    """The lookup tables anywhere in a tree."""
    if isinstance(node, Lookup | Inputlookup | Outputlookup):
        yield node.table, node.span
    if isinstance(node, tuple):
        for item in node:
            yield from _tables(item)
    elif dataclasses.is_dataclass(node) and not isinstance(node, MacroCall):
        for part in dataclasses.fields(node):
            yield from _tables(getattr(node, part.name))


def _line_of(text: str, position: int) -> int:
    return text.count("\n", 0, position)


SEARCH_CHECKS: tuple[Callable[[Project], Iterator[Problem]], ...] = (
    check_syntax,
    check_macros,
    check_macro_recursion,
    check_filter_macro,
    check_lookups,
)
