"""Nodes of the commands about which rows there are, where they come from and in what order."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.spl.terms import Expression, Filter, Options, Span


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
class From:
    """``from <kind>:<name>``."""

    kind: str
    name: str
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
