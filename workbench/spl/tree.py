"""The syntax tree of SPL: one frozen node per construct, each with its place in the search text.

Every node carries ``span``, character offsets into the whole text that was parsed (also inside
subsearches). Options of a command, ``name=value``, are kept in written order as pairs; their names are lower
case. Field lists keep their ``*`` wildcards. What a command does is the business of whoever reads the tree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache, cached_property
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
    Subsearch,
    Text,
    Unary,
)

__all__ = [
    "Addinfo", "Aggregation", "And", "Append", "Assignment", "Bin", "Binary", "Branches", "Call", "Chart",
    "Command", "Comparison", "Conversion", "Convert", "CustomCommand", "Dedup", "Eval", "Expression", "FieldName",
    "Fieldformat", "Fields", "Fillnull", "Filter", "Foreach", "From", "Head", "InList", "Inputlookup", "Iplocation",
    "Join", "Keyword", "Lookup", "LookupField", "MacroCall", "Makeresults", "Mstats", "Mvexpand", "Not", "Number",
    "Options", "Or", "Outputlookup", "Plain", "Regex", "Rename", "Replace", "Rex", "Search", "SearchFilter", "Sort",
    "SortKey", "Span", "Spath", "Stats", "Subsearch", "Table", "Text", "Top", "Transaction", "Tstats", "Unary",
    "Where", "command_name", "commands_of", "searches_in", "walk",
]  # fmt: skip

Options = tuple[tuple[str, str], ...]
Node = TypeVar("Node")
Other = TypeVar("Other")


@dataclass(frozen=True)
class Aggregation:
    """``function(field) as alias``; field may hold wildcards, expression is that of ``function(eval(...))``.

    ``function`` is lower case, with its number ("perc95"); "eval" for the ``eval(...)`` of timechart. Plain ``count``
    has neither field nor expression. Of ``sparkline(avg(x), 1h)`` the field is all between the parentheses.
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
class Branches:
    """appendcols, appendpipe, multisearch, union, map, set: ``command`` says which.

    ``names`` are what else it combines: data sets of union, the saved search of map, the kind of set. The search of
    appendpipe is not one of its own: it goes on with the rows before it.
    """

    command: str
    searches: tuple[Search, ...]
    names: tuple[str, ...]
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
    """``dedup [<count>] <fields> [options] [sortby <keys>]``."""

    fields: tuple[str, ...]
    count: int
    options: Options
    span: Span
    sort_by: tuple[SortKey, ...] = ()


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
class Tstats:
    """``tstats <aggregations> [from <source>] [where <filter>] [by <fields>] [span=<bin>]``.

    ``source`` is what stands behind FROM, such as ``datamodel=Web``.
    """

    aggregations: tuple[Aggregation, ...]
    source: str | None
    where: Filter | None
    by: tuple[str, ...]
    bin_span: str | None
    options: Options
    span: Span


@dataclass(frozen=True)
class Chart:
    """``chart``, ``timechart`` or their summarizing forms: ``command`` says which.

    ``by`` holds the field of OVER too, in front: the fields that make rows, then the one that makes columns.
    """

    command: str
    aggregations: tuple[Aggregation, ...]
    by: tuple[str, ...]
    options: Options
    span: Span


@dataclass(frozen=True)
class Top:
    """``top`` or ``rare [<count>] <fields> [by <fields>]``."""

    command: str
    fields: tuple[str, ...]
    by: tuple[str, ...]
    options: Options
    span: Span


@dataclass(frozen=True)
class Rex:
    """``rex [field=<field>] "<pattern>"``; with ``sed`` the pattern is an expression of sed."""

    field: str
    pattern: str
    sed: bool
    options: Options
    span: Span


@dataclass(frozen=True)
class Regex:
    """``regex <field>=<pattern>`` or ``!=``; without a field it looks at _raw."""

    field: str
    operator: str
    pattern: str
    span: Span


@dataclass(frozen=True)
class Spath:
    """``spath [input=<field>] [output=<field>] [path=<path>]``; without a path it makes a field of each key."""

    field: str
    path: str | None
    output: str | None
    span: Span


@dataclass(frozen=True)
class Conversion:
    """``function(field) as alias`` of convert."""

    function: str
    field: str
    alias: str | None
    span: Span


@dataclass(frozen=True)
class Convert:
    """``convert [timeformat=<text>] <conversions>``."""

    conversions: tuple[Conversion, ...]
    options: Options
    span: Span


@dataclass(frozen=True)
class Iplocation:
    """``iplocation [options] <field>``."""

    field: str
    options: Options
    span: Span


@dataclass(frozen=True)
class From:
    """``from <kind>:<name>``."""

    kind: str
    name: str
    span: Span


@dataclass(frozen=True)
class Transaction:
    """``transaction [<fields>] [options]``."""

    fields: tuple[str, ...]
    options: Options
    span: Span


