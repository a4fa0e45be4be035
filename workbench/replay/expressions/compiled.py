"""What an expression becomes: a closure over rows, with what is known of its type before any row is seen.

``kind`` decides between adding and concatenating, and refuses what Splunk refuses too: a condition where a value
belongs, a value where a condition belongs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from workbench.replay.context import SearchContext
from workbench.replay.errors import ReplayError
from workbench.replay.rows import Row, Value

ValueKind = Literal["boolean", "text", "number", "null", "any"]
Run = Callable[[Row], Value]


class Compiled(NamedTuple):
    """A closure over rows; ``literal`` is the value of a constant, ``field`` the name where it is a field alone."""

    kind: ValueKind
    run: Run
    literal: Value = None
    field: str | None = None


class Location(NamedTuple):
    """Where an expression stands and in which search: what errors and functions of time need to know."""

    context: SearchContext
    position: int

    def error(self, message: str) -> ReplayError:
        """Make the error that names this place."""
        return ReplayError(message, position=self.position)


@dataclass(frozen=True)
class Function:
    """An eval function: how many arguments it takes (most: None is any number) and how it is compiled."""

    least: int
    most: int | None
    build: Callable[[Location, tuple[Compiled, ...]], Compiled]


def constant(kind: ValueKind, value: Value) -> Compiled:
    """Compile a value that is the same in every row."""
    return Compiled(kind, lambda _row: value, value)


def condition(location: Location, compiled: Compiled) -> Run:
    """Return the closure of a condition; ReplayError for a value, as Splunk does not take one for true."""
    if compiled.kind not in ("boolean", "null"):
        raise location.error(f"a condition is needed here, not a value of kind '{compiled.kind}'")
    return compiled.run
