"""A table of which rows did not arrive is not learned on: series left out would begin anew, and nobody would know."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from npmlib.errors import SearchError

from tests.app.learn.learning import ARGS, BY, Answer, days, learn

TABLE = (*ARGS, "table=profiles")


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
    first = learn(days(1), days(1, ("prod", "a\nname")), args=TABLE, app=app)  # no table yet: a first run
    save(app, first)
    assert learn(days(0.1, start=24), first.rows, args=TABLE, app=app).profiles.keys() == first.profiles.keys()


@pytest.mark.parametrize("kept", [0, 1, -1])
def test_a_row_that_is_missing_ends_the_search_with_the_numbers(app: Path, kept: int) -> None:
    first = learn(days(1), days(1, ("prod", "db")), args=TABLE, app=app)
    save(app, first)
    rows = first.rows[:kept]
    with pytest.raises(SearchError, match=rf"only {len(rows)} of the {len(first.rows)} rows .* nothing was learned"):
        learn(days(0.1, start=24), rows, args=TABLE, app=app)


def test_without_a_name_nothing_is_compared(app: Path) -> None:
    first = learn(days(1), args=ARGS, app=app)
    save(app, first)
    assert learn(days(0.1, start=24), args=ARGS, app=app).rows


def test_a_table_that_cannot_be_read_is_named(app: Path) -> None:
    (app / "lookups" / "profiles.csv").write_bytes(b"a,b\n\xff\n")
    with pytest.raises(SearchError, match="table 'profiles' cannot be read"):
        learn(days(1), args=TABLE, app=app)


@pytest.mark.parametrize("name", ["../profiles", "/etc/passwd", "profiles.csv"])
def test_a_table_is_named_by_a_bare_name(app: Path, name: str) -> None:
    with pytest.raises(SearchError, match=r"table='.*' must be the bare name of a lookup"):
        learn(days(1), args=(*ARGS, f"table={name}"), app=app)
