"""What a fuzz target raises when something does not hold."""

from __future__ import annotations


class BrokenPromiseError(AssertionError):
    """An input broke a promise of the command; the text says which."""


def require(holds: object, promise: str) -> None:
    """Raise BrokenPromiseError with ``promise`` unless it ``holds``."""
    if not holds:
        raise BrokenPromiseError(promise)
