"""What a metric may be, in the forms that are quick to compare with: a number, and the text of a decimal.

Splunk quotes every decimal, so a value arrives as ``"2147943.07811"``; the fast path has blanks for quotes. If it has
as many digits before its point as the limit, and sorts before the whole number below the limit, then it is below it. To
see that costs a tenth of turning it into a number, and is enough for most values. Where it is not, the number decides.
"""

import sys
from typing import Tuple

ANYTHING = b" :"  # sorts after a blank and any digits
NOTHING = b""  # nothing sorts before it
LONGEST = 15  # digits of a limit that is compared as text
LARGEST = sys.float_info.max


def upper(limit: float, flag_unseen: bool) -> float:
    """Return the largest value that gives no finding; finite, so that NaN and infinity are never at most that.

    A metric without a limit, which is NaN, gives a finding above 0 if unseen series are flagged, else never.
    """
    if limit != limit:
        return 0.0 if flag_unseen else LARGEST
    return min(limit, LARGEST)


def decimal_text(most: float, expected: float) -> Tuple[int, bytes]:
    """Return where the point usually stands, counted from the opening blank, and the largest text with a point there.

    Any decimal with its point there, and at most that text, is at most ``most``. ``expected`` is what is usual.
    """
    usual = _digits(expected)
    if most < 1 or usual > LONGEST:
        return 2, NOTHING
    if most >= 10.0**usual:
        return 1 + usual, ANYTHING
    whole = str(int(most))
    return 1 + len(whole), b" " + whole.encode()


def digits_text(most: float, _expected: float) -> Tuple[int, bytes]:
    """Return length and text of the largest whole number up to ``most``.

    Digits that are fewer, or as many and at most that text, are at most ``most``; so is nothing at all.
    """
    whole = b"%d" % int(most) if 1 <= most < 10.0**LONGEST else b""
    return len(whole), whole


def _digits(number: float) -> int:
    """Count the digits before the point of ``number``."""
    return len(str(int(number))) if 0 <= number < 10.0**LONGEST else LONGEST + 1
