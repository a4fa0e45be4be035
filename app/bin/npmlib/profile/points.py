"""From scores to alerts: operating points, the limits on alerts of a young profile, and the smallest ratio that counts.

The thresholds were chosen by a search on public and simulated series with injected attacks; docs/detection-quality.md
says what each operating point detects and how often it is wrong. Expect more false alerts on new data: no rate is
promised.
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
PEAKS_KNOWN_HOURS = 14 * 24  # to alert without PEAK_GUARD: with fewer daily peaks the highest of them are lower

STALE_HOURS = 7 * 24  # without data
GUARD = 0.7  # subtracted from the scores of a young profile
PEAK_GUARD = 0.25  # subtracted from its peak score
CALM = 0.15  # largest scale, in natural logarithms, of a process that is reported on its first day
NO_ALERT = (-inf,) * 5  # scores


class Thresholds(NamedTuple):
    """A threshold for the score of each channel."""

    volume: float
    floor: float
    slow: float
    peak: float
    burst: float


class Point(NamedTuple):
    """An operating point: an hour alerts where a score is over its limit.

    The limit of a channel is its threshold in ``least``, or ``factor`` times the ``rank``-th highest score of the last
    28 days if that is more; see npmlib.profile.record. A ``factor`` of 0 leaves the record out, and YOUNG as well.
    """

    least: Thresholds
    rank: int
    factor: float


LEAST = Thresholds(volume=1.3, floor=2.95, slow=1.85, peak=0.35, burst=2.3)
YOUNG = Thresholds(volume=2.5, floor=2.95, slow=2.85, peak=0.35, burst=5.25)  # while the record is too short
POINTS: Dict[str, Point] = {  # from the one with most alerts to the quietest
    "hunting": Point(Thresholds(volume=0.85, floor=1.45, slow=1.45, peak=0.0, burst=0.55), rank=3, factor=0.0),
    "loud": Point(LEAST, rank=3, factor=1.2),
    "balanced": Point(LEAST, rank=3, factor=1.5),
    "quiet": Point(LEAST, rank=2, factor=1.5),
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
        scores.peak - (PEAK_GUARD if hours_seen < PEAKS_KNOWN_HOURS else 0.0) if ready else -inf,
        scores.burst if ready else -inf,
    )


def limits(scores: Scores, hours_seen: float, point: Point) -> Tuple[float, ...]:
    """Return the limit of each channel at ``point`` for an hour that has records, in the order of Thresholds."""
    if not point.factor:
        return point.least
    index = record.rank(point.rank, hours_seen) - 1
    lowest = point.least if hours_seen >= GUARDED_HOURS else map(max, point.least, YOUNG)
    return tuple([max(least, point.factor * high[index]) for least, high in zip(lowest, scores.records)])


def channels(scores: Scores, hours_seen: float, point: Point) -> Tuple[str, ...]:
    """Return the names of the channels whose guarded score is over its limit at ``point``."""
    guarded = guarded_scores(scores, hours_seen)
    if guarded is NO_ALERT:
        return ()
    over = zip(Thresholds._fields, guarded, limits(scores, hours_seen, point))
    return tuple([name for name, score, limit in over if score > limit])


class Rarity(NamedTuple):
    """How rare an hour is in the channel furthest above its limit at the point that ships.

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
    allowed = limits(scores, hours_seen, POINTS[SHIPPED])
    guarded = guarded_scores(scores, hours_seen)
    times = [score / limit for score, limit in zip(guarded, allowed)]
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
