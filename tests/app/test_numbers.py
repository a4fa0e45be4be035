"""Which texts are numbers, and how numbers are written."""

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npmlib.numbers import number_text, parse_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5", 5.0),
        ("-5.25", -5.25),
        ("1e3", 1000.0),
        ("+.5", 0.5),
        ("7.", 7.0),
        (" 12 ", 12.0),
        ("0012", 12.0),
    ],
)
def test_numbers(text: str, number: float) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "abc",
        "nan",
        "NaN",
        "inf",
        "-Infinity",
        "1e999",
        "1_000",
        "1,000",
        "0x1F",
        "١٢",
        "1 2",
        "5\n6",
        "--1",
        "e5",
    ],
)
def test_what_is_no_number(text: str) -> None:
    assert parse_number(text) is None


@pytest.mark.parametrize("text", ["9" * 100_000 + "x", "1." + "9" * 100_000 + "e", "1e" + "9" * 100_000 + "x"])
def test_a_long_text_that_is_nearly_a_number_takes_no_time(text: str) -> None:
    """A pattern that tries every way to cut the digits in two would take minutes."""
    before = time.process_time()
    assert parse_number(text) is None
    assert time.process_time() - before < 1


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_python_reads_the_same_number_from_its_own_spelling(number: float) -> None:
    assert parse_number(repr(number)) == number


@given(st.floats(min_value=-1e300, max_value=1e300))
def test_a_written_number_reads_back_to_twelve_digits(number: float) -> None:
    assert math.isclose(float(number_text(number)), number, rel_tol=1e-11)


@given(st.integers(min_value=-(10**11), max_value=10**11))
def test_whole_numbers_stay_whole(number: int) -> None:
    assert number_text(float(number)) in (str(number), "-0")
