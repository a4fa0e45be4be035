"""Commands that read and write tables: lookup, inputlookup and outputlookup."""

from pathlib import Path
from typing import Any

import pytest

from tests.replay.given_rows import context, run_on, table
from workbench.replay import engine
from workbench.replay.errors import ReplayError
from workbench.spl.parser import parse


def test_lookup_gives_all_matches_as_a_multivalue(app_root: Path) -> None:
    rows = [{"s": "a", "dst": "b"}, {"s": "a", "dst": "c"}, {"s": "A", "dst": "b"}, {"s": None, "dst": "b"}]
    found = run_on(rows, "lookup edges src as s dst OUTPUT seen as when", context(app_root))
    assert [row["when"] for row in found] == [("10", "20"), None, None, None]


def test_lookup_ignores_case_and_matches_wildcards_when_the_definition_says_so(app_root: Path) -> None:
    rows = [{"name": "WEB-1"}, {"name": "db"}]
    assert [r["size"] for r in run_on(rows, "lookup sizes name", context(app_root))] == ["large", "small"]


def test_lookup_matches_addresses_by_network_the_first_row_first(app_root: Path) -> None:
    rows = [{"a": text} for text in ("10.1.2.3", "10.2.0.1", "::1", "192.0.2.1", "web", "10.1.2", "no")]
    found = run_on(rows, "lookup nets cidr as a OUTPUT name", context(app_root))
    assert [row["name"] for row in found] == ["lab", "inside", "self", None, None, None, None]


@pytest.mark.parametrize(("word", "seen"), [("OUTPUT", ["10", "5"]), ("OUTPUTNEW", ["5", "5"])])
def test_output_overwrites_on_a_match_and_outputnew_does_not(app_root: Path, word: str, seen: Any) -> None:
    (app_root / "lookups/edges.csv").write_text("src,seen\na,10\n")
    rows = [{"src": "a", "seen": "5"}, {"src": "x", "seen": "5"}]
    assert [r["seen"] for r in run_on(rows, f"lookup edges src {word} seen", context(app_root))] == seen


def test_inputlookup_begins_a_search_or_adds_its_rows(app_root: Path) -> None:
    running = context(app_root)
    assert list(engine.run(parse("| inputlookup edges where seen>15"), running)) == [
        {"src": "a", "dst": "b", "seen": "20"}
    ]
    assert [row["src"] for row in run_on([{"src": "x"}], "inputlookup append=t edges start=1 max=1", running)] == [
        "x",
        "a",
    ]


@pytest.mark.parametrize(
    "command", ["inputlookup append=t new", "lookup new a", "outputlookup new | inputlookup append=t new"]
)
def test_a_table_without_a_file_is_an_error_before_anything_is_written(app_root: Path, command: str) -> None:
    with pytest.raises(ReplayError, match=r"lookup 'new': .*new\.csv does not exist"):
        run_on([{"a": 1}], command, context(app_root))
    assert table(app_root, "new") is None


def test_a_table_without_columns_can_be_read_and_not_looked_up_in(app_root: Path) -> None:
    (app_root / "lookups/new.csv").write_text("")
    assert run_on([], "inputlookup append=t new", context(app_root)) == []
    with pytest.raises(ReplayError, match="has no column 'a'"):
        run_on([{"a": 1}], "lookup new a", context(app_root))


def test_outputlookup_writes_what_passes(app_root: Path) -> None:
    rows = [{"_time": 5, "_x": 1, "a": 1.5}, {"b": ("x", "y"), "a": None}]
    assert run_on(rows, "outputlookup new", context(app_root)) == rows
    assert table(app_root, "new") == '_time,a,b\n5,1.5,\n,,"x\ny"\n'


@pytest.mark.parametrize(
    ("options", "left"),
    [("", ""), ("override_if_empty=false", "src,dst,seen\na,b,10\na,c,\na,b,20\n"), ("create_empty=f", None)],
)
def test_outputlookup_without_rows(app_root: Path, options: str, left: Any) -> None:
    run_on([], f"outputlookup {options} edges", context(app_root))
    assert table(app_root, "edges") == left


def test_outputlookup_append_keeps_rows_and_columns_of_the_table(app_root: Path) -> None:
    run_on([{"src": "x", "more": 1}], "outputlookup append=t edges", context(app_root))
    assert table(app_root, "edges") == "src,dst,seen\na,b,10\na,c,\na,b,20\nx,,\n"


def test_a_table_can_be_read_and_rewritten_in_one_search(app_root: Path) -> None:
    text = "inputlookup append=t edges | stats max(seen) as seen by src dst | outputlookup edges"
    run_on([{"src": "a", "dst": "b", "seen": 30}], text, context(app_root))
    assert table(app_root, "edges") == "src,dst,seen\na,b,30\na,c,\n"


@pytest.mark.parametrize(("name", "left"), [("new", ""), ("edges", "src,dst,seen\na,b,10\na,c,\na,b,20\n")])
def test_a_subsearch_makes_the_table_that_is_read_behind_it_and_leaves_one_that_is_there(
    app_root: Path, name: str, left: str
) -> None:
    text = f"search NOT [| outputlookup append=t create_empty=t {name}] | inputlookup append=t {name} | stats count"
    assert run_on([{"src": "x"}], text, context(app_root)) == [{"count": 1 + left.count("a,")}]
    assert table(app_root, name) == left
