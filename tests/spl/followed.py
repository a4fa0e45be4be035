"""A small world for the field flow: fields to start with, lookup tables, and short ways to follow a text."""

from __future__ import annotations

from workbench.spl.fields.flow import FieldSet, LookupTable, Step, field_flow
from workbench.spl.parser import parse, parse_subsearch

START = FieldSet.of(["a", "b", "x_a", "x_b"], null=["n"], many=["m"])
TABLES = {
    "one": LookupTable(("k", "v", "w"), max_matches=1),
    "many": LookupTable(("k", "v"), max_matches=100),
    "unclear": LookupTable(("k", "v")),
}


def flow(text: str, start: FieldSet | None = START) -> list[Step]:
    search = parse(text) if start is None else parse_subsearch(text)
    return field_flow(search, TABLES, {}, start)


def after(text: str, start: FieldSet | None = START) -> FieldSet:
    return flow(text, start)[-1].after


def multivalued(fields: FieldSet) -> frozenset[str]:
    """Return the names and families that are known to hold several values on some way."""
    return frozenset(name for name, trait in fields.fields.items() if trait.many == "yes")


def maybe_null(fields: FieldSet) -> frozenset[str]:
    """Return the names and families that are known to be null on some way."""
    return frozenset(name for name, trait in fields.fields.items() if trait.null == "yes")
