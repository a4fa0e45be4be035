"""The other commands of the replay: rows in, exact rows out."""

from pathlib import Path
from typing import Any

import pytest

from tests.replay.given_rows import NOW, context, run_on, table
from workbench.replay import engine
from workbench.replay.errors import ReplayError
from workbench.spl.parser import parse

A, B = {"k": "a", "v": 1}, {"k": "b", "v": 2}


# Columns.


@pytest.mark.parametrize(
    ("text", "row", "result"),
    [
        ("rename a as b", {"a": 1, "c": 2}, {"b": 1, "c": 2}),
        ("rename a as c", {"a": 1, "c": 2, "d": 3}, {"c": 1, "d": 3}),
        ("rename c as a", {"a": 1, "c": 2}, {"a": 2}),
        ("rename a as b, b as c", {"a": 1}, {"c": 1}),
        ("rename x as a", {"a": 1}, {"a": 1}),
        ("rename tcp.* as *_sum", {"tcp.bytes": 1, "udp.bytes": 2}, {"bytes_sum": 1, "udp.bytes": 2}),
        ("rename * as x_*", {"a": 1, "x_a": 2}, {"x_a": 1, "x_x_a": 2}),
        ("rename a* as b*", {"a1": 1, "a2": 2, "b2": 3, "c": 4}, {"b1": 1, "b2": 2, "c": 4}),
        ('rename a as "b c"', {"a": None}, {"b c": None}),
        ("fields b, a", {"a": 1, "b": 2, "c": 3}, {"b": 2, "a": 1}),
        ("fields a", {"_time": 5, "a": 1, "b": 2}, {"_time": 5, "a": 1}),
        ("fields - b*, c", {"a": 1, "b1": 2, "c": 3}, {"a": 1}),
        ("fields - _time", {"_time": 5, "a": 1}, {"a": 1}),
        ("table b a x", {"_time": 5, "a": 1, "b": 2}, {"b": 2, "a": 1, "x": None}),
        ("table t*", {"a": 1, "t2": 2, "t1": 3}, {"t2": 2, "t1": 3}),
    ],
)
def test_columns(text: str, row: Any, result: Any) -> None:
    (found,) = run_on([row], text)
    assert list(found.items()) == list(result.items())


def test_addinfo_adds_the_time_range_of_the_search() -> None:
    (found,) = run_on([A], "addinfo")
    assert found == A | {"info_min_time": 0, "info_max_time": 3600, "info_search_time": NOW, "info_sid": "replay"}


# One row at a time.


def test_fillnull_fills_nulls_of_all_fields_there_are_but_not_empty_text() -> None:
    rows = [{"a": None, "b": ""}, {"c": 5}]
    assert run_on(rows, "fillnull") == [{"a": "0", "b": "", "c": "0"}, {"c": 5, "a": "0", "b": "0"}]


def test_fillnull_with_fields_leaves_the_others_and_makes_what_is_not_there() -> None:
    assert run_on([{"a": None, "b": None}], "fillnull value=- b c") == [{"a": None, "b": "-", "c": "-"}]


def test_foreach_runs_field_after_field() -> None:
    rows = [{"x_a": 1, "x_b": 2, "y": 5, "all": ""}, {"x_c": 3, "all": ""}]
    text = (
        'foreach x_* [ eval all=all . "<<MATCHSTR>>" . coalesce(\'<<FIELD>>\', "-") . " ", sum=coalesce(sum, 0) + 1 ]'
    )
    assert [(row["all"], row["sum"]) for row in run_on(rows, text)] == [("a1 b2 c- ", 3), ("a- b- c3 ", 3)]


def test_foreach_knows_the_parts_of_several_wildcards() -> None:
    (row,) = run_on([{"a_1_x": 7}], "foreach *_*_x [ eval <<MATCHSEG1>><<MATCHSEG2>>='<<FIELD>>' ]")
    assert row["a1"] == 7


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("foreach k [ where k=1 ]", "only eval is replayed inside the brackets"),
        ("foreach k* [ eval a=1+<<MATCHSTR>> ]", "the template, filled in for 'k', is not SPL"),
        ("foreach k [ eval a=<<ITEM>> ]", "nothing is known to fill in for <<ITEM>>"),
        ("foreach k [ eval a=nosuch(k) ]", "for 'k': the replay has no eval function 'nosuch'"),
        ("foreach mode=multivalue k [ eval a=1 ]", "mode=multivalue: expected one of multifield"),
    ],
)
def test_a_foreach_that_is_not_replayed_is_an_error(text: str, message: str) -> None:
    with pytest.raises(ReplayError) as caught:
        run_on([A], text)
    assert message in caught.value.message
    assert caught.value.command == "foreach"


# Order and number of rows.


def test_sort_puts_numbers_before_text_and_nulls_last() -> None:
    rows = [{"v": v} for v in ("b", None, "10", 9, "B")]
    assert [row["v"] for row in run_on(rows, "sort v")] == [9, "10", "B", "b", None]
    assert [row["v"] for row in run_on(rows, "sort -v")] == ["b", "B", "10", 9, None]
    assert [row["v"] for row in run_on(rows, "sort str(v)")] == ["10", 9, "B", "b", None]


