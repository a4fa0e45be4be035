"""Filters of search and of WHERE in mstats, tstats and inputlookup. From loose to tight: AND (or nothing), OR, NOT."""

from __future__ import annotations

import re

from workbench.spl.grammar.cursor import NEVER, Cursor, plain
from workbench.spl.terms import And, Comparison, Filter, InList, Keyword, MacroCall, Not, Or, Span, Subsearch

_END_OF_WORD = r"""(?=[\s("`\[]|$)"""
_ALL, _ANY, _NONE = (re.compile(word + _END_OF_WORD) for word in ("AND", "OR", "NOT"))
_CONNECTIVE = re.compile(f"(?:AND|OR){_END_OF_WORD}")
# What begins with a quote ends with it: behind it the next term may stand without a blank.
_QUOTED = r'"(?:\\.|[^"\\])*"'
_BARE_SUBJECT = r'(?:\\.|[^\s()|"`=<>!,\[\]\\]|!(?!=))'
_SUBJECT = re.compile(rf"{_QUOTED}|{_BARE_SUBJECT}(?:{_BARE_SUBJECT}|{_QUOTED})*", re.DOTALL)
_BARE_VALUE = r'(?:\\.|[^\s()|"`=<>,\[\]\\])'
_VALUE = re.compile(rf"{_QUOTED}|{_BARE_VALUE}(?:{_BARE_VALUE}|{_QUOTED})*", re.DOTALL)
_RELATION = re.compile("!=|<=|>=|=|<|>")
_AMONG = re.compile(r"IN(?=\s*\()")
_NOW = re.compile(r"now\(\s*\)", re.IGNORECASE)
_EXACT = re.compile(r"(CASE|TERM)\(\s*([^()]*?)\s*\)")
_MACRO = re.compile("`[^`]+`")
_OPEN, _CLOSE = re.compile(r"\("), re.compile(r"\)")
_COMMAS = re.compile(r",[\s,]*")
_TIMES = frozenset(("earliest", "latest", "_index_earliest", "_index_latest"))


def read_filter(cursor: Cursor, stop: re.Pattern[str] = NEVER) -> Filter:
    """Take a filter up to its end, a closing parenthesis or what ``stop`` matches."""
    start = cursor.position
    if cursor.peek(stop):
        cursor.missed("a value")
        raise cursor.unexpected()
    terms = [_disjunction(cursor)]
    while True:
        cursor.take(_COMMAS)
        if cursor.at_end or cursor.peek(_CLOSE) or cursor.peek(stop):
            break
        cursor.take(_ALL)
        terms.append(_disjunction(cursor))
    return _joined(And, terms, Span(start, cursor.last))


def _disjunction(cursor: Cursor) -> Filter:
    start = cursor.position
    terms = [_negation(cursor)]
    while cursor.take(_ANY) is not None:
        terms.append(_negation(cursor))
    return _joined(Or, terms, Span(start, cursor.last))


def _joined(kind: type[And | Or], terms: list[Filter], span: Span) -> Filter:
    """Return a row of terms as one node, also where some of them are such a row in parentheses."""
    if len(terms) == 1:
        return terms[0]
    flat = [each for term in terms for each in (term.terms if isinstance(term, kind) else (term,))]
    return kind(tuple(flat), span)


def _negation(cursor: Cursor) -> Filter:
    starts = []
    while True:
        start = cursor.position
        if cursor.take(_NONE) is None:
            break
        starts.append(start)
        cursor.deeper(1)
    term = _term(cursor)
    cursor.deeper(-len(starts))
    for start in reversed(starts):
        term = Not(term, Span(start, cursor.last))
    return term


def _term(cursor: Cursor) -> Filter:
    start = cursor.position
    if cursor.take(_OPEN, "'('") is not None:
        return _group(cursor, start)
    if search := cursor.subsearch():
        return Subsearch(search, Span(start, cursor.last))
    if macro := cursor.take(_MACRO):
        return MacroCall(macro[1:-1].strip(), Span(start, cursor.last))
    if (exact := cursor.peek(_EXACT)) is not None:
        cursor.take(_EXACT)
        return Keyword(plain(exact[2]), Span(start, cursor.last))
    if cursor.peek(_CONNECTIVE):
        cursor.missed("a value")
        raise cursor.unexpected()
    subject = cursor.need(_SUBJECT, "a value")
    operator = cursor.take(_RELATION, "an operator")
    if operator is None:
        if cursor.take(_AMONG) is not None:
            return _in_list(cursor, plain(subject), start)
        return Keyword(plain(subject), Span(start, cursor.last))
    if subject.startswith("'"):
        raise cursor.error("unexpected ''', a field is written without quotes or in double quotes", start)
    return _comparison(cursor, plain(subject), operator, start)


def _group(cursor: Cursor, start: int) -> Filter:
    """Take what stands in parentheses; nothing lets everything pass."""
    cursor.deeper(1)
    inside: Filter = And((), Span(start, start))
    if not cursor.peek(_CLOSE):
        inside = read_filter(cursor)
    cursor.need(_CLOSE, "')'")
    cursor.deeper(-1)
    return And((), Span(start, cursor.last)) if inside == And((), Span(start, start)) else inside


def _comparison(cursor: Cursor, field: str, operator: str, start: int) -> Filter:
    if (exact := cursor.peek(_EXACT)) is not None:
        cursor.take(_EXACT)
        return Comparison(field, operator, plain(exact[2]), Span(start, cursor.last), exact[1] == "CASE")
    if field.lower() in _TIMES and (now := cursor.take(_NOW)):
        return Comparison(field, operator, now, Span(start, cursor.last))
    if macro := cursor.take(_MACRO):
        return Comparison(field, operator, macro, Span(start, cursor.last))
    if search := cursor.subsearch():
        # What the subsearch returns stands there as the value, or as terms of its own.
        return Subsearch(search, Span(start, cursor.last))
    value = cursor.need(_VALUE, "a value")
    if value.isidentifier() and cursor.position == cursor.last and cursor.peek(_OPEN):
        raise cursor.error(f"{value}(...) is not computed here, only in where", cursor.last - len(value))
    return Comparison(field, operator, plain(value), Span(start, cursor.last))


def _in_list(cursor: Cursor, field: str, start: int) -> Filter:
    cursor.need(_OPEN, "'('")
    values: list[str] = []
    while True:
        cursor.take(_COMMAS)
        if cursor.take(_CLOSE, "')'") is not None:
            return InList(field, tuple(values), Span(start, cursor.last))
        if search := cursor.subsearch():
            cursor.need(_CLOSE, "')'")
            return Subsearch(search, Span(start, cursor.last))
        if macro := cursor.take(_MACRO):
            values.append(macro)
        else:
            values.append(plain(cursor.need(_VALUE, "a value")))
