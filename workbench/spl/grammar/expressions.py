"""Expressions of eval and where. From loose to tight: OR, XOR, AND, NOT, comparison, + - ., * / %, sign."""

from __future__ import annotations

import re

from workbench.spl.grammar.cursor import Cursor, unquote
from workbench.spl.terms import Binary, Call, Expression, FieldName, MacroCall, Number, Span, Subsearch, Text, Unary

_OPERATOR = re.compile(r"(?:OR|XOR|AND|LIKE)\b|IN(?=\s*[(\[])|==|!=|<=|>=|[-+.*/%=<>]", re.IGNORECASE)
_BINDING = {
    "OR": 1, "XOR": 2, "AND": 3, "LIKE": 5, "IN": 5, "==": 5, "!=": 5, "<=": 5, ">=": 5, "=": 5, "<": 5, ">": 5,
    "+": 6, "-": 6, ".": 6, "*": 7, "/": 7, "%": 7,
}  # fmt: skip
_NEGATION, _COMPARISON, _SIGN = 4, 5, 8

_ATOM = re.compile(
    r"""(?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?(?![A-Za-z_]))
    |(?P<negation>NOT\b|!(?!=))
    |(?P<call>[A-Za-z_][A-Za-z0-9_]*)\s*\(
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<text>"(?:\\.|[^"\\])*")
    |(?P<quoted>'(?:\\.|[^'\\])+')
    |(?P<group>\()
    |(?P<sign>[+-])
    |(?P<macro>`[^`]+`)
    |(?P<token>\$[\w.:]+\$)""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_OPEN, _CLOSE, _COMMA = re.compile(r"\("), re.compile(r"\)"), re.compile(",")
_WORDS = {"call": ("or", "xor", "and"), "name": ("or", "xor", "and", "like")}


def read_expression(cursor: Cursor) -> Expression:
    """Take an expression."""
    return _binary(cursor, 1)


def _binary(cursor: Cursor, least: int) -> Expression:
    """Take operands joined by operators that bind at least so tightly."""
    start = cursor.position
    left = _operand(cursor, least)
    while True:
        match = cursor.peek(_OPERATOR)
        operator = match.group().upper() if match else ""
        binding = _BINDING.get(operator, 0)
        if binding < least or match is None:
            if match is None:
                cursor.missed("an operator")
            return left
        cursor.take(_OPERATOR)
        if operator == "IN":
            left = Call("in", (left, *_members(cursor)), Span(start, cursor.last))
        else:
            right = _binary(cursor, binding + 1)
            left = Binary("=" if operator == "==" else operator, left, right, Span(start, cursor.last))
        following = cursor.peek(_OPERATOR) if binding == _COMPARISON else None
        if following and _BINDING[following.group().upper()] == _COMPARISON:
            raise cursor.unexpected()  # 1 < x < 2 is not an expression


def _members(cursor: Cursor) -> tuple[Expression, ...]:
    """Take the list behind IN."""
    if search := cursor.subsearch():
        return (Subsearch(search, search.span),)
    cursor.need(_OPEN, "'('")
    return _arguments(cursor)


def _operand(cursor: Cursor, least: int) -> Expression:
    start = cursor.position
    match = cursor.peek(_ATOM)
    kind = match.lastgroup if match else None
    if match is None or (kind in _WORDS and match[kind].lower() in _WORDS[kind]):
        if search := cursor.subsearch():
            return Subsearch(search, Span(start, cursor.last))
        cursor.missed("a value")
        raise cursor.unexpected()
    if kind == "negation" and match.group() != "!" and least > _NEGATION:
        cursor.missed("a value")
        raise cursor.unexpected()
    taken = cursor.take(_ATOM) or ""
    if kind == "name":
        return FieldName(taken, Span(start, cursor.last))
    if kind == "text":
        return Text(unquote(taken), Span(start, cursor.last))
    if kind == "number":
        return Number(int(taken) if taken.isdigit() else float(taken), Span(start, cursor.last))
    if kind == "quoted":
        return FieldName(unquote(taken), Span(start, cursor.last))
    if kind in ("macro", "token"):
        return MacroCall(taken if kind == "token" else taken[1:-1].strip(), Span(start, cursor.last))
    cursor.deeper(1)
    inside: Expression
    if kind == "call":
        arguments = _arguments(cursor)
        inside = Call(match["call"].lower(), arguments, Span(start, cursor.last))
    elif kind == "group":
        inside = read_expression(cursor)
        cursor.need(_CLOSE, "')'")
    else:
        # "!" binds like a sign, NOT looser than a comparison.
        operand = _binary(cursor, _NEGATION if taken.upper() == "NOT" else _SIGN)
        inside = Unary("NOT" if kind == "negation" else taken, operand, Span(start, cursor.last))
    cursor.deeper(-1)
    return inside


def _arguments(cursor: Cursor) -> tuple[Expression, ...]:
    """Take the arguments of a call and the parenthesis behind them."""
    arguments: list[Expression] = []
    if cursor.take(_CLOSE) is not None:
        return ()
    while True:
        arguments.append(read_expression(cursor))
        if cursor.take(_COMMA, "','") is None:
            cursor.need(_CLOSE, "')'")
            return tuple(arguments)
