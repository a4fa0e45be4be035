"""Each fuzz target accepts its seeds, and reports a reader that breaks its promise."""

from __future__ import annotations

import math
from typing import Any

import pytest
from npmlib.anomaly.baseline import Limit
from npmlib.errors import SearchError
from npmlib.protocol import Chunk

from fuzz import baseline, chunks, command, learn

TARGETS = (chunks, command, baseline, learn)


@pytest.mark.parametrize(("target", "seed"), [(target, seed) for target in TARGETS for seed in target.SEEDS])
def test_a_seed_breaks_no_promise(target: Any, seed: bytes) -> None:
    target.check(seed)


def test_the_oracle_of_the_protocol_takes_whole_chunks_only() -> None:
    parts: list[chunks.Chunk] = [({}, b""), ({"a": 1}, b"x\n1\n")]
    stream = chunks.framed(parts)
    assert chunks.whole_chunks(stream) == parts
    assert chunks.whole_chunks(b"chunked\t1.0 , 2 , 1 \r\n{}x") == [({}, b"x")]
    for broken in (stream[:-1], stream + b"\n", b" " + stream, b"chunked 1.0,2\n{}", b"chunked 1.0,2,0\n[]"):
        assert chunks.whole_chunks(broken) is None


def test_chunks_reports_a_body_that_is_not_the_one_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([Chunk({}, b"other"), None])
    monkeypatch.setattr(chunks, "read_chunk", lambda _: next(answers))
    with pytest.raises(AssertionError, match="what is read is what the stream contains"):
        chunks.check(chunks.framed([({}, b"body")]))


def test_chunks_reports_an_error_about_whole_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise SearchError("no")

    monkeypatch.setattr(chunks, "read_chunk", refuse)
    with pytest.raises(AssertionError, match="whole chunks are read: no"):
        chunks.check(chunks.framed([({}, b"body")]))


def test_command_reports_a_missing_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_findings", lambda body: [])
    with pytest.raises(AssertionError, match="the findings are those of the reference"):
        command.check(command.SEEDS[0])


def test_command_reports_an_error_that_was_not_foreseen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("npmlib.anomaly.command.NpmAnomalyCommand.answer", None)
    with pytest.raises(AssertionError, match="an error is foreseen"):
        command.check(command.SEEDS[0])


def test_baseline_reports_a_limit_that_cannot_be_compared_with(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = Limit(math.nan, 1.0, 1.0)
    monkeypatch.setattr(baseline, "load_baseline", lambda folder, options: {("a",): (limit,)})
    with pytest.raises(AssertionError, match="a limit can be compared with"):
        baseline.check(baseline.SMALL_TABLE)


def test_learn_reports_a_table_that_changes_without_new_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = iter([learn.TABLE, learn.TABLE.replace("silent", "ready"), learn.TABLE])
    monkeypatch.setattr(learn, "learned", lambda data: next(tables))
    with pytest.raises(AssertionError, match="a table without new hours stays as it is"):
        learn.check(b"")
