"""From scores to alerts: the operating points, what a young profile may not say, and the smallest ratio that counts.

The thresholds were chosen on public series with injected attacks; docs/detection-quality.md has what each of the
points finds and how often it is wrong. False alerts on new data are more frequent than there: no rate is promised.
"""

from math import log
from typing import Dict, NamedTuple, Tuple

from npmlib.profile.learning import Scores

SILENT_HOURS = 24  # learned before anything is said
GUARDED_HOURS = 5 * 24  # with higher thresholds
SLOW_FROM_HOURS = 3 * 24
READY_HOURS = 7 * 24  # until then provisional, and without peaks
STALE_HOURS = 7 * 24  # without data
FORGET_HOURS = 30 * 24  # without data: the profile is dropped
GUARD = 0.7  # added to thresholds
SMALLEST_RATIO = 1.25  # of what was sent to what was expected


class Point(NamedTuple):
    """Thresholds of one operating point, each for the score of that name."""

    volume: float
    floor: float
    slow: float
    peak: float
    burst: float


POINTS: Dict[str, Point] = {  # from the one with most alerts to the quietest
    "A": Point(volume=0.9, floor=1.25, slow=1.6, peak=0.0, burst=0.65),
    "B": Point(volume=3.1, floor=2.6, slow=2.8, peak=0.2, burst=6.0),
    "C": Point(volume=3.4, floor=3.0, slow=2.9, peak=0.25, burst=6.3),
    "D": Point(volume=4.5, floor=3.7, slow=2.95, peak=0.45, burst=6.5),
}


def channels(scores: Scores, hours_seen: float, point: Point) -> Tuple[str, ...]:
    """Name the channels whose score is over its threshold, of a profile that had seen ``hours_seen`` hours before.

    None where the hour is below 1.25 times what was expected, by volume and by floor. In its first week a series that
    stays over its limits alerts in the first hour of that only.
    """
    if hours_seen < SILENT_HOURS:
        return ()
    if scores.hold and hours_seen < READY_HOURS:
        return ()
    if max(scores.floor.residual, scores.volume.residual) < log(SMALLEST_RATIO):
        return ()
    guard = GUARD if hours_seen < GUARDED_HOURS else 0.0
    found = []
    if scores.volume.score > point.volume + guard:
        found.append("volume")
    if scores.floor.score > point.floor + guard:
        found.append("floor")
    if scores.slow > point.slow + guard and hours_seen >= SLOW_FROM_HOURS:
        found.append("slow")
    if scores.peak > point.peak and hours_seen >= READY_HOURS:
        found.append("peak")
    if scores.burst > point.burst and hours_seen >= READY_HOURS:
        found.append("burst")
    return tuple(found)


def state_name(hours_seen: float, hours_without_data: float) -> str:
    """Name what a profile is good for: silent, provisional, ready, or stale after a week without data."""
    if hours_without_data >= STALE_HOURS:
        return "stale"
    if hours_seen < SILENT_HOURS:
        return "silent"
    return "ready" if hours_seen >= READY_HOURS else "provisional"
