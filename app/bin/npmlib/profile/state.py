"""All that is remembered of one series and metric: a row of numbers, and the text it is kept as in a lookup.

The numbers are single-precision. They are rounded at every update, not when they are written, so that a profile
that is written and read between two hours is the one that was not.
"""

import sys
from array import array
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from math import isfinite
from typing import MutableSequence

State = MutableSequence[float]  # an array('f') of SIZE numbers where it is kept

HOURS_SEEN = 0
DAYS_SEEN = 1  # hours seen, of weekdays; one further on: of weekends
HOLD = 3  # hours since the series went over its limits, during which its level does not follow
SLOW_TAIL = 4  # of the slow channel; a tail has two numbers, its start and its width
PEAK_TODAY, DAY = 6, 7  # highest peak of the day, and the day in days since 1970
PEAKS = 8  # highest peaks of the last days, the newest last
DAYS_OF_PEAKS = 14
RECENT = PEAKS + DAYS_OF_PEAKS  # standardised residuals of the floor in the last hours, the newest last
RECENT_HOURS = 5
FLOOR = RECENT + RECENT_HOURS  # a seasonal channel, see below; another one for the volume
SEASONAL = 57
VOLUME = FLOOR + SEASONAL
BURST = VOLUME + SEASONAL  # level of the contrast within the hour
BURST_SCALE = BURST + 1
BURST_TAIL = BURST + 2
LAST_HOUR = BURST + 4  # hours since 1970
LAST_SENT = LAST_HOUR + 1  # the last hour with a data point
ACCEPTED = LAST_SENT + 1  # the hour from which the level was accepted last
ACCEPTING = ACCEPTED + 1  # hours for which the accepted level is still being measured
ACCEPT_LIMIT = ACCEPTING + 1  # largest residual that is still taken for the accepted level; 0: any
SIZE = ACCEPT_LIMIT + 1

# Places in a seasonal channel: 24 hours of weekdays, 24 of weekends, then these.
SLOW_LEVEL = 48
LEVEL = 49
SCALE = 50
QUARTERS = 51  # scales by quarter of the day
TAIL = 55

NO_PEAK = -1e30  # place of a day that has not been
VERSION = "2"
FORMER = {"1": 1}  # earlier versions, and how many numbers they lack at the end: zeros


class ProfileError(ValueError):
    """A text that holds no profile; the message says why."""


def blank(scale: float = 0.35) -> State:
    """Begin a profile that knows nothing but how much its hours may vary: ``scale``, in natural logarithms."""
    state = array("f", bytes(4 * SIZE))
    state[SLOW_TAIL], state[SLOW_TAIL + 1] = 0.25, 0.42
    state[DAY] = -1
    for place in range(PEAKS, PEAKS + DAYS_OF_PEAKS):
        state[place] = NO_PEAK
    for place in range(RECENT, RECENT + RECENT_HOURS):
        state[place] = -9
    for channel in (FLOOR, VOLUME):
        for place in range(channel + SCALE, channel + TAIL):
            state[place] = scale
        state[channel + TAIL], state[channel + TAIL + 1] = 1.2, 0.75
    state[BURST : BURST + 4] = array("f", [0, 0.1, 1.2, 0.75])
    state[LAST_HOUR] = state[LAST_SENT] = state[ACCEPTED] = -1
    return state


def pack(state: State) -> str:
    """Write a profile as text: its version, a dot, and base64 of the numbers with the low byte first.

    >>> unpack(pack(blank())) == blank()
    True
    """
    numbers = array("f", state)
    if sys.byteorder == "big":
        numbers.byteswap()
    return f"{VERSION}.{b64encode(numbers.tobytes()).decode('ascii')}"


def unpack(text: str) -> State:
    """Read what pack wrote, now or in an earlier version; ProfileError for other text, or numbers no profile has."""
    version, _, encoded = text.partition(".")
    if version != VERSION and version not in FORMER:
        raise ProfileError(f"it is of version '{version[:20]}', and this app reads up to version {VERSION}")
    try:
        content = b64decode(encoded, validate=True)
    except (NoBase64, ValueError) as error:
        raise ProfileError("it is no base64") from error
    lacking = FORMER.get(version, 0)
    if len(content) != 4 * (SIZE - lacking):
        raise ProfileError(f"it has {len(content)} bytes instead of {4 * (SIZE - lacking)}")
    state = array("f", content + bytes(4 * lacking))
    if sys.byteorder == "big":
        state.byteswap()
    if not all(map(isfinite, state)) or not _sensible(state):
        raise ProfileError("its numbers are none that a profile can have")
    return state


def _sensible(state: State) -> bool:
    """Whether counts count, scales are no less than nothing, tails have a width, and nothing is out of all measure."""
    counts = [state[place] for place in (HOURS_SEEN, DAYS_SEEN, DAYS_SEEN + 1, HOLD, ACCEPTING, ACCEPT_LIMIT)]
    scales = [state[channel + place] for channel in (FLOOR, VOLUME) for place in range(SCALE, TAIL)]
    widths = [state[place + 1] for place in (SLOW_TAIL, FLOOR + TAIL, VOLUME + TAIL, BURST_TAIL)]
    others = [number for place, number in enumerate(state) if not PEAKS <= place < RECENT]
    return (
        min(counts) >= 0
        and state[ACCEPTING] <= 6
        and min(*scales, state[BURST_SCALE]) >= 0
        and min(widths) > 0.01
        and max(map(abs, others)) < 1e8
        and max(state[PEAKS:RECENT]) < 1e8
    )
