"""Turns the parse trees of the shared grammar rules (expressions, filters, names) into nodes of our tree."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from lark import Token, v_args
from lark.tree import Meta
from lark.visitors import Transformer_NonRecursive

from workbench.spl import tree
from workbench.spl.terms import Expression, Filter, Span

_ESCAPED = re.compile(r"\\([\\\"'])")


class WrittenOption(NamedTuple):
    """``name=value`` as it stood between other things."""

    name: str
    value: str


def unquote(text: str) -> str:
    """Remove the quotes around a text, if any, and the backslashes before quotes and backslashes."""
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'":
        return _ESCAPED.sub(r"\1", text[1:-1])
    return str(text)


@v_args(meta=True)
class TermBuilder(Transformer_NonRecursive[Token, Any]):
    """Makes nodes; ``base`` is where in the whole text the part begins that was read."""

    def __init__(self, base: int) -> None:
        super().__init__(visit_tokens=False)
        self.base = base

    def span(self, meta: Meta) -> Span:
        """Place of a parse tree node in the whole text."""
        if meta.empty:
            return Span(self.base, self.base)
        return Span(self.base + meta.start_pos, self.base + meta.end_pos)

    def name(self, _meta: Meta, parts: list[Token]) -> str:
        """Return a field or table name, without quotes."""
        return unquote(parts[0])

    def names(self, _meta: Meta, parts: list[str]) -> tuple[str, ...]:
        """Return a list of names."""
        return tuple(parts)

    def by(self, _meta: Meta, parts: list[Any]) -> tuple[str, ...]:
        """Return the fields of a BY clause."""
        names: tuple[str, ...] = parts[1]
        return names

    def option(self, _meta: Meta, parts: list[Token]) -> WrittenOption:
        """Return an option, its name in lower case."""
        return WrittenOption(parts[0].rstrip().removesuffix("=").rstrip().lower(), unquote(parts[1]))

    def macro(self, meta: Meta, parts: list[Token]) -> tree.MacroCall:
        """Return a macro that was not expanded."""
        return tree.MacroCall(parts[0][1:-1].strip(), self.span(meta))

    def group(self, _meta: Meta, parts: list[Any]) -> Any:
        """Return what stands in parentheses."""
        return parts[0]

    # Expressions.

    def number(self, meta: Meta, parts: list[Token]) -> tree.Number:
        """Return a numeric literal."""
        text = str(parts[0])
        return tree.Number(int(text) if text.isdigit() else float(text), self.span(meta))

    def text(self, meta: Meta, parts: list[Token]) -> tree.Text:
        """Return a string literal."""
        return tree.Text(unquote(parts[0]), self.span(meta))

    def quoted_field(self, meta: Meta, parts: list[Token]) -> tree.FieldName:
        """Return a field in single quotes."""
        return tree.FieldName(unquote(parts[0]), self.span(meta))

    def bare_field(self, meta: Meta, parts: list[Token]) -> tree.FieldName:
        """Return a field without quotes."""
        return tree.FieldName(str(parts[0]), self.span(meta))

    def unary(self, meta: Meta, parts: list[Any]) -> tree.Unary:
        """Return a sign or NOT."""
        return tree.Unary(parts[0].upper(), parts[1], self.span(meta))

    def binary(self, meta: Meta, parts: list[Any]) -> tree.Binary:
        """Return an operator between two expressions."""
        operator = "=" if parts[1] == "==" else parts[1].upper()
        return tree.Binary(operator, parts[0], parts[2], self.span(meta))

    def membership(self, meta: Meta, parts: list[Any]) -> tree.Call:
        """Return ``x IN (a, b)`` as the function call it is short for."""
        return tree.Call("in", (parts[0], *parts[1]), self.span(meta))

    def call(self, meta: Meta, parts: list[Any]) -> tree.Call:
        """Return a function call."""
        return tree.Call(parts[0].lower(), parts[1] or (), self.span(meta))

    def arguments(self, _meta: Meta, parts: list[Expression]) -> tuple[Expression, ...]:
        """Return the arguments of a call."""
        return tuple(parts)

    # Filters.

    def all_of(self, meta: Meta, parts: list[Filter]) -> tree.And:
        """Return AND of terms; a row of ANDs is one node."""
        terms = [term for part in parts for term in (part.terms if isinstance(part, tree.And) else (part,))]
        return tree.And(tuple(terms), self.span(meta))

    def any_of(self, meta: Meta, parts: list[Filter]) -> tree.Or:
        """Return OR of terms; a row of ORs is one node."""
        terms = [term for part in parts for term in (part.terms if isinstance(part, tree.Or) else (part,))]
        return tree.Or(tuple(terms), self.span(meta))

    def none_of(self, meta: Meta, parts: list[Filter]) -> tree.Not:
        """Return NOT of a term."""
        return tree.Not(parts[0], self.span(meta))

    def comparison(self, meta: Meta, parts: list[Token]) -> tree.Comparison:
        """Return ``field operator value``."""
        return tree.Comparison(unquote(parts[0]), str(parts[1]), unquote(parts[2]), self.span(meta))

    def exact_comparison(self, meta: Meta, parts: list[Token]) -> tree.Comparison:
        """Return ``field operator CASE(value)``."""
        field, operator, value = parts
        return tree.Comparison(unquote(field), str(operator), unquote(value), self.span(meta), True)

    def in_list(self, meta: Meta, parts: list[Token]) -> tree.InList:
        """Return ``field IN (values)``."""
        return tree.InList(unquote(parts[0]), tuple(unquote(part) for part in parts[1:]), self.span(meta))

    def keyword(self, meta: Meta, parts: list[Token]) -> tree.Keyword:
        """Return a word or phrase to look for."""
        return tree.Keyword(unquote(parts[0]), self.span(meta))
