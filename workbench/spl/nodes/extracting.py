"""Nodes of the commands that take fields out of text, and of transaction."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.spl.terms import Options, Span


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
class Iplocation:
    """``iplocation [options] <field>``."""

    field: str
    options: Options
    span: Span


@dataclass(frozen=True)
class Transaction:
    """``transaction [<fields>] [options]``."""

    fields: tuple[str, ...]
    options: Options
    span: Span
