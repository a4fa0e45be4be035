"""eval and where: what the operators and functions make of numbers, text, multivalues and null."""

import math
import operator
from collections.abc import Callable
from itertools import product
from typing import Any

import duckdb
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.replay.given_rows import NOW, context, run_on, truth_of, value_of
from workbench.replay.errors import ReplayError
from workbench.replay.rows import as_number, as_text


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("1 + 2", "3"),
        ("7 / 2", "3.5"),
        ("6 / 2", "3"),
        ("0.1 + 0.2", "0.30000000000000004"),
        ("7 % 3", "1"),
        ("-7 % 3", "-1"),
        ("9007199254740993 + 0", "9007199254740992"),
        ("1 - null()", None),
        ("1 / 0", None),
        ("0 / 0", None),
        ("1 % 0", None),
        ("missing * 2", None),
        ('"a" * 2', None),
        ('"3" * "4"', "12"),
        ('"a" + "b"', "ab"),
        ('"1" + "2"', "12"),
        ('number + "2"', "7"),
        ("number + digits", "12"),
        ('number + " apples"', "5 apples"),
        ('name + ":" + number', "web:5"),
        ('"a" + null()', None),
        ('number . "x"', "5x"),
        ("number . digits", "57"),
        ('"a" . missing', None),
        ("many . number", None),
        ("many + 1", None),
        ("-digits", "-7"),
        ("-name", None),
        ("+digits", "7"),
    ],
)
def test_operators_on_values(expression: str, shown: str) -> None:
    row = {"number": 5, "digits": "7", "name": "web", "many": ("1", "2")}
    assert as_text(value_of(expression, row)) == shown


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        ("5 > 3", "true"),
        ("digits = 7", "true"),
        ('digits = "7.0"', "true"),
        ('digits > "10"', "false"),
        ('name > "10"', "true"),
        ('name = "WEB"', "false"),
        ('name != "WEB"', "true"),
        ("missing = 1", "null"),
        ("missing != 1", "null"),
        ("NOT missing = 1", "null"),
        ("null() > null()", "null"),
        ('empty = ""', "true"),
        ('many = "b"', "true"),
        ('many = "c"', "false"),
        ('many > "a"', "true"),
        ("1=1 AND missing=1", "null"),
        ("1=2 AND missing=1", "false"),
        ("missing=1 AND 1=2", "false"),
        ("1=1 OR missing=1", "true"),
        ("missing=1 OR 1=1", "true"),
        ("1=2 OR missing=1", "null"),
        ("1=1 XOR 1=1", "false"),
        ("1=1 XOR 1=2", "true"),
        ("1=1 XOR missing=1", "null"),
        ('name LIKE "w%"', "true"),
        ('name LIKE "W%"', "false"),
        ('like(name, "w_b")', "true"),
        ('like(name, "w_")', "false"),
        ('like("a.c", "a_c") AND NOT like("abc", "a.c")', "true"),
        ('name IN ("db", "web")', "true"),
        ("in(digits, 7, 8)", "true"),
        ('in(missing, "a")', "null"),
        ('many IN ("b", "c")', "true"),
        ("isnull(missing) AND isnotnull(empty)", "true"),
        ("isnum(digits) AND NOT isnum(name) AND isint(digits) AND NOT isint(1.5)", "true"),
        ("isstr(name) AND NOT isstr(number) AND NOT isstr(missing)", "true"),
        ('match(name, "^w.b$")', "true"),
        ('match(name, "B")', "false"),
        ('cidrmatch("10.0.0.0/8", "10.1.2.3")', "true"),
        ('cidrmatch("10.0.0.0/8", name)', "false"),
        ("true() AND NOT false()", "true"),
    ],
)
def test_conditions_are_true_false_or_null(condition: str, truth: Any) -> None:
    row = {"number": 5, "digits": "7", "name": "web", "empty": "", "many": ("a", "b")}
    assert truth_of(condition, row) == truth


