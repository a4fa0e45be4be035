"""Takes one series and metric from the last hour it learned to the newest one that was observed, hour by hour.

Each hour is scored before it is learned. An hour without a row of the series was silent if its cluster was observed
in it, and is left out if not. An hour older than one already learned is refused.
"""

from array import array
from bisect import bisect_right
from typing import List, Mapping, NamedTuple, Optional, Sequence, Tuple

from npmlib.learn import backtest
from npmlib.learn.hourrows import SECONDS_PER_HOUR, Hours
from npmlib.learn.options import PARTS
from npmlib.learn.tablerows import LearnedHour, Profile, excess_cell, figure_cells, hour_cells, times_text
from npmlib.learn.tally import Tally
from npmlib.profile.acceptance import Level, accept_level, level_taking_effect
from npmlib.profile.hours import SILENT, Hour, measures
from npmlib.profile.learning import begin, score_and_learn
from npmlib.profile.points import POINTS, channels, rarity
from npmlib.profile.state import ACCEPTED, ACCEPTING, FORGET_HOURS, HOURS_SEEN, LAST_HOUR, LAST_SENT, State

ALERT_HOURS = 24  # for which an hour that stands out stays in the table
SILENT_PARTS = array("d", [0.0] * len(PARTS))
SILENT_MEASURES = measures(SILENT, 1.0)

Alert = Tuple[int, List[str]]  # an hour that stands out, and its row of the table without the by fields


class Observed(NamedTuple):
    """When a cluster was observed: ``hours`` in order, and how many ``intervals`` of each.

    ``learned_until`` is the last hour that any of its series had learned before this run, ``newest`` the newest hour
    of all clusters, in this run or before; -1 where there is none.
    """

    hours: Sequence[int]
    intervals: Mapping[int, float]
    learned_until: int
    newest: int


class Metric(NamedTuple):
    """One metric: the position of its n in Hours, its unit, see npmlib.learn.options.unit, and its ``floor``.

    An hour counts in backtest if it exceeds what was expected by the floor or more.
    """

    name: str
    position: int
    unit: float
    floor: float


def catch_up(
    profile: Optional[Profile],
    sent: Hours,
    metric: Metric,
    observed: Observed,
    accepted: Sequence[Level],
    tally: Tally,
    read_at: float,
) -> Tuple[Optional[Profile], List[Alert]]:
    """Learn the new hours of one series and metric; return its profile, None before any data, and what stands out.

    ``sent`` are the hours that have a row of the series, ``accepted`` the levels accepted for the series.
    ``read_at`` is when they were read, in epoch seconds.
    """
    _count_old_hours(profile, sent, metric, observed, tally)
    state = profile.state if profile else None
    last = int(state[LAST_HOUR]) if state is not None else observed.learned_until
    figures, notes = (profile.figures, profile.backtest) if profile else ("", "")
    learned: Optional[LearnedHour] = None
    alerts: List[Alert] = []
    for hour in observed.hours[bisect_right(observed.hours, last) :]:
        parts = sent[hour][metric.position : metric.position + len(PARTS)] if hour in sent else SILENT_PARTS
        present, total, logs, peak = parts
        if present < 0:  # UNUSABLE
            continue
        intervals = observed.intervals[hour]
        measured = measures(Hour(present, total, logs, peak), metric.unit, intervals) if present else SILENT_MEASURES
        if present and (state is None or hour - state[LAST_SENT] > FORGET_HOURS):
            state, notes = begin(hour, measured), ""
        if state is None:
            continue
        hours_seen = state[HOURS_SEEN]
        level = level_taking_effect(state, hour, accepted)
        if level is not None:
            accept_level(state, hour, level.limit)
        accepted_from = int(state[ACCEPTED]) if state[ACCEPTING] else None
        scores = score_and_learn(state, hour, measured)
        if present:
            state[LAST_SENT] = hour
        tally.learned += 1
        learned = LearnedHour(scores, total, metric.unit, intervals)
        accepted_by_person = level is not None and not level.limit
        if accepted_by_person or not channels(scores, hours_seen, POINTS["hunting"]):
            continue
        cells = figure_cells(state, learned)
        if float(excess_cell(cells)) >= metric.floor:
            notes = backtest.noted(notes, hour // 24, times_text(rarity(scores, hours_seen).times_limit))
        if observed.newest - hour < ALERT_HOURS:
            alerts.append((hour, hour_cells(metric.name, hour, hours_seen, cells, learned, accepted_from, read_at)))
    if state is None:
        return None, alerts
    if learned:
        figures = ",".join(figure_cells(state, learned))
    return Profile(state, figures, notes), alerts


def is_forgotten(state: State, newest: int) -> bool:
    """Return whether a profile has had no data for so long that it is dropped."""
    return newest - state[LAST_SENT] >= FORGET_HOURS


def _count_old_hours(profile: Optional[Profile], sent: Hours, metric: Metric, observed: Observed, tally: Tally) -> None:
    """Count the hours with data that are not learned: already learned (as far as the profile shows), or too late.

    Too late is an hour that the profile learned as silent, or one of a series without a profile whose cluster has
    learned later hours.
    """
    last = profile.state[LAST_HOUR] if profile else observed.learned_until
    last_sent = profile.state[LAST_SENT] if profile else -1
    for hour, numbers in sorted(sent.items()):
        if hour > last or numbers[metric.position] <= 0:
            continue
        if hour <= last_sent or observed.newest - hour >= FORGET_HOURS:
            tally.already_learned += 1
        else:
            tally.refuse_late(metric.name, hour * SECONDS_PER_HOUR)
