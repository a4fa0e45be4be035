"""The state of a profile: all that is remembered of one series and metric, as numbers and as text for a lookup.

The numbers are single-precision, and rounded at every update. So it makes no difference whether a profile is written
and read again between two hours.
"""

import sys
import zlib
from array import array
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from math import hypot, sqrt
from operator import itemgetter
from typing import MutableSequence, Sequence

State = MutableSequence[float]  # an array('f') of SIZE numbers where it is kept

ACCEPTANCE_HOURS = 6  # over which an accepted level is measured
FORGET_HOURS = 30 * 24  # a profile without data for so long is dropped; an accepted level that old has no effect

# Positions in a state
HOURS_SEEN = 0
DAYS_SEEN = 1  # hours seen of weekdays, and at the next position of weekends
HOLD = 3  # hours since the series went over its limits, during which its level does not follow
SLOW_TAIL = 4  # tail of the slow channel; a tail has two numbers, its start and its width
DAY = 6  # the current day, in days since 1970
LAST_DAY = 7  # mean of the standardised residuals of the floor over the last day, see npmlib.profile.slow
RECENT = 8  # standardised residuals of the floor in the last hours, the newest last
RECENT_HOURS = 5
FLOOR = RECENT + RECENT_HOURS  # seasonal channel of the floor, see below; that of the volume follows
SEASONAL = 81
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
CHANNELS = 6
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
CLOCKS = 57  # scales by hour of the day

VERSION = "5"
UNKNOWN = 4.0  # score of day or peak that hardly any series reaches
FORMER = {"1": 149, "2": 150, "3": 202, "4": SIZE}  # earlier versions, not compressed, and how many numbers they have
DEFLATE = 1, zlib.DEFLATED, 10, 4  # level, method, window and memory: more takes longer and gains nothing in 245 bytes


class ProfileError(ValueError):
    """A text is not a profile; the message says why."""


def blank(scale: float = 0.35) -> State:
    """Return a profile that has learned nothing; ``scale``, in natural logarithms, is how much its hours may vary."""
    state = array("f", bytes(4 * SIZE))
    state[SLOW_TAIL], state[SLOW_TAIL + 1] = 0.25, 0.42
    state[DAY] = -1
    for position in range(RECENT, RECENT + RECENT_HOURS):
        state[position] = -9
    for channel in (FLOOR, VOLUME):
        for position in (*range(channel + SCALE, channel + TAIL), *range(channel + CLOCKS, channel + SEASONAL)):
            state[position] = scale
        state[channel + TAIL], state[channel + TAIL + 1] = 1.2, 0.75
    state[BURST : BURST + 4] = array("f", [0, 0.1, 1.2, 0.75])
    state[LAST_HOUR] = state[LAST_SENT] = state[ACCEPTED] = -1
    return state


def pack(state: State) -> str:
    """Write a profile as text: its version, a dot, and base64 of the numbers.

    The highest byte of a number, its sign and most of its exponent, is much the same in many numbers. So the highest
    ones of all numbers come first, compressed by zlib, then the three others as they are: they are as good as chance.

    >>> unpack(pack(blank())) == blank()
    True
    """
    content = _little_endian(array("f", state)).tobytes()
    compressor = zlib.compressobj(*DEFLATE)
    highest = compressor.compress(content[3::4]) + compressor.flush()
    others = content[2::4] + content[1::4] + content[::4]
    return f"{VERSION}.{b64encode(highest + others).decode('ascii')}"


def unpack(text: str) -> State:
    """Read what pack of this or an earlier version wrote; ProfileError for other text or impossible numbers."""
    version, _, encoded = text.partition(".")
    if version != VERSION and version not in FORMER:
        raise ProfileError(f"it has version '{version[:20]}', and this app reads versions up to {VERSION}")
    try:
        content = b64decode(encoded, validate=True)
    except (Base64Error, ValueError) as error:
        raise ProfileError("it is not base64") from error
    if version == VERSION:
        content = _decompressed(content)
    size = 4 * FORMER.get(version, SIZE)
    if len(content) != size:
        raise ProfileError(f"it has {len(content)} bytes instead of {size}")
    state: State = _little_endian(array("f", content))
    if len(state) < SIZE:
        state = _upgraded(state)
    if not _is_possible(list(state)):
        raise ProfileError("it has numbers that no profile can have")
    return state


