"""Commands about which rows there are, where they come from and in what order."""

from __future__ import annotations

import re

from workbench.spl import tree
from workbench.spl.grammar import clauses
from workbench.spl.grammar.cursor import NEVER, Cursor
from workbench.spl.grammar.expressions import read_expression
from workbench.spl.grammar.filters import read_filter
from workbench.spl.terms import Span

_COUNT = re.compile(r"\d+(?=[\s,+-]|$)")
_COMMAS = re.compile(r",[\s,]*")
_SIGN = re.compile("[+-]")
_KIND = re.compile(r"(auto|num|str|ip)\(")
_CLOSE = re.compile(r"\)")
_DESCENDING = re.compile(r"d(?:esc)?(?=\s*$)", re.IGNORECASE)
_SORT_BY = re.compile(r"SORTBY(?=\s|$)", re.IGNORECASE)
_WHERE = re.compile(r'WHERE(?=[\s(`"\[]|$)', re.IGNORECASE)
_OUTPUT = re.compile(r"OUTPUT(?:NEW)?(?=\s|$)", re.IGNORECASE)
_KIND_OF_SET = re.compile(r"\w+(?=\s*[:=\s])")
_COLON = re.compile("[:=]")
_SETS = frozenset(("datamodel", "dataset", "federated", "inputlookup", "lookup", "savedsearch", "sid"))


def read_search(cursor: Cursor, span: Span) -> tree.SearchFilter:
    """Read search."""
    return tree.SearchFilter(read_filter(cursor), span)


def read_metasearch(cursor: Cursor, span: Span) -> tree.Plain:
    """Read metasearch, which takes a filter."""
    if not cursor.at_end:
        read_filter(cursor)
    return tree.Plain("metasearch", (), (), span)


def read_where(cursor: Cursor, span: Span) -> tree.Where:
    """Read where."""
    return tree.Where(read_expression(cursor), span)


def read_addinfo(_cursor: Cursor, span: Span) -> tree.Addinfo:
    """Read addinfo."""
    return tree.Addinfo(span)


def read_sort(cursor: Cursor, span: Span) -> tree.Sort:
    """Read sort; a last "desc" turns the order of all keys around."""
    options = clauses.options(cursor)
    count = cursor.take(_COUNT)
    options += clauses.options(cursor)
    keys = _sort_keys(cursor)
    options += clauses.options(cursor)
    limit, others = clauses.taken_out(options, "limit")
    if others:
        raise cursor.error(f"unknown option '{others[0][0]}', there is only limit=", span.start)
    count = count if limit is None else limit
    return tree.Sort(keys, None if count is None else _whole(cursor, count, "the count", span), span)


def _sort_keys(cursor: Cursor) -> tuple[tree.SortKey, ...]:
    keys: list[tree.SortKey] = []
    while not keys or not cursor.at_end:
        if keys and cursor.take(_DESCENDING) is not None:
            return tuple(tree.SortKey(key.field, not key.descending, key.kind) for key in keys)
        if clauses.is_option(cursor):
            break
        sign = cursor.take(_SIGN)
        if (kind := cursor.peek(_KIND)) is not None:
            cursor.take(_KIND)
            keys.append(tree.SortKey(clauses.argument(cursor), sign == "-", kind[1]))
            cursor.need(_CLOSE, "')'")
        else:
            keys.append(tree.SortKey(clauses.name(cursor), sign == "-"))
        cursor.take(_COMMAS, "','")
    return tuple(keys)


def _whole(cursor: Cursor, text: str, option: str, span: Span) -> int:
    """Read the value of an option as a whole number, 0 or more."""
    if not text.isdigit():
        raise cursor.error(f"{option} must be a whole number, not '{text}'", span.start)
    return int(text)


def read_dedup(cursor: Cursor, span: Span) -> tree.Dedup:
    """Read dedup."""
    count = int(cursor.take(_COUNT) or 1)
    if not count:
        raise cursor.error("the count must be 1 or more, not 0", span.start)
    fields, options = clauses.names_and_options(cursor, _SORT_BY)
    if not fields:
        raise cursor.unexpected()
    keys: tuple[tree.SortKey, ...] = ()
    if cursor.take(_SORT_BY) is not None:
        keys = _sort_keys(cursor)
        options += clauses.options(cursor)
    return tree.Dedup(fields, count, options, span, keys)


def read_head(cursor: Cursor, span: Span) -> tree.Head:
    """Read head."""
    options = clauses.options(cursor) if clauses.is_known_option(cursor) else ()
    count = condition = None
    if not cursor.at_end and not (count := cursor.take(_COUNT)):
        condition = read_expression(cursor)
    options += clauses.options(cursor)
    limit, others = clauses.taken_out(options, "limit")
    count = count if limit is None else limit
    return tree.Head(None if count is None else _whole(cursor, count, "limit", span), condition, others, span)


def read_makeresults(cursor: Cursor, span: Span) -> tree.Makeresults:
    """Read makeresults."""
    return tree.Makeresults(clauses.options(cursor), span)


def read_mvexpand(cursor: Cursor, span: Span) -> tree.Mvexpand:
    """Read mvexpand."""
    options = clauses.options(cursor)
    field = clauses.name(cursor)
    return tree.Mvexpand(field, options + clauses.options(cursor), span)


def read_lookup(cursor: Cursor, span: Span) -> tree.Lookup:
    """Read lookup."""
    options = clauses.options(cursor)
    table = clauses.name(cursor)
    options += clauses.options(cursor)
    inputs = _lookup_fields(cursor, _OUTPUT)
    output = cursor.take(_OUTPUT)
    outputs = _lookup_fields(cursor, NEVER) if output is not None else ()
    return tree.Lookup(table, inputs, outputs, (output or "").lower() == "outputnew", options, span)


def _lookup_fields(cursor: Cursor, stop: re.Pattern[str]) -> tuple[tree.LookupField, ...]:
    fields: list[tree.LookupField] = []
    while not fields or not (cursor.at_end or cursor.peek(stop)):
        column = field = clauses.name(cursor)
        if cursor.take(clauses.AS, "AS") is not None:
            field = clauses.name(cursor)
        fields.append(tree.LookupField(column, field))
        cursor.take(_COMMAS, "','")
    return tuple(fields)


def read_inputlookup(cursor: Cursor, span: Span) -> tree.Inputlookup:
    """Read inputlookup."""
    options = clauses.options(cursor)
    table = clauses.name(cursor)
    options += clauses.options(cursor)
    where = read_filter(cursor) if cursor.take(_WHERE, "WHERE") is not None else None
    return tree.Inputlookup(table, where, options, span)


def read_outputlookup(cursor: Cursor, span: Span) -> tree.Outputlookup:
    """Read outputlookup."""
    options = clauses.options(cursor)
    table = clauses.name(cursor)
    return tree.Outputlookup(table, options + clauses.options(cursor), span)


def read_from(cursor: Cursor, span: Span) -> tree.From:
    """Read from."""
    start = cursor.position
    kind = cursor.need(_KIND_OF_SET, "a name").lower()
    if kind not in _SETS:
        raise cursor.error(f"unknown kind of data set {kind}, there are {', '.join(sorted(_SETS))}", start)
    cursor.take(_COLON)
    return tree.From(kind, clauses.name(cursor), span)
