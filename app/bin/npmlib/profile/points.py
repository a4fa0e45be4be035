"""From scores to alerts: the operating points, what a young profile may not say, and the smallest ratio that counts.

A search chose the thresholds on public and simulated series with injected attacks; docs/detection-quality.md has what
each of the points finds and how often it is wrong. False alerts on new data are more frequent: no rate is promised.
"""

from math import inf, log
from typing import Dict, NamedTuple, Tuple

from npmlib.profile.learning import Scores

SILENT_HOURS = 24  # learned before anything is said
GUARDED_HOURS = 5 * 24  # with higher thresholds
SLOW_FROM_HOURS = 3 * 24
READY_HOURS = 7 * 24  # until then provisional, and without peaks
STALE_HOURS = 7 * 24  # without data
FORGET_HOURS = 30 * 24  # without data: the profile is dropped
GUARD = 0.7  # added to thresholds
PEAKS_KNOWN_HOURS = 14 * 24  # until then a profile knows fewer daily peaks than it will, so their highest are lower
PEAK_GUARD = 0.25
SMALLEST_RATIO = 1.25  # of what was sent to what was expected
NOTHING_SAID = (-inf,) * 5


class Point(NamedTuple):
    """Thresholds of one operating point, each for the score of that name."""

    volume: float
    floor: float
    slow: float
    peak: float
    burst: float


POINTS: Dict[str, Point] = {  # from the one with most alerts to the quietest
    "A": Point(volume=0.85, floor=1.45, slow=1.45, peak=0.0, burst=0.55),
    "B": Point(volume=2.5, floor=2.95, slow=2.85, peak=0.35, burst=5.25),
    "C": Point(volume=3.25, floor=3.25, slow=2.95, peak=0.4, burst=5.75),
    "D": Point(volume=4.05, floor=3.7, slow=3.2, peak=0.95, burst=10.55),
}


def counted(scores: Scores, hours_seen: float) -> Tuple[float, ...]:
    """The scores as they are held against thresholds, in the order of Point, of a profile that had seen ``hours_seen``.

    The guard of the first days is taken off, and a channel that may not speak yet has -inf. All have where the hour is
    below 1.25 times what was expected, by volume and by floor, and in the first week where the series was over its
    limits in the hour before: then it alerts in the first hour of that only.
    """
    if hours_seen < SILENT_HOURS or (scores.hold and hours_seen < READY_HOURS):
        return NOTHING_SAID
    if max(scores.floor.residual, scores.volume.residual) < log(SMALLEST_RATIO):
        return NOTHING_SAID
    guard = GUARD if hours_seen < GUARDED_HOURS else 0.0
    ready = hours_seen >= READY_HOURS
    return (
        scores.volume.score - guard,
        scores.floor.score - guard,
        scores.slow - guard if hours_seen >= SLOW_FROM_HOURS else -inf,
        scores.peak - (PEAK_GUARD if hours_seen < PEAKS_KNOWN_HOURS else 0.0) if ready else -inf,
        scores.burst if ready else -inf,
    )


def channels(scores: Scores, hours_seen: float, point: Point) -> Tuple[str, ...]:
    """Name the channels whose score, as it is counted, is over its threshold."""
    found = counted(scores, hours_seen)
    if found is NOTHING_SAID:
        return ()
    return tuple([name for name, score, limit in zip(Point._fields, found, point) if score > limit])


def state_name(hours_seen: float, hours_without_data: float) -> str:
    """Name what a profile is good for: silent, provisional, ready, or stale after a week without data."""
    if hours_without_data >= STALE_HOURS:
        return "stale"
    if hours_seen < SILENT_HOURS:
        return "silent"
    return "ready" if hours_seen >= READY_HOURS else "provisional"
