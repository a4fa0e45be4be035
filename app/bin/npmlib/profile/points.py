"""From scores to alerts: limits, operating points, what a young profile may say, and the smallest ratio that counts.

The limits were chosen by a search on public and simulated series with injected attacks; docs/detection-quality.md says
what each operating point detects and how often it is wrong.
"""

from math import inf
from typing import Dict, NamedTuple, Tuple

from npmlib.profile import record
from npmlib.profile.learning import Scores

# Hours that a profile must have learned
SILENT_HOURS = 8  # to alert at all
FIRST_DAY = 24  # to alert on a process that is not calm
SLOW_FROM_HOURS = 3 * 24  # to alert by the slow channel
GUARDED_HOURS = 5 * 24  # to alert without GUARD and YOUNG
READY_HOURS = 7 * 24  # to alert by all channels; until then it is provisional

STALE_HOURS = 7 * 24  # without data
GUARD = 0.7  # subtracted from the scores of a young profile
CALM = 0.15  # largest scale, in natural logarithms, of a process that is reported on its first day
NO_ALERT = (-inf,) * 6  # scores


class Thresholds(NamedTuple):
    """A number for each channel."""

    volume: float
    floor: float
    slow: float
    day: float
    peak: float
    burst: float


# The limit of a channel is its number in LEAST plus so many times the third highest score of the last 28 days
LEAST = Thresholds(volume=1.2, floor=2.24, slow=1.04, day=0.7, peak=0.38, burst=2.46)
TIMES = Thresholds(volume=0.5, floor=0.52, slow=0.64, day=0.78, peak=1.56, burst=0.64)
LEAST_TIMES = 1.1  # the same score, that a limit is at least: a weekly job of the same size is not reported for ever
YOUNG = LEAST._replace(volume=2.5, floor=2.95, slow=2.85)  # LEAST in the first days
POINTS: Dict[str, float] = {  # times its limit that an hour must score, from the point with most alerts to the quietest
    "hunting": 0.4,
    "loud": 1.0,
    "balanced": 1.2,
    "quiet": 1.6,
}
SHIPPED = "loud"


def guarded_scores(scores: Scores, hours_seen: float) -> Tuple[float, ...]:
    """Return the scores that are compared with limits, in the order of Thresholds.

    ``hours_seen`` is how many hours the profile had learned before. In its first days a guard is subtracted, and a
    channel that may not alert yet has -inf. All channels have -inf where both volume and floor are below 1.25 times
    what was expected; on the first day where the process is not calm, so that nobody knows yet what it does; and in
    the first week where the series was over its limits in the hour before, so that only the first such hour alerts.
    """
    if not scores.records or hours_seen < SILENT_HOURS or (scores.hold and hours_seen < READY_HOURS):
        return NO_ALERT
    if hours_seen < FIRST_DAY and min(scores.floor.scale, scores.volume.scale) > CALM:
        return NO_ALERT
    guard = GUARD if hours_seen < GUARDED_HOURS else 0.0
    ready = hours_seen >= READY_HOURS
    return (
        scores.volume.score - guard,
        scores.floor.score - guard,
        scores.slow - guard if hours_seen >= SLOW_FROM_HOURS else -inf,
        scores.day if ready else -inf,
        scores.peak if ready else -inf,
        scores.burst if ready else -inf,
    )


def limits(scores: Scores, hours_seen: float) -> Tuple[float, ...]:
    """Return the limit of each channel for an hour that has records, in the order of Thresholds."""
    index = record.rank(record.RANK, hours_seen) - 1
    least = LEAST if hours_seen >= GUARDED_HOURS else YOUNG
    rows = zip(least, TIMES, scores.records)
    return tuple([max(low + times * high[index], LEAST_TIMES * high[index]) for low, times, high in rows])


def channels(scores: Scores, hours_seen: float, point: float) -> Tuple[str, ...]:
    """Return the names of the channels whose guarded score is over ``point`` times its limit."""
    guarded = guarded_scores(scores, hours_seen)
    if guarded is NO_ALERT:
        return ()
    over = zip(Thresholds._fields, guarded, limits(scores, hours_seen))
    return tuple([name for name, score, limit in over if score > point * limit])


class Rarity(NamedTuple):
    """How rare an hour is in the channel furthest above its limit.

    ``times_limit`` is its score over that limit; ``highest`` and ``third`` are the highest score of the channel and
    the third highest in the blocks of four days before today, 0 where there are fewer; ``days`` is over how many days
    the record goes, 28 at most.
    """

    channel: str
    score: float
    times_limit: float
    highest: float
    third: float
    days: int


def rarity(scores: Scores, hours_seen: float) -> Rarity:
    """Say how rare an hour is that has records."""
    guarded = guarded_scores(scores, hours_seen)
    times = [score / limit for score, limit in zip(guarded, limits(scores, hours_seen))]
    index = times.index(max(times))
    high = scores.records[index]
    score = scores.channels[index]
    return Rarity(Thresholds._fields[index], score, times[index], high[0], high[2], record.days(hours_seen))


def state_name(hours_seen: float, hours_without_data: float) -> str:
    """Return silent, provisional or ready, by how much a profile has learned, or stale after a week without data."""
    if hours_without_data >= STALE_HOURS:
        return "stale"
    if hours_seen < SILENT_HOURS:
        return "silent"
    return "ready" if hours_seen >= READY_HOURS else "provisional"
