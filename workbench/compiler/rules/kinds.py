"""What kind of value an expression has, where it can be told without knowing the fields: text, number, condition.

Splunk checks kinds before it runs a search ("Typechecking failed"); a field may hold any kind.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.compiler.content import Fault
from workbench.spl.tree import Binary, Call, Expression, FieldName, Head, Number, Search, Text, Unary, Where, walk

_CONDITIONS = frozenset(
    ("cidrmatch", "false", "in", "isarray", "isbool", "isdouble", "isint", "ismv", "isnotnull", "isnull", "isnum",
     "isobject", "isstr", "like", "match", "searchmatch", "true")
)  # fmt: skip
_NUMBERS = frozenset(
    ("abs", "ceil", "ceiling", "exp", "floor", "len", "ln", "log", "mvcount", "now", "pi", "pow", "random", "round",
     "sigfig", "sqrt", "strptime", "time", "tonumber", "relative_time")
)  # fmt: skip
_TEXTS = frozenset(
    ("lower", "ltrim", "md5", "replace", "rtrim", "sha1", "sha256", "sha512", "strftime", "substr", "tostring", "trim",
     "upper", "urldecode")
)  # fmt: skip
_COMPARISONS = frozenset(("=", "!=", "<", ">", "<=", ">=", "LIKE"))
_LOGIC = frozenset(("AND", "OR", "XOR", "NOT"))


def kind_of(node: Expression) -> str:
    """Return "condition", "number", "text", or "" where it cannot be told."""
    kind = ""
    if isinstance(node, Number):
        kind = "number"
    elif isinstance(node, Text):
        kind = "text"
    elif isinstance(node, Binary | Unary):
        kind = "condition" if node.operator in _COMPARISONS | _LOGIC else "number" if node.operator in "-*/%" else ""
    elif isinstance(node, Call):
        kinds = {"condition": _CONDITIONS, "number": _NUMBERS, "text": _TEXTS}
        kind = next((kind for kind, names in kinds.items() if node.function in names), "")
    return kind


def is_condition(node: Expression) -> bool:
    """Whether an expression is true or false."""
    return kind_of(node) == "condition"


def condition_fault(node: Call) -> Iterator[Fault]:
    """Yield the arguments of if() and case() that stand for a condition and are none."""
    tests = node.arguments[:1] if node.function == "if" else node.arguments[::2] if node.function == "case" else ()
    for test in tests:
        if (kind := kind_of(test)) in ("number", "text"):
            message = f"{node.function} wants a condition, not a {kind}"
            yield Fault(message, "compare it with something", test.span)


def operand_faults(search: Search | None) -> Iterator[Fault]:
    """Yield the operands of AND, OR, XOR, NOT, - * / % and the conditions of where that are of another kind."""
    for node in walk(search, Binary, Unary):
        parts = (node.left, node.right) if isinstance(node, Binary) else (node.operand,)
        for part in parts:
            kind = kind_of(part)
            if node.operator in _LOGIC and kind in ("number", "text"):
                yield Fault(f"{node.operator} wants a condition, not a {kind}", "compare it with something", part.span)
            elif node.operator in "-*/%" and (kind == "condition" or _is_no_number(part)):
                yield Fault(f"{node.operator} wants a number, not a {kind}", "convert it with tonumber()", part.span)
    for head in walk(search, Head):
        given = head.condition
        if isinstance(given, FieldName | Unary) and not is_condition(given):
            yield Fault("head wants a number of rows or a condition", "write head 10, or head (x<5)", given.span)
    for command in walk(search, Where):
        if (kind := kind_of(command.expression)) in ("number", "text"):
            message = f"where wants a condition, not a {kind}"
            yield Fault(message, "compare it with something", command.expression.span)


def _is_no_number(node: Expression) -> bool:
    if not isinstance(node, Text):
        return False
    try:
        float(node.value)
    except ValueError:
        return "$" not in node.value
    return False
