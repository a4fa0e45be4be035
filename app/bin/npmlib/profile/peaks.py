"""The peak channel: the highest peaks of the last two weeks, one a day."""

from typing import List

from npmlib.profile.state import DAY, DAYS_OF_PEAKS, NO_PEAK, PEAK_TODAY, PEAKS, State

DAYS_WANTED = 3  # before the channel says anything
NO_SCORE = 99.0  # taken from a peak while there are fewer
HIGHEST_RISE = 0.7  # of a day over the second highest before it: a doubling
DAYS_BEFORE_CLIPPING = 7


def score_and_learn(state: State, day: int, peak: float) -> float:
    """Compare a peak with the second highest of the daily peaks, and remember the highest of ``day`` (since 1970, UTC).

    >>> from npmlib.profile.state import blank
    >>> state = blank()
    >>> [score_and_learn(state, day, peak) for day, peak in [(0, 1.0), (1, 3.0), (2, 2.0), (3, 2.5), (3, 2.0)]]
    [-98.0, -96.0, -97.0, 0.5, 0.0]
    """
    if day != state[DAY]:
        if state[DAY] >= 0:
            _end_day(state)
        state[DAY], state[PEAK_TODAY] = day, peak
    elif peak > state[PEAK_TODAY]:
        state[PEAK_TODAY] = peak
    known = _known(state)
    return peak - (sorted(known)[-2] if len(known) >= DAYS_WANTED else NO_SCORE)


def shift(state: State, step: float) -> None:
    """Raise all peaks remembered by ``step``: the level is another one now."""
    for place in range(PEAKS, PEAKS + DAYS_OF_PEAKS):
        if state[place] > NO_PEAK / 2:
            state[place] += step


def _end_day(state: State) -> None:
    """Remember the day's peak, but let one strange day raise the second highest by no more than a doubling."""
    highest, known = state[PEAK_TODAY], _known(state)
    if len(known) >= DAYS_BEFORE_CLIPPING:
        highest = min(highest, sorted(known)[-2] + HIGHEST_RISE)
    for place in range(PEAKS, PEAKS + DAYS_OF_PEAKS - 1):
        state[place] = state[place + 1]
    state[PEAKS + DAYS_OF_PEAKS - 1] = highest


def _known(state: State) -> List[float]:
    return [value for value in state[PEAKS : PEAKS + DAYS_OF_PEAKS] if value > NO_PEAK / 2]
