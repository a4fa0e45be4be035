"""Rows to learn from: a metric with an invalid cell is left out and counted, two rows that differ end the search."""

from __future__ import annotations

import pytest
from npmlib.learn.hourrows import epoch_hour
from npmlib.profile.state import HOURS_SEEN, unpack

from tests.app.learn.learning import START, WEB, days, learn, refusal, sent
from workbench.replay.rows import Row

HOUR = (START + 24) * 3600
TABLE = learn(days(1)).rows


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("n_tx.bytes", "many"),
        ("n_tx.bytes", "3601"),
        ("n_tx.bytes", "-1"),
        ("n_tx.bytes", "nan"),
        ("n_tx.bytes", ("1", "2")),
        ("sum_tx.bytes", None),
        ("sum_tx.bytes", "-5"),
        ("log_tx.bytes", "1e30"),
        ("p95_tx.conns", "1,5"),
        ("p95_tx.conns", "inf"),
        ("sum_tx.bytes", "18446744073709551615"),
        ("sum_tx.conns", "2.9e12"),
    ],
)
def test_an_invalid_number_leaves_out_its_metric_and_is_counted(column: str, text: object) -> None:
    wrong: Row = {**sent(24), column: text}  # type: ignore[dict-item]
    answer = learn([wrong, sent(25), sent(24, ("prod", "db"))], TABLE)
    shown = {None: "", ("1", "2"): "1 and 2"}.get(text, text)  # type: ignore[call-overload]
    assert answer.messages_of("WARN") == [
        f"1 value that is no amount left out in 3 rows (such as {column}='{shown}'); the other metrics of such a row"
        " were learned"
    ]
    seen = {name: unpack(str(answer.profile(WEB, name)["profile"]))[HOURS_SEEN] for name in ("tx.bytes", "tx.conns")}
    assert seen == {"tx.bytes": 26, "tx.conns": 26} | {column.split("_", 1)[1]: 25}


def test_intervals_may_be_as_short_as_a_second() -> None:
    for n in (360, 3600):
        answer = learn([sent(24, n=n)], TABLE)
        assert answer.messages_of("WARN") == []
        assert float(str(answer.profile(WEB)["actual"])) == n * 5000


@pytest.mark.parametrize("hour", [None, "", "x", str(HOUR + 1), "-3600", "0", "1e300", f"{HOUR}.5"])
def test_a_row_without_a_valid_hour_is_skipped_and_counted(hour: str | None) -> None:
    answer = learn([{**sent(24), "hour": hour}, sent(24)], TABLE)
    assert answer.messages_of("WARN") == [f"1 of 2 rows skipped (such as hour='{hour or ''}')"]


@pytest.mark.parametrize("name", [None, ("a", "b")])
def test_a_row_without_a_name_is_skipped_and_counted(name: object) -> None:
    wrong: Row = {**sent(24), "process": name}  # type: ignore[dict-item]
    assert learn([wrong, sent(24)], TABLE).messages_of("WARN") == [
        "1 of 2 rows skipped: 'process' is empty or has several values"
    ]


def test_rows_that_contradict_each_other_end_the_search() -> None:
    assert refusal([sent(24), sent(24, each=7)], TABLE) == (
        f"there are two rows of prod, web for the hour {HOUR}; is a field missing in by=?"
    )
    assert learn([sent(24), sent(24)], TABLE).rows == learn([sent(24)], TABLE).rows


def test_rows_without_the_columns_end_the_search() -> None:
    bare: Row = {"cluster": "prod", "process": "web", "hour": str(HOUR)}
    assert "no row has any of the metrics tx.bytes, tx.conns" in refusal([bare], TABLE)
    assert refusal([bare | {"n_tx.bytes": "1", "sum_tx.bytes": "1"}], TABLE) == (
        "the rows lack the columns log_tx.bytes, p95_tx.bytes of the metric 'tx.bytes'; make the rows"
        " with the macro npm_hours, or leave the metric out of metrics="
    )
    nameless: Row = {**sent(24), "process": None}
    assert refusal([nameless], TABLE).startswith(
        "no row has the field 'process' named in by=. The rows have: accepted_at,"
    )


def test_rows_that_say_no_hour_end_the_search() -> None:
    """Such as those of npm_sent, which have _time."""
    timed = {("_time" if name == "hour" else name): value for name, value in sent(24).items()}
    assert refusal([timed], []) == (
        "no row has the field 'hour', the epoch second at which an hour begins; make the rows with the macro npm_hours"
    )


@pytest.mark.parametrize(("text", "hour"), [("3600", 1), ("7200.0", 2), (" 3600", 1), (None, None), (("3600",), None)])
def test_epoch_hour(text: object, hour: int | None) -> None:
    assert epoch_hour(text) == hour


def read(row: Row, begin: float, end: float, at: float) -> Row:
    return {**row, "read_from": f"{begin:.0f}", "read_until": f"{end:.0f}", "read_at": f"{at:.0f}"}


@pytest.mark.parametrize(
    ("begin", "end", "message"),
    [
        (HOUR + 1, HOUR + 3600, "1 rows left out, as their hours are not over or were not read whole"),
        (HOUR, HOUR + 3599, "1 rows left out, as their hours are not over or were not read whole"),
    ],
    ids=["begun before", "not over"],
)
def test_an_hour_of_which_a_part_was_read_is_left_out_and_was_not_observed(begin: int, end: int, message: str) -> None:
    answer = learn([read(sent(24), begin, end, end), read(sent(24, ("prod", "db")), begin, end, end)], TABLE)
    assert message.replace("1", "2", 1) in answer.messages_of("INFO")
    assert unpack(str(answer.profile(WEB)["profile"]))[HOURS_SEEN] == 24


def test_an_hour_that_has_not_begun_is_refused_whatever_was_read(  # as the clock of its sender is ahead
) -> None:
    answer = learn([read(sent(48), HOUR, HOUR + 90 * 3600, HOUR + 3600)], TABLE)
    assert answer.messages_of("WARN") == [
        f"1 rows refused, as their hours have not begun (first: {HOUR + 24 * 3600}): a clock is ahead, see the line"
        " clock of the data check"
    ]


def test_rows_that_do_not_say_when_they_were_read_are_held_against_the_clock() -> None:
    answer = learn([{**sent(40 * 365 * 24), "read_at": None}], TABLE)
    assert "have not begun" in answer.messages_of("WARN")[0]
