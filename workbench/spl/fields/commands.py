"""What each command does to the set of fields, and what it reads; subsearches and foreach are elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from workbench.spl import tree
from workbench.spl.fields import columns, extracting, groups, plain
from workbench.spl.fields.sets import NULL, ONE, FieldSet, Known, Trait, worst
from workbench.spl.fields.steps import UNKNOWN_TABLE, Change, FieldUse, FlowContext
from workbench.spl.fields.traits import narrowed, trait_of, without_zero
from workbench.spl.fields.uses import in_expression, in_filter, in_list

_TRUE = frozenset(("t", "true", "1"))
_INFO = ("info_min_time", "info_max_time", "info_search_time", "info_sid")
# Commands that are not read and leave the fields as they are.
_PASSING = frozenset(("sendemail", "sendalert"))


def change(command: tree.Command, before: FieldSet, context: FlowContext) -> Change:
    """Return the fields after a command, and what it reads."""
    return _CHANGES.get(type(command), _unknown)(command, before, context)


def is_true(options: tree.Options, name: str) -> bool:
    """Return whether an option is switched on."""
    return any(key == name and value.lower() in _TRUE for key, value in options)


def _mstats(node: tree.Mstats, before: FieldSet, _context: FlowContext) -> Change:
    made = groups.after_mstats(node)
    return (before.merged(made) if is_true(node.options, "append") else made), ()


def _makeresults(node: tree.Makeresults, _before: FieldSet, _context: FlowContext) -> Change:
    if any(name in ("format", "data") for name, _ in node.options):
        return FieldSet(open=True), ()
    more = ("_raw", "host", "source", "sourcetype", "splunk_server", "splunk_server_group")
    return FieldSet.of(["_time"], null=more if is_true(node.options, "annotate") else ()), ()


def _search(node: tree.SearchFilter, before: FieldSet, context: FlowContext) -> Change:
    return passing(node.filter, before), tuple(in_filter(node.filter, before, context.text))


def passing(node: tree.Filter, fields: FieldSet) -> FieldSet:
    """Return the set of rows that pass a filter: a comparison, also !=, needs a value."""
    if isinstance(node, tree.And):
        for term in node.terms:
            fields = passing(term, fields)
        return fields
    if isinstance(node, tree.Or):
        kinds = [passing(term, fields) for term in node.terms]
        names = dict.fromkeys(name for kind in kinds for name in kind.fields)
        traits = {name: _any_of([kind.trait(name) for kind in kinds]) for name in names}
        return fields.with_fields(traits)
    if isinstance(node, tree.InList):
        return fields.filled([node.field])
    if not isinstance(node, tree.Comparison) or "*" in node.field:
        return fields
    filled = fields.filled([node.field])
    number = node.value.lstrip("-").replace(".", "", 1)
    if not number.isdecimal():
        return filled
    return without_zero(filled, node.field, node.operator, float(node.value))


def _any_of(traits: list[Trait]) -> Trait:
    known = traits[0]
    for trait in traits[1:]:
        known = known.or_else(trait)
    return known


def _where(node: tree.Where, before: FieldSet, _context: FlowContext) -> Change:
    return narrowed(before, node.expression, "true"), tuple(in_expression(node.expression, before))


def _eval(node: tree.Eval, before: FieldSet, _context: FlowContext) -> Change:
    fields, reads = before, list[FieldUse]()
    for assignment in node.assignments:
        reads.extend(in_expression(assignment.expression, fields))
        if "{" in assignment.field:
            fields = fields.opened()  # the name of the field is made of values
        else:
            fields = fields.with_fields({assignment.field: trait_of(assignment.expression, fields)})
    return fields, tuple(reads)


def _stats(node: tree.Stats, before: FieldSet, context: FlowContext) -> Change:
    after = groups.after_stats if node.command in ("stats", "sistats") else groups.after_annotating
    fields = after(node, before)
    return (fields.opened() if node.command == "sistats" else fields), tuple(_grouped(node, before, context))


def _grouped(node: tree.Stats | tree.Chart, before: FieldSet, context: FlowContext) -> Iterator[FieldUse]:
    """Yield what the aggregations and the BY of a command read."""
    for each in node.aggregations:
        if each.expression is not None:
            yield from in_expression(each.expression, before)
        elif each.field is not None and each.function != "sparkline":
            yield from in_list((each.field,), "aggregation", before, context.text, each.span)
    yield from in_list(node.by, "by", before, context.text, node.span, last=True)


def _chart(node: tree.Chart, before: FieldSet, context: FlowContext) -> Change:
    return groups.after_chart(node, before), tuple(_grouped(node, before, context))


def _tstats(node: tree.Tstats, before: FieldSet, _context: FlowContext) -> Change:
    made = groups.after_tstats(node)
    return (before.merged(made) if is_true(node.options, "append") else made), ()


def _top(node: tree.Top, before: FieldSet, context: FlowContext) -> Change:
    return groups.after_top(node), tuple(in_list((*node.fields, *node.by), "list", before, context.text, node.span))


def _rename(node: tree.Rename, before: FieldSet, context: FlowContext) -> Change:
    fields, reads = before, list[FieldUse]()
    for old, new in node.pairs:
        reads.extend(in_list((old,), "rename", fields, context.text, node.span))
        fields = columns.renamed(fields, old, new)
    return fields, tuple(reads)


def _fields(node: tree.Fields, before: FieldSet, context: FlowContext) -> Change:
    reads = in_list(node.names, "list" if node.keep else "remove", before, context.text, node.span)
    if not node.keep:
        return columns.removed(before, node.names), tuple(reads)
    # Splunk keeps the fields that begin with an underscore unless they are removed by name.
    return columns.kept(before, ("_*", *node.names)), tuple(reads)


def _table(node: tree.Table, before: FieldSet, context: FlowContext) -> Change:
    reads = tuple(in_list(node.names, "list", before, context.text, node.span))
    missing = {name: NULL for name in node.names if "*" not in name and not before.produces(name)}
    return columns.kept(before, node.names).with_fields(missing), reads


def _fillnull(node: tree.Fillnull, before: FieldSet, context: FlowContext) -> Change:
    names = node.fields or tuple(before.fields)
    filled: dict[str, Trait] = {}
    for name in names:
        trait = before.trait(name)
        # Without names only the columns that some row has are filled.
        left: Known = "unsure" if not node.fields and trait.null != "no" else "no"
        filled[name] = Trait(left, trait.many, trait.nonzero and trait.null == "no")
    return before.with_fields(filled), tuple(in_list(node.fields, "fill", before, context.text, node.span))


def _addinfo(_node: tree.Addinfo, before: FieldSet, _context: FlowContext) -> Change:
    return before.with_fields(dict.fromkeys(_INFO, ONE)), ()


def _sort(node: tree.Sort, before: FieldSet, context: FlowContext) -> Change:
    names = tuple(key.field for key in node.keys)
    return before, tuple(in_list(names, "sort", before, context.text, node.span))


def _dedup(node: tree.Dedup, before: FieldSet, context: FlowContext) -> Change:
    reads = tuple(in_list(node.fields, "dedup", before, context.text, node.span))
    keeps = is_true(node.options, "keepempty") or is_true(node.options, "keepevents")
    return (before if keeps else before.filled(node.fields)), reads


def _head(node: tree.Head, before: FieldSet, _context: FlowContext) -> Change:
    if node.condition is None:
        return before, ()
    return before, tuple(in_expression(node.condition, before))


def _mvexpand(node: tree.Mvexpand, before: FieldSet, context: FlowContext) -> Change:
    reads = tuple(in_list((node.field,), "expand", before, context.text, node.span))
    if not before.produces(node.field):
        return before, reads
    return before.with_fields({node.field: Trait(before.trait(node.field).null)}), reads


def _lookup(node: tree.Lookup, before: FieldSet, context: FlowContext) -> Change:
    table, text = context.table(node.table), context.text
    inputs = tuple(pair.field for pair in node.inputs)
    reads = list(in_list(inputs, "lookup", before, text, node.span))
    outputs = node.outputs
    if table.columns is not None:
        known = FieldSet.of(table.columns)
        columns = tuple(pair.column for pair in (*node.inputs, *outputs))
        reads.extend(in_list(columns, "column", known, text, node.span))
        matched = {pair.column for pair in node.inputs}
        outputs = outputs or tuple(tree.LookupField(name, name) for name in table.columns if name not in matched)
    elif not outputs:
        return before.opened(), tuple(reads)
    many: Known = "unsure" if table.max_matches is None else "no" if table.max_matches == 1 else "yes"
    added: dict[str, Trait] = {}
    for pair in outputs:
        old = before.trait(pair.field)
        null: Known = "no" if node.only_new and old.null == "no" else "yes"
        added[pair.field] = Trait(null, worst(many, old.many))
    return before.with_fields(added), tuple(reads)


def _inputlookup(node: tree.Inputlookup, before: FieldSet, context: FlowContext) -> Change:
    columns = context.table(node.table).columns
    # A cell may be empty.
    found = FieldSet(open=True) if columns is None else FieldSet(dict.fromkeys(columns, Trait("unsure")))
    reads: tuple[FieldUse, ...] = ()
    if node.where is not None:
        reads = tuple(_as_columns(in_filter(node.where, found, context.text)))
        found = passing(node.where, found)
    return (before.merged(found) if is_true(node.options, "append") else found), reads


def _as_columns(uses: Iterator[FieldUse]) -> Iterator[FieldUse]:
    for use in uses:
        yield FieldUse(use.name, use.span, "column", use.exists)


def _outputlookup(_node: tree.Outputlookup, before: FieldSet, _context: FlowContext) -> Change:
    return before, ()


def _bin(node: tree.Bin, before: FieldSet, context: FlowContext) -> Change:
    reads = tuple(in_list((node.field,), "bin", before, context.text, node.span))
    if not before.produces(node.field):
        return before, reads
    # What is not a number is left as it is, or gets no value under the other name.
    old = before.trait(node.field)
    made = Trait(old.null, old.many) if node.name == node.field else Trait(worst(old.null, "unsure"))
    kept = made.or_else(before.trait(node.name)) if before.produces(node.name) else made
    return before.with_fields({node.name: kept}), reads


def _custom(node: tree.CustomCommand, before: FieldSet, context: FlowContext) -> Change:
    known = context.custom.get(node.name)
    if known is not None:
        return known(node.arguments, before), ()
    return (before if node.name.lower() in _PASSING else before.opened()), ()


def _fieldformat(node: tree.Fieldformat, before: FieldSet, _context: FlowContext) -> Change:
    return before, tuple(in_expression(node.assignment.expression, before))


def _from(node: tree.From, before: FieldSet, context: FlowContext) -> Change:
    table = context.table(node.name) if node.kind in ("inputlookup", "lookup") else UNKNOWN_TABLE
    if table.columns is None:
        return FieldSet(open=True), ()
    return FieldSet(dict.fromkeys(table.columns, Trait("unsure"))), ()


def _unknown(_node: tree.Command, before: FieldSet, _context: FlowContext) -> Change:
    return before.opened(), ()


_CHANGES: dict[type[tree.Command], Callable[[Any, FieldSet, FlowContext], Change]] = {
    tree.Addinfo: _addinfo, tree.Bin: _bin, tree.Chart: _chart, tree.Convert: extracting.after_convert,
    tree.CustomCommand: _custom, tree.Dedup: _dedup, tree.Eval: _eval, tree.Fieldformat: _fieldformat,
    tree.Fields: _fields, tree.Fillnull: _fillnull, tree.From: _from, tree.Head: _head, tree.Inputlookup: _inputlookup,
    tree.Iplocation: extracting.after_iplocation, tree.Lookup: _lookup, tree.MacroCall: _unknown,
    tree.Makeresults: _makeresults, tree.Mstats: _mstats, tree.Mvexpand: _mvexpand, tree.Outputlookup: _outputlookup,
    tree.Plain: plain.after_plain, tree.Regex: extracting.after_regex, tree.Rename: _rename,
    tree.Replace: extracting.after_replace, tree.Rex: extracting.after_rex, tree.SearchFilter: _search,
    tree.Sort: _sort, tree.Spath: extracting.after_spath, tree.Stats: _stats, tree.Table: _table, tree.Top: _top,
    tree.Transaction: extracting.after_transaction, tree.Tstats: _tstats, tree.Where: _where,
}  # fmt: skip
