"""The commands that published detections use: text in, tree out."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.spl import tree
from workbench.spl.errors import SplSyntaxError
from workbench.spl.fields.flow import field_flow
from workbench.spl.parser import parse, parse_all


def only(text: str) -> Any:
    """The one command of a text."""
    (command,) = parse(text).commands
    return command


def test_tstats() -> None:
    where = "where W.b=1 W.c IN (2) by W.d PREFIX(e=) _time span=1h"
    text = f"| tstats summariesonly=t dc(W.a) AS n count from datamodel=W.X {where}"
    node = only(text)
    assert [(one.function, one.field, one.name) for one in node.aggregations] == [
        ("dc", "W.a", "n"),
        ("count", None, "count"),
    ]
    assert (node.source, node.by) == ("datamodel=W.X", ("W.d", "PREFIX(e=)", "_time"))
    assert (node.bin_span, node.options) == ("1h", (("summariesonly", "t"),))
    assert [term.field for term in node.where.terms] == ["W.b", "W.c"]


@pytest.mark.parametrize(
    ("text", "by", "options"),
    [
        ("| chart limit=5 sum(a) over b by c useother=f", ("b", "c"), (("limit", "5"), ("useother", "f"))),
        ("| timechart span=1h sum(a) by b where max in top5", ("b",), (("span", "1h"),)),
        ("| timechart eval(round(avg(a), 2))", (), ()),
    ],
)
def test_chart(text: str, by: tuple[str, ...], options: tree.Options) -> None:
    assert (only(text).by, only(text).options) == (by, options)


@pytest.mark.parametrize(
    ("text", "field", "pattern", "sed"),
    [
        (r'| rex field=a "(?<b>\d+)\\\"" max_match=2', "a", r"(?<b>\d+)\"", False),
        ('| rex mode=sed "s/a/b/g"', "_raw", "s/a/b/g", True),
        (r"| rex field=a (?<b>\d+) x", "a", r"(?<b>\d+) x", False),
    ],
)
def test_rex(text: str, field: str, pattern: str, sed: bool) -> None:
    node = only(text)
    assert (node.field, node.pattern, node.sed) == (field, pattern, sed)


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ('| regex a!="x|y"', lambda s: tree.Regex("a", "!=", "x|y", s)),
        ('| regex "x"', lambda s: tree.Regex("_raw", "=", "x", s)),
        ("| spath input=a path=b{}.c output=d", lambda s: tree.Spath("a", "b{}.c", "d", s)),
        ("| spath b{1}.c", lambda s: tree.Spath("_raw", "b{1}.c", "b{1}.c", s)),
        ("| spath", lambda s: tree.Spath("_raw", None, None, s)),
        ("| top 3 a b by c", lambda s: tree.Top("top", ("a", "b"), ("c",), (("limit", "3"),), s)),
        ("| iplocation prefix=p_ a", lambda s: tree.Iplocation("a", (("prefix", "p_"),), s)),
        ('| from datamodel:"W.X"', lambda s: tree.From("datamodel", "W.X", s)),
        ("| from savedsearch x", lambda s: tree.From("savedsearch", "x", s)),
        ('| transaction a startswith=(b="c")', lambda s: tree.Transaction(("a",), (("startswith", "(b=c)"),), s)),
        ('| replace "a*" with b, c with "" in d e', lambda s: tree.Replace((("a*", "b"), ("c", "")), ("d", "e"), s)),
        ("| makemv delim=\",\" a", lambda s: tree.Plain("makemv", ("a",), (("delim", ","),), s)),
        ("| delta a as b p=2", lambda s: tree.Plain("delta", ("a", "b"), (("p", "2"),), s)),
        ('| return 3 a b=c $d', lambda s: tree.Plain("return", ("3", "a", "b=c", "$d"), (), s)),
        ("| bucket span=1h _time", lambda s: tree.Bin("_time", None, "1h", (), s)),
        ("| dedup a sortby -b", lambda s: tree.Dedup(("a",), 1, (), s, (tree.SortKey("b", True),))),
    ],
)  # fmt: skip
def test_other_commands(text: str, node: Any) -> None:
    assert only(text) == node(tree.Span(2, len(text)))


def test_convert() -> None:
    node = only('| convert timeformat="%F" ctime(a) as b, num("c d")')
    assert [(one.function, one.field, one.alias) for one in node.conversions] == [
        ("ctime", "a", "b"),
        ("num", "c d", None),
    ]


def test_subsearches_hold_their_own_searches_with_their_places() -> None:
    text = "index=a [search b=1 | where c=[search d=2]] e=[inputlookup f] | multisearch [search g=3] [search h=4]"
    searches = [text[slice(*each.span)] for each in tree.walk(parse(text), tree.Search)]
    assert searches[1:] == [
        *("search b=1 | where c=[search d=2]", "search d=2", "inputlookup f"),
        *("search g=3", "search h=4"),
    ]


def test_a_walk_through_a_filter_does_not_enter_its_subsearches() -> None:
    search = parse("search a=1 [search b=2]")
    (command,) = search.commands
    assert isinstance(command, tree.SearchFilter)
    assert [node.field for node in tree.walk(command.filter, tree.Comparison)] == ["a"]
    assert [node.field for node in tree.walk(search, tree.Comparison)] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("( )", []),
        (r"*\"b\":1*", ['*"b":1*']),
        ("TERM(a=b)", ["a=b"]),
        ("NOT NOT x", ["x"]),
    ],
)
def test_words_of_a_filter(text: str, terms: list[str]) -> None:
    assert [node.text for node in tree.walk(only(f"search {text}").filter, tree.Keyword)] == terms


@pytest.mark.parametrize(
    ("text", "value"), [("a=''", "''"), ('a=x"y z"*', "xy z*"), ("a=now", "now"), ("latest=now()", "now()")]
)
def test_values_of_a_filter(text: str, value: str) -> None:
    assert only(f"search {text}").filter.value == value


def test_an_unread_command_keeps_its_arguments() -> None:
    assert only('| predict a as b "x"') == tree.CustomCommand("predict", 'a as b "x"', tree.Span(2, 20))


def test_an_expression_nested_without_end_is_an_error() -> None:
    for text in ("| where " + "(" * 5000, "| where " + "!" * 5000 + "a", "index=x " + "NOT " * 5000 + "a"):
        with pytest.raises(SplSyntaxError, match="nested more than 100 levels deep"):
            parse(text)


PARTS = """
search where eval stats tstats mstats timechart chart rex spath convert bin dedup sort head top transaction from
multisearch append appendpipe map join foreach lookup inputlookup rename fields table replace return
a b c* = =b a= "x_y" 'c_d' span=1h limit= by as over where in IN AND OR NOT output sortby count sum( eval( ( ) , | [ ]
` ``` \\ " ' * - + . < != == 1 2.5 now() case( {a} <<FIELD>> TERM( PREFIX(k=) sparkline datamodel=W !
"""
WORDS = [word.replace("_", " ") for word in re.findall(r"\S+", PARTS)]


@given(st.lists(st.sampled_from(WORDS), max_size=12), st.sampled_from(["", " "]), st.booleans())
def test_any_text_is_read_and_followed_or_is_an_error(words: list[str], between: str, piped: bool) -> None:
    text = ("| " if piped else "") + between.join(words)
    search, errors = parse_all(text)
    assert search is not None or errors
    assert all(0 <= error.position <= len(text) for error in errors)
    for start, end in (getattr(node, "span", (0, 0)) for node in tree.walk(search)):
        assert 0 <= start <= end <= len(text)
    if search is not None:
        field_flow(search, {}, {})
