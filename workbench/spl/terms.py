"""Terms of the syntax tree: expressions (eval, where) and filters (search, WHERE), with their places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from workbench.spl.tree import Search


class Span(NamedTuple):
    """Half-open range of character offsets: the text is ``text[start:end]``."""

    start: int
    end: int


Options = tuple[tuple[str, str], ...]
"""Options of a command as they are written: the name in lower case, and the value without quotes."""


@dataclass(frozen=True)
class MacroCall:
    """A macro that was not expanded, or a token: what it stands for is not known.

    ``text`` is what stands between the backticks, name or name(arguments); of a token all of it, ``$name$``.
    """

    text: str
    span: Span

    @property
    def name(self) -> str:
        """The macro's name without its arguments."""
        return self.text.split("(", 1)[0].strip()


@dataclass(frozen=True)
class Subsearch:
    """A search in brackets whose results stand there as a value or as terms of a filter."""

    search: Search
    span: Span


# Expressions: what eval, where, and eval(...) inside an aggregation hold.


@dataclass(frozen=True)
class Number:
    """A numeric literal; an int when written without point and exponent."""

    value: int | float
    span: Span


@dataclass(frozen=True)
class Text:
    """A "double quoted" string, quotes and escapes removed."""

    value: str
    span: Span


@dataclass(frozen=True)
class FieldName:
    """A field, written bare or in 'single quotes' (removed here)."""

    name: str
    span: Span


@dataclass(frozen=True)
class Unary:
    """``operator`` is "-", "+" or "NOT"."""

    operator: str
    operand: Expression
    span: Span


@dataclass(frozen=True)
class Binary:
    """``operator`` is one of + - * / % . = != < > <= >= LIKE AND OR XOR ("==" is stored as "=")."""

    operator: str
    left: Expression
    right: Expression
    span: Span


@dataclass(frozen=True)
class Call:
    """A function call; ``function`` is lower case. ``x IN (a, b)`` is stored as in(x, a, b)."""

    function: str
    arguments: tuple[Expression, ...]
    span: Span


Expression = Number | Text | FieldName | Unary | Binary | Call | MacroCall | Subsearch


# Filters: what the search command and the WHERE of mstats and inputlookup hold.


@dataclass(frozen=True)
class Comparison:
    """``field operator value``; operator is = != < > <= >=; the value may hold ``*`` wildcards."""

    field: str
    operator: str
    value: str
    span: Span
    case_sensitive: bool = False
    """True for ``field=CASE(value)``."""


@dataclass(frozen=True)
class InList:
    """``field IN (value, ...)``; without values nothing passes."""

    field: str
    values: tuple[str, ...]
    span: Span


@dataclass(frozen=True)
class Keyword:
    """A word, quoted phrase or ``TERM(...)``, looked for in the event's text; ``*`` stands for everything."""

    text: str
    span: Span


@dataclass(frozen=True)
class And:
    """All terms must hold (written with AND or side by side); of none, as in ``( )``, everything passes."""

    terms: tuple[Filter, ...]
    span: Span


@dataclass(frozen=True)
class Or:
    """One of the terms must hold."""

    terms: tuple[Filter, ...]
    span: Span


@dataclass(frozen=True)
class Not:
    """The term must not hold."""

    term: Filter
    span: Span


Filter = Comparison | InList | Keyword | And | Or | Not | MacroCall | Subsearch