@pytest.mark.parametrize(("mv_ne", "truth"), [("any", "true"), ("none", "false")])
def test_unequal_of_a_multivalue_is_a_switch(mv_ne: Any, truth: Any) -> None:
    assert truth_of('many != "a"', {"many": ("a", "b")}, context(mv_ne=mv_ne)) == truth


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("round(2.5)", "3"),
        ("round(-2.5)", "-3"),
        ("round(8, 2)", "8.00"),
        ("round(1.005e3, 0)", "1005"),
        ("round(3.14159, 2)", "3.14"),
        ("round(-0.4)", "0"),
        ("round(123456789012345680000)", "1.2345678901234568e+20"),
        ("round(8, 2) + 1", "9"),
        ("round(missing)", None),
        ("floor(-1.5) . ceiling(-1.5) . ceil(1.2)", "-2-12"),
        ("abs(-3) . abs(2.5)", "32.5"),
        ("sqrt(16)", "4"),
        ("pow(2, 10)", "1024"),
        ("pow(2, 0.5)", "1.4142135623730951"),
        ("pow(10, 400)", "inf"),
        ("exp(0) . ln(exact(1)) . log(1000) . log(8, 2)", "1033"),
        ("max(1, 10, 9)", "10"),
        ("min(1, digits, missing)", "1"),
        ('max(1, "a")', "a"),
        ('min(1, "a")', "1"),
        ("tostring(1234567)", "1234567"),
        ('tostring(1234567, "commas")', "1,234,567"),
        ('tostring(1234.5, "commas")', "1,234.50"),
        ('tostring(name, "commas")', "web"),
        ('tostring(255, "hex")', "0xFF"),
        ('tostring(93784, "duration")', "1+02:03:04"),
        ("tostring(1=1)", "True"),
        ("tostring(missing)", None),
        ('tonumber("12") + 1', "13"),
        ('tonumber("ff", 16)', "255"),
        ('tonumber("web")', None),
    ],
)
def test_functions_of_numbers(expression: str, shown: str) -> None:
    assert as_text(value_of(expression, {"digits": "7", "name": "web"})) == shown


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('if(1=1, "a", "b")', "a"),
        ('if(missing>1, "a", "b")', "b"),
        ('if(isnull(missing), null(), "b")', None),
        ('case(1=2, "a", missing=1, "b", 1=1, "c")', "c"),
        ('case(1=2, "a")', None),
        ('coalesce(missing, empty, "x")', ""),
        ('nullif(name, "web")', None),
        ('nullif(name, "x")', "web"),
        ("len(name)", 3),
        ('upper(name) . lower("ÄB")', "WEBäb"),
        ('trim("  a ") . "|" . ltrim("xxa", "x") . "|" . rtrim("a  ")', "a|a|a"),
        ("substr(name, 2)", "eb"),
        ("substr(name, -2, 1)", "e"),
        ('replace("a1b22", "\\d+", "#")', "a#b#"),
        ('replace("ab", "(a)(b)", "\\2\\1")', "ba"),
        ('replace("tcp, udp, ", ",\\s$$$$", "")', "tcp, udp"),
        ('replace("x=1", "(?<key>\\w)=", "\\1:")', "x:1"),
        ('split("a, b", ", ")', ("a", "b")),
        ('split("a", ",")', "a"),
        ('split("", ",")', ""),
        ('split("abc", "")', ("a", "b", "c")),
        ("mvcount(many) . mvcount(name)", "31"),
        ("mvcount(missing)", None),
        ('mvjoin(many, "+")', "b+B+a"),
        ("mvindex(many, 0) . mvindex(many, -1)", "ba"),
        ("mvindex(many, 1, 2)", ("B", "a")),
        ("mvindex(many, 3)", None),
        ("mvsort(many)", ("B", "a", "b")),
        ('mvdedup(mvappend(many, "a", missing, "c"))', ("b", "B", "a", "c")),
        ('mvfind(many, "^a")', 2),
        ('mvfind(many, "x")', None),
        ('mvfilter(many = "a" OR match(many, "B"))', ("B", "a")),
        ('mvfilter(many = "x")', None),
        ("mvfilter(isnotnull(missing))", None),
        ('mvmap(many, if(many = name, null(), many . "-" . name))', ("b-web", "B-web", "a-web")),
        ('mvmap(many, if(match("bab", "^[^b]*" . many), many, null()))', "b"),
        ('mvmap(name, name . "!")', "web!"),
        ("mvmap(missing, name)", None),
        ('mvzip(many, split("1,2,3", ","))', ("b,1", "B,2", "a,3")),
        ("upper(many)", ("B", "B", "A")),
        ("typeof(1) . typeof(name) . typeof(missing) . typeof(1=1)", "NumberStringInvalidBoolean"),
    ],
)
def test_functions_of_text_and_multivalues(expression: str, value: Any) -> None:
    assert value_of(expression, {"name": "web", "empty": "", "many": ("b", "B", "a")}) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("now()", NOW),
        ('relative_time(now(), "-1d@d")', NOW - 4 * 3600 - 86400),
        ('strftime(now(), "%Y-%m-%dT%H:%M:%S.%3N%z %Z %F %T %s %%")',
         "2026-03-01T04:00:00.000+0000 UTC 2026-03-01 04:00:00 1772337600 %"),
        ('strftime(1.25, "%e|%k|%6N|%Q")', " 1| 0|250000|250"),
        ('strftime(name, "%Y")', None),
        ('strptime("2026-03-01 04:00:00", "%F %T")', NOW),
        ('strptime("soon", "%Y")', None),
    ],
)  # fmt: skip
def test_functions_of_time_are_in_utc(expression: str, value: Any) -> None:
    assert value_of(expression, {"name": "web"}) == value


