"""Where a search is cut into commands, and what does not balance."""

from typing import Any

import pytest

from workbench.spl import tree
from workbench.spl.errors import SplSyntaxError
from workbench.spl.parser import parse, parse_subsearch


def custom(text: str) -> list[tuple[str, str]]:
    """Name and arguments of all commands of a search made of unknown commands."""
    return [(c.name, c.arguments) for c in parse(text).commands if isinstance(c, tree.CustomCommand)]


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("| first a=1 | second", [("first", "a=1"), ("second", "")]),
        ("|first|second x", [("first", ""), ("second", "x")]),
        ('| first "a|b" | second', [("first", '"a|b"'), ("second", "")]),
        (r'| first "a\"|b" | second', [("first", r'"a\"|b"'), ("second", "")]),
        (r"| first a\|b | second", [("first", r"a\|b"), ("second", "")]),
        ("| first [ x | y [ z | w ] ] | second", [("first", "[ x | y [ z | w ] ]"), ("second", "")]),
        ('| first "[" | second "]"', [("first", '"["'), ("second", '"]"')]),
        ('| first `m("a|b")` | second', [("first", '`m("a|b")`'), ("second", "")]),
        ("| first ```a | b``` x | second", [("first", "```a | b``` x"), ("second", "")]),
        ("| first\n  x\n| second", [("first", "x"), ("second", "")]),
    ],
)
def test_a_search_is_cut_at_pipes_outside_of_quotes_brackets_macros_and_comments(text: str, commands: Any) -> None:
    assert custom(text) == commands


def test_a_span_is_the_place_of_the_command_without_blanks_around_it() -> None:
    text = "|  first a |second b  "
    assert [text[slice(*command.span)] for command in parse(text).commands] == ["first a", "second b"]


def test_a_comment_inside_double_quotes_is_text() -> None:
    command = parse('| eval a="```x```"').commands[0]
    assert isinstance(command, tree.Eval)
    text = command.assignments[0].expression
    assert isinstance(text, tree.Text)
    assert text.value == "```x```"


def test_a_text_without_a_pipe_begins_with_an_implicit_search() -> None:
    command = parse("index=main error").commands[0]
    assert isinstance(command, tree.SearchFilter)
    assert command.implicit
    named = parse("search index=main").commands[0]
    assert isinstance(named, tree.SearchFilter)
    assert not named.implicit


def test_the_first_command_of_a_subsearch_needs_no_pipe() -> None:
    assert parse_subsearch(" stats count ") == parse_subsearch(" stats count ")
    assert isinstance(parse_subsearch(" stats count ").commands[0], tree.Stats)


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("", 0, "there is no search here"),
        ("|", 0, "there is no command after this pipe"),
        ("| first |", 8, "there is no command after this pipe"),
        ("| first || second", 8, "there is no command after this pipe"),
        ('| first "a | second', 8, "double quote is not closed"),
        ("| first [ second", 8, "'[' is not closed"),
        ("| first ] second", 8, "']' without '['"),
        ("| first `m | second", 8, "backtick is not closed"),
        ("| first ```m | second", 8, "comment is not closed"),
        ("| first | 5x", 10, "expected the name of a command, found '5x'"),
        ("| `m` x", 5, "after this macro the command goes on"),
        ("| table [ search a ]", 8, "table: unexpected '['"),
        ("| append [ first | ]", 17, "there is no command after this pipe"),
    ],
)
def test_what_does_not_balance_is_an_error_with_its_place(text: str, position: Any, message: str) -> None:
    with pytest.raises(SplSyntaxError) as caught:
        parse(text)
    assert caught.value.position == position
    assert message in caught.value.message


def test_an_error_shows_line_column_and_a_caret_under_the_place() -> None:
    with pytest.raises(SplSyntaxError) as caught:
        parse("| stats count\n| eval x=1 y=2\n| table x")
    assert str(caught.value).splitlines() == [
        "line 2, column 12: eval: unexpected 'y', expected ',' or an operator or the end of the command",
        "    | eval x=1 y=2",
        "               ^",
    ]


def test_an_error_in_a_long_line_shows_its_surroundings_only() -> None:
    with pytest.raises(SplSyntaxError) as caught:
        parse("| eval x=" + "1+" * 100 + "1 y" + "y" * 200)
    line, caret = str(caught.value).splitlines()[1:]
    assert len(line) < 140
    assert line[caret.index("^")] == "y"
