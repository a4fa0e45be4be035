"""Learns all that was gathered, one series after the other, and gives the rows of the new table."""

from array import array
from typing import Dict, Iterator, List, Sequence

from npmlib.learn.accepted import AcceptedLevels
from npmlib.learn.catchup import KEPT_HOURS, Metric, Observed, catch_up, forgotten
from npmlib.learn.columns import CHANNELS, PARTS, PROFILE
from npmlib.learn.figures import hundredths
from npmlib.learn.gathered import Gathered, Hours, Profile
from npmlib.learn.hourrows import SECONDS
from npmlib.learn.options import LearnOptions, unit
from npmlib.learn.tally import Tally
from npmlib.profile.hours import INTERVALS
from npmlib.profile.points import state_name
from npmlib.profile.state import HOURS_SEEN, LAST_HOUR, LAST_SENT, pack

FEWEST_INTERVALS = 2.0  # that npmlib.profile.hours.measures takes an hour to have
NO_HOURS: Hours = {}


def new_table(gathered: Gathered, options: LearnOptions, accepted: AcceptedLevels, tally: Tally) -> Iterator[List[str]]:
    """Learn what is new, and yield the cells of each row of the table, sorted; ``gathered`` is emptied by that."""
    metrics = [Metric(name, place * len(PARTS), unit(name)) for place, name in enumerate(options.metrics)]
    clusters = _observed(gathered)
    newest = next(iter(clusters.values())).newest if clusters else -1
    alerts = gathered.alerts
    for series in sorted(gathered.hours.keys() | gathered.profiles.keys()):
        sent = gathered.hours.pop(series, NO_HOURS)
        profiles = gathered.profiles.pop(series, {})
        levels = accepted.levels(series)
        tally.current = ", ".join(series)
        for metric in metrics:
            profile, found = catch_up(profiles.get(metric.name), sent, metric, clusters[series[0]], levels, tally)
            if profile is not None:
                profiles[metric.name] = profile
            for hour, cells in found:
                alerts[series, metric.name, hour] = cells
        for name, profile in sorted(profiles.items()):
            if forgotten(profile.state, newest):
                tally.forgotten += 1
            else:
                yield [*series, *_profile_cells(name, profile, newest)]
    for (series, _, hour), cells in sorted(alerts.items()):
        if newest - hour < KEPT_HOURS:
            yield [*series, *cells]


def _observed(gathered: Gathered) -> Dict[str, Observed]:
    """Say of each cluster when it was observed, and how far it had been learned."""
    learned: Dict[str, int] = {}
    for series, profiles in gathered.profiles.items():
        last = max([int(profile.state[LAST_HOUR]) for profile in profiles.values()])
        learned[series[0]] = max(learned.get(series[0], -1), last)
    newest = max([-1, *learned.values(), *[max(hours) for hours in gathered.observed.values()]])
    return {
        cluster: Observed(
            hours=_sorted(gathered.observed.get(cluster, {})),
            intervals={hour: _intervals(most) for hour, most in gathered.observed.get(cluster, {}).items()},
            before=learned.get(cluster, -1),
            newest=newest,
        )
        for cluster in learned.keys() | gathered.observed.keys()
    }


def _intervals(most: float) -> float:
    """How many intervals were observed in an hour in which the busiest series has ``most``; all, if that is silent."""
    return max(most, FEWEST_INTERVALS) if most else INTERVALS


def _sorted(hours: Dict[int, float]) -> Sequence[int]:
    return array("l", sorted(hours))


def _profile_cells(metric: str, profile: Profile, newest: int) -> List[str]:
    state = profile.state
    hours_seen, last_hour, last_sent = state[HOURS_SEEN], int(state[LAST_HOUR]), int(state[LAST_SENT])
    return [
        metric,
        PROFILE,
        "",
        state_name(hours_seen, newest - last_sent),
        hundredths(hours_seen / 24),
        *profile.told.split(","),
        "",
        *[""] * len(CHANNELS),
        "",
        str(last_hour * SECONDS),
        str(last_sent * SECONDS),
        pack(state),
    ]
