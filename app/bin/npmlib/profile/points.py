"""From scores to alerts: operating points, the limits on alerts of a young profile, and the smallest ratio that counts.

The thresholds were chosen by a search on public and simulated series with injected attacks; docs/detection-quality.md
says what each operating point detects and how often it is wrong. Expect more false alerts on new data: no rate is
promised.
"""

from math import inf, log
from typing import Dict, NamedTuple, Tuple

from npmlib.profile.learning import Scores

# Hours that a profile must have learned
SILENT_HOURS = 24  # to alert at all
SLOW_FROM_HOURS = 3 * 24  # to alert by the slow channel
GUARDED_HOURS = 5 * 24  # to alert without GUARD
READY_HOURS = 7 * 24  # to alert by all channels; until then it is provisional
PEAKS_KNOWN_HOURS = 14 * 24  # to alert without PEAK_GUARD: with fewer daily peaks the highest of them are lower

STALE_HOURS = 7 * 24  # without data
GUARD = 0.7  # subtracted from the scores of a young profile
PEAK_GUARD = 0.25  # subtracted from its peak score
SMALLEST_RATIO = 1.25  # of what was sent to what was expected
NO_ALERT = (-inf,) * 5  # scores


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


def guarded_scores(scores: Scores, hours_seen: float) -> Tuple[float, ...]:
    """Return the scores that are compared with thresholds, in the order of Point.

    ``hours_seen`` is how many hours the profile had learned before. In its first days a guard is subtracted, and a
    channel that may not alert yet has -inf. All channels have -inf where both volume and floor are below 1.25 times
    what was expected, and in the first week where the series was over its limits in the hour before, so that only the
    first such hour alerts.
    """
    if hours_seen < SILENT_HOURS or (scores.hold and hours_seen < READY_HOURS):
        return NO_ALERT
    if max(scores.floor.residual, scores.volume.residual) < log(SMALLEST_RATIO):
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


def channels(scores: Scores, hours_seen: float, point: Point) -> Tuple[str, ...]:
    """Return the names of the channels whose guarded score is over the threshold of ``point``."""
    guarded = guarded_scores(scores, hours_seen)
    if guarded is NO_ALERT:
        return ()
    return tuple([name for name, score, limit in zip(Point._fields, guarded, point) if score > limit])


def state_name(hours_seen: float, hours_without_data: float) -> str:
    """Return silent, provisional or ready, by how much a profile has learned, or stale after a week without data."""
    if hours_without_data >= STALE_HOURS:
        return "stale"
    if hours_seen < SILENT_HOURS:
        return "silent"
    return "ready" if hours_seen >= READY_HOURS else "provisional"
