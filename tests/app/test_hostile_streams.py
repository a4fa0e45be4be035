"""Streams that Splunk should never send: each ends with the right result or a message that names the problem.

The streams are kept in corpus/, byte for byte; those that are too large to keep are made in test_huge_input.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.outcome import LOOKUP, run

CORPUS = Path(__file__).parent / "corpus"
NO_TEXT = "hold bytes that are not text (invalid UTF-8, or NUL)"

# What can be understood: the number of findings, and a part of the warning if there is one.
RIGHT = {
    "whole": (1, ""),
    "whole_crlf_everywhere": (1, ""),
    "eof_after_getinfo": (0, ""),
    "eof_after_rows": (1, ""),
    "bom_before_the_rows": (1, ""),
    "bom_before_the_rows_crlf": (1, ""),
    "cr_inside_quotes": (1, ""),
    "searchinfo_has_only_args": (1, ""),
    "searchinfo_of_odd_types": (1, ""),
    "no_newline_at_the_end": (1, ""),
    "header_with_the_same_name_twice": (1, ""),
    "row_without_the_doubled_column": (1, ""),
    "short_row_first": (1, "1 of 2 rows skipped: 'process' is empty or has several values"),
    "short_and_long_rows": (2, ""),
    "line_of_digits_at_the_end": (1, "1 of 2 rows skipped: 'process' is empty or has several values"),
    "name_with_braces": (0, "1 value that is no amount left out in 1 rows (such as tx='{}')"),
    "twin_of_dollars": (1, "1 value that is no amount left out in 2 rows"),
    "number_of_400_digits": (1, "1 value that is no amount left out in 2 rows"),
    "nul_in_a_name": (1, NO_TEXT),
    "nul_in_a_number": (1, NO_TEXT),
    "nul_in_the_header": (1, NO_TEXT),
    "bad_utf8_in_a_name": (1, NO_TEXT),
}
# What cannot: a part of the error.
REFUSED = {
    "eof_at_once": "ended before it began",
    "eof_in_getinfo": "was cut off: metadata of a chunk should have 478 bytes, 182 came",
    "eof_in_header": "in the first line of a chunk",
    "eof_in_metadata": "was cut off: metadata of a chunk should have 40 bytes, 12 came",
    "eof_in_body": "was cut off: rows of a chunk should have 81 bytes, 80 came",
    "eof_in_last_number": "was cut off: rows of a chunk should have 103 bytes, 96 came",
    "body_longer_than_told": "is not a chunk of the search command protocol",
    "body_shorter_than_told": "is not a chunk of the search command protocol",
    "metadata_longer_than_told": "is not JSON",
    "metadata_shorter_than_told": "is not JSON",
    "length_of_a_petabyte": "was cut off: rows of a chunk should have 999999999999999 bytes, 81 came",
    "length_of_forty_digits": "is not a chunk of the search command protocol",
    "negative_length": "is not a chunk of the search command protocol",
    "old_protocol": "The command needs chunked = true in commands.conf",
    "bom_before_the_first_chunk": "is not a chunk of the search command protocol",
    "first_chunk_is_execute": "the first chunk from Splunk must be getinfo, not 'execute'",
    "getinfo_twice": "a chunk from Splunk must be execute, not 'getinfo'",
    "getinfo_with_rows": "the getinfo chunk from Splunk must have no rows",
    "unknown_action": "a chunk from Splunk must be execute, not 'dance'",
    "action_with_braces": "a chunk from Splunk must be execute, not '{0}{x!r}'",
    "finished_is_a_text": "must be true or false, not '{no}'",
    "chunk_after_finished": "Splunk sent a chunk after the one it called the last",
    "garbage_after_finished": "is not a chunk of the search command protocol",
    "metadata_is_a_list": "is not a JSON object but '[1, 2]'",
    "metadata_is_no_json": "is not JSON",
    "metadata_has_bad_utf8": "is not JSON",
    "searchinfo_is_missing": "lacks the options",
    "searchinfo_is_a_number": "lacks the options",
    "args_are_numbers": "lacks the options",
    "args_are_a_text": "lacks the options",
    "args_with_braces": "'{0}', '{x}={y}' is not an option",
    "values_with_braces": "baseline='{0}' must be the bare name of a lookup",
    "args_with_a_lone_surrogate": "has another shape: no column \ud800",
    "utf8_cut_at_the_end": "cannot be read as CSV (it ends inside a quoted cell)",
    "cr_for_every_line_end": "cannot be read as CSV (new-line character seen in unquoted field)",
    "cr_for_every_line_end_of_several_chunks": "cannot be read as CSV (new-line character seen in unquoted field)",
    "cr_in_a_bare_cell": "cannot be read as CSV (new-line character seen in unquoted field)",
    "quote_never_closed": "cannot be read as CSV (it ends inside a quoted cell)",
    "quote_never_closed_in_the_header": "cannot be read as CSV (it ends inside a quoted cell)",
    "quotes_only": "cannot be read as CSV (it ends inside a quoted cell)",
    "rows_without_a_header": "no row has the field 'process' named in by=. The rows have: none.",
    "missing_field": "no row has the field 'process' named in by=. The rows have: tx.",
}


@pytest.fixture
def folder(staged_folder: Path) -> Path:
    (staged_folder / "lookups" / "npm_baseline.csv").write_text(LOOKUP)
    return staged_folder


def stream(name: str) -> bytes:
    return (CORPUS / f"{name}.bin").read_bytes()


def test_every_stream_of_the_corpus_has_an_expected_end() -> None:
    assert {path.stem for path in CORPUS.glob("*.bin")} == {*RIGHT, *REFUSED}


@pytest.mark.parametrize("name", RIGHT)
def test_what_can_be_understood_gives_the_right_result(folder: Path, interpreter: Path, name: str) -> None:
    findings, warning = RIGHT[name]
    outcome = run(folder, interpreter, stream(name))
    assert (outcome.code, len(outcome.findings)) == (0, findings)
    assert {row["value"] for row in outcome.findings} <= {"999"}
    told = [text for level, text in outcome.messages if level == "WARN"]
    assert warning in "\n".join(told)
    assert bool(warning) == bool(told)


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_is_refused_and_the_problem_named(folder: Path, interpreter: Path, name: str) -> None:
    assert REFUSED[name] in run(folder, interpreter, stream(name)).refusal
