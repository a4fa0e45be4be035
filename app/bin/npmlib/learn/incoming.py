"""All rows of a search, from the CSV of its chunks to the CSV of the new table."""

import csv
from io import BytesIO
from typing import List

from npmlib.learn.accepted import load_accepted
from npmlib.learn.columns import RESULT_FIELDS
from npmlib.learn.complete import check_complete
from npmlib.learn.estate import new_table
from npmlib.learn.gathered import Gathered
from npmlib.learn.hourrows import HourRows
from npmlib.learn.options import LearnOptions
from npmlib.learn.reply import Reply
from npmlib.learn.tablerows import TableRows
from npmlib.learn.tally import Message, Tally
from npmlib.rows import Columns, csv_rows

ONLY_IN_TABLE = ("kind", "metric", "profile")  # a row with any of these filled is one of the table


class Incoming:
    """Takes the chunks of one search, then learns."""

    def __init__(self, options: LearnOptions) -> None:
        self._options = options
        self._tally = Tally()
        self._gathered = Gathered()
        self._hours = HourRows(options, self._gathered, self._tally)
        self._table = TableRows(options, self._gathered, self._tally)

    def take_chunk(self, body: BytesIO, damaged: bool) -> None:
        """Read the rows of one chunk; csv.Error where it is no CSV, SearchError for rows that end the search."""
        rows = csv_rows(line.decode("utf-8") for line in body)
        columns = Columns(next(rows, []))
        found = False
        for cells in rows:
            if cells:
                found = True
                record = columns.record(cells)
                (self._table if any(map(record.get, ONLY_IN_TABLE)) else self._hours).take(record)
        if found:
            self._tally.damaged_chunks += damaged
            self._tally.columns.update(columns.names)

    def learn(self, app_folder: str, table: Reply) -> List[Message]:
        """Write the new table as CSV, nothing where it has no rows, and return what there is to tell.

        SearchError where the rows lack columns, rows of the table are missing, or the lookup of accepted levels cannot
        be read.
        """
        self._tally.check_columns(self._options)
        check_complete(app_folder, self._options.table, self._tally.table_rows)
        accepted = load_accepted(app_folder, self._options, self._tally)
        writer = csv.writer(table, lineterminator="\n")
        rows = new_table(self._gathered, self._options, accepted, self._tally)
        first = next(rows, None)
        if first is not None:
            writer.writerow([*self._options.by, *RESULT_FIELDS])
            writer.writerow(first)
            writer.writerows(rows)
        return self._tally.messages(self._options)
