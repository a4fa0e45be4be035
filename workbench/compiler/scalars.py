"""Where each character of a YAML value stands in its file, whatever the style the value is written in.

Exact for every character but blanks and ends of lines: in all styles these stand in the file in the same order as in
the value, once quotes and escapes are read. Of a blank that folding made out of a line's end, or of several blanks,
the place is counted on from the character before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Escapes of double-quoted text (YAML 1.2.2, 5.7): a backslash before the end of a line joins lines.
_DOUBLE = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|\r?\n[ \t]*|.)|[^\\]", re.DOTALL)
_SINGLE = re.compile(r"''|.", re.DOTALL)


def offsets(raw: str, style: str | None, value: str) -> list[int]:
    """For each character of the value its offset in raw, the text of the scalar as it stands in the file.

    style: as PyYAML names it: ``|``, ``>``, ``'``, ``"``, or None or "" for plain text.
    """
    pieces = list(_pieces(raw, style or ""))
    places: list[int] = []
    index, last = 0, (pieces[0][1] if pieces else 0) - 1
    for character in value:
        blank = character.isspace()
        if index < len(pieces) and pieces[index][0] == blank:
            last = pieces[index][1]
            index += 1
        else:
            last += 1
        places.append(min(last, max(len(raw) - 1, 0)))
    return places


def _pieces(raw: str, style: str) -> Iterator[tuple[bool, int]]:
    """Offset of each character that is written out, in order: none of the blanks, but escaped ones, marked True."""
    if style == '"':
        for found in _DOUBLE.finditer(raw, 1, len(raw) - 1):
            text = found[0]
            if text[0] == "\\" and text[1] not in "\r\n":
                yield _is_blank(text[1:]), found.start()
            elif text[0] != "\\" and not text.isspace():
                yield False, found.start()
    elif style == "'":
        yield from ((False, one.start()) for one in _SINGLE.finditer(raw, 1, len(raw) - 1) if not one[0].isspace())
    else:
        # The text of a block begins below its sign.
        start = raw.find("\n") + 1 if style in ("|", ">") else 0
        yield from ((False, at) for at in range(start, len(raw)) if not raw[at].isspace())


def _is_blank(escape: str) -> bool:
    if escape[0] in "xuU":
        return chr(int(escape[1:], 16)).isspace()
    return escape in "nrtvfNLP_ \t"
