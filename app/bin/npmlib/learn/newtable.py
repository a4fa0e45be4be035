"""The new table: learns all rows that arrived, one series after the other, and yields the rows to write."""

from array import array
from typing import Dict, Iterator, List

from npmlib.learn.accepted import AcceptedLevels
from npmlib.learn.catchup import ALERT_HOURS, Metric, Observed, catch_up, is_forgotten
from npmlib.learn.hourrows import SECONDS_PER_HOUR, HourRows, Hours
from npmlib.learn.options import PARTS, LearnOptions, unit
from npmlib.learn.tablerows import TableRows, profile_cells
from npmlib.learn.tally import Tally
from npmlib.profile.hours import INTERVALS
from npmlib.profile.state import LAST_HOUR

FEWEST_INTERVALS = 2.0  # counted as observed in an hour in which anything was sent
NO_HOURS: Hours = {}


def new_table(
    hour_rows: HourRows, table_rows: TableRows, options: LearnOptions, accepted: AcceptedLevels, tally: Tally
) -> Iterator[List[str]]:
    """Learn what is new, and yield the cells of each row of the table: profiles, then hours that stand out, sorted.

    ``hour_rows`` and ``table_rows`` are emptied meanwhile, to save memory.
    """
    _begin_anew(table_rows, int(hour_rows.read_at) // SECONDS_PER_HOUR, tally)
    floors = dict(options.floors)
    metrics = [
        Metric(name, position * len(PARTS), unit(name), floors.get(name, 0.0))
        for position, name in enumerate(options.metrics)
    ]
    clusters = _observed(hour_rows, table_rows)
    newest = next(iter(clusters.values())).newest if clusters else -1
    alerts = table_rows.alerts
    for series in sorted(hour_rows.hours.keys() | table_rows.profiles.keys()):
        sent = hour_rows.hours.pop(series, NO_HOURS)
        profiles = table_rows.profiles.pop(series, {})
        levels = accepted.levels(series)
        tally.current = ", ".join(series)
        for metric in metrics:
            profile, outliers = catch_up(
                profiles.get(metric.name), sent, metric, clusters[series[0]], levels, tally, hour_rows.read_at
            )
            if profile is not None:
                profiles[metric.name] = profile
            for hour, cells in outliers:
                alerts[series, metric.name, hour] = cells
        for name, profile in sorted(profiles.items()):
            if is_forgotten(profile.state, newest):
                tally.forgotten += 1
            else:
                yield [*series, *profile_cells(name, profile, newest)]
    for (series, _, hour), cells in sorted(alerts.items()):
        if newest - hour < ALERT_HOURS:
            yield [*series, *cells]


def _begin_anew(table_rows: TableRows, current: int, tally: Tally) -> None:
    """Drop profiles that learned the ``current`` hour or later ones, and what stood out in these.

    They come from a time when the clock of the search head, or of a node, was ahead, and refuse all hours until then.
    """
    for series, profiles in table_rows.profiles.items():
        for metric in [name for name, profile in profiles.items() if profile.state[LAST_HOUR] >= current]:
            del profiles[metric]
            tally.from_ahead += 1
            table_rows.drop_alerts(series, metric)


def _observed(hour_rows: HourRows, table_rows: TableRows) -> Dict[str, Observed]:
    """Return, for each cluster, when it was observed and how far it has been learned."""
    learned: Dict[str, int] = {}
    for series, profiles in table_rows.profiles.items():
        last = max([-1, *[int(profile.state[LAST_HOUR]) for profile in profiles.values()]])
        learned[series[0]] = max(learned.get(series[0], -1), last)
    newest = max([-1, *learned.values(), *[max(hours) for hours in hour_rows.observed.values()]])
    return {
        cluster: Observed(
            hours=array("l", sorted(hour_rows.observed.get(cluster, {}))),
            intervals={hour: _intervals(most) for hour, most in hour_rows.observed.get(cluster, {}).items()},
            learned_until=learned.get(cluster, -1),
            newest=newest,
        )
        for cluster in learned.keys() | hour_rows.observed.keys()
    }


def _intervals(most: float) -> float:
    """Return how many intervals of an hour were observed: ``most``, the largest n in it, or all where that is 0."""
    return max(most, FEWEST_INTERVALS) if most else INTERVALS
