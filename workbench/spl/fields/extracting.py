"""What commands that take fields out of others do to the set of fields: rex, spath, convert and their like."""

from __future__ import annotations

from dataclasses import replace

from workbench.spl import tree
from workbench.spl.fields.sets import NULL, ONE, UNSURE, FieldSet, Known, Trait, worst
from workbench.spl.fields.steps import Change, FieldUse, FlowContext
from workbench.spl.fields.uses import in_list
from workbench.spl.patterns import names_of

_PLACES = ("City", "Country", "Region", "lat", "lon")
_MORE_PLACES = ("Continent", "MetroCode", "Timezone")


def _input(field: str, before: FieldSet, context: FlowContext, node: tree.Command) -> tuple[FieldUse, ...]:
    return tuple(in_list((field,), "input", before, context.text, node.span))


def after_rex(node: tree.Rex, before: FieldSet, context: FlowContext) -> Change:
    """Return the fields of rex: its named groups, null where the pattern does not match."""
    reads = _input(node.field, before, context, node)
    if node.sed:
        return before, reads
    options = dict(node.options)
    many: Known = "no" if options.get("max_match", "1") == "1" else "yes"
    names = [*names_of(node.pattern), *(value for name, value in node.options if name == "offset_field")]
    made = {name: Trait("yes", worst(many, before.trait(name).many)) for name in names}
    return before.with_fields(made), reads


def after_regex(node: tree.Regex, before: FieldSet, context: FlowContext) -> Change:
    """Return the fields of regex, which keeps the rows that match."""
    kept = before.filled([node.field]) if node.operator == "=" else before
    return kept, _input(node.field, before, context, node)


def after_spath(node: tree.Spath, before: FieldSet, context: FlowContext) -> Change:
    """Return the fields of spath; without a path they are not known, and fields that are there may get more values."""
    reads = _input(node.field, before, context, node)
    if node.output is None:
        return before.opened(), reads
    return before.with_fields({node.output: Trait("yes", "unsure")}), reads


def after_convert(node: tree.Convert, before: FieldSet, context: FlowContext) -> Change:
    """Return the fields of convert; none() leaves fields out of a function with ``*``."""
    fields, reads = before, list[FieldUse]()
    for each in node.conversions:
        if each.function == "none":
            continue
        reads.extend(in_list((each.field,), "input", before, context.text, each.span))
        if "*" in each.field:
            continue
        old = before.trait(each.field)
        made = Trait(old.null if each.function in ("ctime", "auto") else worst(old.null, "unsure"), old.many)
        if before.produces(each.field):
            fields = fields.with_fields({each.alias or each.field: made})
        elif each.alias:
            fields = fields.with_fields({each.alias: NULL})
    return fields, tuple(reads)


def after_iplocation(node: tree.Iplocation, before: FieldSet, context: FlowContext) -> Change:
    """Return the fields of iplocation."""
    options = dict(node.options)
    more = _MORE_PLACES if options.get("allfields", "f").lower() in ("t", "true", "1") else ()
    prefix = options.get("prefix", "")
    made = {f"{prefix}{name}": Trait("yes", before.trait(node.field).many) for name in (*_PLACES, *more)}
    return before.with_fields(made), _input(node.field, before, context, node)


def after_transaction(node: tree.Transaction, before: FieldSet, context: FlowContext) -> Change:
    """Return the fields of transaction, each with the values of all its events."""
    fields = FieldSet(dict.fromkeys(before.fields, UNSURE), before.open, before.absent)
    made = dict.fromkeys(("_time", "duration", "eventcount", "closed_txn", "field_match_sum", "linecount"), ONE)
    return fields.with_fields(made), tuple(in_list(node.fields, "by", before, context.text, node.span))


def after_replace(node: tree.Replace, before: FieldSet, context: FlowContext) -> Change:
    """Return the fields of replace: the values change, not the fields."""
    names = node.fields or tuple(before.fields)
    changed = {name: replace(before.trait(name), nonzero=False) for name in names if before.produces(name)}
    return before.with_fields(changed), tuple(in_list(node.fields, "input", before, context.text, node.span))
