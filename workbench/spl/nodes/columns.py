"""Nodes of the commands about fields and their values."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.spl.terms import Expression, Options, Span


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
class Fieldformat:
    """``fieldformat <field>=<expression>``: how a field is shown, not what it is."""

    assignment: Assignment
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
class Replace:
    """``replace <old> with <new>, ... [in <fields>]``; no fields means all."""

    pairs: tuple[tuple[str, str], ...]
    fields: tuple[str, ...]
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
