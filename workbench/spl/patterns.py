"""Whether a regular expression of Splunk (PCRE) compiles, as far as Python's compiler can tell, and what it names."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache

# What Python says of patterns that PCRE refuses too; of what else it says PCRE may know better.
_SURE = (
    "unterminated character set", "missing ), unterminated subpattern", "unbalanced parenthesis",
    "bad escape (end of pattern)", "bad character range", "min repeat greater than max repeat",
)  # fmt: skip
_FLAGS = re.compile(r"\(\?[imsxUXJ]+(?:-[imsx]+)?\)")
_PIECE = re.compile(
    r"\\Q.*?\\E|\\.|\(\*[A-Z_:a-z0-9=]+\)|\[:\^?\w+:\]|\(\?(?:P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')|.", re.DOTALL
)


def names_of(pattern: str) -> tuple[str, ...]:
    """Return the names of the groups of a pattern."""
    return tuple(piece[1] or piece[2] for piece in _PIECE.finditer(pattern) if piece[1] or piece[2])


@lru_cache(maxsize=1024)
def why_not(pattern: str) -> str:
    """Return why a pattern does not compile; "" if it does, or if only PCRE can tell."""
    readable = _for_python(pattern)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(readable)
    except re.error as error:
        if error.msg == "nothing to repeat" and readable[: error.pos or 0][-1:] in ("", "(", "|"):
            return error.msg  # elsewhere it may be an assertion, which PCRE repeats
        return next((sure for sure in _SURE if error.msg.startswith(sure)), "")
    except (OverflowError, RecursionError):
        return ""
    return ""


def _for_python(pattern: str) -> str:
    """Return the pattern with what only PCRE writes replaced by something that has the same brackets."""
    seen: set[str] = set()

    def replaced(piece: re.Match[str]) -> str:
        text, name = piece.group(), piece[1] or piece[2]
        if name:
            again = name in seen
            seen.add(name)
            return "(" if again else f"(?P<{name}>"
        if text.startswith("\\Q"):
            return re.escape(text[2:-2])
        if text.startswith("(*"):
            return ""
        if text.startswith("[:"):
            return "a-z"
        return r"\w" if text[0] == "\\" and text[1:].isalnum() and text[1] not in "dDwWsSbBnrtx0123456789u" else text

    return _PIECE.sub(replaced, _FLAGS.sub("", pattern))
