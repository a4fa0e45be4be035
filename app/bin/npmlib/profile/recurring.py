"""Jobs that begin, stop or move: what stands out at the same hour on several days becomes the season of that hour.

A season follows slowly, so that an attack does not become normal. It would take a month or two to believe a nightly job
that is new, and as long to forget one that has gone. So a streak is kept for each hour of weekdays and of weekends: on
how many such days in a row the hour was over its limits (1, 2) or as far below what was expected (-1, -2). On the third
the season takes the hour as it is: on a weekday for all days of the week, on a weekend day for weekends. So where a job
does not run on weekends, the third weekend day without it corrects that. A job that is missed at one hour and comes up
to two hours earlier or later has moved, as jobs by local time do when clocks change: the two hours are exchanged in the
season on the same day. An hour that lies in a longer rise or fall is no job.

How much a job varies from run to run nobody knows when the season takes it. So its hour begins with a wide scale, which
then learns, and its peaks and bursts go into the record as usual (npmlib.profile.record).
"""

from npmlib.profile import record
from npmlib.profile.seasonal import Seasonal
from npmlib.profile.state import CLOCKS, FLOOR, HOURS_A_STREAK, RECENT, RECENT_HOURS, STREAKS, VOLUME, State

FROM_HOURS = 7 * 24  # that a profile must have learned; before, its season follows fast
DAYS = 3  # on which an hour stands out before the season takes it
OVER = 2.0  # score
SMALLEST_STEP = 0.2231  # log(1.25)
JOB_SCALE = 0.7  # natural logarithm: half to twice as much as the first run
MOVES = (1, 2)  # hours
WEEKEND = 24  # what to add to an hour of weekdays for the cell of weekends
CODES = 5  # a streak of -2 to 2 is kept as its remainder
_UNITS = [CODES**position for position in range(HOURS_A_STREAK)]


def streak(state: State, cell: int) -> int:
    """Return the streak of a cell of the season: an hour of weekdays, 0 to 23, or of weekends, 24 to 47.

    >>> from npmlib.profile.state import blank
    >>> state = blank()
    >>> set_streak(state, 5, -2)
    >>> set_streak(state, 6, 1)
    >>> [streak(state, cell) for cell in (4, 5, 6)]
    [0, -2, 1]
    """
    code: int = int(state[STREAKS + cell // HOURS_A_STREAK]) // _UNITS[cell % HOURS_A_STREAK] % CODES
    return code - CODES if code > CODES // 2 else code


def set_streak(state: State, cell: int, days: int) -> None:
    """Set the streak of a cell."""
    index, unit = STREAKS + cell // HOURS_A_STREAK, _UNITS[cell % HOURS_A_STREAK]
    state[index] += (days % CODES - streak(state, cell) % CODES) * unit


def expect_jobs(state: State) -> None:
    """Let the season take every hour the next time it stands out, as a person accepts what comes."""
    for cell in range(2 * WEEKEND):
        set_streak(state, cell, DAYS - 1)


def expect_to_vary(state: State, clock: int) -> None:
    """Let runs of the job at an hour of the day be of other sizes than the one just learned, with its bursts."""
    for channel in (FLOOR, VOLUME):
        scale = channel + CLOCKS + clock
        state[scale] = max(state[scale], JOB_SCALE)
    record.expect_bursts(state)


def learn(state: State, clock: int, weekend: bool, floor: Seasonal, volume: Seasonal) -> None:
    """Count whether the hour just learned stood out, and change the season where it recurs or has moved."""
    cell = clock + WEEKEND * weekend
    way = _way(state, floor, volume)
    if not way:
        if state[STREAKS + cell // HOURS_A_STREAK]:
            set_streak(state, cell, 0)
        return
    before = streak(state, cell)
    days = way * (1 + max(way * before, 0))
    for move in MOVES:
        if move <= clock and streak(state, cell - move) * way < 0:
            _exchange(state, clock, clock - move)
            set_streak(state, cell - move, 0)
            days = 0
            break
    if abs(days) >= DAYS:
        for channel, residual in ((FLOOR, floor.residual), (VOLUME, volume.residual)):
            state[channel + clock + WEEKEND] += residual
            if not weekend:
                state[channel + clock] += residual
        if way > 0:
            expect_to_vary(state, clock)
        days = 0
    set_streak(state, cell, days)


def _exchange(state: State, first: int, second: int) -> None:
    """Exchange two hours of the day in the season, and how much they vary."""
    for channel in (FLOOR, VOLUME):
        for start in (channel, channel + WEEKEND, channel + CLOCKS):
            state[start + first], state[start + second] = state[start + second], state[start + first]


def _way(state: State, floor: Seasonal, volume: Seasonal) -> int:
    """Return 1 for an hour that stood out by itself, -1 for one far below what was expected, and 0 for others."""
    if floor.residual > SMALLEST_STEP or volume.residual > SMALLEST_STEP:
        stands_out = max(floor.score, volume.score) > OVER
        return 1 if stands_out and min(state[RECENT : RECENT + RECENT_HOURS]) < floor.limit else 0
    if floor.residual < -SMALLEST_STEP or volume.residual < -SMALLEST_STEP:
        below = max(_score_below(floor), _score_below(volume)) > OVER
        return -1 if below and max(state[RECENT : RECENT + RECENT_HOURS]) > -floor.limit else 0
    return 0


def _score_below(seen: Seasonal) -> float:
    return (-seen.standardised - seen.limit) / seen.width
