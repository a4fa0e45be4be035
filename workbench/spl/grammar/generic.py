"""Commands of options and names that need no reader of their own; commands.txt says what else each takes.

nothing: no names. name: one. names: any number. words: any number of words and quoted texts. A number behind names or
words is the least of them. assigned: ``field [as field]``, as of delta.
"""

from __future__ import annotations

import re

from workbench.spl import tree
from workbench.spl.grammar import clauses
from workbench.spl.grammar.cursor import Cursor, unquote
from workbench.spl.options import SHAPES
from workbench.spl.terms import Span

_WORD = re.compile(r'"(?:\\.|[^"\\])*"|[^\s,"|\[\]]+')
_COMMAS = re.compile(r",[\s,]*")


def read_generic(cursor: Cursor, span: Span) -> tree.Plain:
    """Read a command by its line in commands.txt."""
    shape, _, least = SHAPES[cursor.command].partition(" ")
    options = clauses.options(cursor)
    names: tuple[str, ...] = ()
    if shape == "names":
        names, more = clauses.names_and_options(cursor)
        options += more
    elif shape == "name":
        names = (clauses.name(cursor),)
    elif shape == "assigned":
        names = (clauses.name(cursor),)
        options += clauses.options(cursor)
        if cursor.take(clauses.AS, "AS") is not None:
            names += (clauses.name(cursor),)
    elif shape == "words":
        while (words := _words(cursor)) or clauses.is_option(cursor):
            names += words
            options += clauses.options(cursor)
    if len(names) < int(least or 0):
        raise cursor.error(f"takes {least} fields or more, not {len(names)}", span.start)
    return tree.Plain(cursor.command, names, options + clauses.options(cursor), span)


def _words(cursor: Cursor) -> tuple[str, ...]:
    found: list[str] = []
    while not clauses.is_option(cursor) and (word := cursor.take(_WORD, "a name")) is not None:
        found.append(unquote(word))
        cursor.take(_COMMAS)
    return tuple(found)
