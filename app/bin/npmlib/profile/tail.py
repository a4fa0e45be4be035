"""The upper tail of a stream of values: its start, where the highest tenth begins, and its width, their mean excess.

Both are adapted in small steps, so no values are kept. The first steps are as small as if a thousand values had come
before, so a new series keeps the tail it starts with, typical of all series, for a while.
"""

from npmlib.profile.state import State

WARM_UP = 48  # hours of a series before its tails are learned
SHARE = 0.1  # of the values lie in the tail
NARROWEST = 0.15  # width


def score(state: State, position: int, value: float) -> float:
    """Return how far into the tail ``value`` lies: 0 at the start, 1 at one width above it.

    ``position`` is that of the start in ``state``; the width follows it.

    >>> score([1.0, 0.5], 0, 2.0)
    2.0
    """
    return (value - state[position]) / state[position + 1]


def learn(state: State, position: int, value: float, hours_seen: float) -> None:
    """Adapt start and width to the ``value`` of the hour after ``hours_seen`` others; not during the warm-up.

    The start is a stochastic approximation of the quantile (Robbins and Monro, 1951), the width a mean of the
    excesses, each of which is taken to be six widths at most.

    >>> tail = [1.2, 0.75]
    >>> learn(tail, 0, 2.7, hours_seen=48)
    >>> [round(number, 4) for number in tail]
    [1.2067, 0.7575]
    """
    if hours_seen < WARM_UP:
        return
    start, width = state[position], state[position + 1]
    gain = 1 / (SHARE * (min(hours_seen - (WARM_UP - 1), 2000) + 1000))
    if value > start:
        state[position] = start + width * gain * (1 - SHARE)
        state[position + 1] = max(NARROWEST, width + gain * (min(value - start, 6 * width) - width))
    else:
        state[position] = start - width * gain * SHARE
