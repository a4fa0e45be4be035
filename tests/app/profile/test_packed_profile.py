"""A profile survives being written and read, and a text that is not a profile is refused with a reason."""

import zlib
from array import array
from base64 import b64decode, b64encode
from itertools import chain
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npmlib.profile import record
from npmlib.profile.acceptance import accept_level
from npmlib.profile.hours import Measures
from npmlib.profile.learning import score_and_learn
from npmlib.profile.points import POINTS, SHIPPED, channels
from npmlib.profile.state import (
    ACCEPT_STEP,
    BURST_TAIL,
    FLOOR,
    HOURS_SEEN,
    RECORDS,
    SCALE,
    SIZE,
    STREAKS,
    UNKNOWN,
    ProfileError,
    State,
    blank,
    pack,
    unpack,
)

VERSION_3 = Path(__file__).with_name("version-3.txt").read_text(encoding="ascii").strip()
logs = st.floats(0, 60)
hours = st.lists(st.builds(Measures, logs, logs, logs), max_size=60)


def learned(seen: list[Measures], state: State, start: int = 480_000) -> State:
    for hour, measures in enumerate(seen, start):
        score_and_learn(state, hour, measures)
    return state


def test_the_size_of_a_profile() -> None:
    assert len(blank()) == SIZE == 245
    random = Random(1)
    month = [hour_of_a_process_that_bursts(random.randrange(10_000)) for _ in range(28 * 24)]
    assert len(pack(learned(month, blank()))) < 1100  # of the 1308 that 980 bytes take in base64


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
    for candidate in (text, f"5.{text}"):
        try:
            state = unpack(candidate)
        except ProfileError:
            continue
        assert pack(state) == candidate


@given(hours)
def test_version_4_has_the_same_numbers_uncompressed(seen: list[Measures]) -> None:
    state = learned(seen, blank())
    assert unpack(packed(list(state))) == state


def hour_of_a_process_that_bursts(number: int) -> Measures:
    random = Random(number)
    bursts = random.random() < 0.1
    level = 5 + 0.5 * (number % 24 >= 8) + 0.3 * random.gauss(0, 1)
    return Measures(level, level + 0.2 + bursts, level + 0.8 + 2 * bursts)


def test_a_profile_of_the_version_before_goes_on_as_it_would_have() -> None:
    """Version 3 learned 960 hours of this process, and would have scored the next one so; the peak is another one."""
    state = unpack(VERSION_3)
    assert state[HOURS_SEEN] == 960
    scores = score_and_learn(state, 480_960, hour_of_a_process_that_bursts(960))
    volume, floor, slow, _, _, burst = scores.channels
    assert (volume, floor, slow, burst) == pytest.approx((-1.188, -0.47684, 0.91006, -0.76611), abs=2e-5)


def test_what_is_usual_is_not_reported_anew_after_an_upgrade() -> None:
    """Nobody knows yet how high peak and day of the process usually are, and a tenth of its hours burst."""
    state = unpack(VERSION_3)
    reported: list[tuple[str, ...]] = []
    for number in range(960, 960 + 28 * 24):
        age = state[HOURS_SEEN]
        scores = score_and_learn(state, 480_000 + number, hour_of_a_process_that_bursts(number))
        reported.append(channels(scores, age, POINTS[SHIPPED]))
    assert sum(map(bool, reported)) <= 6, "hours of 28 days"
    assert not {"peak", "day"}.intersection(chain(*reported))


@pytest.mark.parametrize(("version", "numbers"), [("1", 149), ("2", 150)])
def test_a_profile_of_an_earlier_version_begins_without_a_record(version: str, numbers: int) -> None:
    kept = array("f", b64decode(VERSION_3[2:]))[:numbers]
    state, of_version_3 = unpack(f"{version}." + b64encode(kept.tobytes()).decode()), unpack(VERSION_3)
    assert state[:ACCEPT_STEP] == of_version_3[:ACCEPT_STEP]
    high = record.highest(state)
    assert [most[0] for most in high] == [0, 0, 0, UNKNOWN, UNKNOWN, 0]
    assert not any(state[STREAKS:])


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


def compressed(size: int) -> str:
    return "5." + b64encode(zlib.compress(bytes(size))).decode()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "version ''"),
        ("6.AAAA", "version '6'"),
        ("5.A*A", "base64"),
        ("5.AAAA", "it is damaged"),
        (pack(blank())[:-4], "it is damaged .245 and 73[0-9] bytes instead of 245 and 735"),
        (pack(blank())[:10], "it is damaged .[0-9]* and 0 bytes"),
        (compressed(245), "it is damaged .245 and 0 bytes"),
        (compressed(10**7), "it is damaged .246 and 0 bytes"),  # ten million zeros, not one of which is kept
        ("4.AAAA", "3 bytes instead of 980"),
        ("3.AAAA", "3 bytes instead of 808"),
        ("2.AAAA", "3 bytes instead of 600"),
        ("1.AAAA", "3 bytes instead of 596"),
        ("5.ä", "base64"),
    ],
)
def test_the_reason_is_given(text: str, reason: str) -> None:
    with pytest.raises(ProfileError, match=reason):
        unpack(text)


def packed(numbers: list[float]) -> str:
    """A profile as version 4 wrote it."""
    return "4." + b64encode(array("f", numbers).tobytes()).decode()
