"""Lookup tables: found by stanza or file name, read, and replaced whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from workbench.replay.errors import ReplayError
from workbench.replay.lookups import LookupFolder
from workbench.replay.rows import Row

TRANSFORMS = """
[npm_baseline]
filename = npm_baseline.csv
replicate = false
check_permission = true

[allowed]
filename = allowed.csv
case_sensitive_match = false
max_matches = 1
match_type = WILDCARD(cluster), WILDCARD(workload)

[in_kvstore]
external_type = kvstore
collection = x

[outside]
filename = ../outside.csv
"""


@pytest.fixture
def folder(tmp_path: Path) -> LookupFolder:
    (tmp_path / "default").mkdir()
    (tmp_path / "default" / "transforms.conf").write_text(TRANSFORMS)
    (tmp_path / "lookups").mkdir()
    return LookupFolder(tmp_path)


def test_a_definition_says_how_rows_are_matched(folder: LookupFolder) -> None:
    plain, fussy = folder.definition("npm_baseline"), folder.definition("allowed")
    assert (plain.filename, plain.case_sensitive_match, plain.max_matches) == ("npm_baseline.csv", True, 100)
    assert (fussy.case_sensitive_match, fussy.max_matches) == (False, 1)
    assert fussy.wildcard_fields == {"cluster", "workload"}
    assert folder.definition("bare.csv").filename == "bare.csv"


@pytest.mark.parametrize("name", ["nowhere", "../x.csv", "in_kvstore", "outside", ""])
def test_what_is_no_csv_file_of_the_app_is_an_error(folder: LookupFolder, name: str) -> None:
    with pytest.raises(ReplayError, match=r"is not a stanza of transforms.conf|is not replayed"):
        folder.definition(name)


def test_reading_a_table_that_was_never_written_says_so(folder: LookupFolder) -> None:
    with pytest.raises(ReplayError, match=r"npm_baseline\.csv does not exist; run the search that makes it"):
        folder.read("npm_baseline")


def test_an_empty_cell_is_no_value_and_short_rows_are_filled(folder: LookupFolder) -> None:
    folder.path("npm_baseline").write_bytes(b'\xef\xbb\xbfa,b,c\r\n1,,"x\ny"\r\n2\r\n')
    assert folder.read("npm_baseline") == (
        ("a", "b", "c"),
        [{"a": "1", "b": None, "c": "x\ny"}, {"a": "2", "b": None, "c": None}],
    )


@pytest.mark.parametrize(
    ("table", "row"),
    [
        pytest.param(b"a,b\n1,2,3\n", {"a": "1", "b": "2"}, id="a cell too many"),
        pytest.param(b"a,a\n1,2\n", {"a": "2"}, id="a name twice"),
        pytest.param(b"a,b\nf\xfcr,2\n", {"a": "f\\xfcr", "b": "2"}, id="not UTF-8"),
    ],
)
def test_a_table_as_people_break_it_is_read_as_far_as_it_goes(folder: LookupFolder, table: bytes, row: Row) -> None:
    folder.path("npm_baseline").write_bytes(table)
    assert folder.read("npm_baseline") == (tuple(row), [row])


def test_numbers_are_written_as_splunk_shows_them_and_multivalues_on_lines(folder: LookupFolder) -> None:
    rows: list[Row] = [{"n": 5.0, "x": 0.1, "m": ("a", "b"), "left out": "?"}, {"n": None, "x": "", "m": "one"}]
    assert folder.write("new.csv", ("n", "x", "m", "never"), rows) == 2
    assert (folder.app_root / "lookups" / "new.csv").read_text() == 'n,x,m,never\n5,0.1,"a\nb",\n,,one,\n'


def test_a_row_of_one_empty_cell_is_still_a_row(folder: LookupFolder) -> None:
    folder.write("npm_baseline", ("a",), [{"a": None}, {"a": "x"}])
    assert folder.read("npm_baseline")[1] == [{"a": None}, {"a": "x"}]


def test_a_failing_write_leaves_the_old_table_and_nothing_beside_it(folder: LookupFolder) -> None:
    folder.write("npm_baseline", ("a",), [{"a": "old"}])

    def rows() -> Iterator[Row]:
        yield {"a": "new"}
        raise ReplayError("the search broke off")

    with pytest.raises(ReplayError, match="broke off"):
        folder.write("npm_baseline", ("a",), rows())
    assert folder.read("npm_baseline")[1] == [{"a": "old"}]
    assert [path.name for path in (folder.app_root / "lookups").iterdir()] == ["npm_baseline.csv"]


texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), min_size=1)


@settings(max_examples=examples(50, 500))
@given(st.lists(st.tuples(texts, texts)))
def test_any_text_is_read_back_as_it_was_written(folder: LookupFolder, cells: list[tuple[str, str]]) -> None:
    rows: list[Row] = [{"one": one, "two": two} for one, two in cells]
    folder.write("npm_baseline", ("one", "two"), rows)
    assert folder.read("npm_baseline") == (("one", "two"), rows)
