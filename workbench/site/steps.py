"""A search, command by command: what each line does, in words made from its syntax tree and the YAML's descriptions."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from functools import singledispatch

from workbench.compiler.macrocalls import macro_uses
from workbench.site.content import PagedSearch, SiteContent
from workbench.site.glossary import ON_THE_WAY
from workbench.site.wording import code, listed, prose
from workbench.spl import tree

_FUNCTIONS = {
    "avg": "the average of",
    "count": "the number of data points of",
    "stdev": "the sample standard deviation of",
    "sum": "the sum of",
    "min": "the smallest",
    "max": "the largest",
    "values": "the distinct values of",
    "latest": "the latest value of",
    "dc": "the number of distinct values of",
    "earliest_time": "the time of the first data point of",
    "latest_time": "the time of the last data point of",
}


@dataclass(frozen=True)
class Step:
    """One command of a search: its text, what it does (Markdown, may be empty), the macros called in it."""

    text: str
    meaning: str
    macros: tuple[str, ...]


def steps(search: PagedSearch, content: SiteContent) -> list[Step]:
    """The commands of a search in turn."""
    found: list[Step] = []
    for command in search.commands:
        text = search.text[command.span.start : command.span.end].strip()
        macros = tuple(dict.fromkeys(use.name for use in macro_uses(text)[0]))
        meaning = _macro(command, content) if isinstance(command, tree.MacroCall) else _meaning(command)
        found.append(Step(text, meaning, () if isinstance(command, tree.MacroCall) else macros))
    return found


def _macro(command: tree.MacroCall, content: SiteContent) -> str:
    return f"Macro. {prose(content.macro(command.name)[1])}"


@singledispatch
def _meaning(command: tree.Command) -> str:
    return ""


@_meaning.register
def _(command: tree.Mstats) -> str:
    span = f", in intervals of {_span(command.bin_span)}" if command.bin_span else ""
    missing = (
        " A data point that lacks one of these dimensions is left out (assumption 3 in"
        " [what is assumed about Splunk](../assumptions.md))."
    )
    return (
        f"Reads the metrics: {_aggregations(command.aggregations)}; one row for each combination of"
        f" {listed(command.by)}{span}.{missing}"
    )


@_meaning.register
def _(command: tree.Stats) -> str:
    kept = "one row for each combination of" if command.command == "stats" else "added to every row, by"
    rows = f"{kept} {listed(command.by)}" if command.by else "over all rows"
    return f"Sums up, {rows}: {_aggregations(command.aggregations)}."


@_meaning.register
def _(command: tree.Where) -> str:
    told = _told(_fields_of(command.expression))
    return f"Keeps the rows for which this holds; a comparison with an empty field does not hold.{told}"


@_meaning.register
def _(command: tree.SearchFilter) -> str:
    return "Keeps the rows that match."


@_meaning.register
def _(command: tree.Eval) -> str:
    names = list(dict.fromkeys(assignment.field for assignment in command.assignments))
    return f"Works out {listed(names)}.{_told(names)}"


@_meaning.register
def _(command: tree.Rename) -> str:
    return f"Renames {', '.join(f'{code(old)} to {code(new)}' for old, new in command.pairs)}."


@_meaning.register(tree.Fields)
@_meaning.register(tree.Table)
def _(command: tree.Fields | tree.Table) -> str:
    dropped = isinstance(command, tree.Fields) and not command.keep
    return f"Drops {listed(command.names)}." if dropped else "Keeps these fields, in this order."


@_meaning.register
def _(command: tree.Lookup) -> str:
    outputs = f"adds {listed(pair.field for pair in command.outputs)}" if command.outputs else "adds its other columns"
    return (
        f"Looks the row up in {code(command.table)} by {listed(pair.field for pair in command.inputs)} and {outputs},"
        " empty where the table has no such row."
    )


@_meaning.register
def _(command: tree.Inputlookup) -> str:
    adds = "Adds the rows" if dict(command.options).get("append", "") in ("t", "true", "1") else "Reads the rows"
    return f"{adds} of the table {code(command.table)}."


@_meaning.register
def _(command: tree.Outputlookup) -> str:
    kept = dict(command.options).get("override_if_empty") == "false"
    return f"Writes the rows to {code(command.table)}." + (
        " If there are none, the table stays as it was." if kept else ""
    )


@_meaning.register
def _(_command: tree.Addinfo) -> str:
    return "Adds the searched time range to every row."


@_meaning.register
def _(command: tree.Foreach) -> str:
    return (
        f"Does what is in the brackets for each of the columns {listed(command.fields)}; `<<MATCHSTR>>` is what the"
        " `*` stands for."
    )


@_meaning.register
def _(command: tree.Makeresults) -> str:
    return "Begins with a row of our own."


@_meaning.register
def _(command: tree.Mvexpand) -> str:
    return f"Makes a row of each value of {code(command.field)}."


@_meaning.register
def _(command: tree.Dedup) -> str:
    return f"Keeps the first of the rows that are alike in {listed(command.fields)}."


@_meaning.register
def _(command: tree.Sort) -> str:
    return f"Sorts by {listed(key.field for key in command.keys)}."


@_meaning.register
def _(command: tree.Addinfo) -> str:
    return "Adds the time range of the search to each row, as `info_min_time` and `info_max_time`."


@_meaning.register
def _(command: tree.CustomCommand) -> str:
    if command.name == "npmlearn":
        return (
            "Scores each hour of each series against its learned profile, then learns the hour, and gives the rows of"
            " the new table of profiles."
        )
    if command.name != "npmanomaly":
        return ""
    return (
        "Compares each metric of each row with the baseline of the same series, and gives one row for each metric"
        " over its limit: [the command](../command.md)."
    )


def _told(names: Iterable[str]) -> str:
    told = "; ".join(f"{code(name)} is {ON_THE_WAY[name]}" for name in names if name in ON_THE_WAY)
    return f" Here {told}." if told else ""


def _fields_of(node: object) -> list[str]:
    """The fields an expression reads, each once, in the order they stand."""
    if isinstance(node, tree.FieldName):
        return [node.name]
    if isinstance(node, tuple):
        parts: Iterable[object] = node
    elif dataclasses.is_dataclass(node) and not isinstance(node, type):
        parts = [getattr(node, one.name) for one in dataclasses.fields(node)]
    else:
        parts = ()
    return list(dict.fromkeys(name for part in parts for name in _fields_of(part)))


def _aggregations(aggregations: Iterable[tree.Aggregation]) -> str:
    by_function: dict[str, list[str]] = {}
    for one in aggregations:
        by_function.setdefault(one.function, []).append(one.field or "")
    parts = []
    for function, fields in by_function.items():
        named = [field for field in fields if field]
        if not named:
            parts.append("the number of rows" if function == "count" else code(function))
        else:
            parts.append(f"{_FUNCTIONS.get(function, code(function) + ' of')} {listed(named)}")
    return "; ".join(parts)


def _span(text: str) -> str:
    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    return f"{text[:-1]} {units[text[-1]]}" if text[-1:] in units and text[:-1].isdecimal() else text
