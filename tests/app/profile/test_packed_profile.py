"""A profile survives being written and read, and a text that is not a profile is refused with a reason."""

from array import array
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npmlib.profile.acceptance import accept_level
from npmlib.profile.hours import Measures
from npmlib.profile.learning import score_and_learn
from npmlib.profile.state import BURST_TAIL, FLOOR, HOURS_SEEN, SCALE, SIZE, ProfileError, State, blank, pack, unpack

logs = st.floats(0, 60)
hours = st.lists(st.builds(Measures, logs, logs, logs), max_size=60)


def learned(seen: list[Measures], state: State, start: int = 480_000) -> State:
    for hour, measures in enumerate(seen, start):
        score_and_learn(state, hour, measures)
    return state


def test_a_profile_has_at_most_150_numbers() -> None:
    assert len(blank()) == SIZE <= 150
    assert len(pack(blank())) == 802


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
    for candidate in (text, f"2.{text}"):
        try:
            state = unpack(candidate)
        except ProfileError:
            continue
        assert pack(state) == candidate


@given(hours)
def test_a_profile_of_the_version_before_is_read_as_it_was(seen: list[Measures]) -> None:
    state = learned(seen, blank())
    of_then = "1." + b64encode(state[:-1].tobytes()).decode()  # type: ignore[attr-defined]
    assert unpack(of_then) == state


@given(st.lists(st.floats(width=32), min_size=SIZE, max_size=SIZE))
def test_whatever_is_read_can_score_and_learn(numbers: list[float]) -> None:
    try:
        state = unpack(packed(numbers))
    except ProfileError:
        return
    learned([Measures(1, 1, 1)] * 30, state)


@pytest.mark.parametrize(
    ("place", "number"), [(HOURS_SEEN, -1), (FLOOR + SCALE, -0.1), (BURST_TAIL + 1, 0), (FLOOR, float("nan"))]
)
def test_numbers_that_no_profile_has_are_refused(place: int, number: float) -> None:
    numbers = list(blank())
    numbers[place] = number
    with pytest.raises(ProfileError, match="numbers"):
        unpack(packed(numbers))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "version ''"),
        ("3.AAAA", "version '3'"),
        ("2.A*A", "base64"),
        ("2.AAAA", "3 bytes instead of 600"),
        ("1.AAAA", "3 bytes instead of 596"),
        ("2.ä", "base64"),
    ],
)
def test_the_reason_is_given(text: str, reason: str) -> None:
    with pytest.raises(ProfileError, match=reason):
        unpack(text)


def packed(numbers: list[float]) -> str:
    return "2." + b64encode(array("f", numbers).tobytes()).decode()
