"""Names of fields with ``*`` in them: a family, such as ``tcp.*``, is any number of fields of this form."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=4096)
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile("(.*)".join(map(re.escape, name.split("*"))), re.DOTALL)


def within(inner: str, outer: str) -> bool:
    """Return whether the name, or every name of the family, belongs to the family ``outer``."""
    # As text, a * of the inner name can only be covered by a * of the outer one.
    return _pattern(outer).fullmatch(inner) is not None


@lru_cache(maxsize=4096)
def overlap(one: str, other: str) -> bool:
    """Return whether some name belongs to both, each a name or a family."""
    if not one or not other:
        return not (one + other).replace("*", "")
    if one[0] == "*":
        return overlap(one[1:], other) or overlap(one, other[1:])
    if other[0] == "*":
        return overlap(other, one)
    return one[0] == other[0] and overlap(one[1:], other[1:])


def stars(name: str, family: str) -> tuple[str, ...] | None:
    """Return what each ``*`` of the family stands for in the name, None when it does not belong to it."""
    found = _pattern(family).fullmatch(name)
    return None if found is None else found.groups()


def rewritten(name: str, old: str, new: str) -> str | None:
    """Return what becomes of the name when ``old as new`` is done to it; None when it does not belong to ``old``.

    A family can become a larger family: where its ``*`` could be cut in several ways, it is all of ``new``.
    """
    parts = stars(name, old)
    if parts is None:
        return None
    if "*" in name and len(parts) > 1:
        return new
    filled = iter(parts)
    return re.sub(r"\*", lambda _: next(filled), new)
