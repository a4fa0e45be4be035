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

from workbench.spl.nodes.aggregating import Aggregation, Chart, Mstats, Stats, Top, Tstats
from workbench.spl.nodes.columns import (
    Assignment,
    Bin,
    Conversion,
    Convert,
    Eval,
    Fieldformat,
    Fields,
    Fillnull,
    Rename,
    Replace,
    Table,
)
from workbench.spl.nodes.extracting import Iplocation, Regex, Rex, Spath, Transaction
from workbench.spl.nodes.others import CustomCommand, Plain
from workbench.spl.nodes.rows import (
    Addinfo,
    Dedup,
    From,
    Head,
    Inputlookup,
    Lookup,
    LookupField,
    Makeresults,
    Mvexpand,
    Outputlookup,
    SearchFilter,
    Sort,
    SortKey,
    Where,
)
from workbench.spl.nodes.subsearches import Append, Branches, Foreach, Join
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
    Options,
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

Node = TypeVar("Node")
Other = TypeVar("Other")


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
