"""Rows and the values in them, with the three readings SPL has of a value: as text, a number, many values.

A row is a dict from field name to value, in column order. Null is None or an absent key; the empty string is
a value. A multivalue is a tuple of at least two strings: ``multivalue`` builds one so that this stays true.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

Value = str | int | float | tuple[str, ...] | None
Row = dict[str, Value]

_NUMBER = re.compile(r"\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*\Z", re.ASCII)
_LARGEST_EXACT = 2**53


class FixedPoint(float):
    """A number that is shown with a fixed count of decimals, as round(8, 2) is shown as 8.00."""

    places: int

    def __new__(cls, number: float, places: int) -> FixedPoint:
        """Wrap ``number``, to be shown with ``places`` decimals."""
        made = super().__new__(cls, number)
        made.places = places
        return made


def as_number(value: Value) -> int | float | None:
    """Return the value as a number, or None: numeric text counts, a multivalue and other text do not."""
    kind = type(value)
    if kind is float or kind is int:  # nearly all values there are
        return value  # type: ignore[return-value]
    if isinstance(value, float | int):
        return value
    if not isinstance(value, str):
        return None
    # Most text is a name: one look at the first character spares the regular expression.
    if not value or value[0] not in "0123456789+-. \t" or not _NUMBER.match(value):
        return None
    try:
        return bounded(int(value))
    except ValueError:
        return float(value)


def bounded(number: int | float) -> int | float:
    """Return the number as a double would hold it: whole numbers beyond 2**53 lose their last digits."""
    if isinstance(number, int) and not -_LARGEST_EXACT <= number <= _LARGEST_EXACT:
        try:
            return float(number)
        except OverflowError:
            return float("inf") if number > 0 else float("-inf")
    return number


def number_text(number: int | float) -> str:
    """Show a number: whole numbers without a point, others with the digits that tell them apart."""
    if isinstance(number, FixedPoint):
        return f"{float(number):.{number.places}f}"
    if isinstance(number, float):
        if number.is_integer() and abs(number) < 1e17:
            return str(int(number))
        return repr(float(number))
    return str(number)


def as_text(value: Value) -> str | None:
    """Return the value as one text, None for null; each value of a multivalue is put on its own line."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return "\n".join(value)
    return number_text(value)


def each_text(value: Value) -> tuple[str, ...]:
    """Return all values of a field as text: none for null, several for a multivalue."""
    if value is None:
        return ()
    if isinstance(value, tuple):
        return value
    return (value if isinstance(value, str) else number_text(value),)


def multivalue(values: Iterable[str]) -> Value:
    """Make a field value of several texts: null for none, the text itself for one, else a multivalue."""
    found = tuple(values)
    if len(found) > 1:
        return found
    return found[0] if found else None


def byte_order(text: str) -> bytes:
    """Sort key that orders text by its UTF-8 bytes, capitals first."""
    return text.encode("utf-8", "surrogatepass")