def test_eval_assigns_from_left_to_right_and_null_makes_a_field_null() -> None:
    assert run_on([{"a": 1}], "eval b=a+1, a=b*2, c=a/0") == [{"a": 4, "b": 2, "c": None}]


def test_where_keeps_a_row_only_if_the_condition_is_true() -> None:
    rows = [{"a": "1"}, {"a": ""}, {}, {"a": ("x", "y")}]
    assert run_on(rows, 'where a!=""') == [{"a": "1"}, {"a": ("x", "y")}]


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("eval a=b=1", "a field cannot hold true or false", 7),
        ("eval a=1, b=frobnicate(a)", "the replay has no eval function 'frobnicate'", 12),
        ("eval a=if(b, 1, 2)", "a condition is needed here, not a value of kind 'any'", 7),
        ("where a", "a condition is needed here", 6),
        ("where a AND b=1", "a condition is needed here", 6),
        ("where (a=1) + 1 = 2", "takes values, not a condition", 6),
        ("eval a=round()", "round() takes 1 to 2 arguments, not 0", 7),
        ("eval a=if(1=1, 2)", "if() takes 3 arguments, not 2", 7),
        ("eval a=case(1=1, 2, 3)", "case() takes pairs", 7),
        ("eval a=if(1=1, 2, 2=3)", "if() mixes conditions and values", 7),
        ('eval a=replace(b, "(", "")', "'(' is not a regular expression", 7),
        ('eval a=tostring(b, "roman")', "tostring() knows the formats commas, duration, hex", 7),
        ('eval a=strftime(1, "%O")', "strftime() of the replay does not know %O", 7),
        ('eval a=relative_time(1, "soon")', "time modifier 'soon' is not understood", 7),
        ("eval a=`m`", "macro `m` was not expanded", 7),
    ],
)
def test_what_the_replay_does_not_know_is_an_error_with_command_and_place(
    text: str, message: str, position: Any
) -> None:
    with pytest.raises(ReplayError) as caught:
        run_on([{"a": "x", "b": "y"}], text)
    assert message in caught.value.message
    assert caught.value.command == text.split()[0]
    assert caught.value.position == position


