"""What commands of names and options only (tree.Plain) do to the set of fields."""

from __future__ import annotations

from collections.abc import Callable

from workbench.spl import tree
from workbench.spl.fields.sets import NULL, ONE, UNSURE, FieldSet, Known, Trait
from workbench.spl.fields.steps import Change, FlowContext
from workbench.spl.fields.uses import in_list

_PASSING = frozenset(
    (
        "collect",
        "filldown",
        "highlight",
        "localop",
        "mcollect",
        "outputcsv",
        "outlier",
        "require",
        "reverse",
        "selfjoin",
        "tail",
        "uniq",
    )
)
_SUMMARY = (
    "field", "count", "distinct_count", "is_exact", "max", "mean", "min", "numeric_count", "stdev", "values",
)  # fmt: skip


def after_plain(node: tree.Plain, before: FieldSet, context: FlowContext) -> Change:
    """Return the fields after a command, and what it reads; what is not known of a command leaves the set open."""
    if node.command in _PASSING:
        return before, ()
    change = _CHANGES.get(node.command)
    return (before.opened(), ()) if change is None else change(node, before, context)


def _addtotals(node: tree.Plain, before: FieldSet, context: FlowContext) -> Change:
    options = dict(node.options)
    reads = tuple(in_list(node.names, "input", before, context.text, node.span))
    if options.get("col", "f").lower() in ("t", "true", "1") or node.command == "addcoltotals":
        return before.opened(), reads
    return before.with_fields({options.get("fieldname", "Total"): ONE}), reads


def _assigned(node: tree.Plain, before: FieldSet, context: FlowContext) -> Change:
    field, *alias = node.names
    reads = tuple(in_list((field,), "input", before, context.text, node.span))
    made = alias[0] if alias else f"delta({field})" if node.command == "delta" else field
    return before.with_fields({made: Trait("unsure")}), reads


def _values(node: tree.Plain, before: FieldSet, context: FlowContext) -> Change:
    (field,) = node.names
    reads = tuple(in_list((field,), "expand", before, context.text, node.span, last=True))
    if not before.produces(field):
        return before, reads
    several: Known = "no" if node.command == "nomv" else "yes"
    return before.with_fields({field: Trait(before.trait(field).null, several)}), reads


def _untable(node: tree.Plain, before: FieldSet, context: FlowContext) -> Change:
    return FieldSet.of(node.names), tuple(in_list(node.names[:1], "input", before, context.text, node.span))


def _xyseries(node: tree.Plain, before: FieldSet, context: FlowContext) -> Change:
    return FieldSet.of(node.names[:1], open=True), tuple(in_list(node.names, "input", before, context.text, node.span))


def _strcat(node: tree.Plain, before: FieldSet, _context: FlowContext) -> Change:
    return before.with_fields({node.names[-1]: Trait("unsure")} if node.names else {}), ()


def _fieldsummary(_node: tree.Plain, _before: FieldSet, _context: FlowContext) -> Change:
    return FieldSet(dict.fromkeys(_SUMMARY, UNSURE)), ()


def _returned(_node: tree.Plain, _before: FieldSet, _context: FlowContext) -> Change:
    return FieldSet.of(["search"]), ()


def _reltime(_node: tree.Plain, before: FieldSet, _context: FlowContext) -> Change:
    return before.with_fields({"reltime": NULL}), ()


_CHANGES: dict[str, Callable[[tree.Plain, FieldSet, FlowContext], Change]] = {
    "accum": _assigned, "addcoltotals": _addtotals, "addtotals": _addtotals, "delta": _assigned,
    "fieldsummary": _fieldsummary, "format": _returned, "makemv": _values, "mvcombine": _values, "nomv": _values,
    "reltime": _reltime, "return": _returned, "strcat": _strcat, "untable": _untable, "xyseries": _xyseries,
}  # fmt: skip
