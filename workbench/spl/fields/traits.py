"""What is known of the value of an expression, and of the fields of the rows for which a condition holds."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import Literal

from workbench.spl import tree
from workbench.spl.fields.sets import NULL, ONE, UNSURE, FieldSet, Known, Trait, best, worst

Outcome = Literal["true", "false", "untrue"]
"""What is known of a condition; "untrue" is false or null."""

# Functions by how null and several values go through them. All others are unsure.
_NEVER_NULL = frozenset(
    ("now", "time", "pi", "random", "true", "false", "isnull", "isnotnull", "isnum", "isint", "isstr", "isbool",
     "typeof")
)  # fmt: skip
_PLAIN = frozenset(
    ("len", "mvjoin", "mvcount", "like", "match", "in", "cidrmatch", "md5", "sha1", "sha256", "sha512", "urldecode")
)
_EACH_VALUE = frozenset(("lower", "upper", "trim", "ltrim", "rtrim", "replace", "mvsort", "mvdedup"))
# Null also when an argument is not a number, or not a time.
_NUMERIC = frozenset(
    ("abs", "ceil", "ceiling", "floor", "exact", "exp", "ln", "log", "pow", "round", "sqrt", "tonumber", "strftime",
     "strptime", "relative_time", "substr")
)  # fmt: skip
_ARITHMETIC = frozenset("-*/%")
_COMPARISONS = frozenset(("=", "!=", "<", ">", "<=", ">=", "LIKE"))
_SIDES = {"=": "=", "!=": "<>", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
_TESTS = frozenset(("isnum", "isint", "isstr"))
_MATCHES = frozenset(("like", "match", "cidrmatch", "in"))


def trait_of(node: tree.Expression, fields: FieldSet) -> Trait:
    """Return what is known of the value that the expression has on rows with these fields."""
    if isinstance(node, tree.Number):
        return Trait(nonzero=node.value != 0)
    if isinstance(node, tree.Text):
        return ONE
    if isinstance(node, tree.FieldName):
        return fields.trait(node.name)
    if isinstance(node, tree.Unary):
        operand = trait_of(node.operand, fields)
        return Trait(operand.null) if node.operator == "NOT" else _number((node.operand,), (operand,))
    if isinstance(node, tree.Binary):
        return _binary(node, trait_of(node.left, fields), trait_of(node.right, fields))
    if isinstance(node, tree.Call):
        return _call(node, fields)
    return UNSURE


def _number(nodes: tuple[tree.Expression, ...], traits: tuple[Trait, ...]) -> Trait:
    """Return what is known of arithmetic: null for null and for text that is not a number."""
    literal = all(isinstance(node, tree.Number) for node in nodes)
    return Trait(worst("no" if literal else "unsure", *(trait.null for trait in traits)))


def _binary(node: tree.Binary, left: Trait, right: Trait) -> Trait:
    null = worst(left.null, right.null)
    if node.operator in ("+", "."):
        # Several values cannot be added.
        several = worst(left.many, right.many) != "no"
        return Trait(worst(null, "unsure" if several else "no"))
    if node.operator not in _ARITHMETIC:
        return Trait(null)
    number = _number((node.left, node.right), (left, right))
    return Trait("yes") if node.operator in "/%" and not right.nonzero else number


def _call(node: tree.Call, fields: FieldSet) -> Trait:
    name, arguments = node.function, node.arguments
    if name in ("if", "case"):
        return _choice(node, fields)
    if name == "null":
        return NULL
    traits = tuple(trait_of(argument, fields) for argument in arguments)
    if name in _NEVER_NULL:
        return ONE
    null = worst(*(trait.null for trait in traits))
    many = traits[0].many if traits else "no"
    if name in _PLAIN or (name == "tostring" and len(arguments) > 1):
        return Trait(null)
    if name == "substr" and all(isinstance(argument, tree.Number) for argument in arguments[1:]):
        return Trait(null)
    if name in _EACH_VALUE or name == "tostring":
        return Trait(null, many)
    if name in _NUMERIC:
        return _number(arguments, traits)
    if name in ("coalesce", "min", "max"):
        several = worst(*(trait.many for trait in traits)) if name == "coalesce" else "no"
        return Trait(best(*(trait.null for trait in traits)), several)
    return _multivalue(name, arguments, traits, null, many)


def _multivalue(
    name: str, arguments: tuple[tree.Expression, ...], traits: tuple[Trait, ...], null: Known, many: Known
) -> Trait:
    if name == "nullif":
        return Trait("yes", many)
    if name == "split":
        return Trait(null, "yes")
    if name == "mvrange":
        return Trait(worst(null, "unsure"), "yes")
    if name == "mvappend":
        return Trait(best(*(trait.null for trait in traits)), "yes" if len(traits) > 1 else many)
    if name == "mvzip":
        return Trait(null, worst(*(trait.many for trait in traits[:2])))
    if name == "mvindex" and len(arguments) == 2:
        first = isinstance(arguments[1], tree.Number) and arguments[1].value == 0
        return Trait(null if first else worst(null, "unsure"))
    if name in ("mvindex", "mvmap"):
        return Trait(worst(null, "unsure"), worst(many, "unsure" if name == "mvmap" else "no"))
    return UNSURE


def _choice(node: tree.Call, fields: FieldSet) -> Trait:
    """Return what is known of if() and case(): each value on the rows that reach it."""
    arguments = list(node.arguments)
    if node.function == "if" and len(arguments) == 3:
        arguments[2:] = [tree.Call("true", (), node.span), arguments[2]]
    tests, values = arguments[::2], arguments[1::2]
    results: list[Trait] = []
    for test, value in zip(tests, values, strict=False):
        results.append(trait_of(value, narrowed(fields, test, "true")))
        if always(test):
            break
        fields = narrowed(fields, test, "untrue")
    else:
        results.append(_none_left(tests, fields))
    return reduce(Trait.or_else, results)


def always(test: tree.Expression) -> bool:
    """Return whether a condition is true for every row: true(), 1=1."""
    if isinstance(test, tree.Binary) and test.operator == "=":
        left, right = test.left, test.right
        return isinstance(left, tree.Number | tree.Text) and getattr(right, "value", None) == left.value
    return isinstance(test, tree.Call) and test.function == "true"


def _none_left(tests: list[tree.Expression], fields: FieldSet) -> Trait:
    """Return what case() gives to the rows for which no condition holds: null, if there can be such rows."""
    covered: dict[str, set[str]] = {}
    left: list[Known] = ["yes"]
    for test in tests:
        if isinstance(test, tree.Binary) and test.operator in _SIDES:
            sides = covered.setdefault(f"{shape(test.left)} {shape(test.right)}", set())
            sides.update(_SIDES[test.operator])
            if len(sides) == 3:
                left.append(worst(trait_of(test.left, fields).null, trait_of(test.right, fields).null))
        elif isinstance(test, tree.Call) and test.function in ("isnull", "isnotnull"):
            sides = covered.setdefault(" ".join(map(shape, test.arguments)), set())
            sides.add(test.function)
            if len(sides) == 2:
                left.append("no")
    return Trait(best(*left))


def shape(node: tree.Expression) -> str:
    """Return a text that is the same for expressions that differ only in their places."""
    if isinstance(node, tree.Unary):
        return f"{node.operator}({shape(node.operand)})"
    if isinstance(node, tree.Binary):
        return f"({shape(node.left)} {node.operator} {shape(node.right)})"
    if isinstance(node, tree.Call):
        return f"{node.function}({', '.join(map(shape, node.arguments))})"
    if isinstance(node, tree.Number | tree.Text):
        return repr(node.value)
    if isinstance(node, tree.Subsearch):
        return f"[{node.span.start}]"
    return node.name if isinstance(node, tree.FieldName) else f"`{node.text}`"


def narrowed(fields: FieldSet, test: tree.Expression, outcome: Outcome) -> FieldSet:
    """Return the set of the rows on which the condition has this outcome."""
    if isinstance(test, tree.Unary) and test.operator == "NOT":
        if outcome == "untrue":
            return fields
        return narrowed(fields, test.operand, "false" if outcome == "true" else "true")
    if isinstance(test, tree.Binary) and test.operator in ("AND", "OR"):
        both = outcome == "true" if test.operator == "AND" else outcome != "true"
        if both:
            return narrowed(narrowed(fields, test.left, outcome), test.right, outcome)
        if test.operator == "AND":
            return fields
        return _either(narrowed(fields, test.left, "true"), narrowed(fields, test.right, "true"))
    if isinstance(test, tree.Binary) and test.operator in _COMPARISONS and outcome != "untrue":
        filled = fields.filled(needed(test.left) | needed(test.right))
        return _nonzero(filled, test, outcome)
    if isinstance(test, tree.Call):
        return _narrowed_by_call(fields, test, outcome)
    return fields


def _either(left: FieldSet, right: FieldSet) -> FieldSet:
    """Return the set of rows of both kinds; unlike with append, the fields are the same."""
    names = dict.fromkeys((*left.fields, *right.fields))
    return left.with_fields({name: left.trait(name).or_else(right.trait(name)) for name in names})


def _narrowed_by_call(fields: FieldSet, test: tree.Call, outcome: Outcome) -> FieldSet:
    names = frozenset[str]().union(*map(needed, test.arguments))
    if test.function == "isnull":
        return fields if outcome == "true" else fields.filled(names)
    if test.function == "isnotnull" or test.function in _TESTS:
        return fields.filled(names) if outcome == "true" else fields
    if test.function in _MATCHES and outcome != "untrue":
        return fields.filled(needed(test.arguments[0]) if test.function == "in" else names)
    return fields


def needed(node: tree.Expression) -> frozenset[str]:
    """Return the fields that cannot be null where the expression is not null."""
    if isinstance(node, tree.FieldName):
        return frozenset((node.name,))
    if isinstance(node, tree.Unary) and node.operator != "NOT":
        return needed(node.operand)
    if isinstance(node, tree.Binary) and (node.operator in _ARITHMETIC or node.operator in "+."):
        return needed(node.left) | needed(node.right)
    if isinstance(node, tree.Call) and node.function in _PLAIN | _EACH_VALUE | _NUMERIC and node.function != "in":
        return frozenset[str]().union(*map(needed, node.arguments))
    return frozenset()


def _nonzero(fields: FieldSet, test: tree.Binary, outcome: Outcome) -> FieldSet:
    left, right = test.left, test.right
    if outcome != "true" or not isinstance(left, tree.FieldName) or not isinstance(right, tree.Number):
        return fields
    return without_zero(fields, left.name, test.operator, right.value)


def without_zero(fields: FieldSet, name: str, operator: str, number: float) -> FieldSet:
    """Return the set of rows for which ``name operator number`` holds: it may say that the field is not 0."""
    zero = {"=": number == 0, "!=": number != 0, "<": number > 0, ">": number < 0, "<=": number >= 0, ">=": number <= 0}
    if zero.get(operator, True) or name not in fields.fields:
        return fields
    trait = fields.fields[name]
    return fields.with_fields({name: replace(trait, nonzero=True)})
