"""The steps of the field flow: what each command reads and where, macros, subsearches, our own searches whole."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.spl.followed import START, after, flow
from workbench.compiler.owncommands import RESULT_FIELDS
from workbench.spl import tree
from workbench.spl.fields.flow import FieldSet, LookupTable, field_flow
from workbench.spl.macros import Macro, expand
from workbench.spl.parser import parse, parse_subsearch

CHECKOUT = Path(__file__).resolve().parents[2]


# What is read.


def uses(text: str, start: FieldSet | None = START) -> list[tuple[str, str, str, bool]]:
    """Name, text at its place, use and existence of what a search reads."""
    whole = text
    return [
        (use.name, whole[slice(*use.span)], use.where, use.exists) for step in flow(text, start) for use in step.reads
    ]


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("eval r=a + 'gone', s=r", [("a", "a", "expression", True), ("gone", "'gone'", "expression", False),
                                   ("r", "r", "expression", True)]),
        ("eval r=coalesce(gone, a)", [("gone", "gone", "guarded", False), ("a", "a", "guarded", True)]),
        ("where isnull(gone) OR gone > 1", [("gone", "gone", "guarded", False)] * 2),
        ("search a=1 NOT gone IN (1, 2) earliest=-1h", [("a", "a", "filter", True), ("gone", "gone", "filter", False)]),
        ("stats sum(gone) as a count(eval(b > 1)) as a_b by a, gone",
         [("gone", "gone", "aggregation", False), ("b", "b", "expression", True), ("a", "a", "by", True),
          ("gone", "gone", "by", False)]),
        ("rename gone as x_a", [("gone", "gone", "rename", False)]),
        ("fields a gone", [("a", "a", "list", True), ("gone", "gone", "list", False)]),
        ("fields - gone*", [("gone*", "gone*", "remove", False)]),
        ("table gone", [("gone", "gone", "list", False)]),
        ("fillnull gone", [("gone", "gone", "fill", False)]),
        ("sort - gone, a", [("gone", "gone", "sort", False), ("a", "a", "sort", True)]),
        ("dedup gone", [("gone", "gone", "dedup", False)]),
        ("mvexpand gone", [("gone", "gone", "expand", False)]),
        ("lookup one kk as gone OUTPUT v", [("gone", "gone", "lookup", False), ("kk", "kk", "column", False),
                                            ("v", "v", "column", True)]),
        ("inputlookup append=t one where kk=1", [("kk", "kk", "column", False)]),
        ("join a [ makeresults ]", [("a", "a", "key", True), ("a", "a", "key", False)]),
        ("append [ makeresults | where gone=1 ]", [("gone", "gone", "expression", False)]),
        ("head (gone < 5)", [("gone", "gone", "expression", False)]),
    ],
)  # fmt: skip
def test_what_a_command_reads_and_where_it_stands(text: str, reads: Any) -> None:
    assert uses(text) == reads


def test_foreach_reads_what_its_template_reads_for_each_field() -> None:
    template = "eval r='<<FIELD>>' + '<<MATCHSTR>>_z'"
    text = f"foreach x_* y_* [ {template} ]"
    (step,) = flow(text)
    assert [(use.name, use.where, use.exists) for use in step.reads] == [
        ("x_*", "foreach", True), ("y_*", "foreach", False), ("x_a", "expression", True), ("a_z", "expression", False),
        ("x_b", "expression", True), ("b_z", "expression", False),
    ]  # fmt: skip
    assert text[slice(*step.missing[1].span)].strip() == template


def test_foreach_accumulates_over_fields_in_any_order() -> None:
    (step,) = flow('foreach x_* [ eval all=coalesce(all, "") . "<<MATCHSTR>>", last=\'<<FIELD>>\' ]')
    assert step.missing == ()
    assert [step.after.trait(name).null for name in ("all", "last")] == ["no", "no"]


def test_a_foreach_that_is_not_an_eval_leaves_the_set_open() -> None:
    assert after("foreach x_* [ where '<<FIELD>>' > 1 ]").open
    assert after("foreach mode=multivalue m [ eval a=<<ITEM>> ]").open


# Macros that were not expanded, and subsearches.


def test_a_macro_that_was_not_expanded_leaves_the_set_open_or_is_no_condition() -> None:
    fields = after("`unknown`")
    assert fields.open
    assert all(trait.null == "unsure" for trait in fields.fields.values())
    assert after("search `unknown`") == START
    assert after("where `unknown`") == START


def test_the_steps_of_a_subsearch_are_deeper_and_come_first() -> None:
    steps = flow("eval c=1 | append [ makeresults | append [ makeresults ] ] | head 1")
    assert [(type(step.command).__name__, step.depth) for step in steps] == [
        ("Eval", 0), ("Makeresults", 1), ("Makeresults", 2), ("Append", 1), ("Append", 0), ("Head", 0),
    ]  # fmt: skip


def test_a_custom_command_says_what_it_does() -> None:
    seen = []

    def score(arguments: str, before: FieldSet) -> FieldSet:
        seen.append((arguments, before))
        return FieldSet.of(["score"])

    steps = field_flow(parse_subsearch("score limit=3"), {}, {"score": score}, START)
    assert seen == [("limit=3", START)]
    assert steps[-1].after.names == {"score"}


# Whole searches.


def content(kind: str) -> list[tuple[str, str]]:
    loaded = [
        yaml.safe_load(path.read_text("utf-8")) for path in sorted((CHECKOUT / "contentctl" / kind).rglob("*.yml"))
    ]
    return [(each["name"], each["search"]) for each in loaded]


def macros() -> dict[str, Macro]:
    files = (CHECKOUT / "contentctl" / "macros").glob("*.yml")
    loaded = [yaml.safe_load(path.read_text("utf-8")) for path in files]
    read = [Macro(each["name"], tuple(each.get("arguments", ())), each["definition"]) for each in loaded]
    texts = " ".join(text for _, text in content("detections"))
    read += [Macro(name, (), "search *") for name in re.findall(r"`(\w+_filter)`", texts)]
    return {macro.stanza: macro for macro in read}


@pytest.mark.parametrize(("name", "text"), content("detections") + content("baselines"))
def test_our_own_searches_end_in_the_fields_they_list_and_miss_none(name: str, text: str) -> None:
    lookups = CHECKOUT / "contentctl" / "lookups"
    tables = {
        path.stem: LookupTable(tuple(path.read_text().strip().split(",")), None if path.stem == "npm_allowlist" else 1)
        for path in lookups.glob("*.csv")
    }
    expanded = expand(text, macros())
    assert expanded.problems == ()
    steps = field_flow(parse(expanded.text), tables, RESULT_FIELDS)
    last, end = steps[-1].after, steps[-1].command
    assert not last.open
    if isinstance(end, tree.Outputlookup):
        assert last.names == set(tables[end.table].columns or ())
    else:
        lists = [step.command for step in steps if isinstance(step.command, tree.Fields | tree.Table)]
        assert last.names == set(lists[-1].names)
    # A wildcard that stats finds no field for gives no column, and no error: a source may have no UDP.
    # fillnull makes the field that it fills, and what coalesce or isnull guards may be absent.
    missed = [use for step in steps for use in step.missing if "*" not in use.name]
    assert [use for use in missed if use.where not in ("fill", "guarded")] == []
