"""The result of following the fields: one step per command, with what it reads; and what must be known to do so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from workbench.spl import tree
from workbench.spl.fields.sets import FieldSet
from workbench.spl.terms import Span

UseKind = Literal[
    "expression", "guarded", "filter", "aggregation", "by", "list", "remove", "rename", "fill", "key", "lookup",
    "column", "sort", "dedup", "expand", "bin", "foreach", "input",
]  # fmt: skip


@dataclass(frozen=True)
class LookupTable:
    """What is known of a lookup table: its columns, and the most rows one match gives; None: not known."""

    columns: tuple[str, ...] | None
    max_matches: int | None = None


UNKNOWN_TABLE = LookupTable(None)

Tables = Mapping[str, LookupTable]
Custom = Mapping[str, Callable[[str, FieldSet], FieldSet]]


@dataclass(frozen=True)
class FieldUse:
    """A field that a command reads: its name (or family), its place in the search text, and what for.

    "guarded" is an expression that expects it to be null: isnull(x), coalesce(x, 0). "column" is a column of a
    lookup table, not a field; "input" is what commands such as rex and convert work on. ``exists`` says whether it can
    exist there, also if the same eval has just made it.
    """

    name: str
    span: Span
    where: UseKind
    exists: bool


Change = tuple[FieldSet, tuple[FieldUse, ...]]
"""The fields after a command, and what it reads."""


@dataclass(frozen=True)
class FlowContext:
    """What is known besides the command: the text of the search, and the tables and custom commands there are."""

    text: str
    tables: Tables
    custom: Custom

    def table(self, name: str) -> LookupTable:
        """Return what is known of a lookup table."""
        return self.tables.get(name, UNKNOWN_TABLE)


@dataclass(frozen=True)
class Step:
    """One command with the fields before and after it.

    ``depth`` counts the subsearches around it; steps of a subsearch come before the step of the command that
    contains it.
    """

    command: tree.Command
    before: FieldSet
    after: FieldSet
    reads: tuple[FieldUse, ...]
    depth: int = 0

    @property
    def missing(self) -> tuple[FieldUse, ...]:
        """The fields read that cannot exist."""
        return tuple(use for use in self.reads if not use.exists)
