"""Expressions of eval and where: text in, tree out."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.spl import tree
from workbench.spl.errors import SplSyntaxError
from workbench.spl.parser import parse


def expression(text: str) -> tree.Expression:
    command = parse(f"| where {text}").commands[0]
    assert isinstance(command, tree.Where)
    return command.expression


def shown(node: tree.Expression) -> str:
    """An expression with all its parentheses, fields in angle brackets."""
    match node:
        case tree.Number(value=value):
            return repr(value)
        case tree.Text(value=value):
            return f'"{value}"'
        case tree.FieldName(name=name):
            return f"<{name}>"
        case tree.Unary(operator=operator, operand=operand):
            return f"({operator} {shown(operand)})"
        case tree.Binary(operator=operator, left=left, right=right):
            return f"({shown(left)} {operator} {shown(right)})"
        case tree.Call(function=function, arguments=arguments):
            return f"{function}({', '.join(map(shown, arguments))})"
        case tree.Subsearch(span=span):
            return f"[{span.start}]"
    return f"`{node.text}`"


@pytest.mark.parametrize(
    ("text", "tree_shown"),
    [
        ("a.b", "(<a> . <b>)"),
        ("'a.b'", "<a.b>"),
        ('"a.b"', '"a.b"'),
        (r'"say \"a\\b\" \s"', r'"say "a\b" \s"'),
        (r"'it\'s'", "<it's>"),
        ("1 + 2 * 3", "(1 + (2 * 3))"),
        ("(1 + 2) * 3", "((1 + 2) * 3)"),
        ("1 - 2 - 3", "((1 - 2) - 3)"),
        ('a . "x" + b', '((<a> . "x") + <b>)'),
        ("1.5e3 + .5", "(1500.0 + 0.5)"),
        ("-a * b", "((- <a>) * <b>)"),
        ("a == 1", "(<a> = 1)"),
        ("a > b + 3 * c", "(<a> > (<b> + (3 * <c>)))"),
        ("NOT a=1 AND b=2 OR c=3", "(((NOT (<a> = 1)) AND (<b> = 2)) OR (<c> = 3))"),
        ("a=1 or b=2 and c=3 xor d=4", "((<a> = 1) OR (((<b> = 2) AND (<c> = 3)) XOR (<d> = 4)))"),
        ('x LIKE "a%" AND like(x, "b_")', '((<x> LIKE "a%") AND like(<x>, "b_"))'),
        ("x IN (1, 2)", "in(<x>, 1, 2)"),
        ("in(x, 1, 2)", "in(<x>, 1, 2)"),
        ("IF(true(), null(), order)", "if(true(), null(), <order>)"),
        ("coalesce(a, `m(1)`)", "coalesce(<a>, `m(1)`)"),
    ],
)
def test_an_expression_is_read(text: str, tree_shown: str) -> None:
    assert shown(expression(text)) == tree_shown


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("a +", 11, "the command ends too early"),
        ("(a", 10, "the command ends too early"),
        ("a)", 9, "unexpected ')'"),
        ("a b", 10, "unexpected 'b'"),
        ("'a", 8, "single quote is not closed"),
        ("5x", 8, "unexpected '5x'"),
        ("a = = b", 12, "unexpected '='"),
        ("f(a,)", 12, "unexpected ')'"),
        ("a.b@c", 11, "unexpected '@'"),
    ],
)
def test_what_is_no_expression_is_an_error_with_its_place(text: str, position: Any, message: str) -> None:
    with pytest.raises(SplSyntaxError) as caught:
        expression(text)
    assert caught.value.position == position
    assert message in caught.value.message


def test_every_node_knows_its_place_also_inside_a_subsearch() -> None:
    text = "| inputlookup a | append [ makeresults | eval x=(b + 'c.d') * round(e, 2) ] | where x>1"
    _, append, where = parse(text).commands
    assert isinstance(append, tree.Append)
    evaluated = append.search.commands[1]
    assert isinstance(evaluated, tree.Eval)
    product = evaluated.assignments[0].expression
    assert isinstance(product, tree.Binary)
    assert isinstance(product.left, tree.Binary)
    assert isinstance(where, tree.Where)
    assert text[slice(*product.span)] == "(b + 'c.d') * round(e, 2)"
    assert text[slice(*product.left.span)] == "b + 'c.d'"
    assert text[slice(*product.left.right.span)] == "'c.d'"
    assert text[slice(*product.right.span)] == "round(e, 2)"
    assert text[slice(*where.expression.span)] == "x>1"


def test_a_very_long_concatenation_is_read() -> None:
    assert isinstance(expression(" + ".join(["a"] * 2000)), tree.Binary)


names = st.text("abcxyz_", min_size=1).filter(lambda name: name.lower() not in ("and", "or", "xor", "not", "like"))
leaves = (
    st.integers(0, 99).map(str) | names | st.text('abc|[]`, .\'', max_size=5).map(lambda t: f'"{t}"')
    | st.text("ab.c* ", min_size=1, max_size=5).map(lambda t: f"'{t}'")
)  # fmt: skip
terms = st.recursive(
    leaves,
    lambda inner: (
        st.tuples(inner, st.sampled_from("+-*/%."), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})")
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"coalesce({', '.join(parts)})")
    ),
    max_leaves=8,
)


@given(terms, terms)
def test_the_text_at_a_nodes_place_reads_as_the_same_node(left: Any, right: Any) -> None:
    text = f"| where {left} >= {right}"
    whole = expression(text.removeprefix("| where "))
    assert isinstance(whole, tree.Binary)
    for node in (whole, whole.left, whole.right):
        assert shown(expression(text[slice(*node.span)])) == shown(node)
