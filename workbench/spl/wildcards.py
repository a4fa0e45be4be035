"""Names and values with ``*``: what each ``*`` stands for, and whether one pattern covers another.

A field name with ``*``, such as ``tcp.*``, stands for a family: any number of fields of this form. No function here
takes more time for many ``*`` than the product of the two lengths.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache


@lru_cache(maxsize=16384)  # the same few names are met in every row and run
def stars(text: str, pattern: str) -> tuple[str, ...] | None:
    """Return what each ``*`` of the pattern stands for in the text; None when the text does not match.

    Of several ways to match, a ``*`` further left takes as much as it can.
    """
    first, *others = pattern.split("*")
    if not others:
        return () if text == pattern else None
    end = len(text) - len(others[-1])
    if end < len(first) or not text.startswith(first) or not text.endswith(others[-1]):
        return None
    taken: list[str] = []
    # From the right: a part that stands as far right as it can leaves the most to the * before it.
    for part in reversed(others[:-1]):
        start = text.rfind(part, len(first), end)
        if start < 0:
            return None
        taken.append(text[start + len(part) : end])
        end = start
    return (*reversed([*taken, text[len(first) : end]]),)


def matches(text: str, pattern: str) -> bool:
    """Return whether the text, or every member of the family that it names, matches the pattern."""
    # As text, a * of the inner name can only be covered by a * of the outer one.
    return stars(text, pattern) is not None


def filled(pattern: str, parts: Sequence[str]) -> str:
    """Return the pattern with its ``*`` replaced by the parts, from left to right; both are equally many."""
    following = iter(parts)
    return re.sub(r"\*", lambda _: next(following), pattern)


def renamed(name: str, old: str, new: str) -> str | None:
    """Return the name that ``old as new`` gives to a field; None when ``old`` does not match it."""
    parts = stars(name, old)
    return None if parts is None else filled(new, parts)


def family_renamed(name: str, old: str, new: str) -> str | None:
    """Return the name or family that ``old as new`` gives to a field or family; None when ``old`` does not match it.

    A family can become a larger family: where its ``*`` could be cut in several ways, it is all of ``new``.
    """
    if "*" in name and old.count("*") > 1 and matches(name, old):
        return new
    return renamed(name, old, new)


@lru_cache(maxsize=4096)
def overlap(left: str, right: str) -> bool:
    """Return whether some name belongs to both, each a name or a family."""
    if not left or not right:
        return not (left + right).replace("*", "")
    if left[0] == "*":
        return overlap(left[1:], right) or overlap(left, right[1:])
    if right[0] == "*":
        return overlap(right, left)
    return left[0] == right[0] and overlap(left[1:], right[1:])
