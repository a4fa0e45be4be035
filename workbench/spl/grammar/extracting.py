"""Commands that take fields out of text, and those that join events: rex, regex, spath, iplocation, transaction."""

from __future__ import annotations

import re

from workbench.spl import tree
from workbench.spl.grammar import clauses
from workbench.spl.grammar.cursor import Cursor, unquote
from workbench.spl.terms import Span

_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"', re.DOTALL)
_REST = re.compile(r"\S(?:.*\S)?", re.DOTALL)
_FIELD = re.compile(r'("[^"]*"|[^\s="!]+)\s*(!?=)\s*')
_RAW = "_raw"


def read_rex(cursor: Cursor, span: Span) -> tree.Rex:
    """Read rex; a pattern without quotes goes on to the end of the command."""
    options = clauses.options(cursor)
    pattern = cursor.take(_QUOTED)
    if pattern is None:
        pattern = cursor.need(_REST, "a value")
    options += clauses.options(cursor)
    field, options = clauses.taken_out(options, "field")
    sed = dict(options).get("mode", "").lower() == "sed"
    return tree.Rex(field or _RAW, unquote(pattern), sed, options, span)


def read_regex(cursor: Cursor, span: Span) -> tree.Regex:
    """Read regex."""
    field, operator = _RAW, "="
    if (match := cursor.peek(_FIELD)) is not None:
        cursor.take(_FIELD)
        field, operator = unquote(match[1]), match[2]
    pattern = cursor.take(_QUOTED) or cursor.need(_REST, "a value")
    return tree.Regex(field, operator, unquote(pattern), span)


def read_spath(cursor: Cursor, span: Span) -> tree.Spath:
    """Read spath; a word without ``path=`` is the path, and what it gives is called the same."""
    names, options = clauses.names_and_options(cursor)
    given = dict(options)
    unknown = next((name for name in given if name not in ("input", "output", "path")), None)
    if unknown:
        raise cursor.error(f"unknown option '{unknown}', there are input=, output= and path=", span.start)
    if len(names) > 1:
        raise cursor.error(f"takes one path, not {', '.join(names)}", span.start)
    path = given.get("path", names[0] if names else None)
    return tree.Spath(given.get("input", _RAW), path, given.get("output", path), span)


def read_iplocation(cursor: Cursor, span: Span) -> tree.Iplocation:
    """Read iplocation."""
    options = clauses.options(cursor)
    field = clauses.name(cursor)
    return tree.Iplocation(field, options + clauses.options(cursor), span)


def read_transaction(cursor: Cursor, span: Span) -> tree.Transaction:
    """Read transaction."""
    fields, options = clauses.names_and_options(cursor)
    return tree.Transaction(fields, options, span)