def _decompressed(content: bytes) -> bytes:
    """Return the numbers, in little-endian order, that pack wrote as ``content``."""
    decompressor = zlib.decompressobj()
    try:
        highest = decompressor.decompress(content, SIZE + 1)  # no more, whatever a damaged text would expand to
    except zlib.error as error:
        raise ProfileError(f"it is damaged ({error})") from error
    others = decompressor.unused_data
    if len(highest) != SIZE or len(others) != 3 * SIZE:
        raise ProfileError(f"it is damaged ({len(highest)} and {len(others)} bytes instead of {SIZE} and {3 * SIZE})")
    numbers = bytearray(4 * SIZE)
    numbers[3::4] = highest
    numbers[2::4], numbers[1::4], numbers[::4] = others[:SIZE], others[SIZE : 2 * SIZE], others[2 * SIZE :]
    return bytes(numbers)


def _little_endian(numbers: "array[float]") -> "array[float]":
    """Turn numbers of this machine into little-endian order, or back, in place."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _upgraded(former: State) -> State:
    """Return a profile of an earlier version as one of this version; what it did not have begins anew.

    Each version up to 3 begins as the one before. They had the peak of today before the day, daily peaks after it, no
    scales by hour of the day, and in version 3 a record of another peak channel, which is forgotten. Until peak and day
    have a record of 9 to 12 days, UNKNOWN stands for it, so that what is usual is not reported anew.
    """
    former = [*former, *[0.0] * (FORMER["3"] - len(former))]
    state = blank()
    state[:DAY] = array("f", former[:6])
    state[DAY] = former[7]
    state[RECENT:FLOOR] = array("f", former[22:27])
    for channel, start in ((FLOOR, 27), (VOLUME, 84)):
        state[channel : channel + CLOCKS] = array("f", former[start : start + 57])
        for clock in range(24):
            quarter = state[channel + QUARTERS + clock // 6]
            state[channel + CLOCKS + clock] = sqrt(max(state[channel + SCALE] * quarter, 0.0))
    state[BURST:RECORDS] = array("f", former[141:151])
    state[RECORDS : RECORDS + 3 * RECORD] = array("f", former[151 : 151 + 3 * RECORD])  # volume, floor and slow
    state[STREAKS - RECORD : STREAKS] = array("f", former[151 + 4 * RECORD : 196])  # burst
    state[STREAKS:] = array("f", former[196:])
    for start in (RECORDS + 3 * RECORD, RECORDS + 4 * RECORD):
        state[start + 2 : start + 5] = array("f", [UNKNOWN] * 3)
    return state


_NOT_NEGATIVE = (
    *(HOURS_SEEN, DAYS_SEEN, DAYS_SEEN + 1, HOLD, ACCEPTING, ACCEPT_LIMIT, BURST_SCALE),
    *(channel + scale for channel in (FLOOR, VOLUME) for scale in (*range(SCALE, TAIL), *range(CLOCKS, SEASONAL))),
    *range(RECORDS, SIZE),
)
_not_negative = itemgetter(*_NOT_NEGATIVE)
_widths = itemgetter(SLOW_TAIL + 1, FLOOR + TAIL + 1, VOLUME + TAIL + 1, BURST_TAIL + 1)


def _is_possible(numbers: Sequence[float]) -> bool:
    """Return whether counts and scales are 0 or more, tails have a width, and all numbers are of a sensible size."""
    return (
        hypot(*numbers) < 1e8  # so all are finite, and none is larger
        and min(_not_negative(numbers)) >= 0
        and min(_widths(numbers)) > 0.01
        and numbers[ACCEPTING] <= ACCEPTANCE_HOURS
        and max(numbers[STREAKS:]) < 5**HOURS_A_STREAK
    )
