"""The state of a profile: all that is remembered of one series and metric, as numbers and as text for a lookup.

The numbers are single-precision, and rounded at every update. So it makes no difference whether a profile is written
and read again between two hours.
"""

import sys
from array import array
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from math import isfinite
from typing import MutableSequence

State = MutableSequence[float]  # an array('f') of SIZE numbers where it is kept

ACCEPTANCE_HOURS = 6  # over which an accepted level is measured
FORGET_HOURS = 30 * 24  # a profile without data for so long is dropped; an accepted level that old has no effect

# Positions in a state
HOURS_SEEN = 0
DAYS_SEEN = 1  # hours seen of weekdays, and at the next position of weekends
HOLD = 3  # hours since the series went over its limits, during which its level does not follow
SLOW_TAIL = 4  # tail of the slow channel; a tail has two numbers, its start and its width
PEAK_TODAY, DAY = 6, 7  # highest peak of the current day, and that day in days since 1970
PEAKS = 8  # highest peaks of the last days, the newest last
DAYS_OF_PEAKS = 14
RECENT = PEAKS + DAYS_OF_PEAKS  # standardised residuals of the floor in the last hours, the newest last
RECENT_HOURS = 5
FLOOR = RECENT + RECENT_HOURS  # seasonal channel of the floor, see below; that of the volume follows
SEASONAL = 57
VOLUME = FLOOR + SEASONAL
BURST = VOLUME + SEASONAL  # level of the contrast within the hour
BURST_SCALE = BURST + 1
BURST_TAIL = BURST + 2
LAST_HOUR = BURST + 4  # hours since 1970
LAST_SENT = LAST_HOUR + 1  # the last hour with a data point
ACCEPTED = LAST_SENT + 1  # the hour from which a level was accepted last
ACCEPTING = ACCEPTED + 1  # hours for which the accepted level is still being measured
ACCEPT_LIMIT = ACCEPTING + 1  # largest residual that the accepted level may have; 0 is no limit
ACCEPT_STEP = ACCEPT_LIMIT + 1  # by which the volume has been raised for the accepted level so far
RECORDS = ACCEPT_STEP + 1  # of each channel, see npmlib.profile.record
CHANNELS = 5
RECORD = 9  # numbers: seven blocks of days, the running block, today
STREAKS = RECORDS + CHANNELS * RECORD  # see npmlib.profile.recurring
HOURS_A_STREAK = 8  # whose streaks are kept in one number
SIZE = STREAKS + 48 // HOURS_A_STREAK

# Positions in a seasonal channel: 24 hours of weekdays, 24 of weekends, then these
SLOW_LEVEL = 48
LEVEL = 49
SCALE = 50
QUARTERS = 51  # scales by quarter of the day
TAIL = 55

NO_PEAK = -1e30  # stands for the peak of a day that has not been
VERSION = "3"
FORMER = {
    "1": SIZE - 149,
    "2": SIZE - 150,
}  # earlier versions, and how many numbers they lack at the end, which are read as 0


class ProfileError(ValueError):
    """A text is not a profile; the message says why."""


def blank(scale: float = 0.35) -> State:
    """Return a profile that has learned nothing; ``scale``, in natural logarithms, is how much its hours may vary."""
    state = array("f", bytes(4 * SIZE))
    state[SLOW_TAIL], state[SLOW_TAIL + 1] = 0.25, 0.42
    state[DAY] = -1
    for position in range(PEAKS, PEAKS + DAYS_OF_PEAKS):
        state[position] = NO_PEAK
    for position in range(RECENT, RECENT + RECENT_HOURS):
        state[position] = -9
    for channel in (FLOOR, VOLUME):
        for position in range(channel + SCALE, channel + TAIL):
            state[position] = scale
        state[channel + TAIL], state[channel + TAIL + 1] = 1.2, 0.75
    state[BURST : BURST + 4] = array("f", [0, 0.1, 1.2, 0.75])
    state[LAST_HOUR] = state[LAST_SENT] = state[ACCEPTED] = -1
    return state


def pack(state: State) -> str:
    """Write a profile as text: its version, a dot, and base64 of the numbers in little-endian order.

    >>> unpack(pack(blank())) == blank()
    True
    """
    numbers = array("f", state)
    if sys.byteorder == "big":
        numbers.byteswap()
    return f"{VERSION}.{b64encode(numbers.tobytes()).decode('ascii')}"


def unpack(text: str) -> State:
    """Read what pack of this or an earlier version wrote; ProfileError for other text or impossible numbers."""
    version, _, encoded = text.partition(".")
    if version != VERSION and version not in FORMER:
        raise ProfileError(f"it has version '{version[:20]}', and this app reads versions up to {VERSION}")
    try:
        content = b64decode(encoded, validate=True)
    except (Base64Error, ValueError) as error:
        raise ProfileError("it is not base64") from error
    lacking = FORMER.get(version, 0)
    if len(content) != 4 * (SIZE - lacking):
        raise ProfileError(f"it has {len(content)} bytes instead of {4 * (SIZE - lacking)}")
    state = array("f", content + bytes(4 * lacking))
    if sys.byteorder == "big":
        state.byteswap()
    if not all(map(isfinite, state)) or not _is_possible(state):
        raise ProfileError("it has numbers that no profile can have")
    return state


def _is_possible(state: State) -> bool:
    """Return whether counts and scales are 0 or more, tails have a width, and all numbers are of a sensible size."""
    counts = [state[position] for position in (HOURS_SEEN, DAYS_SEEN, DAYS_SEEN + 1, HOLD, ACCEPTING, ACCEPT_LIMIT)]
    scales = [state[channel + position] for channel in (FLOOR, VOLUME) for position in range(SCALE, TAIL)]
    widths = [state[tail + 1] for tail in (SLOW_TAIL, FLOOR + TAIL, VOLUME + TAIL, BURST_TAIL)]
    others = [number for position, number in enumerate(state) if not PEAKS <= position < RECENT]
    return (
        min(counts) >= 0
        and state[ACCEPTING] <= ACCEPTANCE_HOURS
        and min(*scales, state[BURST_SCALE]) >= 0
        and min(widths) > 0.01
        and max(map(abs, others)) < 1e8
        and min(state[RECORDS:]) >= 0
        and max(state[STREAKS:]) < 5**HOURS_A_STREAK
        and max(state[PEAKS:RECENT]) < 1e8
    )
