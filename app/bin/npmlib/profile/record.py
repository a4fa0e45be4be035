"""The record of a series: how high its scores were in the last four weeks, so that each series sets its own limits.

A record keeps, for each channel, the highest score of each block of four days: the last seven blocks, and the running
one up to yesterday. Today is kept apart, so that an event that lasts does not raise the limits of its own day. Blocks
rather than days, since an event of a few days then counts once or twice and not every day. All scores count, those of
hours that were reported too: left out, the record would never learn what is usual for the series.
docs/detection-quality.md has what it is worth.
"""

from typing import Sequence, Tuple

from npmlib.profile.state import CHANNELS, DAY, HOURS_SEEN, RECORD, RECORDS, State

DAYS_OF_BLOCK = 4
DAYS = 28  # of a full record
FROM_HOURS = 24  # that a profile must have learned for its scores to count
PEAK = 4  # its place among the channels; that of the burst follows
RANK = 3  # in a full record, of the score that limits look at
JOB_BURSTS = 1.2  # times the peak and burst of a first run, what other runs of a job may have
RUNNING, TODAY = RECORD - 2, RECORD - 1

Records = Tuple[Sequence[float], ...]  # for each channel: the highest score of each block, the highest first


def end_days(state: State, day: int) -> None:
    """Close the days before ``day``, a new one, in days since 1970, UTC; days that were not observed leave nothing."""
    before = int(state[DAY])
    if before < 0:
        return
    ends = before // DAYS_OF_BLOCK != day // DAYS_OF_BLOCK
    for start in range(RECORDS, RECORDS + CHANNELS * RECORD, RECORD):
        running = max(state[start + RUNNING], state[start + TODAY])
        if ends:
            state[start : start + RUNNING] = state[start + 1 : start + TODAY]
            state[start + RUNNING - 1] = running
            running = 0.0
        state[start + RUNNING], state[start + TODAY] = running, 0.0


def highest(state: State) -> Records:
    """Return the record of each channel before today, the highest first; 0 stands for a block that has not been."""
    starts = range(RECORDS, RECORDS + CHANNELS * RECORD, RECORD)
    return tuple([sorted(state[start : start + TODAY], reverse=True) for start in starts])


def learn(state: State, scores: Sequence[float], rises: bool = True) -> None:
    """Let the scores of an hour count for today. The hours in ``state`` do not yet include it.

    Of an hour that does not rise, only peak and burst count: a job has its bursts on the nights too that it is small.

    >>> from npmlib.profile.state import blank
    >>> state = blank()
    >>> state[HOURS_SEEN], state[DAY] = 500, 20000
    >>> learn(state, (1.0, 4.0, -2.0, 0.5, 3.0, 2.0))
    >>> end_days(state, 20001)
    >>> [most[0] for most in highest(state)]
    [1.0, 4.0, 0.0, 0.5, 3.0, 2.0]
    """
    if state[HOURS_SEEN] < FROM_HOURS:
        return
    for channel in range(0 if rises else PEAK, CHANNELS):
        score, index = scores[channel], RECORDS + channel * RECORD + TODAY
        if score > state[index]:
            state[index] = score


def expect_bursts(state: State) -> None:
    """Let the highest peak and burst of today, and somewhat higher ones, be usual at once: a job will come again.

    >>> from npmlib.profile.state import blank
    >>> state = blank()
    >>> state[HOURS_SEEN], state[DAY] = 500, 20000
    >>> learn(state, (1.0, 4.0, -2.0, 0.5, 5.0, 2.5))
    >>> expect_bursts(state)
    >>> [most[2] for most in highest(state)]
    [0.0, 0.0, 0.0, 0.0, 6.0, 3.0]
    """
    for start in range(RECORDS + PEAK * RECORD, RECORDS + CHANNELS * RECORD, RECORD):
        for block in range(start + TODAY - RANK, start + TODAY):
            state[block] = max(state[block], JOB_BURSTS * state[start + TODAY])


def rank(wanted: int, hours_seen: float) -> int:
    """Return which of the highest scores stands for the ``wanted`` one of four weeks; less in a shorter record.

    >>> [rank(3, days * 24) for days in (1, 5, 14, 28)]
    [1, 2, 3, 3]
    """
    days = min(int(hours_seen // 24), DAYS)
    return min(wanted, 1 + round(wanted * (days + 1) / (DAYS + 1)))


def days(hours_seen: float) -> int:
    """Return over how many days the record goes."""
    return int(min(max(hours_seen - FROM_HOURS, 0) // 24, DAYS))


def forget_recent(state: State) -> None:
    """Forget today and the running block, as the level has changed."""
    for start in range(RECORDS, RECORDS + CHANNELS * RECORD, RECORD):
        state[start + RUNNING] = state[start + TODAY] = 0.0
