"""Reads the ``name=value`` options of a command; what the replay does not act on is refused, never skipped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.replay.errors import ReplayError
from workbench.spl.tree import Options

_TRUTH = {"t": True, "true": True, "1": True, "f": False, "false": False, "0": False}


def flag(text: str) -> bool:
    """Read a true/false option; ValueError says what is expected."""
    if text.lower() not in _TRUTH:
        raise ValueError("true or false")
    return _TRUTH[text.lower()]


def whole_number(text: str) -> int:
    """Read a whole number, 0 or more; ValueError says what is expected."""
    if not text.isdigit():
        raise ValueError("a whole number")
    return int(text)


def one_of(*words: str) -> Callable[[str], str]:
    """Make the reader of an option with a few possible values."""

    def read(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(f"one of {', '.join(words)}")
        return text.lower()

    return read


def read_options(options: Options, known: Mapping[str, Callable[[str], Any]]) -> dict[str, Any]:
    """Return the options given, read by the functions in ``known``; ReplayError for any other option."""
    values: dict[str, Any] = {}
    for name, text in options:
        if name not in known:
            there_are = f"it knows {', '.join(known)}" if known else "it knows none of this command"
            raise ReplayError(f"the replay does not act on option {name}={text} ({there_are})")
        try:
            values[name] = known[name](text)
        except ValueError as error:
            raise ReplayError(f"{name}={text}: expected {error}") from None
    return values
