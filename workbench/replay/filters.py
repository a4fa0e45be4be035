"""Compiles the filters of the search command and of inputlookup's WHERE to closures over rows.

Values compare without case, ``*`` in them stands for any text, field names compare with case. A comparison
needs a value: where the field is null it is false, also for ``!=``.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from workbench.replay.context import SearchContext
from workbench.replay.errors import ReplayError
from workbench.replay.expressions.operators import compare_values
from workbench.replay.rows import Row, as_number, as_text, each_text
from workbench.spl import tree

Test = Callable[[Row], bool]


def compile_filter(node: tree.Filter, context: SearchContext, command: str) -> Test:
    """Compile a filter. ReplayError names command and place of what the replay does not know."""
    if isinstance(node, tree.And):
        tests = [compile_filter(term, context, command) for term in node.terms]
        return lambda row: all(test(row) for test in tests)
    if isinstance(node, tree.Or):
        tests = [compile_filter(term, context, command) for term in node.terms]
        return lambda row: any(test(row) for test in tests)
    if isinstance(node, tree.Not):
        test = compile_filter(node.term, context, command)
        return lambda row: not test(row)
    if isinstance(node, tree.Comparison):
        return _comparison(node, context, command)
    if isinstance(node, tree.InList):
        tests = [_equals(node.field, _value_test(value, False)) for value in node.values]
        return lambda row: any(test(row) for test in tests)
    if isinstance(node, tree.Keyword):
        return _keyword(node.text)
    raise ReplayError(f"macro `{node.text}` was not expanded", command, node.span.start)


def wildcard_pattern(text: str, ignore_case: bool) -> re.Pattern[str]:
    """Return the regular expression that a value with ``*`` wildcards stands for."""
    pattern = ".*".join(re.escape(part) for part in text.split("*"))
    return re.compile(pattern, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def _value_test(wanted: str, case_sensitive: bool) -> Callable[[str], bool]:
    if "*" in wanted:
        pattern = wildcard_pattern(wanted, not case_sensitive)
        return lambda text: pattern.fullmatch(text) is not None
    number = as_number(wanted)
    if number is not None:
        return lambda text: text == wanted or as_number(text) == number
    if case_sensitive:
        return lambda text: text == wanted
    folded = wanted.lower()
    return lambda text: text.lower() == folded


def _equals(field: str, matches: Callable[[str], bool]) -> Test:
    return lambda row: any(matches(text) for text in each_text(row.get(field)))


def _comparison(node: tree.Comparison, context: SearchContext, command: str) -> Test:
    field = node.field
    if "*" in field:
        raise ReplayError(f"a field name with wildcards, '{field}', is not replayed", command, node.span.start)
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
    pattern = wildcard_pattern(text, True)
    return lambda row: pattern.search(as_text(row.get("_raw")) or "") is not None
