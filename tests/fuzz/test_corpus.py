"""What fuzzing found worth keeping, and each hostile case that somebody thought of, held against the same promises."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzz import framing, mutation
from fuzz.finding import BrokenPromiseError, require
from fuzz.targets import TARGETS

CORPUS = Path(__file__).parents[2] / "fuzz" / "corpus"
KEPT = sorted(path for path in CORPUS.glob("*/*"))
SEEDS = [(name, seed) for name, target in TARGETS.items() for seed in target.seeds()]


@pytest.mark.parametrize(("name", "seed"), SEEDS, ids=lambda part: str(part))
def test_seed(name: str, seed: str) -> None:
    TARGETS[name].check(TARGETS[name].seeds()[seed])


@pytest.mark.parametrize("path", KEPT, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_kept_input(path: Path) -> None:
    TARGETS[path.parent.name].check(path.read_bytes())


def test_every_target_has_kept_inputs() -> None:
    assert {path.parent.name for path in KEPT} == set(TARGETS)


def test_the_kept_inputs_are_small() -> None:
    assert sum(path.stat().st_size for path in KEPT) < 200_000


def test_a_broken_promise_is_raised_with_its_text() -> None:
    with pytest.raises(BrokenPromiseError, match="water is wet"):
        require([], "water is wet")


def test_chunks_are_taken_apart_and_put_together() -> None:
    pieces = [(b"{}", b""), (b'{"a":1}', b"x\n1\n")]
    whole = framing.framed(pieces)
    assert framing.strictly(whole) == framing.leniently(whole) == pieces
    assert framing.strictly(whole[:-1]) is None
    assert framing.strictly(whole + b"\n") is None
    assert framing.leniently(whole[:-1]) == [(b"{}", b""), (b'{"a":1}', b"x\n1")]
    assert framing.leniently(b"no chunk") == []


@pytest.mark.parametrize("name", ["baseline", "command"])
def test_mutations_depend_on_their_seed_alone_and_keep_to_the_length(name: str) -> None:
    target = TARGETS[name]
    mutate = target.mutate
    assert mutate is not None

    def change(data: bytes, longest: int) -> bytes:
        return (data[::-1] + b"x")[:longest]

    seeds = [data for data in target.seeds().values() if len(data) < 5_000]
    results = [mutate(data, 5_000, number, change) for data in seeds for number in range(40)]
    assert results == [mutate(data, 5_000, number, change) for data in seeds for number in range(40)]
    assert max(map(len, results)) <= 5_000
    assert len(set(results)) > len(results) / 2


def test_most_changed_streams_still_consist_of_whole_chunks() -> None:
    data = TARGETS["command"].seeds()["ordinary"]
    changed = [mutation.stream(data, 10_000, number, lambda old, longest: old[::-1][:longest]) for number in range(400)]
    whole = sum(framing.strictly(one) is not None for one in changed)
    assert 200 < whole < 400
