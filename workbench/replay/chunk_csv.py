"""The CSV inside chunks of the search command protocol, written as Splunk writes it and read as it may come back.

Splunk quotes every header and value that has a character outside A-Z a-z 0-9, and nothing else; lines end
in LF; every field has a twin column ``__mv_<field>``, the twins after all plain columns. The plain column
of a multivalue holds its values joined by newlines, the twin ``$v1$;$v2$`` with every ``$`` of a value
doubled; the twin of a single value is empty. Source: reference/command-protocol.md section 3 (recorded
traffic). CRLF is accepted when reading, as are twins beside their fields or no twins at all.

Unverified without a live Splunk: CSV has no cell for "no value", so null and the empty text look the same
here; an empty cell is read as null.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from workbench.replay.errors import ReplayError
from workbench.replay.lookups import LARGEST_CELL
from workbench.replay.rows import Row, Value, number_text

MULTIVALUE_PREFIX = "__mv_"
_needs_quotes = re.compile(r"[^A-Za-z0-9]").search


def quoted(text: str) -> str:
    """Write ``text`` as one cell."""
    if _needs_quotes(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def encode_multivalue(values: Iterable[str]) -> str:
    """Write the values of a multivalue as its ``__mv_`` twin holds them, not yet quoted."""
    return ";".join("$" + value.replace("$", "$$") + "$" for value in values)


def decode_multivalue(text: str) -> tuple[str, ...]:
    """Read the values back from a ``__mv_`` twin; ReplayError when the text is not of that form."""
    values: list[str] = []
    position = 0
    while position < len(text):
        end = _value_end(text, position)
        values.append(text[position + 1 : end].replace("$$", "$"))
        position = end + 2  # over the closing $ and the semicolon
    return tuple(values)


def encode(fields: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Write header and rows; a row without one of ``fields`` gets an empty cell, other keys are left out."""
    header = [*map(quoted, fields), *(quoted(MULTIVALUE_PREFIX + name) for name in fields)]
    no_twins = "," * len(fields)
    lines = [",".join(header)]
    for row in rows:
        cells: list[str] = []
        multivalued = False
        for name in fields:
            value = row.get(name)
            if type(value) is str:
                cells.append('"' + value.replace('"', '""') + '"' if _needs_quotes(value) else value)
            elif value is None:
                cells.append("")
            elif isinstance(value, tuple):
                multivalued = True
                cells.append(quoted("\n".join(value)))
            else:
                cells.append(quoted(number_text(value)))  # type: ignore[arg-type]  # narrowed by type() above
        lines.append(",".join(cells) + (_twins(fields, row) if multivalued else no_twins))
    lines.append("")
    return "\n".join(lines).encode("utf-8")


def decode(body: bytes) -> tuple[tuple[str, ...], list[Row]]:
    """Read field names (without twins) and rows; every row has all fields. An empty body has neither.

    Raises ReplayError when the body is not UTF-8, not CSV, or a row has more cells than the header.
    """
    csv.field_size_limit(LARGEST_CELL)
    try:
        lines = csv.reader(io.StringIO(body.decode("utf-8"), newline=""), strict=True)
        header = next(lines, [])
        plain = [(index, name) for index, name in enumerate(header) if not name.startswith(MULTIVALUE_PREFIX)]
        twins = _twin_columns(header)
        return tuple(name for _, name in plain), [_row(cells, header, plain, twins) for cells in lines if cells]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ReplayError(f"the body of a chunk is not CSV: {error}") from error


def _value_end(text: str, start: int) -> int:
    """Index of the ``$`` that closes the value opened at ``start``."""
    end = start + 1
    while text.startswith("$", start) and end < len(text):
        if text[end] != "$":
            end += 1
        elif text.startswith("$$", end):
            end += 2
        elif end + 1 == len(text) or text[end + 1] == ";":
            return end
        else:
            break
    raise ReplayError(f"a {MULTIVALUE_PREFIX} column holds {text[:80]!r}; it must look like $one$;$two$")


def _twins(fields: Sequence[str], row: Row) -> str:
    cells: list[str] = []
    for name in fields:
        value: Value = row.get(name)
        cells.append(quoted(encode_multivalue(value)) if isinstance(value, tuple) else "")
    return "," + ",".join(cells)


def _twin_columns(header: Sequence[str]) -> list[tuple[int, str]]:
    return [
        (index, name.removeprefix(MULTIVALUE_PREFIX))
        for index, name in enumerate(header)
        if name.startswith(MULTIVALUE_PREFIX)
    ]


def _row(cells: list[str], header: Sequence[str], plain: list[tuple[int, str]], twins: list[tuple[int, str]]) -> Row:
    if len(cells) > len(header):
        raise ReplayError(f"a row of a chunk has {len(cells)} cells, its header has {len(header)}: {cells[:3]}")
    if len(cells) < len(header):
        cells = cells + [""] * (len(header) - len(cells))
    row: Row = {name: cells[index] or None for index, name in plain}
    for index, name in twins:
        if cells[index]:
            values = decode_multivalue(cells[index])
            row[name] = values if len(values) > 1 else (values[0] if values else None)
    return row
