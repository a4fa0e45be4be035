"""A profile survives being written and read, and a text that is not a profile is refused with a reason."""

from array import array
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npmlib.profile.acceptance import accept_level
from npmlib.profile.hours import Measures
from npmlib.profile.learning import score_and_learn
from npmlib.profile.state import (
    BURST_TAIL,
    FLOOR,
    HOURS_SEEN,
    RECORDS,
    SCALE,
    SIZE,
    STREAKS,
    ProfileError,
    State,
    blank,
    pack,
    unpack,
)

logs = st.floats(0, 60)
hours = st.lists(st.builds(Measures, logs, logs, logs), max_size=60)


def learned(seen: list[Measures], state: State, start: int = 480_000) -> State:
    for hour, measures in enumerate(seen, start):
        score_and_learn(state, hour, measures)
    return state


def test_the_size_of_a_profile() -> None:
    assert len(blank()) == SIZE == 202
    assert len(pack(blank())) == 1082


@given(hours, hours, st.booleans())
def test_written_and_read_between_two_hours_it_is_the_profile_that_was_not(
    before: list[Measures], after: list[Measures], accepted: bool
) -> None:
    unbroken = learned(before, blank())
    if accepted:
        accept_level(unbroken, 480_000 + len(before))
    broken = unpack(pack(unbroken))
    assert broken == unbroken
    then = 480_000 + len(before)
    assert pack(learned(after, broken, then)) == pack(learned(after, unbroken, then))


@given(hours)
def test_whatever_is_learned_can_be_read_again(seen: list[Measures]) -> None:
    state = learned(seen, blank())
    assert unpack(pack(state)) == state


@given(st.text(max_size=900))
def test_any_other_text_is_refused_or_is_the_same_profile(text: str) -> None:
    for candidate in (text, f"3.{text}"):
        try:
            state = unpack(candidate)
        except ProfileError:
            continue
        assert pack(state) == candidate


@given(hours, st.sampled_from([("1", 149), ("2", 150)]))
def test_a_profile_of_an_earlier_version_begins_without_a_record(seen: list[Measures], former: tuple[str, int]) -> None:
    version, numbers = former
    state = learned(seen, blank())
    of_then = f"{version}." + b64encode(state[:numbers].tobytes()).decode()  # type: ignore[attr-defined]
    state[numbers:] = array("f", bytes(4 * (SIZE - numbers)))
    assert unpack(of_then) == state


@given(st.dictionaries(st.integers(0, SIZE - 1), st.floats(width=32), max_size=5))
def test_whatever_is_read_can_score_and_learn(changes: dict[int, float]) -> None:
    numbers = [changes.get(index, number) for index, number in enumerate(blank())]
    try:
        state = unpack(packed(numbers))
    except ProfileError:
        return
    learned([Measures(1, 1, 1)] * 30, state)


@pytest.mark.parametrize(
    ("index", "number"),
    [
        (HOURS_SEEN, -1),
        (FLOOR + SCALE, -0.1),
        (BURST_TAIL + 1, 0),
        (FLOOR, float("nan")),
        (RECORDS, -1),
        (STREAKS, 5**8),
    ],
)
def test_numbers_that_no_profile_has_are_refused(index: int, number: float) -> None:
    numbers = list(blank())
    numbers[index] = number
    with pytest.raises(ProfileError, match="numbers"):
        unpack(packed(numbers))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "version ''"),
        ("4.AAAA", "version '4'"),
        ("3.A*A", "base64"),
        ("3.AAAA", "3 bytes instead of 808"),
        ("2.AAAA", "3 bytes instead of 600"),
        ("1.AAAA", "3 bytes instead of 596"),
        ("3.ä", "base64"),
    ],
)
def test_the_reason_is_given(text: str, reason: str) -> None:
    with pytest.raises(ProfileError, match=reason):
        unpack(text)


def packed(numbers: list[float]) -> str:
    return "3." + b64encode(array("f", numbers).tobytes()).decode()
