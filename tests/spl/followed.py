"""A small world for the field flow: fields to start with, macros, lookup tables, and short ways to follow a text."""

from __future__ import annotations

from workbench.spl.fields.flow import FieldSet, Step, Table, field_flow
from workbench.spl.parser import parse, parse_subsearch

START = FieldSet.of(["a", "b", "x_a", "x_b"], null=["n"], many=["m"])
MACROS = {
    "kept": "search *", "twice(a)": "eval a=a . a, c=1 | fields - b", "low": "(a < 5)",
    "number": "if(a > 1, null(), b)", "nested": "eval z=`number`", "loop": "`loop`", "broken": "eval (", "gone": "b",
}  # fmt: skip
TABLES = {
    "one": Table(("k", "v", "w"), max_matches=1),
    "many": Table(("k", "v"), max_matches=100),
    "unclear": Table(("k", "v")),
}


def flow(text: str, start: FieldSet | None = START) -> list[Step]:
    search = parse(text) if start is None else parse_subsearch(text)
    return field_flow(search, MACROS.get, TABLES, {}, start)


def after(text: str, start: FieldSet | None = START) -> FieldSet:
    return flow(text, start)[-1].after
