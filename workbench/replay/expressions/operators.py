"""The operators of eval and where: arithmetic, concatenation, comparison, logic. Null in, null out."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from workbench.replay.expressions.compiled import Compiled, Location, Run, condition, constant
from workbench.replay.rows import Row, Value, as_number, as_text, bounded

Number = int | float


def unary(location: Location, sign: str, operand: Compiled) -> Compiled:
    """Compile a sign or NOT."""
    run = operand.run
    if sign == "NOT":
        truth = condition(location, operand)

        def negated(row: Row) -> Value:
            value = truth(row)
            return None if value is None else not value

        return Compiled("boolean", negated)
    if sign == "+":
        return Compiled("number", lambda row: as_number(run(row)))

    def minus(row: Row) -> Value:
        number = as_number(run(row))
        return None if number is None else -number

    return Compiled("number", minus)


def binary(location: Location, sign: str, left: Compiled, right: Compiled) -> Compiled:
    """Compile an operator between two expressions; what follows from constants alone is worked out now."""
    compiled = _binary(location, sign, left, right)
    known = left.literal is not None and right.literal is not None
    return constant(compiled.kind, compiled.run({})) if known else compiled


def _binary(location: Location, sign: str, left: Compiled, right: Compiled) -> Compiled:
    if sign in _LOGIC:
        first, second = condition(location, left), condition(location, right)
        if left.literal is not None and left.literal is _PASSED_OVER.get(sign):  # macros compare their arguments
            return right
        return Compiled("boolean", _LOGIC[sign](first, second))
    if sign in _COMPARED:
        compared = comparing(sign, left.run, right.run, location.context.mv_ne)
        if right.literal is not None:
            compared = _comparing_with(sign, left, right.literal, compared)
        return Compiled("boolean", compared)
    if "boolean" in (left.kind, right.kind):
        raise location.error(f"'{sign}' takes values, not a condition")
    if sign == "LIKE":
        return Compiled("boolean", liking(left.run, right))
    if sign == ".":
        return Compiled("text", _joined(left.run, right.run))
    if sign == "+":
        return _plus(left, right)
    apply = _ARITHMETIC[sign]
    if isinstance(right.literal, int | float):
        return Compiled("number", _arithmetic_with(apply, left.run, right.literal))
    return Compiled("number", _arithmetic(apply, left.run, right.run))


# Arithmetic.


def _plus(left: Compiled, right: Compiled) -> Compiled:
    if left.kind == right.kind == "text":
        return Compiled("text", _joined(left.run, right.run))
    first, second = left.run, right.run

    def run(row: Row) -> Value:
        a, b = first(row), second(row)
        if a is None or b is None:
            return None
        if type(a) is float and type(b) is float:
            return a + b
        x, y = as_number(a), as_number(b)
        if x is not None and y is not None:
            return bounded(x + y)
        return _text_sum(a, b)

    return Compiled("number" if left.kind == right.kind == "number" else "any", run)


def _text_sum(a: Value, b: Value) -> Value:
    if isinstance(a, tuple) or isinstance(b, tuple):
        return None
    left, right = as_text(a), as_text(b)
    return None if left is None or right is None else left + right


def _joined(first: Run, second: Run) -> Run:
    def run(row: Row) -> Value:
        a, b = first(row), second(row)
        if type(a) is str and type(b) is str:
            return a + b
        return _text_sum(a, b)

    return run


def _arithmetic(apply: Callable[[Any, Any], Number | None], first: Run, second: Run) -> Run:
    def run(row: Row) -> Value:
        a = first(row)
        if a is None:
            return None
        b = second(row)
        if type(a) is float and type(b) is float:
            return apply(a, b)
        x, y = as_number(a), as_number(b)
        result = None if x is None or y is None else apply(x, y)
        return None if result is None else bounded(result)

    return run


def _arithmetic_with(apply: Callable[[Any, Any], Number | None], first: Run, y: Number) -> Run:
    """Compile arithmetic whose right side is a constant."""

    def run(row: Row) -> Value:
        a = first(row)
        if type(a) is float:
            return apply(a, y)
        x = as_number(a)
        result = None if x is None else apply(x, y)
        return None if result is None else bounded(result)

    return run


def _divide(x: Number, y: Number) -> Number | None:
    return None if y == 0 else x / y


def _remainder(x: Number, y: Number) -> Number | None:
    if y == 0 or math.isinf(x):
        return None
    rest = math.fmod(x, y)
    return int(rest) if isinstance(x, int) and isinstance(y, int) else rest


_ARITHMETIC: dict[str, Callable[[Any, Any], Number | None]] = {
    "-": operator.sub, "*": operator.mul, "/": _divide, "%": _remainder,
}  # fmt: skip


# Comparison.

_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip


def comparing(sign: str, first: Run, second: Run, mv_ne: str) -> Run:
    """Compile a comparison: as numbers if both sides are, else as text by code point; a multivalue by any."""
    compare = _COMPARED[sign]

    def run(row: Row) -> Value:
        a, b = first(row), second(row)
        if a is None or b is None:
            return None
        if type(a) is tuple or type(b) is tuple:
            return _compare_many(sign, a, b, mv_ne)
        x, y = as_number(a), as_number(b)
        if x is None or y is None:
            return compare(as_text(a), as_text(b))
        return compare(x, y)

    return run


def _comparing_with(sign: str, left: Compiled, limit: Value, otherwise: Run) -> Run:
    """Compile a comparison with a constant, as most are: at once where both are numbers, or text and a plain text."""
    compare, first, name = _COMPARED[sign], left.run, left.field or ""
    if isinstance(limit, str) and as_number(limit) is not None:
        return otherwise
    alike = (str,) if isinstance(limit, str) else (float, int)

    def run(row: Row) -> Value:
        a = first(row)
        return compare(a, limit) if type(a) in alike else otherwise(row)

    def run_field(row: Row) -> Value:  # without a call for the value
        a = row.get(name)
        return compare(a, limit) if type(a) in alike else otherwise(row)

    return run_field if name else run


def _compare_many(sign: str, a: Value, b: Value, mv_ne: str) -> bool:
    if sign == "!=" and mv_ne == "none":
        return not _compare_many("=", a, b, mv_ne)
    left = a if isinstance(a, tuple) else (a,)
    right = b if isinstance(b, tuple) else (b,)
    return any(compare_values(sign, x, y) for x in left for y in right)


def compare_values(sign: str, a: Value, b: Value) -> bool:
    """Compare two plain values that are not null."""
    x, y = as_number(a), as_number(b)
    if x is None or y is None:
        return _COMPARED[sign](as_text(a), as_text(b))
    return _COMPARED[sign](x, y)


@lru_cache(maxsize=256)
def like_pattern(pattern: str) -> re.Pattern[str]:
    """Return the regular expression of a LIKE pattern: % is any text, _ any character."""
    parts = {"%": ".*", "_": "."}
    return re.compile("".join(parts.get(c, re.escape(c)) for c in pattern), re.DOTALL)


def liking(first: Run, pattern: Compiled) -> Run:
    """Compile LIKE: case-sensitive, a multivalue matches when one of its values does."""

    def run(row: Row) -> Value:
        value, wanted = first(row), as_text(pattern.run(row))
        if value is None or wanted is None:
            return None
        matcher = like_pattern(wanted)
        values = value if isinstance(value, tuple) else (as_text(value) or "",)
        return any(matcher.fullmatch(text) for text in values)

    return run


# Logic, with null as the third truth value.


def _decided_by(decisive: bool) -> Callable[[Run, Run], Run]:
    """Make AND (decided by a False on either side) or OR (by a True)."""

    def combine(first: Run, second: Run) -> Run:
        def run(row: Row) -> Value:
            a = first(row)
            if a is decisive:
                return decisive
            b = second(row)
            return b if a is not None or b is decisive else None

        return run

    return combine


def _xor(first: Run, second: Run) -> Run:
    def run(row: Row) -> Value:
        a, b = first(row), second(row)
        return None if a is None or b is None else a is not b

    return run


_LOGIC: dict[str, Callable[[Run, Run], Run]] = {"AND": _decided_by(False), "OR": _decided_by(True), "XOR": _xor}
_PASSED_OVER = {"AND": True, "OR": False}  # a left side that leaves it to the right side
