"""The arguments of the commands of the app."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.spl.arguments import ArgumentError, arguments, closed_arguments, options


@pytest.mark.parametrize(
    ("text", "texts", "written"),
    [
        ("", [], []),
        ("baseline=npm_baseline  threshold=3", ["baseline=npm_baseline", "threshold=3"], None),
        ('by="a, b" x', ["by=a, b", "x"], ['by="a, b"', "x"]),
        # as recorded from a real Splunk: reference/command-protocol.md section 10, countmatches
        (
            'fieldname=word_count pattern="\\w+" text',
            ["fieldname=word_count", "pattern=\\w+", "text"],
            ["fieldname=word_count", 'pattern="\\w+"', "text"],
        ),
        ('a="say \\"hi\\""', ['a=say "hi"'], ['a="say \\"hi\\""']),
        ('""', [""], ['""']),
        ("threshold = 3", ["threshold", "=", "3"], None),
        ("by=a,b", ["by=a,b"], None),
    ],
)
def test_arguments_are_parted_at_blanks_and_lose_their_quotes(
    text: str, texts: list[str], written: list[str] | None
) -> None:
    given = closed_arguments(text)
    assert [argument.text for argument in given] == texts
    assert [argument.written for argument in given] == (texts if written is None else written)
    assert [text[argument.start : argument.end] for argument in given] == [argument.written for argument in given]


def test_an_option_has_a_name_and_a_value_and_a_word_has_no_name() -> None:
    assert [(each.name, each.value) for each in arguments('by="a=b" word x= =y')] == [
        ("by", "a=b"),
        (None, "word"),
        ("x", ""),
        (None, "=y"),
    ]


def test_what_is_outside_of_quotes_is_known() -> None:
    assert [each.unquoted for each in arguments('a="x,y" b=x,y c="x')] == ["a=", "b=x,y", 'c="x']


def test_options_are_read_by_name() -> None:
    assert options('by="a, b" threshold=3') == {"by": "a, b", "threshold": "3"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('by="a b', "a quote is not closed in the arguments"),
        ('by=a"', "a quote is not closed in the arguments"),
        ("x=1 x=1", "the option x is given twice"),
        ("threshold = 3", "'threshold' is not an option; write name=value"),
        ("=3", "'=3' is not an option"),
    ],
)
def test_what_is_not_a_list_of_options_is_an_error(text: str, said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        options(text)


@given(st.text('a="\\ ,', max_size=20))
def test_any_text_is_parted_into_all_of_its_characters(text: str) -> None:
    given = arguments(text)
    assert "".join(argument.written for argument in given).replace(" ", "") == text.replace(" ", "")