# Constants, which are worked out before the first row, beside fields.

LITERALS = (
    st.integers(0, 10**17)
    | st.floats(0, 1e17).map(lambda number: round(number, 3))
    | st.sampled_from(["", "a", "b", "7", "7.0", "07"])
)


def literal(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


@given(LITERALS, st.sampled_from(["+", "-", "*", "/", "%", ".", "=", "!=", "<", ">", "<=", ">="]), LITERALS)
def test_constants_mean_what_fields_of_the_same_values_mean(left: Any, sign: str, right: Any) -> None:
    assume(sign != "+" or not isinstance(left, str) or not isinstance(right, str))  # two constants are joined
    read = truth_of if sign in ("=", "!=", "<", ">", "<=", ">=") else value_of
    forms = [f"{x} {sign} {y}" for x in ("a", literal(left)) for y in ("b", literal(right))]
    assert len({repr(read(form, {"a": left, "b": right})) for form in forms}) == 1, forms


@pytest.mark.parametrize("sign", ["AND", "OR", "XOR"])
def test_conditions_of_constants_mean_what_those_of_fields_mean(sign: str) -> None:
    truths = (("1=1", "one=1"), ("1=2", "one=2"), ("null()=1", "missing=1"))
    for first, second in product(truths, truths):
        forms = [f"{x} {sign} {y}" for x, y in product(first, second)]
        assert len({truth_of(form, {"one": 1}) for form in forms}) == 1, forms


# Arithmetic against two independent voices: Python and DuckDB.

numbers = st.integers(-1000, 1000).map(float)
operations = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


def formulas(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    pairs = lambda inner: st.tuples(inner, st.sampled_from(list(operations)), inner)  # noqa: E731
    return st.recursive(leaves, pairs, max_leaves=12)


def written(formula: Any, quote: Callable[[str], str]) -> str:
    if isinstance(formula, tuple):
        return f"({written(formula[0], quote)} {formula[1]} {written(formula[2], quote)})"
    return quote(formula)


def quoted(name: str) -> str:
    return f"'{name}'"


def computed(formula: Any, row: dict[str, Any]) -> Any:
    if not isinstance(formula, tuple):
        return row[formula]
    left, right = computed(formula[0], row), computed(formula[2], row)
    if left is None or right is None or (formula[1] == "/" and right == 0):
        return None
    return operations[formula[1]](left, right)


rows_of_numbers = st.fixed_dictionaries({name: st.none() | numbers for name in ("a.x", "b", "c")})


@given(formulas(st.sampled_from(["a.x", "b", "c"])), rows_of_numbers, st.booleans())
def test_arithmetic_agrees_with_python(formula: Any, row: Any, as_words: Any) -> None:
    expected = computed(formula, row)
    assume(expected is None or math.isfinite(expected))
    given_row = {k: as_text(v) if as_words else v for k, v in row.items()}
    assert as_number(value_of(written(formula, quoted), given_row)) == expected


CONNECTION = duckdb.connect()


@given(formulas(st.sampled_from(["a.x", "b", "c"])), formulas(st.sampled_from(["a.x", "b"])), rows_of_numbers)
def test_comparisons_of_arithmetic_agree_with_duckdb(left: Any, right: Any, row: Any) -> None:
    def sql(formula: Any) -> str:
        if isinstance(formula, tuple):
            second = sql(formula[2])
            return f"({sql(formula[0])} {formula[1]} {f'nullif({second}, 0)' if formula[1] == '/' else second})"
        return f'"{formula}"'

    columns = ", ".join(f'?::DOUBLE AS "{name}"' for name in row)
    asked = f"SELECT {sql(left)} > {sql(right)} FROM (SELECT {columns})"
    [(expected,)] = CONNECTION.execute(asked, list(row.values())).fetchall()
    assert (
        truth_of(f"{written(left, quoted)} > {written(right, quoted)}", row)
        == {True: "true", False: "false", None: "null"}[expected]
    )
