"""What commands that aggregate do to the set of fields: mstats, tstats, the stats and chart families, top."""

from __future__ import annotations

from workbench.spl import tree
from workbench.spl.fields.sets import ONE, UNSURE, FieldSet, Trait, worst
from workbench.spl.fields.traits import trait_of
from workbench.spl.wildcards import family_renamed, matches, overlap

_COUNTS = frozenset(("count", "c", "dc", "distinct_count", "estdc"))
_SEVERAL = frozenset(("values", "list"))
_AS_IS = frozenset(("first", "last", "earliest", "latest"))
_NEVER_SEVERAL = frozenset(
    ("sum", "avg", "mean", "sumsq", "stdev", "stdevp", "var", "varp", "range", "min", "max", "mode", "median",
     "earliest_time", "latest_time", "rate", "rate_avg", "rate_sum")
)  # fmt: skip
_AS_ARGUMENT = frozenset(("values", "list", "min", "max", "mode", "first", "last"))
_HARMLESS_OPTIONS = frozenset(("current", "window", "global"))


def after_mstats(node: tree.Mstats) -> FieldSet:
    """Return the fields of mstats: a metric without points in a group is null there, a dimension never."""
    if any(name == "prestats" and value.lower() in ("t", "true", "1") for name, value in node.options):
        return FieldSet(open=True)
    metrics = {aggregation.field for aggregation in node.aggregations}
    alone = len(metrics) == 1 and not any("*" in (metric or "*") for metric in metrics)
    fields = {"_time": ONE} if node.bin_span is not None else {}
    for aggregation in node.aggregations:
        metric = aggregation.field or "*"
        if aggregation.function.startswith("rate"):
            fields[aggregation.name] = Trait("unsure")
        elif alone or aggregation.function in _COUNTS:
            fields[aggregation.name] = ONE
        else:
            fields[aggregation.name] = Trait("yes", source="" if "*" in metric else metric)
    return FieldSet({**fields, **dict.fromkeys(node.by, ONE)})


def after_tstats(node: tree.Tstats) -> FieldSet:
    """Return the fields of tstats: a field without a value in a group is null there, one of BY never."""
    if dict(node.options).get("prestats", "f").lower() in ("t", "true", "1"):
        return FieldSet(open=True)
    made = {each.name: _trait(each, UNSURE) for each in node.aggregations}
    return FieldSet({**made, **{name.removeprefix("PREFIX(").removesuffix(")"): ONE for name in node.by}})


def after_chart(node: tree.Chart, before: FieldSet) -> FieldSet:
    """Return the fields of chart and timechart: those of its rows, then its aggregations or a column for each value."""
    if node.command not in ("chart", "timechart"):
        return FieldSet(open=True)
    rows = {"_time": ONE} if node.command == "timechart" else dict.fromkeys(node.by[:1], ONE)
    if len(node.by) > (0 if node.command == "timechart" else 1):
        return FieldSet(rows, open=True)
    made = {each.name: _trait(each, _argument(each, before)) for each in node.aggregations}
    if node.command == "timechart":  # has a row also for a bin in which nothing was; of that a count is 0
        counts = {each.name for each in node.aggregations if each.function in _COUNTS}
        made = {
            name: trait if name in counts else Trait(worst(trait.null, "unsure"), trait.many)
            for name, trait in made.items()
        }
    return FieldSet({**made, **rows})


def after_top(node: tree.Top) -> FieldSet:
    """Return the fields of top and rare."""
    if node.command.startswith("si"):
        return FieldSet(open=True)
    options = dict(node.options)
    shown = [
        options.get(named, default)
        for named, default, switch in (("countfield", "count", "showcount"), ("percentfield", "percent", "showperc"))
        if options.get(switch, "t").lower() not in ("f", "false", "0")
    ]
    return FieldSet.of([*node.by, *node.fields, *shown])


def after_stats(node: tree.Stats, before: FieldSet) -> FieldSet:
    """Return the fields of stats: the BY fields, never null and with one value, and the aggregations."""
    fields: dict[str, Trait] = {}
    for name, trait in aggregated(node, before).items():
        counts = _counts(node, name)
        # Without BY there is a row even of no rows.
        fields[name] = trait if node.by or counts else Trait(worst(trait.null, "unsure"), trait.many)
    return FieldSet({**fields, **dict.fromkeys(node.by, ONE)})


