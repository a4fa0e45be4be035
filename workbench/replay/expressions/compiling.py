"""Compiles the expressions of eval, where and eval(...) to closures, once per command, not once per row.

A compiled expression maps a row to a value; a condition maps it to True, False or None (null).
"""

from __future__ import annotations

from workbench.replay.context import SearchContext
from workbench.replay.expressions.compiled import Compiled, Location, Run, condition, constant
from workbench.replay.expressions.functions import FUNCTIONS
from workbench.replay.expressions.operators import binary, unary
from workbench.replay.rows import Row, Value, each_text, multivalue
from workbench.spl import tree


def compile_expression(node: tree.Expression, context: SearchContext) -> Compiled:
    """Compile a value or condition. ReplayError names what the replay does not know, and where it stands."""
    if isinstance(node, tree.Number):
        return constant("number", node.value)
    if isinstance(node, tree.Text):
        return constant("text", node.value)
    if isinstance(node, tree.FieldName):
        return _field(node.name)
    location = Location(context, node.span.start)
    if isinstance(node, tree.Unary):
        return unary(location, node.operator, compile_expression(node.operand, context))
    if isinstance(node, tree.Binary):
        left = compile_expression(node.left, context)
        return binary(location, node.operator, left, compile_expression(node.right, context))
    if isinstance(node, tree.Call) and node.function == "mvfilter":
        return _mvfilter(node, location)
    if isinstance(node, tree.Call) and node.function == "mvmap":
        return _mvmap(node, location)
    if isinstance(node, tree.Call):
        arguments = tuple(compile_expression(argument, context) for argument in node.arguments)
        return _call(location, node.function, arguments)
    if isinstance(node, tree.Subsearch):
        raise location.error("a subsearch in an expression is not replayed")
    if node.text.startswith("$"):
        raise location.error(f"nothing is known to fill in for {node.text}")
    raise location.error(f"macro `{node.text}` was not expanded")


def compile_condition(node: tree.Expression, context: SearchContext) -> Run:
    """Compile what must be true, false or null for a row."""
    return condition(Location(context, node.span.start), compile_expression(node, context))


def compile_value(node: tree.Expression, context: SearchContext) -> Run:
    """Compile what becomes the value of a field; a condition cannot."""
    compiled = compile_expression(node, context)
    if compiled.kind == "boolean":
        location = Location(context, node.span.start)
        raise location.error("a field cannot hold true or false; write if(<condition>, <value>, <value>)")
    return compiled.run


def _field(name: str) -> Compiled:
    return Compiled("any", lambda row: row.get(name), field=name)


def _mvfilter(node: tree.Call, location: Location) -> Compiled:
    """Compile mvfilter(): the values of the one field in its condition for which that is true; null when none is."""
    names = {found.name for found in tree.walk(node.arguments, tree.FieldName)}
    if len(node.arguments) != 1 or len(names) != 1:
        raise location.error("mvfilter() takes one condition, about one field")
    (name,), keeps = names, compile_condition(node.arguments[0], location.context)

    def run(row: Row) -> Value:
        return multivalue(text for text in each_text(row.get(name)) if keeps({name: text}) is True)

    return Compiled("any", run)


def _mvmap(node: tree.Call, location: Location) -> Compiled:
    """Compile mvmap(): what its expression makes of each value of a field, beside the other fields of the row."""
    if len(node.arguments) != 2 or not isinstance(node.arguments[0], tree.FieldName):
        raise location.error("mvmap() takes a field and an expression")
    name, change = node.arguments[0].name, compile_value(node.arguments[1], location.context)

    def run(row: Row) -> Value:
        texts = each_text(row.get(name))
        return multivalue(made for text in texts for made in each_text(change({**row, name: text})))

    return Compiled("any", run)


def _call(location: Location, name: str, arguments: tuple[Compiled, ...]) -> Compiled:
    function = FUNCTIONS.get(name)
    if function is None:
        raise location.error(f"the replay has no eval function '{name}'")
    count = len(arguments)
    if count < function.least or (function.most is not None and count > function.most):
        most = "or more" if function.most is None else f"to {function.most}"
        wanted = str(function.least) if function.least == function.most else f"{function.least} {most}"
        raise location.error(f"{name}() takes {wanted} arguments, not {count}")
    return function.build(location, arguments)
