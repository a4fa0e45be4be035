"""Compiles the expressions of eval, where and eval(...) to closures, once per command, not once per row.

A compiled expression maps a row to a value; a condition maps it to True, False or None (null). What is known
of the type before any row is seen (``kind``) decides between adding and concatenating, and refuses what
Splunk refuses too: a condition where a value belongs, a value where a condition belongs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from workbench.replay.context import ReplayError, SearchContext
from workbench.replay.rows import Row, Value
from workbench.spl import tree

Kind = Literal["boolean", "text", "number", "null", "any"]
Run = Callable[[Row], Value]


@dataclass(frozen=True)
class Compiled:
    """A closure over rows; ``literal`` is the value when the expression is a constant."""

    kind: Kind
    run: Run
    literal: Value = None


@dataclass(frozen=True)
class Place:
    """Where an expression stands and in which search: what errors and functions of time need to know."""

    context: SearchContext
    command: str
    position: int

    def error(self, message: str) -> ReplayError:
        """Make the error that names this place."""
        return ReplayError(message, self.command, self.position)


@dataclass(frozen=True)
class Function:
    """An eval function: how many arguments it takes (most: None is any number) and how it is compiled."""

    least: int
    most: int | None
    build: Callable[[Place, tuple[Compiled, ...]], Compiled]


def compile_expression(node: tree.Expression, context: SearchContext, command: str) -> Compiled:
    """Compile a value or condition. ReplayError names what the replay does not know, and where it stands."""
    # Imported here: the tables of operators and functions are made of the types above.
    from workbench.replay.expressions_operators import binary, unary

    place = Place(context, command, node.span.start)
    if isinstance(node, tree.Number):
        return _constant("number", node.value)
    if isinstance(node, tree.Text):
        return _constant("text", node.value)
    if isinstance(node, tree.FieldName):
        return _field(node.name)
    if isinstance(node, tree.Unary):
        return unary(place, node.operator, compile_expression(node.operand, context, command))
    if isinstance(node, tree.Binary):
        left = compile_expression(node.left, context, command)
        return binary(place, node.operator, left, compile_expression(node.right, context, command))
    if isinstance(node, tree.Call):
        arguments = tuple(compile_expression(argument, context, command) for argument in node.arguments)
        return _call(place, node.function, arguments)
    raise place.error(f"macro `{node.text}` was not expanded")


def compile_condition(node: tree.Expression, context: SearchContext, command: str) -> Run:
    """Compile what must be true, false or null for a row."""
    return condition(Place(context, command, node.span.start), compile_expression(node, context, command))


def compile_value(node: tree.Expression, context: SearchContext, command: str) -> Run:
    """Compile what becomes the value of a field; a condition cannot."""
    compiled = compile_expression(node, context, command)
    if compiled.kind == "boolean":
        place = Place(context, command, node.span.start)
        raise place.error("a field cannot hold true or false; write if(<condition>, <value>, <value>)")
    return compiled.run


def condition(place: Place, compiled: Compiled) -> Run:
    """Return the closure of a condition; ReplayError for a value, as Splunk does not take one for true."""
    if compiled.kind not in ("boolean", "null"):
        raise place.error(f"a condition is needed here, not a value of kind '{compiled.kind}'")
    return compiled.run


def _constant(kind: Kind, value: Value) -> Compiled:
    return Compiled(kind, lambda _row: value, value)


def _field(name: str) -> Compiled:
    return Compiled("any", lambda row: row.get(name))


def _call(place: Place, name: str, arguments: tuple[Compiled, ...]) -> Compiled:
    from workbench.replay.expressions_functions import FUNCTIONS

    function = FUNCTIONS.get(name)
    if function is None:
        raise place.error(f"the replay has no eval function '{name}'")
    count = len(arguments)
    if count < function.least or (function.most is not None and count > function.most):
        most = "or more" if function.most is None else f"to {function.most}"
        wanted = str(function.least) if function.least == function.most else f"{function.least} {most}"
        raise place.error(f"{name}() takes {wanted} arguments, not {count}")
    return function.build(place, arguments)
