"""The slow channel: whether five hours of the last six were raised, however little each of them."""

from npmlib.profile import tail
from npmlib.profile.state import HOURS_SEEN, RECENT, RECENT_HOURS, SLOW_TAIL, State

QUIET = -9.0  # a standardised residual of an hour that was not


def score_and_learn(state: State, standardised: float, learn: bool) -> float:
    """Score the second smallest of the last six standardised residuals of the floor, this one included.

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
    for place in range(RECENT_HOURS):
        state[RECENT + place] = last[place + 1]
    return score


def forget(state: State) -> None:
    """Take the last hours for quiet ones."""
    for place in range(RECENT, RECENT + RECENT_HOURS):
        state[place] = QUIET
