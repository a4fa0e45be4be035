"""Takes one series and metric from the last hour it learned to the newest one that was observed, hour by hour.

Each hour is scored before it is learned. An hour without a row of the series was silent, if its cluster was observed
in it; an hour in which nobody looked is left out. What comes after later hours were learned is refused.
"""

from array import array
from bisect import bisect_right
from typing import List, Mapping, NamedTuple, Optional, Sequence, Tuple

from npmlib.learn.columns import CHANNELS, HOUR, PARTS, TOLD
from npmlib.learn.figures import Learned, hundredths, numbers_of, whole
from npmlib.learn.gathered import Hours, Profile
from npmlib.learn.hourrows import SECONDS
from npmlib.learn.tally import Tally
from npmlib.profile.acceptance import Level, accept_level, taken_over
from npmlib.profile.hours import SILENT, Hour, measures
from npmlib.profile.learning import Scores, begin, score_and_learn
from npmlib.profile.points import FORGET_HOURS, POINTS, channels, state_name
from npmlib.profile.state import ACCEPTED, ACCEPTING, HOURS_SEEN, LAST_HOUR, LAST_SENT, State

KEPT_HOURS = 24  # of rows of kind hour
NOTHING_SENT = array("d", [0.0] * len(PARTS))
NOTHING = measures(SILENT, 1.0)

Alert = Tuple[int, List[str]]  # the hour, and the cells of its row after the by fields


class Observed(NamedTuple):
    """When a cluster was observed: ``hours`` in order, and the ``intervals`` of each that were.

    ``before`` is the last hour that any series of the cluster had learned, ``newest`` that of all clusters with what
    came now; -1 where there is none.
    """

    hours: Sequence[int]
    intervals: Mapping[int, float]
    before: int
    newest: int


class Metric(NamedTuple):
    """One metric: where its numbers begin in those of an hour, and its unit."""

    name: str
    at: int
    unit: float


def catch_up(
    profile: Optional[Profile],
    sent: Hours,
    metric: Metric,
    observed: Observed,
    accepted: Sequence[Level],
    tally: Tally,
) -> Tuple[Optional[Profile], List[Alert]]:
    """Learn what is new of one series and metric; return its profile, if it has one, and the hours that stand out.

    ``sent`` has the hours with a row of the series, ``accepted`` its levels that were accepted.
    """
    _count_old(profile, sent, metric, observed, tally)
    state = profile.state if profile else None
    last = int(state[LAST_HOUR]) if state is not None else observed.before
    told = profile.told if profile else ""
    learned: Optional[Learned] = None
    alerts: List[Alert] = []
    for hour in observed.hours[bisect_right(observed.hours, last) :]:
        parts = sent[hour][metric.at : metric.at + len(PARTS)] if hour in sent else NOTHING_SENT
        present, total, logs, peak = parts
        if present < 0:  # unusable
            continue
        intervals = observed.intervals[hour]
        seen = measures(Hour(present, total, logs, peak), metric.unit, intervals) if present else NOTHING
        if present and (state is None or hour - state[LAST_SENT] > FORGET_HOURS):
            state = begin(hour, seen)
        if state is None:
            continue
        age = state[HOURS_SEEN]
        level = taken_over(state, hour, accepted)
        if level is not None:
            accept_level(state, hour, level.limit)
        measured_from = int(state[ACCEPTED]) if state[ACCEPTING] else None
        scores = score_and_learn(state, hour, seen)
        if present:
            state[LAST_SENT] = hour
        tally.learned += 1
        found = () if level is not None and not level.limit else channels(scores, age, POINTS["A"])
        learned = Learned(scores, total, metric.unit, intervals)
        if found and observed.newest - hour < KEPT_HOURS:
            numbers = numbers_of(state, learned)
            alerts.append((hour, _alert(metric.name, hour, age, numbers, scores, measured_from)))
    if state is None:
        return None, alerts
    if learned:
        told = ",".join(numbers_of(state, learned))
    return Profile(state, told), alerts


def forgotten(state: State, newest: int) -> bool:
    """Whether a profile had no data for so long that it is dropped."""
    return newest - state[LAST_SENT] >= FORGET_HOURS


def _count_old(profile: Optional[Profile], sent: Hours, metric: Metric, observed: Observed, tally: Tally) -> None:
    """Count hours with data that are not learned: known for all we can tell, or late for certain.

    Late is what the profile learned as silent, and what has no profile though its cluster learned later hours.
    """
    last = profile.state[LAST_HOUR] if profile else observed.before
    last_sent = profile.state[LAST_SENT] if profile else -1
    for hour, numbers in sorted(sent.items()):
        if hour > last or numbers[metric.at] <= 0:
            continue
        if hour <= last_sent or observed.newest - hour >= FORGET_HOURS:
            tally.known += 1
        else:
            tally.refuse_late(metric.name, hour * SECONDS)


def _alert(
    metric: str, hour: int, age: float, numbers: List[str], scores: Scores, measured_from: Optional[int]
) -> List[str]:
    told = dict(zip(TOLD, numbers))
    over = [" ".join(channels(scores, age, POINTS[name[-1]])) for name in CHANNELS]
    excess = whole(float(told["actual"]) - float(told["expected"]))
    cells = [metric, HOUR, str(hour * SECONDS), state_name(age, 0), hundredths(age / 24), *numbers, excess, *over]
    return [*cells, "" if measured_from is None else str(measured_from * SECONDS), "", "", ""]
