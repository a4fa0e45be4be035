"""The slow channel: whether at least five of the last six hours were above what was expected, if only a little."""

from npmlib.profile import tail
from npmlib.profile.state import HOURS_SEEN, RECENT, RECENT_HOURS, SLOW_TAIL, State

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


def forget(state: State) -> None:
    """Reset the last hours, so that none of them counts as raised."""
    for position in range(RECENT, RECENT + RECENT_HOURS):
        state[position] = QUIET
