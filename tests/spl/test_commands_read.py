"""Commands: text in, tree out."""

from typing import Any

import pytest

from workbench.spl.errors import SplSyntaxError
from workbench.spl.parser import parse
from workbench.spl.terms import And, Comparison, InList, Keyword, MacroCall, Not, Or, Span
from workbench.spl.tree import (
    Addinfo,
    Aggregation,
    Bin,
    CustomCommand,
    Dedup,
    Fields,
    Fillnull,
    Foreach,
    Head,
    Inputlookup,
    Join,
    Lookup,
    LookupField,
    Makeresults,
    Mstats,
    Mvexpand,
    Outputlookup,
    Rename,
    Search,
    Sort,
    SortKey,
    Stats,
    Table,
)


def only(text: str) -> Any:
    """The one command of a text."""
    (command,) = parse(text).commands
    return command


def span_of(text: str) -> Span:
    """Place of a command that is alone in its text, behind a pipe and a blank."""
    return Span(2, len(text))


def at(text: str, part: str) -> Span:
    start = text.index(part)
    return Span(start, start + len(part))


def test_mstats() -> None:
    text = "| mstats avg(tcp.*) AS tcp.*, count(udp.bytes) where index=npm AND earliest=-1h by a.b, c span=10s"
    assert only(text) == Mstats(
        (
            Aggregation("avg", "tcp.*", "tcp.*", None, at(text, "avg(tcp.*) AS tcp.*")),
            Aggregation("count", "udp.bytes", None, None, at(text, "count(udp.bytes)")),
        ),
        And(
            (
                Comparison("index", "=", "npm", at(text, "index=npm")),
                Comparison("earliest", "=", "-1h", at(text, "earliest=-1h")),
            ),
            at(text, "index=npm AND earliest=-1h"),
        ),
        ("a.b", "c"),
        "10s",
        (),
        span_of(text),
    )


def test_options_of_mstats_may_stand_in_front_in_where_or_behind_by() -> None:
    behind = only("| mstats avg(x) where `npm` by a span=10s fillnull_value=-")
    inside = only("| mstats avg(x) where `npm` span=10s fillnull_value=- by a")
    front = only("| mstats span=10s fillnull_value=- avg(x) where `npm` by a")
    for node in (behind, inside, front):
        assert (node.bin_span, node.options, node.by) == ("10s", (("fillnull_value", "-"),), ("a",))
        assert isinstance(node.where, MacroCall)


def test_a_mstats_whose_where_holds_options_only_has_no_filter() -> None:
    assert only("| mstats avg(x) where span=10s").where is None


def test_the_words_of_mstats_are_plain_words_elsewhere() -> None:
    terms = only("| search by where as").filter.terms
    assert [term.text for term in terms] == ["by", "where", "as"]


def test_stats_with_eval_wildcards_and_words_in_any_case() -> None:
    node = only('| STATS count(eval(x>1)) As n, values("a b") as y max(*_t) as *_m C by k8s.name "q r"')
    assert node.command == "stats"
    assert [(a.function, a.field, a.name) for a in node.aggregations] == [
        ("count", None, "n"),
        ("values", "a b", "y"),
        ("max", "*_t", "*_m"),
        ("c", None, "c"),
    ]
    assert node.aggregations[0].expression.operator == ">"
    assert node.by == ("k8s.name", "q r")


@pytest.mark.parametrize("command", ["stats", "eventstats", "streamstats"])
def test_the_three_stats_commands_share_a_node(command: str) -> None:
    text = f"| {command} count by a"
    node = only(text)
    assert node == Stats(
        command, (Aggregation("count", None, None, None, at(text, "count")),), ("a",), (), span_of(text)
    )


def test_a_column_without_alias_is_called_as_the_aggregation_is_written() -> None:
    assert [a.name for a in only("| stats count avg(x.y) perc95(z)").aggregations] == ["count", "avg(x.y)", "perc95(z)"]


def test_search_binds_not_before_or_before_and() -> None:
    text = '| search a=1 b!="x y" OR NOT c IN (1, 2*) `m` "full text" (d>=2 AND e=CASE(F))'
    found = only(text).filter
    assert found == And(
        (
            Comparison("a", "=", "1", at(text, "a=1")),
            Or(
                (
                    Comparison("b", "!=", "x y", at(text, 'b!="x y"')),
                    Not(InList("c", ("1", "2*"), at(text, "c IN (1, 2*)")), at(text, "NOT c IN (1, 2*)")),
                ),
                at(text, 'b!="x y" OR NOT c IN (1, 2*)'),
            ),
            MacroCall("m", at(text, "`m`")),
            Keyword("full text", at(text, '"full text"')),
            Comparison("d", ">=", "2", at(text, "d>=2")),
            Comparison("e", "=", "F", at(text, "e=CASE(F)"), case_sensitive=True),
        ),
        at(text, text[9:]),
    )


def test_lower_case_and_is_a_word_to_look_for() -> None:
    assert only("| search a and b").filter.terms[1].text == "and"


