"""The table of profiles: a damaged row, or one that did not arrive, ends the search before anything is written."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from npmlib.errors import SearchError

from tests.app.learn.learning import ARGS, BY, Answer, days, learn, refusal, sent
from workbench.replay.rows import Row

NAMED = (*ARGS, "table=profiles")
TABLE = learn(days(1)).rows
ALERTS = learn(days(8), [sent(192, each=60_000)]).rows


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": None}, "the column 'kind' holds '', and must hold profile or hour"),
        ({"kind": "Profile"}, "the column 'kind' holds 'Profile'"),
        ({"process": None}, "in the row of prod, ?, tx.bytes the column 'process' is empty"),
        ({"metric": None}, "in the row of prod, web, ? the column 'metric' is empty"),
        ({"metric": ("a", "b")}, "the column 'metric' has several values"),
        ({"profile": None}, "the column 'profile' is empty"),
        ({"profile": "2.AAAA"}, "the column 'profile' cannot be read: it has 3 bytes instead of"),
        ({"profile": "6.AAAA"}, "the column 'profile' cannot be read: it has version '6'"),
        ({"profile": "{0}"}, "the column 'profile' cannot be read"),
        ({"expected": "lots"}, "the column 'expected' holds 'lots', which is not a number"),
        ({"low": "1,5"}, "the column 'low' holds '1,5', which is not a number"),
    ],
)
def test_a_damaged_table_ends_the_search(change: Row, said: str) -> None:
    row, *others = TABLE
    text = refusal([sent(24)], [{**row, **change}, *others])
    assert text.startswith("the table of profiles is damaged: in the row of ")
    assert said in text
    assert "Nothing was written; restore a backup of the table, or delete this row" in text


@pytest.mark.parametrize(
    ("change", "said"),
    [({"hour": "5"}, "the column 'hour' is not the epoch second"), ({"excess": "x"}, "'excess' holds 'x'")],
)
def test_so_does_a_damaged_row_of_an_hour(change: Row, said: str) -> None:
    row = next(row for row in ALERTS if row["kind"] == "hour")
    assert said in refusal([{**row, **change}])


def test_a_profile_that_is_there_twice_ends_the_search_unless_both_are_the_same() -> None:
    row, *others = TABLE
    assert learn([row, row], others).rows == TABLE
    assert "differs from that of another row of the same series and metric" in refusal([row, {**row, "actual": "1"}])


def test_an_hour_that_is_there_twice_comes_once() -> None:
    assert learn(ALERTS, ALERTS).rows == ALERTS


def test_the_table_alone_comes_back_as_it_was() -> None:
    assert learn(ALERTS) == (ALERTS, [])


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "lookups").mkdir()
    return tmp_path


def save(app: Path, answer: Answer) -> None:
    with (app / "lookups" / "profiles.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*BY, *(name for name in answer.rows[0] if name not in BY)])
        writer.writeheader()
        writer.writerows(answer.rows)


def test_all_rows_are_learned_on(app: Path) -> None:
    first = learn(days(1), days(1, ("prod", "a\nname")), args=NAMED, app=app)  # no table yet: a first run
    save(app, first)
    assert learn(days(0.1, start=24), first.rows, args=NAMED, app=app).profiles.keys() == first.profiles.keys()


@pytest.mark.parametrize("kept", [0, 1, -1])
def test_a_row_that_is_missing_ends_the_search_with_the_numbers(app: Path, kept: int) -> None:
    first = learn(days(1), days(1, ("prod", "db")), args=NAMED, app=app)
    save(app, first)
    rows = first.rows[:kept]
    with pytest.raises(SearchError, match=rf"only {len(rows)} of the {len(first.rows)} rows .* nothing was learned"):
        learn(days(0.1, start=24), rows, args=NAMED, app=app)


def test_without_a_name_nothing_is_compared(app: Path) -> None:
    first = learn(days(1), args=ARGS, app=app)
    save(app, first)
    assert learn(days(0.1, start=24), args=ARGS, app=app).rows


def test_a_table_that_cannot_be_read_is_named(app: Path) -> None:
    (app / "lookups" / "profiles.csv").write_bytes(b"a,b\n\xff\n")
    with pytest.raises(SearchError, match="table 'profiles' cannot be read"):
        learn(days(1), args=NAMED, app=app)


@pytest.mark.parametrize("name", ["../profiles", "/etc/passwd", "profiles.csv"])
def test_a_table_is_named_by_a_bare_name(app: Path, name: str) -> None:
    with pytest.raises(SearchError, match=r"table='.*' must be the bare name of a lookup"):
        learn(days(1), args=(*ARGS, f"table={name}"), app=app)