def after_annotating(node: tree.Stats, before: FieldSet) -> FieldSet:
    """Return the fields of eventstats and streamstats; rows with a null BY field are left as they were."""
    left_out = worst(*(before.trait(name).null for name in node.by))
    options = dict(node.options)
    empty = options.get("current", "t").lower() in ("f", "false", "0")
    # A wildcard's columns grow with the rows seen so far.
    growing = any("*" in (each.field or "") for each in node.aggregations)
    loose = node.command == "streamstats" and (growing or not options.keys() <= _HARMLESS_OPTIONS)
    added: dict[str, Trait] = {}
    for name, trait in aggregated(node, before).items():
        counts = _counts(node, name)
        null = worst(trait.null, "yes" if empty and not counts else "no", "unsure" if loose else "no")
        now = Trait(null, trait.many, trait.nonzero and not empty)
        added[name] = now
        if left_out != "no":
            added[name] = now.or_else(before.trait(name)) if before.produces(name) else now.or_else(Trait(left_out))
    return before.with_fields(added)


def _counts(node: tree.Stats, name: str) -> bool:
    """Return whether a column is a count, which is 0 of no rows; what a wildcard stands for is not there then."""
    made = [each for each in node.aggregations if each.name == name and "*" not in (each.field or "")]
    return bool(made) and all(each.function in _COUNTS for each in made)


def aggregated(node: tree.Stats, before: FieldSet) -> dict[str, Trait]:
    """Return the columns that the aggregations make; those with wildcards one for each field there is."""
    columns: dict[str, Trait] = {}
    for aggregation in node.aggregations:
        if aggregation.field is not None and "*" in aggregation.field:
            for name, trait in _wild(aggregation, aggregation.field, node, before).items():
                columns[name] = columns[name].or_else(trait) if name in columns else trait
        else:
            columns[aggregation.name] = _trait(aggregation, _argument(aggregation, before))
            if aggregation.field is None and aggregation.expression is None and node.by:
                columns[aggregation.name] = Trait(nonzero=True)
    if any(name == "allnum" for name, _ in node.options):
        return {name: Trait(worst(trait.null, "unsure"), trait.many) for name, trait in columns.items()}
    return columns


def _argument(aggregation: tree.Aggregation, before: FieldSet) -> Trait:
    if aggregation.expression is not None:
        return trait_of(aggregation.expression, before)
    return ONE if aggregation.field is None else before.trait(aggregation.field)


def _trait(aggregation: tree.Aggregation, argument: Trait) -> Trait:
    function = aggregation.function
    if function in _COUNTS:
        return ONE
    null = argument.null if function in _AS_ARGUMENT else worst(argument.null, "unsure")
    if function in _SEVERAL:
        return Trait(null, "yes")
    if function in _AS_IS:
        # By time a value counts only where _time is a number: earliest and latest stay unsure.
        return Trait(null, argument.many)
    known = function in _NEVER_SEVERAL or function.rstrip("0123456789.") in ("perc", "p", "exactperc", "upperperc")
    return Trait(null) if known else UNSURE


def _wild(aggregation: tree.Aggregation, field: str, node: tree.Stats, before: FieldSet) -> dict[str, Trait]:
    """Return the columns of an aggregation over all fields that a name with wildcards stands for."""
    if aggregation.name.count("*") != field.count("*"):
        return {aggregation.name: UNSURE}
    columns: dict[str, Trait] = {}

    def add(name: str, argument: Trait) -> None:
        trait = _trait(aggregation, argument)
        made = Trait(worst(trait.null, argument.null), trait.many)
        columns[name] = columns[name].or_else(made) if name in columns else made

    for name, argument in before.fields.items():
        if name in node.by or name.startswith("_"):
            continue
        target = family_renamed(name, field, aggregation.name) if matches(name, field) else None
        if target is not None:
            add(target, argument)
        elif "*" in name and overlap(name, field):
            add(aggregation.name, argument)
    if before.open:
        add(aggregation.name, UNSURE)
    return columns
