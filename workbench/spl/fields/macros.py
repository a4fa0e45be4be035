"""Puts the definitions of macros into expressions and filters that were read with the calls in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from workbench.spl import tree
from workbench.spl.errors import SplSyntaxError
from workbench.spl.parser import parse_subsearch
from workbench.spl.terms import Expression, Filter, MacroCall, Span

_DEEPEST = 10
"""Macros inside macros that are followed; more are a macro that calls itself."""

Node = TypeVar("Node")


def rebuilt(node: Node, change: Callable[[Any], Any]) -> Node:
    """Return the tree with every node, span and text replaced by what ``change`` makes of it, leaves first."""
    made: Any = node
    if isinstance(node, Span):
        return change(node)  # type: ignore[no-any-return]
    if isinstance(node, tuple):
        made = tuple(rebuilt(each, change) for each in node)
    elif is_dataclass(node) and not isinstance(node, type):
        values = {each.name: getattr(node, each.name) for each in fields(node)}
        changed = {name: new for name, old in values.items() if (new := rebuilt(old, change)) is not old}
        made = replace(node, **changed) if changed else node
    return change(made)  # type: ignore[no-any-return]


def placed(node: Node, place: Span) -> Node:
    """Return the tree with all its nodes at one place: where the macro is called that it comes from."""
    return rebuilt(node, lambda part: place if isinstance(part, Span) else part)


def definition(call: str, expand: Callable[[str], str | None]) -> tree.Search | None:
    """Return the commands that a macro stands for, None when there is no such macro or it is no whole commands."""
    text = expand(call)
    try:
        return None if text is None else parse_subsearch(text.strip().removeprefix("|"))
    except SplSyntaxError:
        return None


def expression(node: Expression, expand: Callable[[str], str | None], depth: int = 0) -> Expression:
    """Return the expression with the definitions of the macros in it; a macro that is not known stays."""

    def change(part: Any) -> Any:
        if not isinstance(part, MacroCall) or depth >= _DEEPEST:
            return part
        text = expand(part.text)
        found = None if text is None else _first(f"eval x={text}")
        if isinstance(found, tree.Eval) and len(found.assignments) == 1:
            return placed(expression(found.assignments[0].expression, expand, depth + 1), part.span)
        return part

    return rebuilt(node, change)


def filtering(node: Filter, expand: Callable[[str], str | None], depth: int = 0) -> Filter:
    """Return the filter with the definitions of the macros in it; a macro that is not known stays."""

    def change(part: Any) -> Any:
        if not isinstance(part, MacroCall) or depth >= _DEEPEST:
            return part
        text = expand(part.text)
        found = None if text is None else _first(f"search {text}")
        if isinstance(found, tree.SearchFilter):
            return placed(filtering(found.filter, expand, depth + 1), part.span)
        return part

    return rebuilt(node, change)


def _first(text: str) -> tree.Command | None:
    """Return the command when the text is one and nothing more."""
    try:
        commands = parse_subsearch(text).commands
    except SplSyntaxError:
        return None
    return commands[0] if len(commands) == 1 else None


def rebuilt_aggregations(node: tree.Stats, expand: Callable[[str], str | None]) -> tree.Stats:
    """Return a stats command with the definitions of the macros in its eval(...) arguments."""
    made = tuple(
        each if each.expression is None else replace(each, expression=expression(each.expression, expand))
        for each in node.aggregations
    )
    return replace(node, aggregations=made)
