"""How many raw data points a day of searching reads: counted in the replayed runs, and worked out for the originals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from workbench.demo.tables import SHORT
from workbench.demo.watch import by_hand
from workbench.replay.schedule import SearchRun, due
from workbench.traffic.attacks import NEW_EDGE, OUTBOUND, SUSTAINED
from workbench.traffic.points import DIMENSIONS, NPM_INDEX
from workbench.traffic.store import TIME, MetricsStore, quote_identifier

DAY, HOUR = 86400.0, 3600.0
# By detection, the searches of the app (parts of their names) that do what its original does alone, if it has one.
SEARCHES = {
    OUTBOUND: ("Baseline Of Kubernetes NPM Process Traffic", OUTBOUND),
    SUSTAINED: ("Deploys Of Kubernetes NPM Processes", "Profile Of Kubernetes NPM Process Traffic", SUSTAINED),
    NEW_EDGE: ("Baseline Of Kubernetes NPM TCP Edges", NEW_EDGE),
}
# Both originals start every hour, and compare the hour before with the 30 days before that: -30d to now in all.
ORIGINAL_RUNS, ORIGINAL_HOURS = 24, 30 * 24  # a day; of points in a run
# The dimensions that tell series apart.
CLUSTER, WORKLOAD, NAMESPACE, PROCESS, DEST = DIMENSIONS[:5]
SENDER, EDGE = (CLUSTER, NAMESPACE, WORKLOAD, PROCESS), (CLUSTER, WORKLOAD, DEST)
SERIES = {OUTBOUND: SENDER, SUSTAINED: SENDER, NEW_EDGE: EDGE}
_MEASURES = {OUTBOUND: ("tcp.", "udp."), NEW_EDGE: ("tcp.packets",)}  # what the originals read, by how names begin


@dataclass(frozen=True)
class PointsRead:
    """The ``points`` that one search reads in all its ``runs`` of a day; ``detection`` is what it works for."""

    detection: str
    search: str
    original: bool
    runs: int
    points: float


def readings(runs: Sequence[SearchRun], store: MetricsStore, end: float) -> list[PointsRead]:
    """Return what the searches read in the day up to ``end`` (epoch seconds): by detection, its original first, if any.

    ``runs`` are those of the replay over that day; first runs by hand do not count. StoreError when the store has no
    such index.
    """
    made: list[PointsRead] = []
    for detection, names in SEARCHES.items():
        if detection in _MEASURES:
            made.append(PointsRead(detection, "the original", True, ORIGINAL_RUNS, _of_original(store, detection, end)))
        for name in names:
            made.extend(_of_search(detection, name, runs, end))
    return made


def _of_original(store: MetricsStore, detection: str, end: float) -> int:
    """Return the points that all runs of the original read in the day up to ``end``."""
    by_age = _by_age(store, detection, end)
    return sum(
        count * sum(hour <= age < hour + ORIGINAL_HOURS for hour in range(ORIGINAL_RUNS))
        for age, count in by_age.items()
    )


def series_of(store: MetricsStore) -> dict[str, int]:
    """Return how many series (processes, edges) the store has points of, by detection."""
    return {detection: _distinct(store, fields) for detection, fields in SERIES.items()}


def print_readings(made: Sequence[PointsRead], series: Mapping[str, int], console: Console) -> None:
    """Print what each search reads in a day, in all and for each series, and how much more its original reads."""
    table = Table(box=SIMPLE_HEAD, title="Raw data points read in a day", title_justify="left")
    for heading in ("detection", "search", "runs", "points", "for each series"):
        table.add_column(heading, justify="left" if heading in ("detection", "search") else "right")
    last = ""
    for each in made:
        shown = each.search.removeprefix("K8S NPM - ").removesuffix(" - Rule")
        detection, last = SHORT[each.detection] if each.detection != last else "", each.detection
        share = each.points / max(1, series[each.detection])
        table.add_row(detection, shown, str(each.runs), f"{each.points:,.0f}", f"{share:,.0f}")
    console.print(table)
    for detection in SEARCHES:
        count = max(1, series[detection])
        before = sum(each.points for each in made if each.detection == detection and each.original) / count
        now = sum(each.points for each in made if each.detection == detection and not each.original) / count
        if before and now:
            console.print(
                f"{SHORT[detection]}: {before:,.0f} points for each series and day in the original, {now:,.0f} here,"
                f" {before / now:,.0f} times less.",
                highlight=False,
            )
        elif now:
            console.print(
                f"{SHORT[detection]}: {now:,.0f} points for each series and day, for a question that no original asks.",
                highlight=False,
            )


def _distinct(store: MetricsStore, fields: Sequence[str]) -> int:
    """Count the combinations of dimensions, none of them missing."""
    names = [quote_identifier(name) for name in fields]
    present = " AND ".join(f"{name} IS NOT NULL" for name in names)
    inner = f"SELECT DISTINCT {', '.join(names)} FROM {store.relation(NPM_INDEX)} WHERE {present}"
    return int(_rows(store, f"SELECT count(*) FROM ({inner})", [])[0][0])


def _rows(store: MetricsStore, sql: str, parameters: list[float]) -> list[tuple[int, ...]]:
    cursor = store.connection.cursor()
    try:
        return cursor.execute(sql, parameters).fetchall()
    finally:
        cursor.close()


def _by_age(store: MetricsStore, detection: str, end: float) -> dict[int, int]:
    """Count points with a measure that the original reads, by their age at ``end`` in whole hours: one pass."""
    read = [name for name in store.columns(NPM_INDEX).measures if name.startswith(_MEASURES[detection])]
    present = " OR ".join(f"isfinite({quote_identifier(name)})" for name in read) or "FALSE"
    time = quote_identifier(TIME)
    # A point at the very end of an hour is not in it: windows are half open.
    sql = (
        f"SELECT CAST(ceil((? - {time}) / {HOUR}) AS BIGINT) - 1 AS age, count(*) FROM {store.relation(NPM_INDEX)}"
        f" WHERE {time} < ? AND ({present}) GROUP BY age"
    )
    return {row[0]: row[1] for row in _rows(store, sql, [end, end])}


def _of_search(detection: str, name: str, runs: Sequence[SearchRun], end: float) -> Iterator[PointsRead]:
    """Give the reading of a search: the average of its scheduled runs, as often as it is due in a day."""
    scheduled = [run for run in runs if name in run.search.name and not by_hand(run)]
    if not scheduled:
        return
    search = scheduled[-1].search
    times = len(list(due([search], end - DAY, end)))
    average = sum(run.points_read for run in scheduled) / len(scheduled)
    yield PointsRead(detection, search.name, False, times, times * average)