def test_sort_by_several_keys() -> None:
    rows = [{"a": a, "b": b} for a, b in ((1, "x"), (2, "x"), (1, "y"), (2, "y"))]
    assert [(row["a"], row["b"]) for row in run_on(rows, "sort -b a")] == [(1, "y"), (2, "y"), (1, "x"), (2, "x")]


def test_sort_without_a_count_returns_ten_thousand_rows_and_says_so() -> None:
    running = context()
    rows = [{"v": number} for number in range(10_001)]
    assert len(run_on(rows, "sort v", running)) == 10_000
    assert [message.level for message in running.messages] == ["WARN"]
    quiet = context()
    assert len(run_on(rows, "sort 0 v", quiet)) == 10_001
    assert quiet.messages == []


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("dedup k", [0, 2]),
        ("dedup 2 k", [0, 1, 2]),
        ("dedup k keepempty=t", [0, 2, 3]),
        ("dedup k consecutive=t", [0, 2, 4]),
    ],
)
def test_dedup_keeps_the_first_rows(text: str, kept: Any) -> None:
    rows = [{"n": n, "k": k} for n, k in enumerate(("a", "a", "b", None, "a"))]
    assert [row["n"] for row in run_on(rows, text)] == kept


@pytest.mark.parametrize(("text", "kept"), [("head 2", 2), ("head", 10), ("head limit=0", 0), ("head n<3", 3)])
def test_head_keeps_the_first_rows(text: str, kept: Any) -> None:
    assert len(run_on([{"n": n} for n in range(12)], text)) == kept


@pytest.mark.parametrize(
    ("text", "row", "result"),
    [
        ("bin _time span=1h", {"_time": 7205.5, "a": 1}, {"_time": 7200, "a": 1}),
        ("bin _time span=30s as slot", {"_time": 59}, {"_time": 59, "slot": 30}),
        ("bin span=10m _time", {"_time": "1200"}, {"_time": 1200}),
        ("bin _time span=1h", {"a": 1}, {"a": 1}),
    ],
)
def test_bin_names_each_stretch_of_time_by_its_start(text: str, row: Any, result: Any) -> None:
    assert run_on([row], text) == [result]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("bin size span=10", "only 'bin _time span=<length>' is replayed"),
        ("bin _time", "only 'bin _time span=<length>' is replayed"),
        ("bin _time span=1mon", "span=1mon has no fixed length"),
        ("bin _time span=1h bins=5", "does not act on option bins=5"),
    ],
)
def test_bin_refuses_what_it_does_not_know(text: str, said: str) -> None:
    with pytest.raises(ReplayError, match=said):
        run_on([A], text)


def test_mvexpand_makes_a_row_of_each_value() -> None:
    rows = [{"m": ("x", "y"), "k": 1}, {"m": "z", "k": 2}, {"k": 3}]
    assert run_on(rows, "mvexpand m") == [{"m": "x", "k": 1}, {"m": "y", "k": 1}, {"m": "z", "k": 2}, {"k": 3}]
    assert len(run_on(rows, "mvexpand m limit=1")) == 3


# Subsearches.


def test_append_puts_the_subsearch_behind() -> None:
    found = run_on([A], 'append [ makeresults | eval k="z" | fields - _time ]')
    assert found == [A, {"k": "z"}]


def test_append_takes_a_limit_of_time_which_a_replay_does_not_reach() -> None:
    assert run_on([A], 'append maxtime=600 [ makeresults | eval k="z" | fields - _time ]') == [A, {"k": "z"}]


def test_append_is_cut_at_its_limit_and_says_so() -> None:
    running = context(append_rows=2)
    assert len(run_on([A], "append [ makeresults count=3 ]", running)) == 3
    (message,) = running.messages
    assert message.level == "WARN"
    assert "append: the subsearch was cut off after 2 rows" in message.text


def test_a_subsearch_that_just_fits_is_not_cut() -> None:
    running = context(append_rows=3, join_rows=3)
    assert len(run_on([A], "append [ makeresults count=3 ] | join type=left k [ makeresults count=3 ]", running)) == 4
    assert running.messages == []


RIGHT = """
    [ makeresults count=3 | streamstats count as n | fields - _time
    | eval k=if(n=3, "c", "a"), v=if(n=2, null(), n * 10) ]
"""


@pytest.mark.parametrize(
    ("options", "result"),
    [
        ("", [{"k": "a", "v": 10, "n": 1}]),
        ("type=left", [{"k": "a", "v": 10, "n": 1}, B]),
        ("type=outer", [{"k": "a", "v": 10, "n": 1}, B]),
        ("overwrite=f", [{"k": "a", "v": 1, "n": 1}]),
        ("max=0", [{"k": "a", "v": 10, "n": 1}, {"k": "a", "v": 1, "n": 2}]),
    ],
)
def test_join_takes_the_first_match_and_its_values_win(options: str, result: Any) -> None:
    assert run_on([A, B], f"join {options} k {RIGHT}") == result


