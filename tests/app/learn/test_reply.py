"""The table that npmlearn replies with: CSV as the csv module writes it."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st
from npmlib.learn.incoming import Reply

cells = st.text('a1 ,"\n\r$\u00e4', max_size=3)


@given(st.lists(st.lists(cells, min_size=2, max_size=4), max_size=4))
def test_rows_are_written_as_the_csv_module_writes_them(rows: list[list[str]]) -> None:
    reply, expected = Reply(), io.StringIO(newline="")
    reply.write_rows(rows)
    csv.writer(expected, lineterminator="\n").writerows(rows)
    assert reply.encode() == expected.getvalue().encode()
