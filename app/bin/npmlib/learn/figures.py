"""What an hour leaves behind for people: numbers as text, in the order of columns.TOLD."""

from math import exp
from typing import List, NamedTuple

from npmlib.profile.learning import Scores
from npmlib.profile.peaks import NO_SCORE
from npmlib.profile.state import LEVEL, SLOW_LEVEL, VOLUME, State

LARGEST_EXPONENT = 690.0  # the sums stay finite


class Learned(NamedTuple):
    """An hour just learned: its ``scores``, the sum that was sent, and how many intervals were observed."""

    scores: Scores
    actual: float
    unit: float
    intervals: float


def sum_of(volume: float, unit: float, intervals: float) -> float:
    """Turn a volume, the logarithm of 1 + a mean over ``unit``, into a sum over ``intervals``; never below 0."""
    return max(0.0, intervals * unit * (exp(min(volume, LARGEST_EXPONENT)) - 1))


def numbers_of(state: State, learned: Learned) -> List[str]:
    """Write the numbers of the hour that ``state`` learned last; low and high are where the score of the volume is 0.

    ratio is empty where nothing was expected, and the score of the peak while there are too few days to compare with.
    """
    scores, actual, unit, intervals = learned
    volume = scores.volume
    expected = sum_of(volume.expected, unit, intervals)
    reach = volume.scale * volume.limit
    return [
        whole(expected),
        whole(actual),
        hundredths(actual / expected) if expected >= 0.5 else "",
        whole(sum_of(volume.expected - reach, unit, intervals)),
        whole(sum_of(volume.expected + reach, unit, intervals)),
        whole(sum_of(state[VOLUME + SLOW_LEVEL] + state[VOLUME + LEVEL], unit, intervals)),
        hundredths(exp(min(volume.scale, LARGEST_EXPONENT))),
        hundredths(volume.score),
        hundredths(scores.floor.score),
        hundredths(scores.slow),
        hundredths(scores.peak) if scores.peak > -NO_SCORE / 2 else "",
        hundredths(scores.burst),
    ]


def whole(number: float) -> str:
    """Spell a sum.

    >>> whole(0.4), whole(1234567.5), whole(1e20)
    ('0', '1234568', '100000000000000000000')
    """
    return format(number, ".0f")


def hundredths(number: float) -> str:
    """Spell a score or a ratio, with as many decimals as it needs, two at most.

    >>> hundredths(1.236), hundredths(2.5), hundredths(-0.001), hundredths(100)
    ('1.24', '2.5', '0', '100')
    """
    text = format(number, ".2f").rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
