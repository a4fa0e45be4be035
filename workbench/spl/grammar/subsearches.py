"""Commands that take other searches in brackets: join, append and their like, foreach, return."""

from __future__ import annotations

import re

from workbench.spl import tree
from workbench.spl.grammar import clauses
from workbench.spl.grammar.cursor import Cursor
from workbench.spl.terms import Span

_COMMAS = re.compile(r",[\s,]*")
_LEAST = {"multisearch": 2, "set": 2, "appendcols": 1, "appendpipe": 1}
_ARGUMENT = re.compile(r'(?:\w+\s*=\s*)?\$?(?:"[^"]*"|[^\s,="$]+)\$?')


def read_join(cursor: Cursor, span: Span) -> tree.Join:
    """Read join."""
    fields, options = clauses.names_and_options(cursor)
    return tree.Join(fields, _needed(cursor), options, span)


def read_append(cursor: Cursor, span: Span) -> tree.Append:
    """Read append."""
    options = clauses.options(cursor)
    search = _needed(cursor)
    return tree.Append(search, options + clauses.options(cursor), span)


def _needed(cursor: Cursor) -> tree.Search:
    search = cursor.subsearch()
    if search is None:
        raise cursor.unexpected()
    return search


def read_branches(cursor: Cursor, span: Span) -> tree.Branches:
    """Read appendcols, appendpipe, multisearch, union, map or set."""
    names, options = clauses.names_and_options(cursor)
    searches: list[tree.Search] = []
    while (search := cursor.subsearch()) is not None:
        searches.append(search)
        cursor.take(_COMMAS)
        more, given = clauses.names_and_options(cursor)
        names, options = names + more, options + given
    least = _LEAST.get(cursor.command, 0)
    if len(searches) < least or not (searches or names or "search" in dict(options)):
        if cursor.at_end and searches:
            raise cursor.error(f"needs {least} searches in brackets, has {len(searches)}", span.start)
        raise cursor.unexpected()
    return tree.Branches(cursor.command, tuple(searches), names, options, span)


def read_foreach(cursor: Cursor, span: Span) -> tree.Foreach:
    """Read foreach with its template as text; it must read as commands with names in place of <<FIELD>>."""
    fields, options = clauses.names_and_options(cursor)
    start = cursor.position
    template = cursor.bracket()
    if template is None or not (fields or options):
        raise cursor.unexpected()
    if not cursor.text[slice(*template)].strip():
        raise cursor.error("the brackets are empty", start)
    own_marks = any(name.endswith("str") or name.startswith("matchseg") for name, _ in options)
    text = cursor.source[slice(*template)]
    if not own_marks:
        cursor.inner(template)
    return tree.Foreach(fields, text, template, options, span)


def read_return(cursor: Cursor, span: Span) -> tree.Plain:
    """Read return: a count, then fields, ``alias=field`` or ``$field``."""
    names: list[str] = []
    while not cursor.at_end:
        names.append(cursor.need(_ARGUMENT, "a name"))
        cursor.take(_COMMAS)
    return tree.Plain("return", tuple(names), (), span)
