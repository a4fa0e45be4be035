"""Commands about fields and their values: eval, rename, fields, table, fillnull, replace, convert, bin."""

from __future__ import annotations

import re

from workbench.spl import tree
from workbench.spl.grammar import clauses
from workbench.spl.grammar.cursor import Cursor, unquote
from workbench.spl.grammar.expressions import read_expression
from workbench.spl.terms import Span

_TARGET = re.compile(r""""(?:\\.|[^"\\])+"|'(?:\\.|[^'\\])+'|[^\s="'`,()|\[\]<>!]+""")
_EQUAL = re.compile(r"=(?!=)")
_COMMA = re.compile(",")
_COMMAS = re.compile(r",[\s,]*")
_SIGN = re.compile("[+-]")
_AS_OR_ARROW = re.compile(r'AS(?=[\s"]|$)|->', re.IGNORECASE)
_WITH = re.compile(r'WITH(?=[\s"])', re.IGNORECASE)
_IN = re.compile(r'IN(?=[\s"])', re.IGNORECASE)
_TEXT = re.compile(r'"(?:\\.|[^"\\])*"|[^\s,"|]+')
_CONVERSION = re.compile(r"([A-Za-z_]\w*)\s*\(\s*(\"[^\"]*\"|[^\s()\"]+)\s*\)")
_KNOWN_CONVERSIONS = frozenset(
    ("auto", "ctime", "dur2sec", "memk", "mktime", "mstime", "none", "num", "rmcomma", "rmunit")
)


def read_eval(cursor: Cursor, span: Span) -> tree.Eval:
    """Read eval."""
    assignments = [_assignment(cursor)]
    while cursor.take(_COMMA, "','") is not None:
        assignments.append(_assignment(cursor))
    return tree.Eval(tuple(assignments), span)


def read_fieldformat(cursor: Cursor, span: Span) -> tree.Fieldformat:
    """Read fieldformat."""
    return tree.Fieldformat(_assignment(cursor), span)


def _assignment(cursor: Cursor) -> tree.Assignment:
    start = cursor.position
    target = unquote(cursor.need(_TARGET, "a field to assign to"))
    cursor.need(_EQUAL, "'='")
    expression = read_expression(cursor)
    return tree.Assignment(target, expression, Span(start, cursor.last))


def read_rename(cursor: Cursor, span: Span) -> tree.Rename:
    """Read rename; both names of a pair must have as many wildcards."""
    pairs: list[tuple[str, str]] = []
    while not pairs or not cursor.at_end:
        start = cursor.position
        old = clauses.name(cursor)
        cursor.need(_AS_OR_ARROW, "AS")
        new = clauses.name(cursor)
        if old.count("*") != new.count("*"):
            raise cursor.error(f"'{old}' and '{new}' differ in their number of wildcards", start)
        pairs.append((old, new))
        cursor.take(_COMMAS, "','")
    return tree.Rename(tuple(pairs), span)


def read_fields(cursor: Cursor, span: Span) -> tree.Fields:
    """Read fields."""
    sign = cursor.take(_SIGN)
    return tree.Fields(clauses.names(cursor), sign != "-", span)


def read_table(cursor: Cursor, span: Span) -> tree.Table:
    """Read table."""
    return tree.Table(clauses.names(cursor), span)


def read_fillnull(cursor: Cursor, span: Span) -> tree.Fillnull:
    """Read fillnull; without value=, nulls become "0"."""
    fields, options = clauses.names_and_options(cursor)
    value, others = clauses.taken_out(options, "value")
    if others:
        raise cursor.error(f"unknown option '{others[0][0]}', there is only value=", span.start)
    return tree.Fillnull(fields, "0" if value is None else value, span)


def read_replace(cursor: Cursor, span: Span) -> tree.Replace:
    """Read replace."""
    pairs: list[tuple[str, str]] = []
    while not pairs or not (cursor.at_end or cursor.peek(_IN)):
        old = unquote(cursor.need(_TEXT, "a value"))
        cursor.need(_WITH, "")
        pairs.append((old, unquote(cursor.need(_TEXT, "a value"))))
        cursor.take(_COMMAS, "','")
    fields = clauses.names(cursor) if cursor.take(_IN) is not None else ()
    return tree.Replace(tuple(pairs), fields, span)


def read_convert(cursor: Cursor, span: Span) -> tree.Convert:
    """Read convert."""
    options = clauses.options(cursor)
    conversions: list[tree.Conversion] = []
    while (match := cursor.peek(_CONVERSION)) is not None:
        start = cursor.position
        if match[1].lower() not in _KNOWN_CONVERSIONS:
            known = ", ".join(sorted(_KNOWN_CONVERSIONS))
            raise cursor.error(f"unknown function {match[1]}, there are {known}", start)
        cursor.take(_CONVERSION)
        alias = clauses.name(cursor) if cursor.take(clauses.AS, "AS") is not None else None
        conversions.append(tree.Conversion(match[1].lower(), unquote(match[2]), alias, Span(start, cursor.last)))
        cursor.take(_COMMAS, "','")
        options += clauses.options(cursor)
    if not conversions:
        raise cursor.error("no function, expected e.g. ctime(<field>)", span.start)
    return tree.Convert(tuple(conversions), options, span)


def read_bin(cursor: Cursor, span: Span) -> tree.Bin:
    """Read bin or bucket."""
    options = clauses.options(cursor)
    field = clauses.name(cursor)
    options += clauses.options(cursor)
    alias = None
    if cursor.take(clauses.AS, "AS") is not None:
        alias = clauses.name(cursor)
        options += clauses.options(cursor)
    bin_span, others = clauses.taken_out(options, "span")
    return tree.Bin(field, alias, bin_span, others, span)
