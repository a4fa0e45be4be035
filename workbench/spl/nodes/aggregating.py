"""Nodes of the commands that aggregate."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.spl.terms import Expression, Filter, Options, Span


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
class Stats:
    """``stats``, ``eventstats`` or ``streamstats``: ``command`` says which."""

    command: str
    aggregations: tuple[Aggregation, ...]
    by: tuple[str, ...]
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
