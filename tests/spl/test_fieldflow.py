"""Which fields a search can have after each of its commands: text in, exact sets out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.spl.followed import START, after, flow, maybe_null, multivalued
from workbench.spl.fields.flow import FieldSet
from workbench.spl.fields.sets import Trait

# Commands that make rows.


@pytest.mark.parametrize(
    ("text", "names", "null"),
    [
        ("| mstats avg(x) as y where index=i by k", {"y", "k"}, set()),
        ("| mstats avg(x) as y avg(z) where index=i by k span=10s", {"_time", "y", "avg(z)", "k"}, {"y", "avg(z)"}),
        ("| mstats count(x) as n max(z) as z where index=i by k", {"n", "z", "k"}, {"z"}),
        ("| mstats avg(tcp.*) as tcp.* where index=i by k", {"tcp.*", "k"}, {"tcp.*"}),
        ("| mstats avg(tcp.*) where index=i", {"avg(tcp.*)"}, {"avg(tcp.*)"}),
        ("| makeresults count=3", {"_time"}, set()),
        ("| inputlookup one", {"k", "v", "w"}, set()),
        ("| makeresults | eval a=1 | append [ makeresults | eval b=2 ]", {"_time", "a", "b"}, {"a", "b"}),
    ],
)
def test_a_command_that_makes_rows(text: str, names: Any, null: Any) -> None:
    fields = after(text, None)
    assert (fields.names, maybe_null(fields), multivalued(fields), fields.open) == (names, null, frozenset(), False)


@pytest.mark.parametrize(
    "text",
    ["index=main error", "search index=main", "| tstats prestats=t count by host", "| inputlookup unknown",
     "| `unknown`", "| mstats prestats=t avg(x) where index=i", "| eval a=1"],
)  # fmt: skip
def test_what_makes_unknown_rows_leaves_the_set_open(text: str) -> None:
    assert after(text, None).open


def test_a_family_has_the_members_of_its_form_and_no_others() -> None:
    fields = after("| mstats avg(tcp.*) as avg_tcp.* stdev(udp.*) where index=i", None)
    assert [fields.produces(name) for name in ("avg_tcp.bytes", "stdev(udp.bytes)")] == [True, True]
    assert [fields.produces(name) for name in ("stdev_x", "tcp.bytes", "avg_tcp", "avg_udp.bytes")] == [False] * 4


# Columns.


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("rename a as c", {"b", "x_a", "x_b", "n", "m", "c"}),
        ("rename a as b", {"x_a", "x_b", "n", "m", "b"}),
        ("rename a as c, c as d", {"b", "x_a", "x_b", "n", "m", "d"}),
        ("rename x_* as *_y", {"a", "b", "n", "m", "a_y", "b_y"}),
        ("rename nothing as c", {"a", "b", "x_a", "x_b", "n", "m"}),
        ("fields a x_* nothing", {"a", "x_a", "x_b"}),
        ("fields - a x_* nothing", {"b", "n", "m"}),
        ("eval _time=1 | fields a", {"_time", "a"}),
        ("eval _time=1 | table a", {"a"}),
        ("table a nothing", {"a", "nothing"}),
        ("fillnull value=0 a nothing | fields a nothing", {"a", "nothing"}),
        ("eval _time=5 | bin span=2s _time as t | fields t", {"_time", "t"}),
        ("addinfo | fields info_*", {"info_min_time", "info_max_time", "info_search_time", "info_sid"}),
        ("stats count sum(a) as s by b", {"count", "s", "b"}),
        ("stats max(x_*) as *_max avg(x_*) by b", {"a_max", "b_max", "avg(x_a)", "avg(x_b)", "b"}),
        ("fields a b | eventstats values(a) as c by b", {"a", "b", "c"}),
        ("fields a | streamstats count", {"a", "count"}),
        ("fields a | lookup one k as a OUTPUT v as c", {"a", "c"}),
        ("fields a | lookup one k as a", {"a", "v", "w"}),
        ("fields a | inputlookup append=t one", {"a", "k", "v", "w"}),
        ("fields a | join type=left a [ makeresults | eval c=1 ]", {"a", "c", "_time"}),
        ("fields a x_* | foreach x_* [ eval <<MATCHSTR>>_y='<<FIELD>>', z=1 ]", {"a", "x_a", "x_b", "a_y", "b_y", "z"}),
        ("fields a | sort - a | head 5 | dedup a | mvexpand a | outputlookup one | search a=* | where a > 1", {"a"}),
    ],
)
def test_which_fields_there_are_after_a_command(text: str, names: Any) -> None:
    fields = after(text)
    assert (set(fields.names), fields.open) == (names, False)


def test_families_go_through_the_commands_about_columns() -> None:
    start = FieldSet.of(["k"], null=["tcp.*"])
    assert after("rename tcp.* as *_sum", start).names == {"k", "*_sum"}
    assert after("rename tcp.bytes as bytes", start).names == {"k", "tcp.*", "bytes"}
    assert not after("rename tcp.bytes as bytes", start).produces("tcp.bytes")
    assert after("fields tcp.b* k", start).names == {"k", "tcp.b*"}
    assert not after("fields - tcp.bytes", start).produces("tcp.bytes")
    assert after("fields - tcp.bytes", start).produces("tcp.packets")
    assert after("stats sum(tcp.*) as *_total by k", start).names == {"*_total", "k"}
    assert after("foreach tcp.* [ eval n_<<MATCHSTR>>='<<FIELD>>' ]", start).names == {"k", "tcp.*", "n_*"}


def test_an_open_set_knows_what_was_removed_and_renamed() -> None:
    fields = after("index=main | fields - a | rename b as c", None)
    assert [fields.produces(name) for name in "abcd"] == [False, False, True, True]
    assert after("index=main | fields - a | eval a=1", None).produces("a")


def test_a_list_of_fields_closes_an_open_set() -> None:
    fields = after("index=main | fields user src_*", None)
    assert (fields.names, fields.open) == (frozenset({"_*", "user", "src_*"}), False)
    assert after("index=main | stats count by user", None) == FieldSet.of(["user"]).with_fields(
        {"count": Trait(nonzero=True)}
    )


# Null.


@pytest.mark.parametrize(
    ("expression", "null"),
    [
        ("1", "no"), ("a", "no"), ("n", "yes"), ("nothing", "yes"), ("a . b", "no"), ("a . n", "yes"), ("a + b", "no"),
        ("a * 2", "unsure"), ("2 * 3", "no"), ("a / b", "yes"), ("a / 2", "unsure"), ("1 / 2", "no"), ("a % b", "yes"),
        ("null()", "yes"), ("if(a > 1, b, null())", "yes"), ("if(a > 1, b, 2)", "no"), ("if(isnull(n), 0, n)", "no"),
        ("if(n > 1, n, 0)", "no"), ("if(n > 1, 0, n)", "yes"), ("if(isnotnull(n) AND a > 1, n, 0)", "no"),
        ("if(b > 0, a / b, 0)", "unsure"), ("if(b != 0 OR a > 1, a / b, 0)", "yes"),
        ("case(a > 1, b)", "yes"), ("case(a > 1, b, true(), 0)", "no"), ("case(a > 1, b, 1=1, n)", "yes"),
        ("case(a > 1, 1, a <= 1, 2)", "no"), ("case(a > 1, 1, a < 1, 2)", "yes"), ("case(n > 1, 1, n <= 1, 2)", "yes"),
        ("case(isnull(n), 1, isnotnull(n), n)", "no"), ("coalesce(n, a)", "no"), ("coalesce(n, nothing)", "yes"),
        ("nullif(a, b)", "yes"), ("len(n)", "yes"), ("lower(a)", "no"), ("tonumber(a)", "unsure"), ("now()", "no"),
        ("strftime(a, \"%H\")", "unsure"), ("isnull(n)", "no"), ("unheard_of(a)", "unsure"), ("min(a, n)", "no"),
        ("`unknown`", "unsure"), ("mvindex(a, 0)", "no"), ("mvindex(a, 1)", "unsure"),
    ],
)  # fmt: skip
def test_whether_the_value_of_an_expression_can_be_null(expression: str, null: Any) -> None:
    assert after(f"eval r={expression}").trait("r").null == null


@pytest.mark.parametrize(
    "text",
    ["where isnotnull(n)", "where n > 5", "where NOT isnull(n)", "where a=1 AND n!=b", "where n > 1 OR n < 0",
     "where NOT (isnull(n) OR a > 1)", 'where like(n, "x%")', "where n IN (1, 2)", "where len(lower(n)) > 1",
     "search n=*", "search n!=5", "search n=1 a=2", "search n=1 OR n=2", "search n IN (1, 2)", "fillnull n",
     "fillnull value=x n", "dedup n", "eval n=coalesce(n, 0)", "stats count by n", "join n [ makeresults | eval n=1 ]"],
)  # fmt: skip
def test_what_a_field_that_is_filled_afterwards_went_through(text: str) -> None:
    assert START.trait("n").null == "yes"
    assert after(text).trait("n").null == "no"


@pytest.mark.parametrize(
    "text",
    ["where isnull(n)", "where n > 5 OR a > 5", "where NOT (n > 5 AND a > 5)", "where coalesce(n, 1) = 1", "search *",
     "search NOT n=5", "search n=5 OR a=5", "dedup n keepempty=t", "join type=left n [ makeresults | eval n=1 ]",
     "where `unknown`", "head 5", "fields n", "eventstats max(n) as n"],
)  # fmt: skip
def test_what_leaves_a_field_that_can_be_null(text: str) -> None:
    assert after(text).trait("n").null == "yes"


@pytest.mark.parametrize(
    ("text", "null"),
    [
        ("where a != 0", "unsure"), ("where a > 0", "unsure"), ("where a >= 1", "unsure"), ("where a < 0", "unsure"),
        ("search a>0", "unsure"), ("search a=2", "unsure"), ("stats count as a by b", "unsure"),
        ("where a >= 0", "yes"), ("where a < 5", "yes"), ("where a <= 0", "yes"), ("where a = 0", "yes"),
        ("where a != 5", "yes"), ("search a!=x", "yes"), ("search a<=5", "yes"), ("stats count as a", "yes"),
        ("where a > 0 | eval a=a - 1", "yes"), ("where a > 0 OR b > 0", "yes"),
    ],
)  # fmt: skip
def test_a_division_by_what_can_be_0_can_be_null(text: str, null: Any) -> None:
    assert after(f"{text} | eval r=b / a, q=5 / a").trait("q").null == null


@pytest.mark.parametrize(
    ("text", "field", "null"),
    [
        ('eval r=m . "p"', "r", "unsure"), ("stats max(a) as r", "r", "unsure"), ("stats max(a) as r by b", "r", "no"),
        ("stats sum(a) as r by b", "r", "unsure"), ("stats count(n) as r", "r", "no"),
        ("stats latest(a) as r by b", "r", "unsure"), ("stats count(x_*) as *_y", "a_y", "unsure"),
        ("streamstats count(x_*) as *_y", "a_y", "unsure"), ("fillnull", "n", "unsure"), ("fillnull", "a", "no"),
        ("foreach x_* [ eval r=1 ]", "r", "no"), ("foreach n [ eval r=1 ]", "r", "yes"),
    ],
)  # fmt: skip
def test_whether_what_a_command_makes_can_be_null(text: str, field: Any, null: Any) -> None:
    assert after(text).trait(field).null == null


def test_fields_of_one_metric_are_null_together() -> None:
    text = "| mstats sum(x) as s latest_time(x) as t sum(y) as y where index=i by k | where s > 0"
    assert maybe_null(after(text, None)) == {"y"}


def test_what_is_not_in_all_rows_can_be_null() -> None:
    assert maybe_null(after("fields a | lookup one k as a OUTPUT v")) == {"v"}
    assert maybe_null(after("fields a n | lookup one k as a OUTPUTNEW v as a w as n")) == {"n"}
    assert maybe_null(after("fields a | join type=left a [ makeresults | eval c=1 ]")) == {"c", "_time"}
    assert maybe_null(after("fields a | join a [ makeresults | eval c=1 ]")) == set()
    assert maybe_null(after("fields a b | append [ makeresults | eval a=1 ]")) == {"b", "_time"}
    assert maybe_null(after("fields a | inputlookup append=t one")) == {"a", "k", "v", "w"}
    assert maybe_null(after("fields a n | stats max(n) as high count(n) as c by a")) == {"high"}
    assert maybe_null(after("fields a n | eventstats max(a) as high by n")) == {"n", "high"}
    assert maybe_null(after("fields a | streamstats current=f max(a) as last")) == {"last"}


def test_nothing_is_said_of_the_values_of_unknown_fields() -> None:
    fields = after("index=main | stats values(x) as x by k | eval y=x", None)
    assert (fields.trait("x").null, fields.trait("y").many, maybe_null(fields)) == ("unsure", "yes", frozenset())
    assert after("index=main | eval y=x", None).trait("y") == Trait("unsure", "unsure")
    assert after("mystery").trait("a") == Trait("unsure", "unsure")


# Several values.


@pytest.mark.parametrize(
    ("text", "many"),
    [
        ("eval a=split(a, \",\")", {"a", "m"}), ("eval a=mvappend(a, b)", {"a", "m"}), ("eval a=m", {"a", "m"}),
        ("eval a=if(b > 1, m, b)", {"a", "m"}), ("eval m=mvjoin(m, \",\")", set()), ("eval m=mvindex(m, 0)", set()),
        ("eval m=mvcount(m)", set()), ("eval a=lower(m)", {"a", "m"}), ("eval a=mvdedup(m)", {"a", "m"}),
        ("mvexpand m", set()), ("stats count by m", set()), ("stats values(a) as v by b", {"v"}),
        ("stats list(a) first(m) as f max(m) as high", {"list(a)", "f"}), ("eventstats values(a) as a", {"a", "m"}),
        ("makemv delim=\",\" a", {"a", "m"}), ("nomv m", set()), ("rename m as q", {"q"}), ("fields - m", set()),
        ("lookup one k as a OUTPUT v as m", {"m"}),
        ("lookup many k as a OUTPUT v", {"m", "v"}), ("lookup one k as a OUTPUT v", {"m"}),
        ("lookup unclear k as a OUTPUT v", {"m"}), ("append [ makeresults | eval a=split(1, 2) ]", {"a", "m"}),
    ],
)  # fmt: skip
def test_which_fields_can_hold_several_values(text: str, many: Any) -> None:
    assert multivalued(after(text)) == many


@pytest.mark.parametrize(
    ("text", "names", "null", "many"),
    [
        (
            "| tstats count values(a) as b from datamodel=W by c _time span=1h",
            {"count", "b", "c", "_time"},
            {"b"},
            {"b"},
        ),
        ("| makeresults | eval a=1 | chart count by a", {"a", "count"}, set(), set()),
        ("| makeresults | eval a=1 | timechart avg(a) as m", {"_time", "m"}, {"m"}, set()),
        ("| makeresults | eval a=1, b=2 | top a by b showperc=f", {"a", "b", "count"}, set(), set()),
        ('| makeresults | eval a="x" | rex field=a "(?<b>x)"', {"_time", "a", "b"}, {"b"}, set()),
        ('| makeresults | eval a="x" | rex field=a "(?<b>x)" max_match=0', {"_time", "a", "b"}, {"b"}, {"b"}),
        ('| makeresults | eval a="x" | rex field=a mode=sed "s/x/y/"', {"_time", "a"}, set(), set()),
        ("| makeresults | eval a=1 | spath input=a path=b output=c", {"_time", "a", "c"}, {"c"}, {"c"}),
        ("| makeresults | convert ctime(_time) as t", {"_time", "t"}, set(), set()),
        ("| makeresults | eval a=1 | delta a as b", {"_time", "a", "b"}, {"b"}, set()),
        (
            "| makeresults | eval a=1 | appendpipe [stats count]",
            {"_time", "a", "count"},
            {"_time", "a", "count"},
            set(),
        ),
        ("| makeresults | appendcols [makeresults | eval b=1]", {"_time", "b"}, {"_time", "b"}, set()),
        ("| multisearch [makeresults] [makeresults | eval b=1]", {"_time", "b"}, {"b"}, set()),
        ("| makeresults | eval k=1, v=2 | untable _time k v", {"_time", "k", "v"}, set(), set()),
        ("| makeresults | addtotals fieldname=sum", {"_time", "sum"}, set(), set()),
        ("| makeresults | eval a=1 | stats sparkline(avg(a), 1h) as t", {"t"}, {"t"}, {"t"}),
    ],
)
def test_what_published_commands_make(text: str, names: set[str], null: set[str], many: set[str]) -> None:
    fields = after(text, None)
    assert (set(fields.names), fields.open) == (names, False)
    assert {name for name, trait in fields.fields.items() if trait.null != "no"} == null
    assert {name for name, trait in fields.fields.items() if trait.many != "no"} == many


@pytest.mark.parametrize(
    "text",
    [
        '| makeresults | rex field=gone "(?<a>x)"',
        "| makeresults | spath input=gone path=a",
        "| makeresults | convert ctime(gone)",
        "| makeresults | timechart sum(gone)",
        "| makeresults | top gone",
        "| makeresults | iplocation gone",
        "| makeresults | appendpipe [where gone=1]",
        "| makeresults | where _time=[makeresults | where gone=1]",
        '| makeresults | regex gone="x"',
    ],
)
def test_what_published_commands_read(text: str) -> None:
    assert [use.name for step in flow(text, None) for use in step.missing] == ["gone"]
