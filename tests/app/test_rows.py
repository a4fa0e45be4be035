"""The careful way to read rows: text that every Python's csv module takes, records, and values of a multivalue."""

from __future__ import annotations

import csv
import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npmlib.rows import csv_rows, has_rows, multivalue, readable

from tests.app.chunks import read_records


def records(text: str) -> list[dict[str, object]]:
    return list(read_records(io.StringIO(text, newline="\n")))


@pytest.mark.parametrize(
    ("body", "text", "damaged"),
    [
        (b"", "", False),
        (b"a,b\n1,2\n", "a,b\n1,2\n", False),
        ("wörker\n".encode(), "wörker\n", False),
        (b"\xef\xbb\xbfa\n", "a\n", False),
        (b"\xef\xbb\xbf\xef\xbb\xbfa\n", "\ufeffa\n", False),
        (b"a\xef\xbb\xbf\n", "a\ufeff\n", False),
        (b"a\0b\n", "a\ufffdb\n", True),
        (b"a\xffb\n", "a\ufffdb\n", True),
        (b"\xed\xa0\x80\n", "\ufffd\ufffd\ufffd\n", True),  # half of a pair, which no UTF-8 holds
        (b"a\xe2\x82", "a\ufffd", True),
    ],
)
def test_a_body_becomes_text(body: bytes, text: str, damaged: bool) -> None:
    assert readable(body) == (text.encode(), damaged)


@given(st.binary(max_size=60))
def test_any_bytes_become_text_without_nul_and_stay_so(body: bytes) -> None:
    text, damaged = readable(body)
    assert "\0" not in text.decode("utf-8")
    assert damaged or text in (body, body[3:])
    if not text.startswith(b"\xef\xbb\xbf"):
        assert readable(text) == (text, False)


@pytest.mark.parametrize("body", [b"", b"\n", b"\r\n\r\n", b"a,b", b"a,b\n", b"a,b\r\n", b"a,b\r", b'"a","b"\n'])
def test_a_header_alone_has_no_rows(body: bytes) -> None:
    assert not has_rows(body)


@pytest.mark.parametrize("body", [b"a\n1", b"a\r\n1\r\n", b"a\r1\r", b"\n\n1", b'a,"b', b'"a\nb"\n'])
def test_anything_else_may_have_some(body: bytes) -> None:
    assert has_rows(body)


def test_rows_become_records() -> None:
    assert records('a,"b ""c"""\n1,"2\n3"\n\n,\n') == [{"a": "1", 'b "c"': "2\n3"}, {"a": "", 'b "c"': ""}]


def test_a_short_row_has_empty_cells_and_a_long_one_leaves_some_out() -> None:
    assert records("a,b,c\n1\n1,2,3,4\n") == [{"a": "1", "b": "", "c": ""}, {"a": "1", "b": "2", "c": "3"}]


def test_a_column_that_is_there_twice_keeps_its_cell_when_the_second_is_missing() -> None:
    assert records("a,b,a\n1,2\n1,2,3\n") == [{"a": "1", "b": "2"}, {"a": "3", "b": "2"}]
    assert records("a,b,a,__mv_a\n1,2\n1,2,3\n") == [{"a": "1", "b": "2"}, {"a": "1", "b": "2"}]


def test_a_filled_twin_gives_the_values_of_its_field() -> None:
    text = 'a,b,__mv_a,__mv_b\n"1\n2",3,$1$;$2$,\n'
    assert records(text) == [{"a": ["1", "2"], "b": "3"}]


@pytest.mark.parametrize("text", ['"', 'a,b\n1,"2\n', 'a,b\n1,2\n"3', '"a,b\n1,2\n', 'a\n"1""\n'])
def test_text_that_ends_inside_a_quoted_cell_is_an_error(text: str) -> None:
    with pytest.raises(csv.Error, match="it ends inside a quoted cell"):
        list(csv_rows(io.StringIO(text, newline="\n")))


@pytest.mark.parametrize("text", ["a\r1\r", "a\n1\r2\n", "a\r1\n"])
def test_a_carriage_return_that_ends_no_line_is_an_error(text: str) -> None:
    with pytest.raises(csv.Error, match="new-line character seen in unquoted field"):
        list(csv_rows(io.StringIO(text, newline="\n")))


@given(st.lists(st.lists(st.text('a1",\n\r ', max_size=4), min_size=1, max_size=3), max_size=4), st.booleans())
def test_what_the_csv_module_writes_is_read(table: list[list[str]], ended: bool) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(table)
    written = text.getvalue() if ended else text.getvalue().removesuffix("\n")
    assert list(csv_rows(io.StringIO(written, newline="\n"))) == table


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("$a$;$b$", ["a", "b"]),
        ("$a$", ["a"]),
        ("$$", [""]),
        ("$$;$b$", ["", "b"]),
        ("$1$$;$$2$;$b$", ["1$;$2", "b"]),
        ("$$$$", ["$"]),
        ("$a\nb$;$;$", ["a\nb", ";"]),
        ("$a$;", ["a"]),
        ("a", []),
        ("$a", []),
        ("$a$$", []),
        ("$a$b$", []),
        ("$a$;;$b$", []),
        (";$a$", []),
        ("", []),
    ],
)
def test_multivalues_are_taken_apart(text: str, values: list[str]) -> None:
    assert multivalue(text) == values


@given(st.lists(st.text("a$;,\n", max_size=5), min_size=1, max_size=5))
def test_any_values_come_back(values: list[str]) -> None:
    assert multivalue(";".join("$" + value.replace("$", "$$") + "$" for value in values)) == values


@pytest.mark.parametrize("text", ["$$a" * 300_000, "$" * 1_000_001, "$a$;" * 300_000 + "x"])
def test_a_twin_made_to_be_slow_is_not(text: str) -> None:
    before = time.process_time()
    multivalue(text)
    assert time.process_time() - before < 2