@dataclass(frozen=True)
class Replace:
    """``replace <old> with <new>, ... [in <fields>]``; no fields means all."""

    pairs: tuple[tuple[str, str], ...]
    fields: tuple[str, ...]
    span: Span


@dataclass(frozen=True)
class Fieldformat:
    """``fieldformat <field>=<expression>``: how a field is shown, not what it is."""

    assignment: Assignment
    span: Span


@dataclass(frozen=True)
class Plain:
    """A command of names and options, without a node of its own: what stands between the options, and these."""

    command: str
    names: tuple[str, ...]
    options: Options
    span: Span


@dataclass(frozen=True)
class CustomCommand:
    """A command that is not read by this front end: its name and the raw text of its arguments, stripped."""

    name: str
    arguments: str
    span: Span


Command = (
    Mstats | SearchFilter | Where | Eval | Stats | Rename | Fields | Table | Fillnull | Join | Append
    | Foreach | Lookup | Inputlookup | Outputlookup | Addinfo | Sort | Dedup | Head | Makeresults | Mvexpand | Bin
    | Tstats | Chart | Top | Rex | Regex | Spath | Convert | Iplocation | From | Transaction | Replace | Fieldformat
    | Branches | Plain | MacroCall | CustomCommand
)  # fmt: skip


@dataclass(frozen=True)
class Search:
    """A pipeline, whole search or subsearch."""

    commands: tuple[Command, ...]
    span: Span
    text: str = field(default="", repr=False, compare=False)
    """The whole text that all offsets refer to."""

    def below(self, kinds: tuple[type, ...]) -> list[object]:
        """Return the search and all nodes below it that are of these classes, of all classes without any.

        What many ask for is put in order once.
        """
        if len(kinds) == 1:
            return self._by_kind.get(kinds[0], [])
        return [node for node in self._nodes if not kinds or isinstance(node, kinds)]

    @cached_property
    def _nodes(self) -> tuple[object, ...]:
        return tuple(_below(self, (), None))

    @cached_property
    def _by_kind(self) -> dict[type, list[object]]:
        nodes: dict[type, list[object]] = {}
        for node in self._nodes:
            nodes.setdefault(type(node), []).append(node)
        return nodes


def command_name(command: Command) -> str:
    """Return the word that the command begins with, also where ``search`` is left out; for a macro its name."""
    if isinstance(command, Stats | Chart | Top | Branches | Plain):
        return command.command
    if isinstance(command, CustomCommand | MacroCall):
        return command.name
    return "search" if isinstance(command, SearchFilter) else type(command).__name__.lower()


_TERMS = (And, Or, Not, Comparison, InList, Keyword, Subsearch, Binary, Unary, Call, FieldName, Number, Text)


@overload
def walk(node: object) -> Iterator[object]: ...
@overload
def walk(node: object, kind: type[Node], /) -> Iterator[Node]: ...
@overload
def walk(node: object, kind: type[Node], other: type[Other], /) -> Iterator[Node | Other]: ...
def walk(node: object, *kinds: type[Any]) -> Iterator[Any]:
    """Yield the node and all nodes below it, also in subsearches, in the order in which they are written.

    With ``kinds`` only nodes of these classes. A tuple of nodes may be given too; anything else has no nodes. A walk
    that begins in an expression or a filter does not enter its subsearches: their fields are others.
    """
    if isinstance(node, Search):
        return iter(node.below(kinds))
    return _below(node, kinds, Subsearch if isinstance(node, _TERMS) else None)


def searches_in(command: Command) -> Iterator[Search]:
    """Yield the searches that stand in brackets in a command, not those inside them."""
    return (each for each in _below(command, (Search,), Search) if isinstance(each, Search))


def _below(node: object, kinds: tuple[type, ...], closed: type | None) -> Iterator[object]:
    waiting = [node]
    while waiting:
        here = waiting.pop()
        kind: Any = type(here)  # hashable, which mypy does not take it for
        if kind is tuple:
            waiting.extend(reversed(here))  # type: ignore[call-overload]
            continue
        parts = _parts(kind)
        if parts is None:
            continue
        if not kinds or isinstance(here, kinds):
            yield here
        if closed is None or kind is not closed:
            waiting.extend(getattr(here, name) for name in parts)


@cache
def _parts(kind: type) -> tuple[str, ...] | None:
    """Return where nodes can stand in a node of this class, from the last to the first; None for what is no node."""
    if not is_dataclass(kind):
        return None
    return tuple(reversed([each.name for each in fields(kind) if each.name != "span"]))


def commands_of(search: Search | None) -> Iterator[Command]:
    """Yield all commands of a search, then those of its subsearches."""
    for each in walk(search, Search):
        yield from each.commands
