"""All rows of a search, from the CSV of its chunks to the CSV of the new table."""

import csv
from io import BytesIO
from itertools import chain
from typing import Iterable, List

from npmlib.learn.accepted import load_accepted
from npmlib.learn.hourrows import HourRows
from npmlib.learn.newtable import new_table
from npmlib.learn.options import RESULT_FIELDS, LearnOptions
from npmlib.learn.tablerows import TableRows
from npmlib.learn.tally import Tally
from npmlib.rowcounts import Message
from npmlib.rows import Columns, csv_rows

ONLY_IN_TABLE = ("kind", "metric", "profile")  # a row with any of these filled is one of the table


class Reply:
    """The CSV of a table, in place of the SDK's buffer and the text in it, as its record writer uses both.

    That buffer would hold four bytes for each character, and be copied twice, too much for a table of 65,000 profiles.
    """

    def __init__(self) -> None:
        self._lines: List[bytes] = []

    def write_rows(self, rows: Iterable[List[str]]) -> None:
        """Append rows of two cells or more. Where nothing has to be quoted, csv.writer need not look at each letter."""
        writer = csv.writer(self, lineterminator="\n")
        for cells in rows:
            line = ",".join(cells)
            if line.count(",") >= len(cells) or '"' in line or "\n" in line or "\r" in line:
                writer.writerow(cells)
            else:
                self.write(line + "\n")

    def write(self, text: str) -> None:
        """Append ``text``."""
        self._lines.append(text.encode())

    def getvalue(self) -> "Reply":
        """Return what the SDK encodes."""
        return self

    def encode(self, _encoding: str = "utf-8") -> bytes:
        """Return all that was written."""
        return b"".join(self._lines)

    def seek(self, _position: int) -> None:
        """Do nothing; the SDK goes to the start before it truncates."""

    def truncate(self) -> None:
        """Forget all that was written."""
        self._lines.clear()


class Incoming:
    """Takes the chunks of one search, then learns."""

    def __init__(self, options: LearnOptions) -> None:
        self._options = options
        self._tally = Tally()
        self._hour_rows = HourRows(options, self._tally)
        self._table_rows = TableRows(options)

    def take_chunk(self, body: BytesIO, damaged: bool) -> None:
        """Read the rows of one chunk; csv.Error where it is not CSV, SearchError for rows that end the search.

        ``damaged`` says that some of its bytes were not text, see npmlib.rows.readable.
        """
        rows = csv_rows(line.decode("utf-8") for line in body)
        columns = Columns(next(rows, []))
        has_rows = False
        for cells in rows:
            if cells:
                has_rows = True
                record = columns.record(cells)
                (self._table_rows if any(map(record.get, ONLY_IN_TABLE)) else self._hour_rows).take(record)
        if has_rows:
            self._tally.damaged_chunks += damaged
            self._tally.columns.update(columns.names)

    def learn(self, app_folder: str, reply: Reply) -> List[Message]:
        """Write the new table to ``reply`` as CSV, nothing where it has no rows, and return messages for the user.

        SearchError where the rows lack columns, rows of the table did not arrive, or the lookup of accepted levels
        cannot be read.
        """
        self._tally.check_columns(self._options)
        self._table_rows.check_complete(app_folder)
        accepted = load_accepted(app_folder, self._options, self._tally)
        rows = new_table(self._hour_rows, self._table_rows, self._options, accepted, self._tally)
        first = next(rows, None)
        if first is not None:
            reply.write_rows(chain([[*self._options.by, *RESULT_FIELDS], first], rows))
        return self._tally.messages(self._options)