def test_a_null_in_a_join_field_matches_nothing() -> None:
    assert run_on([{"k": None}], "join type=left k [ makeresults | eval k=null(), hit=1 ]") == [{"k": None}]


def test_join_is_cut_at_its_limit_and_says_so() -> None:
    running = context(join_rows=2)
    rows = [{"n": n} for n in (1, 2, 3)]
    found = run_on(rows, "join type=left n [ makeresults count=3 | streamstats count as n | eval hit=1 ]", running)
    assert [row.get("hit") for row in found] == [1, 1, None]
    assert "join: the subsearch was cut off after 2 rows" in running.messages[0].text


# What is not replayed.


@pytest.mark.parametrize(
    ("text", "command", "message"),
    [
        ("| search a=1", "search", "there are no events to search here"),
        ("index=main error", "search", "there are no events to search here"),
        ("| stats count", "stats", "this command cannot begin a search"),
        ("| makeresults | makeresults", "makeresults", "this command can only begin a search"),
        ("| makeresults | inputlookup edges", "inputlookup", "only append=t can stand behind another command"),
        ("| makeresults | timechart count", "timechart", "the replay does not know this command"),
        ("| makeresults | `later`", None, "macro `later` was not expanded"),
        ("| makeresults annotate=t", "makeresults", "the replay does not act on option annotate=t"),
        ("| makeresults count=x", "makeresults", "count=x: expected a whole number"),
        ("| makeresults | join [ makeresults ]", "join", "a join without named fields is not replayed"),
        ("| makeresults | join usetime=t k [ makeresults ]", "join", "the replay does not act on option usetime=t"),
        ("| makeresults | append timeout=5 [ makeresults ]", "append", "the replay does not act on option timeout=5"),
        ("| makeresults | append [ timechart count ]", "timechart", "the replay does not know this command"),
        ("| makeresults | lookup nosuch a", "lookup", "lookup 'nosuch' is not a stanza"),
        ("| makeresults | lookup edges x", "lookup", "lookup 'edges' has no column 'x' (it has: src, dst, seen)"),
        ("| makeresults | outputlookup key_field=a edges", "outputlookup", "does not act on option key_field=a"),
        ("| makeresults | dedup a keepevents=t", "dedup", "does not act on option keepevents=t"),
        ("| makeresults | dedup a sortby -b", "dedup", "sortby is not replayed"),
        ("| makeresults | sistats count", "sistats", "the replay does not know this command"),
        ("| tstats count", "tstats", "the replay does not know this command"),
        ('| makeresults | rex "(?<a>x)"', "rex", "the replay does not know this command"),
        ("| makeresults | reverse", "reverse", "the replay does not know this command"),
    ],
)
def test_what_is_not_replayed_names_command_and_place(app_root: Path, text: str, command: str, message: str) -> None:
    with pytest.raises(ReplayError) as caught:
        list(engine.run(parse(text), context(app_root)))
    assert caught.value.command == command
    assert message in caught.value.message
    assert text[caught.value.position :].startswith(command or "`later`") or caught.value.position == 0


@pytest.mark.parametrize(
    ("text", "excerpt", "message"),
    [
        ("| makeresults | eval {a}=1", "{a}=1", "a field name made of values, {a}, is not replayed"),
        ("| makeresults | where a=[ makeresults ]", "[ makeresults ]", "a subsearch in an expression is not replayed"),
        ("| makeresults | eval a=$b$", "$b$", "nothing is known to fill in for $b$"),
        ("| makeresults | stats sparkline", "sparkline", "the replay has no function 'sparkline'"),
    ],
)
def test_what_is_not_replayed_within_a_command_is_named_at_its_place(
    app_root: Path, text: str, excerpt: str, message: str
) -> None:
    with pytest.raises(ReplayError) as caught:
        list(engine.run(parse(text), context(app_root)))
    assert caught.value.message == message
    assert text[caught.value.position :] == excerpt


def test_an_unknown_command_is_said_before_anything_is_written(app_root: Path) -> None:
    with pytest.raises(ReplayError):
        list(engine.run(parse("| makeresults | outputlookup edges | timechart count"), context(app_root)))
    assert "a,b,10" in (table(app_root, "edges") or "")


def test_an_error_shows_the_place_in_the_expanded_search(app_root: Path) -> None:
    with pytest.raises(ReplayError) as caught:
        engine.run_text("| makeresults\n| eval a=nosuch(1)", context(app_root))
    assert str(caught.value).splitlines() == [
        "line 2, column 10: eval: the replay has no eval function 'nosuch'",
        "    | eval a=nosuch(1)",
        "             ^",
    ]


def test_text_that_is_no_spl_is_an_error_of_the_replay(app_root: Path) -> None:
    with pytest.raises(ReplayError, match="line 1, column 9: double quote is not closed"):
        engine.run_text('| where "a', context(app_root))


def test_an_expression_nested_too_deeply_is_an_error_of_the_replay(app_root: Path) -> None:
    with pytest.raises(ReplayError, match="nested too deeply"):
        engine.run_text(f"| makeresults | eval a={'-'.join(['1'] * 5000)}", context(app_root))
