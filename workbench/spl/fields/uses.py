"""Finds the fields that expressions, filters and lists read, and where in the search text they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.spl import tree
from workbench.spl.fields.sets import FieldSet
from workbench.spl.fields.steps import FieldUse, UseKind
from workbench.spl.terms import Span

_EXPECTS_NULL = frozenset(("isnull", "isnotnull", "coalesce"))
_TIME_LIMITS = frozenset(("earliest", "latest", "_index_earliest", "_index_latest"))


def in_expression(node: tree.Expression, fields: FieldSet) -> Iterator[FieldUse]:
    """Yield what an expression reads. A field that it checks for null somewhere may be null everywhere in it."""
    checks = [call for call in tree.walk(node, tree.Call) if call.function in _EXPECTS_NULL]
    guarded = {field.name for call in checks for field in tree.walk(call, tree.FieldName)}
    for field in tree.walk(node, tree.FieldName):
        kind: UseKind = "guarded" if field.name in guarded else "expression"
        yield FieldUse(field.name, field.span, kind, fields.produces(field.name))


def in_filter(node: tree.Filter, fields: FieldSet, text: str) -> Iterator[FieldUse]:
    """Yield what a filter of the search ``text`` reads; earliest= and latest= are not fields."""
    for term in tree.walk(node, tree.Comparison, tree.InList):
        if term.field not in _TIME_LIMITS:
            yield FieldUse(term.field, _span_of(term.field, text, term.span), "filter", fields.produces(term.field))


def in_list(
    names: tuple[str, ...], where: UseKind, fields: FieldSet, text: str, span: Span, last: bool = False
) -> Iterator[FieldUse]:
    """Yield what a list of names in this part of the search ``text`` reads; with ``last`` the list is at its end."""
    for name in names:
        yield FieldUse(name, _span_of(name, text, span, last), where, fields.produces(name))


def _span_of(name: str, text: str, span: Span, last: bool = False) -> Span:
    """Return where the name stands in this part of the text, the first or last time; else the whole part."""
    matches = list(re.finditer(rf"(?<![\w.*:@]){re.escape(name)}(?![\w*:@]|\.\w)", text[slice(*span)]))
    if not matches:
        return span
    match = matches[-1 if last else 0]
    return Span(span.start + match.start(), span.start + match.end())
