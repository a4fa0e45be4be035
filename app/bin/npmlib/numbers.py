"""Numbers as they stand in a search row or a lookup: strict to read, plain to write."""

import math
import re
from typing import Optional

# float() would also take 'nan', 'infinity', '1_000' and digits of other scripts; Splunk means none by a number.
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\Z")


def parse_number(text: str) -> Optional[float]:
    """Return the number that ``text`` spells, or None when it spells none; blanks around it are ignored.

    NaN, infinities and numbers too large for a double are none.
    """
    stripped = text.strip()
    if not _NUMBER.match(stripped):
        return None
    number = float(stripped)
    return number if math.isfinite(number) else None


def number_text(number: float) -> str:
    """Spell ``number`` with up to 12 significant digits: whole numbers below 1e12 stay whole, without exponent."""
    return format(number, ".12g")
