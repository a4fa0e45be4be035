"""Two channels of a rise that lasts, if only a little: slow, over six hours, and day, over a day.

Slow asks whether at least five of the last six hours were above what was expected. Day is the mean of the standardised
residuals of the floor, in which an hour counts less the longer ago it is, 1/e after a day. It has no tail: its record
says how high it is now and then.
"""

from npmlib.profile import tail
from npmlib.profile.state import HOURS_SEEN, LAST_DAY, RECENT, RECENT_HOURS, SLOW_TAIL, State

LOWEST, HIGHEST = -3.0, 8.0  # as which a standardised residual counts for the day
DAY_HOURS = 24
QUIET = -9.0  # standardised residual of an hour that has not been, or no longer counts


def score_and_learn(state: State, standardised: float, learn: bool) -> float:
    """Score the second smallest of the last six standardised residuals of the floor, the last being ``standardised``.

    ``learn`` says whether the tail is learned too.

    >>> from npmlib.profile.state import blank
    >>> state = blank()
    >>> [round(score_and_learn(state, 2.0, learn=True), 1) for hour in range(6)]
    [-22.0, -22.0, -22.0, -22.0, 4.2, 4.2]
    """
    last = [*state[RECENT : RECENT + RECENT_HOURS], standardised]
    second = sorted(last)[1]
    score = tail.score(state, SLOW_TAIL, second)
    if learn:
        tail.learn(state, SLOW_TAIL, second, state[HOURS_SEEN])
    for index in range(RECENT_HOURS):
        state[RECENT + index] = last[index + 1]
    return score


def learn_day(state: State, standardised: float) -> float:
    """Let the standardised residual of an hour count for the day, and return the mean, which is the score.

    >>> from npmlib.profile.state import blank
    >>> state = blank()
    >>> [round(learn_day(state, 2.4), 3) for hour in range(3)]
    [0.1, 0.196, 0.288]
    """
    mean = state[LAST_DAY]
    mean += (min(max(standardised, LOWEST), HIGHEST) - mean) / DAY_HOURS
    state[LAST_DAY] = mean
    return mean


def forget(state: State) -> None:
    """Reset the last hours, so that none of them counts as raised."""
    state[LAST_DAY] = 0.0
    for position in range(RECENT, RECENT + RECENT_HOURS):
        state[position] = QUIET
