"""Finds the fields that expressions, filters and lists read, and where in the search text they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.spl import tree
from workbench.spl.fields.sets import FieldSet
from workbench.spl.fields.steps import FieldUse, UseKind
from workbench.spl.terms import Span

_EXPECTS_NULL = frozenset(("isnull", "isnotnull", "coalesce"))
_TIME_LIMITS = frozenset(("earliest", "latest", "_index_earliest", "_index_latest"))


@dataclass(frozen=True)
class Places:
    """The text that the spans of a search refer to; ``fixed`` is the one place of all that comes out of a macro."""

    text: str
    fixed: Span | None = None

    def of(self, name: str, span: Span, last: bool = False) -> Span:
        """Return where the name stands in this part of the text, the first or last time; else the whole part."""
        if self.fixed is not None:
            return self.fixed
        found = list(re.finditer(rf"(?<![\w.*:@]){re.escape(name)}(?![\w*:@]|\.\w)", self.text[slice(*span)]))
        if not found:
            return span
        match = found[-1 if last else 0]
        return Span(span.start + match.start(), span.start + match.end())

    def at(self, span: Span) -> Span:
        """Return a span of the tree as a place in the text."""
        return span if self.fixed is None else self.fixed


def in_expression(node: tree.Expression, fields: FieldSet, places: Places) -> Iterator[FieldUse]:
    """Yield what an expression reads. A field that it checks for null somewhere may be null everywhere in it."""
    found = list(_names(node, False))
    guarded = {field.name for field, checked in found if checked}
    for field, _ in found:
        kind: UseKind = "guarded" if field.name in guarded else "expression"
        yield FieldUse(field.name, places.at(field.span), kind, fields.produces(field.name))


def _names(node: tree.Expression, checked: bool) -> Iterator[tuple[tree.FieldName, bool]]:
    if isinstance(node, tree.FieldName):
        yield node, checked
    elif isinstance(node, tree.Unary):
        yield from _names(node.operand, checked)
    elif isinstance(node, tree.Binary):
        yield from _names(node.left, checked)
        yield from _names(node.right, checked)
    elif isinstance(node, tree.Call):
        for argument in node.arguments:
            yield from _names(argument, checked or node.function in _EXPECTS_NULL)


def in_filter(node: tree.Filter, fields: FieldSet, places: Places) -> Iterator[FieldUse]:
    """Yield what a filter reads; earliest= and latest= are no fields."""
    if isinstance(node, tree.And | tree.Or):
        for term in node.terms:
            yield from in_filter(term, fields, places)
    elif isinstance(node, tree.Not):
        yield from in_filter(node.term, fields, places)
    elif isinstance(node, tree.Comparison | tree.InList) and node.field not in _TIME_LIMITS:
        place = places.of(node.field, node.span)
        yield FieldUse(node.field, place, "filter", fields.produces(node.field))


def in_list(
    names: tuple[str, ...], where: UseKind, fields: FieldSet, places: Places, span: Span, last: bool = False
) -> Iterator[FieldUse]:
    """Yield what a list of names in this part of the text reads; with ``last`` it stands at the end of the part."""
    for name in names:
        yield FieldUse(name, places.of(name, span, last), where, fields.produces(name))
