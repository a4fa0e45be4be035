"""npmlearn as a process over the real protocol, on each Python release that Splunk runs commands with."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from npmlib.profile.points import POINTS
from npmlib.profile.state import unpack

from tests.app.chunks import execute, getinfo
from tests.app.learn.learning import ARGS, START, Run, body, days, learn, run, sent
from workbench.replay.chunk_csv import encode

HISTORY = days(8)
NOISY = sent(192, each=60_000)


@pytest.fixture
def accepted(staged_folder: Path) -> Iterator[Path]:
    """The lookup of accepted levels, to be written by a test; it goes with it."""
    path = staged_folder / "lookups" / "npm_accepted_levels.csv"
    yield path
    path.unlink(missing_ok=True)


def refusal(answered: Run) -> str:
    """The one error of a run that failed, and emitted nothing."""
    assert answered.code == 1
    assert not answered.answer.rows
    ((level, text),) = answered.answer.messages
    assert level == "ERROR"
    assert text.startswith("npmlearn: ")
    return text.removeprefix("npmlearn: ")


def test_it_presents_itself_as_a_command_that_wants_all_rows(staged_folder: Path, interpreter: Path) -> None:
    answered = run(staged_folder, interpreter)
    (reply,) = answered.replies
    assert answered.code == 0
    assert reply.metadata["type"] == "events"
    assert not reply.metadata.get("required_fields")
    assert not reply.metadata.get("run_in_preview")
    assert reply.body == b""


def test_the_first_hour_of_a_series(staged_folder: Path, interpreter: Path) -> None:
    answered = run(staged_folder, interpreter, body([sent(0, conns=None)]))
    (row,) = answered.answer.rows
    state = unpack(str(row.pop("profile")))
    assert state[0] == 1
    hour = str(START * 3600)
    assert {name: value for name, value in row.items() if value is not None} == {
        "cluster": "prod",
        "process": "web",
        "metric": "tx.bytes",
        "kind": "profile",
        "state": "silent",
        "age_days": "0.04",
        "expected": "600000",
        "actual": "600000",
        "ratio": "1",
        "low": row["low"],
        "high": row["high"],
        "level": "600000",
        "scale": row["scale"],
        "score_volume": "-1.6",
        "score_floor": "-1.6",
        "score_slow": "-22.02",
        "score_day": "0",
        "score_peak": row["score_peak"],
        "score_burst": row["score_burst"],
        "last_hour": hour,
        "last_sent": hour,
    }
    assert float(str(row["low"])) < 600_000 < float(str(row["high"]))
    assert answered.answer.messages == [
        ("WARN", "npmlearn: no row has the metric tx.conns; the others were learned"),
        ("INFO", "npmlearn: 1 hours of series learned, 0 had been learned before"),
    ]


def test_an_hour_that_stands_out(staged_folder: Path, interpreter: Path) -> None:
    table = learn(HISTORY).rows
    answered = run(staged_folder, interpreter, body([NOISY, *table])).answer
    assert answered == learn([NOISY], table)._replace(messages=answered.messages)
    (hour,) = answered.hours
    assert {name: hour[name] for name in ("metric", "hour", "state", "age_days", "actual", "profile")} == {
        "metric": "tx.bytes",
        "hour": str((START + 192) * 3600),
        "state": "ready",
        "age_days": "8",
        "actual": "7200000",
        "profile": None,
    }
    loud = "volume floor peak"
    stood_out = {"hunting": "volume floor day peak", "loud": loud, "balanced": loud, "quiet": loud}
    assert {point: hour[f"channels_{point}"] for point in POINTS} == stood_out
    assert int(str(hour["excess"])) == 7_200_000 - int(str(hour["expected"]))
    assert 0 < float(str(hour["low"])) < float(str(hour["expected"])) < float(str(hour["high"])) < 7_200_000


def test_nothing_is_answered_before_the_last_chunk(staged_folder: Path, interpreter: Path) -> None:
    table = learn(HISTORY).rows
    answered = run(staged_folder, interpreter, b"", body([NOISY]), body(table[:1]), body(table[1:]), b"")
    assert [len(reply.body) > 0 for reply in answered.replies] == [False] * 5 + [True]
    assert [reply.metadata.get("finished") for reply in answered.replies[1:]] == [False] * 4 + [True]
    assert answered.answer.rows == learn([NOISY], table).rows


def test_without_rows_there_is_no_table(staged_folder: Path, interpreter: Path) -> None:
    for chunks in ([b""], [b"cluster,process,hour\n"], [b"", b""]):
        answered = run(staged_folder, interpreter, *chunks)
        assert (answered.code, answered.answer) == (0, ([], []))


def test_a_search_that_ends_early_writes_nothing(staged_folder: Path, interpreter: Path) -> None:
    answered = run(staged_folder, interpreter, body([NOISY]), finished=False)
    assert (answered.code, answered.answer) == (0, ([], []))


def test_a_preview_learns_nothing(staged_folder: Path, interpreter: Path) -> None:
    answered = run(staged_folder, interpreter, body(HISTORY[:5]), body(HISTORY), preview=True)
    assert len(answered.replies) == 3
    assert (answered.code, answered.answer) == (0, ([], []))


@pytest.mark.parametrize(
    ("chunk", "said"),
    [
        (body([sent(0)]) + b'"', "cannot be read as CSV (it ends inside a quoted cell)"),
        (body([{**sent(0), "kind": "profile"}]), "in the row of prod, web, ? the column 'metric' is empty"),
        (encode(("cluster", "hour"), [{"cluster": "prod", "hour": "3600"}]), "no row has the field 'process'"),
    ],
)
def test_an_error_leaves_nothing_to_write(staged_folder: Path, interpreter: Path, chunk: bytes, said: str) -> None:
    assert said in refusal(run(staged_folder, interpreter, body(learn(HISTORY).rows), chunk))


def test_an_error_in_the_middle_ends_the_search(staged_folder: Path, interpreter: Path) -> None:
    (row, *others) = learn(HISTORY).rows
    answered = run(staged_folder, interpreter, body([{**row, "profile": "2.AAAA"}]), body(others))
    assert "prod, web, tx.bytes the column 'profile' cannot be read" in refusal(answered)
    assert len(answered.replies) == 2


def test_arguments_that_are_not_options(staged_folder: Path, interpreter: Path) -> None:
    assert refusal(run(staged_folder, interpreter, args=["thresholds=3", "x"])) == (
        "'thresholds=3', 'x' is not an option. The options, written name=value, are: by, metrics, accept, deploys,"
        " table, floors"
    )
    assert "metrics names 'a' twice; accept='../x' must be the bare name of a lookup" in refusal(
        run(staged_folder, interpreter, args=["metrics=a,a", "accept=../x"])
    )


def test_a_level_is_accepted_by_lookup(staged_folder: Path, interpreter: Path, accepted: Path) -> None:
    table = learn(HISTORY).rows
    accepted.write_text(f"cluster,process,accepted_at,reason\nprod,w*,{(START + 192) * 3600 + 1800},release\n")
    answered = run(staged_folder, interpreter, body([NOISY]), body(table)).answer
    assert answered.hours == []
    assert int(str(answered.profiles["prod", "web", "tx.bytes"]["level"])) > 3_000_000


def test_a_lookup_that_was_named_must_be_there(staged_folder: Path, interpreter: Path) -> None:
    assert refusal(run(staged_folder, interpreter, body([NOISY]), args=[*ARGS, "accept=deploys"])) == (
        "accept 'deploys' is missing: this app has no lookups/deploys.csv."
        " Save it as a lookup of this app, or leave out accept="
    )


def test_a_chunk_that_is_cut_off_gives_no_table(staged_folder: Path, interpreter: Path) -> None:
    stream = (getinfo(ARGS) + execute(body(HISTORY), True))[:-100]
    argv = [str(interpreter), "-B", str(staged_folder / "bin" / "npmlearn.py")]
    ended = subprocess.run(argv, input=stream, capture_output=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert b"npmlearn: the input from Splunk was cut off" in ended.stdout
    assert b"expected" not in ended.stdout
