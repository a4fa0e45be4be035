"""Numbers as they stand in a search row or a lookup: strict to read, plain to write."""

import math
import re
from typing import List, Optional, Sequence

LARGEST_HOUR = 400e9 / 8 * 3600  # bytes of a link of 400 Gbit/s, as in the macro npm_possible
SMALLEST_PACKET = 64  # bytes

# float() would also take 'nan', 'infinity', '1_000' and digits of other scripts; Splunk means none by a number.
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\Z")
_PLAIN_NUMBERS = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?,)*\Z")


def parse_number(text: str) -> Optional[float]:
    """Return the number that ``text`` spells, or None where it is not a number; blanks around it are ignored.

    NaN, infinities and numbers too large for a double give None.
    """
    stripped = text.strip()
    if not _NUMBER.match(stripped):
        return None
    number = float(stripped)
    return number if math.isfinite(number) else None


def all_numbers(texts: Sequence[str]) -> Optional[List[float]]:
    """Return the numbers that ``texts`` spell if all are plain (digits, perhaps a point and digits), else None.

    The same as parse_number of each, in a fifth of the time. None does not mean that a text is not a number.
    """
    if not _PLAIN_NUMBERS.match(",".join(texts) + ","):
        return None
    try:
        numbers = list(map(float, texts))
    except ValueError:  # one text with a comma in it
        return None
    return numbers if all(map(math.isfinite, numbers)) else None


def largest_amount(metric: str) -> float:
    """Return the most of ``metric`` that can be sent in an hour, the longest time that an amount is of.

    >>> largest_amount("tcp.bytes"), largest_amount("tcp.packets")
    (180000000000000.0, 2812500000000.0)
    """
    return LARGEST_HOUR if metric.endswith(".bytes") else LARGEST_HOUR / SMALLEST_PACKET


def number_text(number: float) -> str:
    """Spell ``number`` with up to 12 significant digits: whole numbers below 1e12 stay whole, without exponent."""
    return format(number, ".12g")
