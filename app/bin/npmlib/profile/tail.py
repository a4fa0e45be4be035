"""The upper tail of a stream of values: where its highest tenth begins, and how far it reaches on average.

Both follow by small steps, so that no values are kept. The first steps are as small as if a thousand values had come
before: a young series starts from the tail of all series, and leaves it slowly.
"""

from npmlib.profile.state import State

WARM_UP = 48  # hours of a series before its tails are learned
SHARE = 0.1  # of the values, that lie in the tail
NARROWEST = 0.15


def score(state: State, place: int, value: float) -> float:
    """Say how far into the tail a value lies: 0 at its start, 1 at its mean excess; state[place] is its start.

    >>> score([1.0, 0.5], 0, 2.0)
    2.0
    """
    return (value - state[place]) / state[place + 1]


def learn(state: State, place: int, value: float, hours_seen: float) -> None:
    """Move start and width by one value, of the hour after ``hours_seen`` others; nothing during the warm-up.

    A stochastic approximation of the quantile (Robbins and Monro, 1951), and a mean of the excesses; an excess counts
    for six widths at most.

    >>> tail = [1.2, 0.75]
    >>> learn(tail, 0, 2.7, hours_seen=48)
    >>> [round(number, 4) for number in tail]
    [1.2067, 0.7575]
    """
    if hours_seen < WARM_UP:
        return
    start, width = state[place], state[place + 1]
    gain = 1 / (SHARE * (min(hours_seen - (WARM_UP - 1), 2000) + 1000))
    if value > start:
        state[place] = start + width * gain * (1 - SHARE)
        state[place + 1] = max(NARROWEST, width + gain * (min(value - start, 6 * width) - width))
    else:
        state[place] = start - width * gain * SHARE
