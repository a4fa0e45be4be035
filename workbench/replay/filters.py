"""Compiles the filters of the search command and of inputlookup's WHERE to closures over rows.

Values compare without case, ``*`` in them stands for any text, a block such as 10.0.0.0/8 for its addresses; field
names compare with case. A comparison
needs a value: where the field is null it is false, also for ``!=``.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from workbench.replay.context import SearchContext
from workbench.replay.errors import ReplayError
from workbench.replay.expressions.operators import compare_values
from workbench.replay.rows import Row, as_number, as_text, each_text
from workbench.spl import tree
from workbench.spl.wildcards import matches

Test = Callable[[Row], bool]


def compile_filter(node: tree.Filter, context: SearchContext) -> Test:
    """Compile a filter; ReplayError, with its position, for what the replay does not know."""
    if isinstance(node, tree.And):
        tests = [compile_filter(term, context) for term in node.terms]
        return lambda row: all(test(row) for test in tests)
    if isinstance(node, tree.Or):
        tests = [compile_filter(term, context) for term in node.terms]
        return lambda row: any(test(row) for test in tests)
    if isinstance(node, tree.Not):
        test = compile_filter(node.term, context)
        return lambda row: not test(row)
    if isinstance(node, tree.Comparison):
        return _comparison(node, context)
    if isinstance(node, tree.InList):
        tests = [_equals(node.field, _value_test(value, False)) for value in node.values]
        return lambda row: any(test(row) for test in tests)
    if isinstance(node, tree.Keyword):
        return _keyword(node.text)
    if isinstance(node, tree.Subsearch):
        raise ReplayError("a subsearch in this filter is not replayed", position=node.span.start)
    raise ReplayError(f"macro `{node.text}` was not expanded", position=node.span.start)


def _value_test(wanted: str, case_sensitive: bool) -> Callable[[str], bool]:
    if "*" in wanted:
        pattern = wanted if case_sensitive else wanted.lower()
        return lambda text: matches(text if case_sensitive else text.lower(), pattern)
    if (network := _network(wanted)) is not None:
        return lambda text: text == wanted or _lies_in(text, network)
    number = as_number(wanted)
    if number is not None:
        return lambda text: text == wanted or as_number(text) == number
    if case_sensitive:
        return lambda text: text == wanted
    folded = wanted.lower()
    return lambda text: text.lower() == folded


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _network(wanted: str) -> Network | None:
    """Return the block of addresses that a value such as 10.0.0.0/8 stands for (Search Reference, search: CIDR)."""
    try:
        return ipaddress.ip_network(wanted, strict=False) if "/" in wanted else None
    except ValueError:
        return None


def _lies_in(text: str, network: Network) -> bool:
    try:
        return ipaddress.ip_address(text) in network
    except ValueError:
        return False


def _equals(field: str, matches: Callable[[str], bool]) -> Test:
    return lambda row: any(matches(text) for text in each_text(row.get(field)))


def _comparison(node: tree.Comparison, context: SearchContext) -> Test:
    field = node.field
    if "*" in field:
        raise ReplayError(f"a field name with wildcards, '{field}', is not replayed", position=node.span.start)
    if node.operator == "=":
        return _equals(field, _value_test(node.value, node.case_sensitive))
    if node.operator == "!=":
        matches = _value_test(node.value, node.case_sensitive)
        if context.mv_ne == "any":
            return lambda row: any(not matches(text) for text in each_text(row.get(field)))

        def none_equals(row: Row) -> bool:
            texts = each_text(row.get(field))
            return bool(texts) and not any(matches(text) for text in texts)

        return none_equals
    wanted, sign = node.value.lower(), node.operator
    return lambda row: any(compare_values(sign, text.lower(), wanted) for text in each_text(row.get(field)))


def _keyword(text: str) -> Test:
    if text == "*":
        return lambda _row: True
    pattern = f"*{text.lower()}*"
    return lambda row: matches((as_text(row.get("_raw")) or "").lower(), pattern)
