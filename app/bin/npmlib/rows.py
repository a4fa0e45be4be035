"""Rows in the CSV of a chunk, read one at a time as Splunk's SDK reads them.

npmlearn reads all its rows so, npmanomaly those that cannot be scored by columns.
"""

import csv
import re
from itertools import compress
from typing import Dict, Iterable, Iterator, List, Sequence, Tuple

Series = Tuple[str, ...]  # what names a series: the value of each by field

TWIN = "__mv_"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
REPLACEMENT = "\ufffd".encode()

# A cell is as long as its chunk at most, and that is in memory already. Splunk's SDK and the csv module set less.
csv.field_size_limit(2**31 - 1)

_RUNS = re.compile(r"\$+|[^$]+")
_LINE_ENDS = re.compile(rb"[\r\n]+")


def readable(body: bytes) -> Tuple[bytes, bool]:
    """Return ``body`` as UTF-8 that the csv module takes in every Python, and whether something had to be replaced.

    A byte order mark at the start is removed. Bytes that are not UTF-8, and NUL, become U+FFFD: one process with an odd
    name must not stop a detection for all the others.
    """
    if body.startswith(BYTE_ORDER_MARK):
        body = body[len(BYTE_ORDER_MARK) :]
    if b"\0" not in body:
        if body.isascii():
            return body, False
        try:
            body.decode("utf-8")
            return body, False
        except UnicodeDecodeError:
            pass
    return body.decode("utf-8", "replace").encode().replace(b"\0", REPLACEMENT), True


def has_rows(body: bytes) -> bool:
    """Tell whether there may be more in ``body`` than a header; a quote in that is reason to look."""
    line_end = _LINE_ENDS.search(body)
    if line_end and line_end.end() < len(body):
        return True
    return body.count(b'"') % 2 == 1


class Columns:
    """The header of a chunk; turns the cells of a row into a record."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self._is_twin = [name.startswith(TWIN) for name in names]
        self._has_twins = any(self._is_twin)
        # Among columns of the same name the first counts beside twins, and the last where there are none.
        first = [names.index(name) == position for position, name in enumerate(names)]
        self._is_plain = [is_first and not is_twin for is_first, is_twin in zip(first, self._is_twin)]
        self._plain_names = tuple(compress(names, self._is_plain))

    def record(self, cells: Sequence[str]) -> Dict[str, object]:
        """Name the ``cells`` of one row: text, or the list of values where the ``__mv_`` twin of a field is filled.

        Missing cells are empty, cells without a name are left out.
        """
        if not self._has_twins:
            record: Dict[str, object] = dict(zip(self.names, cells))
        else:
            record = dict(zip(self._plain_names, compress(cells, self._is_plain)))
            if any(compress(cells, self._is_twin)):
                for name, cell in compress(zip(self.names, cells), self._is_twin):
                    if cell:
                        record[name[len(TWIN) :]] = multivalue(cell)
        if len(cells) < len(self.names):
            for name in self._plain_names:
                record.setdefault(name, "")
        return record


def multivalue(text: str) -> List[str]:
    """Take apart a filled ``__mv_`` twin, written ``$one$;$two$`` with each ``$`` inside a value doubled.

    Nothing comes of a text of another form. It is read in one go, as a pattern could be made to try for hours.
    """
    values: List[str] = []
    value = ""
    inside = False
    for run in _RUNS.findall(text):
        if run[0] != "$":
            if not inside and run != ";":
                return []
            value += run
            continue
        dollars = len(run)
        if not inside:  # the first opens the value; before it stands nothing, or the ; after the value before
            if bool(values) != (value == ";"):
                return []
            inside, value, dollars = True, "", dollars - 1
        value += "$" * (dollars // 2)
        if dollars % 2:
            values.append(value)
            inside, value = False, ""
    return [] if inside or value not in ("", ";") else values


def csv_rows(lines: Iterable[str]) -> Iterator[List[str]]:
    """Yield the cells of each row; csv.Error also where the text ends inside a quoted cell."""
    ended: List[bool] = []

    def watched() -> Iterator[str]:
        yield from lines
        ended.append(True)

    for cells in csv.reader(watched()):
        if ended:
            raise csv.Error("it ends inside a quoted cell")
        yield cells
