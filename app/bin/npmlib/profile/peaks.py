"""The peak channel: compares the peak of an hour with the highest peaks of the last two weeks, one a day."""

from typing import List

from npmlib.profile.state import DAY, DAYS_OF_PEAKS, NO_PEAK, PEAK_TODAY, PEAKS, State

DAYS_WANTED = 3  # of peaks, before the channel has a score
NO_SCORE = 99.0  # subtracted from a peak while there are fewer, so that the score is far below 0
HIGHEST_RISE = 0.7  # a natural logarithm, about a doubling
DAYS_BEFORE_CLIPPING = 7


def score_and_learn(state: State, day: int, peak: float) -> float:
    """Return ``peak`` minus the second highest daily peak, all logarithms, and remember the highest peak of ``day``.

    ``day`` is in days since 1970, UTC; the days before it count.

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
    """Raise all remembered peaks by ``step``, as the level has changed."""
    for position in range(PEAKS, PEAKS + DAYS_OF_PEAKS):
        if state[position] > NO_PEAK / 2:
            state[position] += step


def _end_day(state: State) -> None:
    """Remember the day's peak, limited to twice the second highest, so that one unusual day does not hide the next."""
    highest, known = state[PEAK_TODAY], _known(state)
    if len(known) >= DAYS_BEFORE_CLIPPING:
        highest = min(highest, sorted(known)[-2] + HIGHEST_RISE)
    for position in range(PEAKS, PEAKS + DAYS_OF_PEAKS - 1):
        state[position] = state[position + 1]
    state[PEAKS + DAYS_OF_PEAKS - 1] = highest


def _known(state: State) -> List[float]:
    return [value for value in state[PEAKS : PEAKS + DAYS_OF_PEAKS] if value > NO_PEAK / 2]
