"""Nodes of the commands that take other searches in brackets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.spl.terms import Options, Span

if TYPE_CHECKING:
    from workbench.spl.tree import Search


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