def test_eval_assigns_from_left_to_right() -> None:
    node = only("| eval a.b=1, 'c d'=2, e=f.g")
    assert [step.field for step in node.assignments] == ["a.b", "c d", "e"]


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ('| rename a.b as host, c* AS "d e*"', lambda s: Rename((("a.b", "host"), ("c*", "d e*")), s)),
        ("| fields a, b* c", lambda s: Fields(("a", "b*", "c"), True, s)),
        ("| fields - a b", lambda s: Fields(("a", "b"), False, s)),
        ("| table a, b*", lambda s: Table(("a", "b*"), s)),
        ("| fillnull", lambda s: Fillnull((), "0", s)),
        ('| fillnull value="n/a" a b', lambda s: Fillnull(("a", "b"), "n/a", s)),
        ("| addinfo", lambda s: Addinfo(s)),
        ("| sort 0 - a, +b num(c)", lambda s: Sort((SortKey("a", True), SortKey("b"), SortKey("c", kind="num")), 0, s)),
        ("| sort -a desc", lambda s: Sort((SortKey("a"),), None, s)),
        ("| sort limit=3 a", lambda s: Sort((SortKey("a"),), 3, s)),
        ("| dedup 2 a b keepempty=t", lambda s: Dedup(("a", "b"), 2, (("keepempty", "t"),), s)),
        ("| head", lambda s: Head(None, None, (), s)),
        ("| head 5", lambda s: Head(5, None, (), s)),
        ("| head limit=5", lambda s: Head(5, None, (), s)),
        ("| makeresults count=2", lambda s: Makeresults((("count", "2"),), s)),
        ("| bin _time span=1h", lambda s: Bin("_time", None, "1h", (), s)),
        ("| bin span=10m _time as slot", lambda s: Bin("_time", "slot", "10m", (), s)),
        ("| bin bins=5 x", lambda s: Bin("x", None, None, (("bins", "5"),), s)),
        ("| mvexpand a.b limit=2", lambda s: Mvexpand("a.b", (("limit", "2"),), s)),
        ("| outputlookup append=f t.csv", lambda s: Outputlookup("t.csv", (("append", "f"),), s)),
        ("| inputlookup append=t t", lambda s: Inputlookup("t", None, (("append", "t"),), s)),
        ('| npmanomaly by="a,b" x=`m`', lambda s: CustomCommand("npmanomaly", 'by="a,b" x=`m`', s)),
        ("| `my_filter`", lambda s: MacroCall("my_filter", s)),
    ],
)
def test_other_commands(text: str, node: Any) -> None:
    assert only(text) == node(span_of(text))


def test_head_with_a_condition() -> None:
    assert only("| head (x<5)").condition.operator == "<"


def test_lookup() -> None:
    node = only("| lookup local=t npm k8s.a AS b c OUTPUTNEW d as e f")
    inputs, outputs = (LookupField("k8s.a", "b"), LookupField("c", "c")), (LookupField("d", "e"), LookupField("f", "f"))
    assert node == Lookup(
        "npm",
        inputs,
        outputs,
        True,
        (("local", "t"),),
        span_of("| lookup local=t npm k8s.a AS b c OUTPUTNEW d as e f"),
    )
    assert only("| lookup npm a").outputs == ()


def test_inputlookup_with_a_filter() -> None:
    assert only("| inputlookup t where a=1 b=2").where.terms[1].field == "b"


def test_join_holds_the_subsearch_with_its_own_places() -> None:
    text = "| join type=left a, b max=0 [ inputlookup t | table a ]"
    inner = at(text, " inputlookup t | table a ")
    table = Table(("a",), at(text, "table a"))
    lookup = Inputlookup("t", None, (), at(text, "inputlookup t"))
    options = (("type", "left"), ("max", "0"))
    assert only(text) == Join(("a", "b"), Search((lookup, table), inner), options, span_of(text))


def test_foreach_keeps_its_template_as_text() -> None:
    text = "| foreach a_* b* [ eval x=x + '<<FIELD>>' ]"
    template = " eval x=x + '<<FIELD>>' "
    assert only(text) == Foreach(("a_*", "b*"), template, at(text, template), (), span_of(text))


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("| stats", 7, "stats: the command ends too early"),
        ("| stats count by", 16, "stats: the command ends too early, expected a name"),
        ("| stats sum(eval(x))", 8, "sum(eval(...)) needs a name"),
        ("| stats avg('a.b')", 12, "stats: unexpected '''"),
        ("| mstats where a=1 by b", 9, "no aggregation, expected e.g. avg(<metric>)"),
        ("| rename a as", 13, "rename: the command ends too early"),
        ("| rename a* as b", 9, "'a*' and 'b' differ in their number of wildcards"),
        ("| rename 'a' as b", 9, "unexpected '''"),
        ("| addinfo x", 10, "addinfo: unexpected 'x', expected the end of the command"),
        ("| fillnull valeu=1", 2, "unknown option 'valeu'"),
        ("| sort limit=x a", 2, "the count must be a whole number"),
        ("| join a", 8, "join: the command ends too early, expected a name or an option or [subsearch] or ','"),
        ("| foreach a* [ ]", 13, "the brackets are empty"),
        ("| search a=", 11, "search: the command ends too early"),
        ("| search (a=1", 13, "search: the command ends too early"),
        ("| search 'a.b'=1", 9, "unexpected '''"),
        ("| lookup t", 10, "lookup: the command ends too early"),
        ("| table a (b)", 10, "table: unexpected '('"),
        ("| head 5 6", 9, "head: unexpected '6'"),
        ("| dedup 0 a", 2, "dedup: the count must be 1 or more, not 0"),
        ("| strcat a", 2, "strcat: takes 2 fields or more, not 1"),
        ("| untable a b", 2, "untable: takes 3 fields or more, not 2"),
    ],
)
def test_garbage_in_a_known_command_is_an_error_with_its_place(text: str, position: Any, message: str) -> None:
    with pytest.raises(SplSyntaxError) as caught:
        parse(text)
    assert message in caught.value.message
    assert caught.value.position == position
