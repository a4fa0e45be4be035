"""Macro calls and their expansion."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.replay.app import macros_of
from workbench.replay.errors import ReplayError
from workbench.spl.macros import MAX_DEPTH, Macro, comment_spans, expand, macro_uses


def table(*entries: Macro) -> dict[str, Macro]:
    return {entry.stanza: entry for entry in entries}


MACROS = table(
    Macro("kubernetes_metrics", (), "index=kubernetes_metrics"),
    Macro("detection_filter", (), "search *"),
    Macro("over", ("field", "limit"), "where '$field$' > $limit$"),
    Macro("over", ("field",), "`over($field$, 5)`"),
    Macro("two", ("first", "second"), "a=$first$ b=$second$"),
    Macro("hyphen", ("a-b",), "x=$a-b$"),
    Macro("nothing", (), ""),
    Macro("price", (), "a$b c$"),
)


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("| mstats count(x) where `kubernetes_metrics` by y", "| mstats count(x) where index=kubernetes_metrics by y"),
        ("a | `detection_filter`", "a | search *"),
        ("`over(tcp.bytes, 7)`", "where 'tcp.bytes' > 7"),
        ("`over(tcp.bytes)`", "where 'tcp.bytes' > 5"),
        ('`over("a, b", 7)`', "where 'a, b' > 7"),
        ('`over("a \\" b", 7)`', "where 'a \" b' > 7"),
        ("`over(max(a, b), 7)`", "where 'max(a, b)' > 7"),
        ('`over("`nothing`x", 7)`', "where 'x' > 7"),
        ("`hyphen(1)`", "x=1"),
        ("x `nothing` y", "x  y"),
        ("`nothing()`", ""),
        ("`price`", "a$b c$"),
        ("`kubernetes_metrics` `kubernetes_metrics`", "index=kubernetes_metrics index=kubernetes_metrics"),
        ('where \\"`nothing`\\"', 'where \\"\\"'),
    ],
)
def test_a_call_gives_way_to_the_definition(text: str, expanded: str) -> None:
    assert expand(text, MACROS).text == expanded
    assert expand(text, MACROS).problems == ()


@pytest.mark.parametrize(
    ("call", "expanded"),
    [
        ("`two(first=1, second=2)`", "a=1 b=2"),
        ("`two(second=2, first=1)`", "a=1 b=2"),
        ('`two( second = "b, c" , first=1 )`', "a=1 b=b, c"),
        ("`two(first=x=y, second=2)`", "a=x=y b=2"),
        ("`two(1, second=2)`", "a=1 b=second=2"),  # not all are given by name
        ("`two(host=1, second=2)`", "a=host=1 b=second=2"),  # host is not an argument
        ("`two(x>=1, y==2)`", "a=x>=1 b=y==2"),
    ],
)
def test_arguments_are_given_by_position_or_all_by_name(call: str, expanded: str) -> None:
    assert expand(call, MACROS).text == expanded


@pytest.mark.parametrize("text", ['eval a="see `nothing`"', 'eval a="\\"`x`"', "search a ```calls `unknown` ```"])
def test_strings_and_comments_stay_as_they_are(text: str) -> None:
    assert expand(text, MACROS).text == text
    assert expand(text, MACROS).problems == ()
    assert macro_uses(text) == ([], [])


def test_comments_are_known_by_their_places() -> None:
    assert comment_spans('a ```b``` "```c```" ```d```') == [(2, 9), (20, 27)]


@pytest.mark.parametrize(
    ("text", "start", "said"),
    [
        ("| a\n| `no_such`", 6, "macro `no_such` is unknown"),
        ("`over(a, b, c)`", 0, "macro `over` is called with 3 arguments, but defined is over(1), over(2)"),
        ("`kubernetes_metrics(1)`", 0, "macro `kubernetes_metrics` is called with 1 arguments"),
        ("x `open", 2, "a backtick has no partner"),
        ("x ```open", 2, "a comment has no closing ```"),
        ("`nothing````comment```", 8, "four backticks in a row"),
        ("`over(limit=7, limit=8)`", 0, "macro `over(2)` is given an argument twice by name"),
        ("` `", 0, "` ` is not a macro call"),
        ("` nothing `", 0, "` nothing ` is not a macro call"),
        ("`nothing ()`", 0, "`nothing ()` is not a macro call"),
        ("`no.thing`", 0, "`no.thing` is not a macro call"),
        ("`no-thing`", 0, "`no-thing` is not a macro call"),
    ],
)
def test_a_call_that_cannot_be_expanded_stays_and_is_a_problem(text: str, start: int, said: str) -> None:
    expanded = expand(text, MACROS)
    assert [(problem.start, problem.message[: len(said)]) for problem in expanded.problems] == [(start, said)]
    assert "`" in expanded.text


def test_what_is_wrong_inside_a_macro_is_said_at_the_call() -> None:
    macros = table(Macro("a", (), "`b`"), Macro("b", (), "x `c` `d"), Macro("e", (), "`a` `f`"), Macro("f", (), "y"))
    expanded = expand("search `e`", macros)
    assert expanded.text == "search x `c` `d y"
    assert [(problem.start, problem.message) for problem in expanded.problems] == [
        (7, "in macro `b`: a backtick has no partner"),
        (7, "in macro `b`: macro `c` is unknown"),
    ]


def test_a_macro_that_calls_itself_by_way_of_another_is_a_problem() -> None:
    expanded = expand("`a`", table(Macro("a", (), "`b`"), Macro("b", (), "`a`")))
    assert [problem.message for problem in expanded.problems] == ["in macro `b`: macro `a` calls itself"]
    assert expanded.text == "`a`"


def test_macros_are_expanded_to_the_depth_that_splunk_documents() -> None:
    chain = [Macro(f"m{level}", (), f"`m{level + 1}`") for level in range(MAX_DEPTH)]
    macros = table(*chain, Macro(f"m{MAX_DEPTH}", (), "x"))
    assert expand("`m1`", macros).text == "x"
    assert [problem.message for problem in expand("`m0`", macros).problems] == [
        f"in macro `m{MAX_DEPTH - 1}`: macro `m{MAX_DEPTH}` is called {MAX_DEPTH} levels deep"
    ]


def test_macros_that_double_end() -> None:
    doubling = (Macro(f"m{level}", (), f"`m{level + 1}` `m{level + 1}`") for level in range(60))
    (problem,) = expand("`m0`", table(*doubling, Macro("m60", (), ""))).problems
    assert "more than 10000 calls" in problem.message


def test_every_character_of_the_expanded_text_has_its_origin() -> None:
    text = "search a=1 | `over(x, 2)` | head 1"
    expanded = expand(text, MACROS)
    at = expanded.text.index("where")
    assert expanded.source(at) == "`over`"
    assert expanded.source(0) is None
    assert text[slice(*expanded.origin(at, at + 5))] == "`over(x, 2)`"
    head = expanded.text.index("head")
    assert text[slice(*expanded.origin(head, head + 6))] == "head 1"


@given(st.text('`" \\ab(,)=', max_size=30))
def test_any_text_is_read_and_what_was_written_keeps_its_place(text: str) -> None:
    expanded = expand(text, table(Macro("a", (), "long definition"), Macro("b", ("a",), "[$a$]")))
    for position, character in enumerate(expanded.text):
        if expanded.source(position) is None:
            assert text[expanded.origin(position, position + 1)[0]] == character


def test_stanzas_become_macros_and_must_agree_with_their_names() -> None:
    read = macros_of({"m(2)": {"args": "a, b", "definition": "$a$ $b$"}, "n": {"definition": "x"}})
    assert read == table(Macro("m", ("a", "b"), "$a$ $b$"), Macro("n", (), "x"))
    for stanza, settings in {"m(2)": {"args": "a", "definition": ""}, "n": {"args": "a"}, "o": {}}.items():
        with pytest.raises(ReplayError, match=r"macros\.conf \["):
            macros_of({stanza: settings})


@pytest.mark.parametrize("setting", [{"iseval": "1"}, {"validation": "isnum(a)"}])
def test_a_macro_that_splunk_computes_or_checks_is_a_problem_where_it_is_called(setting: dict[str, str]) -> None:
    read = macros_of({"m": {"definition": "x", **setting}})
    (problem,) = expand("`m`", read).problems
    assert problem.message == f"macro `m` uses {next(iter(setting))}, which is not expanded here"
