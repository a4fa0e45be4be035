"""The syntax tree of SPL: one frozen node per construct, each with its place in the search text.

Every node carries ``span``, character offsets into the whole text that was parsed (also inside
subsearches). Options of a command, ``name=value``, are kept in written order as pairs; their names are lower
case. Field lists keep their ``*`` wildcards. What a command does is the business of whoever reads the tree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, overload

from workbench.spl.terms import (
    And,
    Binary,
    Call,
    Comparison,
    Expression,
    FieldName,
    Filter,
    InList,
    Keyword,
    MacroCall,
    Not,
    Number,
    Or,
    Span,
    Text,
    Unary,
)

__all__ = [
    "Addinfo", "Aggregation", "And", "Append", "Assignment", "Bin", "Binary", "Call", "Command",
    "Comparison", "CustomCommand", "Dedup", "Eval", "Expression", "FieldName", "Fields", "Fillnull",
    "Filter", "Foreach", "Head", "InList", "Inputlookup", "Join", "Keyword", "Lookup",
    "LookupField", "MacroCall", "Makeresults", "Mstats", "Mvexpand", "Not", "Number", "Options",
    "Or", "Outputlookup", "Rename", "Search", "SearchFilter", "Sort", "SortKey", "Span", "Stats",
    "Table", "Text", "Unary", "Where", "command_name", "commands_of",
    "walk",
]  # fmt: skip

Options = tuple[tuple[str, str], ...]
Node = TypeVar("Node")
Other = TypeVar("Other")


@dataclass(frozen=True)
class Aggregation:
    """``function(field) as alias``; field may hold wildcards, expression is that of ``function(eval(...))``.

    ``function`` is lower case, with its number ("perc95"). Plain ``count`` has neither field nor expression.
    """

    function: str
    field: str | None
    alias: str | None
    expression: Expression | None
    span: Span

    @property
    def name(self) -> str:
        """Name of the resulting column: the alias, or the aggregation as written."""
        if self.alias is not None:
            return self.alias
        return self.function if self.field is None else f"{self.function}({self.field})"


@dataclass(frozen=True)
class Mstats:
    """``mstats <aggregations> [where <filter>] [by <fields>] [span=<bin>]``."""

    aggregations: tuple[Aggregation, ...]
    where: Filter | None
    by: tuple[str, ...]
    bin_span: str | None
    options: Options
    span: Span


@dataclass(frozen=True)
class SearchFilter:
    """``search <filter>``; ``implicit`` when the text begins with the filter itself."""

    filter: Filter
    span: Span
    implicit: bool = False


@dataclass(frozen=True)
class Where:
    """``where <expression>``."""

    expression: Expression
    span: Span


@dataclass(frozen=True)
class Assignment:
    """``field = expression`` of an eval."""

    field: str
    expression: Expression
    span: Span


@dataclass(frozen=True)
class Eval:
    """``eval a=..., b=...``: done from left to right."""

    assignments: tuple[Assignment, ...]
    span: Span


@dataclass(frozen=True)
class Stats:
    """``stats``, ``eventstats`` or ``streamstats``: ``command`` says which."""

    command: str
    aggregations: tuple[Aggregation, ...]
    by: tuple[str, ...]
    options: Options
    span: Span


@dataclass(frozen=True)
class Rename:
    """``rename old as new, ...``: pairs of names, both with the same number of wildcards."""

    pairs: tuple[tuple[str, str], ...]
    span: Span


@dataclass(frozen=True)
class Fields:
    """``fields [+|-] <names>``; ``keep`` is False for ``fields -``."""

    names: tuple[str, ...]
    keep: bool
    span: Span


@dataclass(frozen=True)
class Table:
    """``table <names>``."""

    names: tuple[str, ...]
    span: Span


@dataclass(frozen=True)
class Fillnull:
    """``fillnull [value=<text>] [<fields>]``; no fields means every field there is."""

    fields: tuple[str, ...]
    value: str
    span: Span


@dataclass(frozen=True)
class Join:
    """``join [options] <fields> [subsearch]``."""

    fields: tuple[str, ...]
    search: Search
    options: Options
    span: Span


@dataclass(frozen=True)
class Append:
    """``append [options] [subsearch]``."""

    search: Search
    options: Options
    span: Span


@dataclass(frozen=True)
class Foreach:
    """``foreach <wildcard names> [template]``: text until <<FIELD>> and <<MATCHSTR>> are filled in."""

    fields: tuple[str, ...]
    template: str
    template_span: Span
    options: Options
    span: Span


@dataclass(frozen=True)
class LookupField:
    """``column as field``: a column of the lookup table and the field of the row that goes with it."""

    column: str
    field: str


@dataclass(frozen=True)
class Lookup:
    """``lookup <table> <inputs> [OUTPUT|OUTPUTNEW <outputs>]``; no outputs means all other columns."""

    table: str
    inputs: tuple[LookupField, ...]
    outputs: tuple[LookupField, ...]
    only_new: bool
    options: Options
    span: Span


@dataclass(frozen=True)
class Inputlookup:
    """``inputlookup [options] <table> [where <filter>]``."""

    table: str
    where: Filter | None
    options: Options
    span: Span


@dataclass(frozen=True)
class Outputlookup:
    """``outputlookup [options] <table>``."""

    table: str
    options: Options
    span: Span


@dataclass(frozen=True)
class Addinfo:
    """``addinfo``."""

    span: Span


@dataclass(frozen=True)
class SortKey:
    """One key of sort; ``kind`` is "auto", "num", "str" or "ip"."""

    field: str
    descending: bool = False
    kind: str = "auto"


@dataclass(frozen=True)
class Sort:
    """``sort [<count>] <keys>``; ``limit`` is None when not written, 0 means no limit."""

    keys: tuple[SortKey, ...]
    limit: int | None
    span: Span


@dataclass(frozen=True)
class Dedup:
    """``dedup [<count>] <fields> [options]``."""

    fields: tuple[str, ...]
    count: int
    options: Options
    span: Span


@dataclass(frozen=True)
class Head:
    """``head <count>`` or ``head (<expression>)``; both None means the default."""

    count: int | None
    condition: Expression | None
    options: Options
    span: Span


@dataclass(frozen=True)
class Makeresults:
    """``makeresults [count=<n>] ...``."""

    options: Options
    span: Span


@dataclass(frozen=True)
class Mvexpand:
    """``mvexpand <field> [limit=<n>]``."""

    field: str
    options: Options
    span: Span


@dataclass(frozen=True)
class Bin:
    """``bin [options] <field> [as <alias>]``; ``bin_span`` is None when no span= is written."""

    field: str
    alias: str | None
    bin_span: str | None
    options: Options
    span: Span

    @property
    def name(self) -> str:
        """Name of the column that gets the bins: the alias, or the field itself."""
        return self.field if self.alias is None else self.alias


@dataclass(frozen=True)
class CustomCommand:
    """Any command the front end has no node for: its name and the raw text of its arguments, stripped."""

    name: str
    arguments: str
    span: Span


Command = (
    Mstats | SearchFilter | Where | Eval | Stats | Rename | Fields | Table | Fillnull | Join | Append
    | Foreach | Lookup | Inputlookup | Outputlookup | Addinfo | Sort | Dedup | Head | Makeresults | Mvexpand | Bin
    | MacroCall | CustomCommand
)  # fmt: skip


@dataclass(frozen=True)
class Search:
    """A pipeline, whole search or subsearch."""

    commands: tuple[Command, ...]
    span: Span
    text: str = field(default="", repr=False, compare=False)
    """The whole text that all offsets refer to."""


def command_name(command: Command) -> str:
    """Return the word that the command begins with, also where ``search`` is left out; for a macro its name."""
    if isinstance(command, Stats):
        return command.command
    if isinstance(command, CustomCommand | MacroCall):
        return command.name
    return "search" if isinstance(command, SearchFilter) else type(command).__name__.lower()


@overload
def walk(node: object) -> Iterator[object]: ...
@overload
def walk(node: object, kind: type[Node], /) -> Iterator[Node]: ...
@overload
def walk(node: object, kind: type[Node], other: type[Other], /) -> Iterator[Node | Other]: ...
def walk(node: object, *kinds: type[Any]) -> Iterator[Any]:
    """Yield the node and all nodes below it, also in subsearches, in the order in which they are written.

    With ``kinds`` only nodes of these classes. A tuple of nodes may be given too; anything else has no nodes.
    """
    return _walk(node, kinds)


def _walk(node: object, kinds: tuple[type, ...]) -> Iterator[object]:
    if isinstance(node, tuple):
        for each in node:
            yield from _walk(each, kinds)
    elif is_dataclass(node) and not isinstance(node, type):
        if not kinds or isinstance(node, kinds):
            yield node
        for name in _parts(type(node)):
            yield from _walk(getattr(node, name), kinds)


@cache
def _parts(kind: type) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind) if each.name != "span")


def commands_of(search: Search | None) -> Iterator[Command]:
    """Yield all commands of a search, then those of its subsearches."""
    for each in walk(search, Search):
        yield from each.commands
