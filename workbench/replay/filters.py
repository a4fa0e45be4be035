"""Compiles the filters of the search command and of inputlookup's WHERE to closures over rows.

Values compare without case, ``*`` in them stands for any text, field names compare with case. A comparison
needs a value: where the field is null it is false, also for ``!=``.
"""

from __future__ import annotations

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
    raise ReplayError(f"macro `{node.text}` was not expanded", position=node.span.start)


def _value_test(wanted: str, case_sensitive: bool) -> Callable[[str], bool]:
    if "*" in wanted:
        pattern = wanted if case_sensitive else wanted.lower()
        return lambda text: matches(text if case_sensitive else text.lower(), pattern)
    number = as_number(wanted)
    if number is not None:
        return lambda text: text == wanted or as_number(text) == number
    if case_sensitive:
        return lambda text: text == wanted
    folded = wanted.lower()
    return lambda text: text.lower() == folded


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
