"""What a day of searching reads: the figures that README gives, counted in the replay."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from workbench.compiler.build import Package
from workbench.demo.reading import SEARCHES, PointsRead, print_readings, readings, series_of
from workbench.demo.watch import by_hand, first_runs
from workbench.replay.app import App
from workbench.replay.schedule import SearchRun, Site, run_search
from workbench.replay.throttle import Throttle
from workbench.traffic.attacks import NEW_EDGE, OUTBOUND, SUSTAINED
from workbench.traffic.store import MetricsStore

DAY, HOUR, MINUTE = 86400.0, 3600.0, 60.0
END = 1_772_323_200.0  # 2026-03-01T00:00:00Z
# One process with one destination and a point every ten seconds, the metric resolution that README asks for.
STEADY = f"""copy (
    select ({END} - i * 10)::double as _time, 'prod' as "k8s.cluster.name", 'web' as "source.workload.name",
           'nginx' as "source.process.name", 'db' as "dest.workload.name",
           'shop' as "source.namespace.name", 'shop' as "dest.namespace.name",
           (1000 + i % 7)::double as "tcp.bytes", (i % 5)::double as "tcp.packets"
    from range(1, 31 * 8640) as points(i)
) to '{{file}}' (format parquet)"""


@pytest.fixture(scope="module")
def site(built: Package, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """31 days of the steady process, and the searches."""
    folder = tmp_path_factory.mktemp("steady")
    index = folder / "store" / "kubernetes_metrics"
    index.mkdir(parents=True)
    with duckdb.connect() as database:
        database.execute(STEADY.format(file=index / "points.parquet"))
    store = MetricsStore(folder / "store", threads=1)
    yield Site(App.scratch_copy(built.staged, folder), store, Path(sys.executable))
    store.close()


@pytest.fixture(scope="module")
def runs(site: Site) -> list[SearchRun]:
    """The first runs by hand, then one run of each search as scheduled."""
    searches = [
        next(search for name, search in site.app.saved_searches.items() if part in name)
        for parts in SEARCHES.values()
        for part in parts
    ]
    throttle = Throttle()
    first = first_runs(list(site.app.saved_searches.values()), END - 23 * HOUR)
    made = [run_search(search, at, site, throttle) for at, search in first]
    return made + [run_search(search, END - 20 * HOUR + 17 * MINUTE, site, throttle) for search in searches]


def points(all_readings: list[PointsRead], detection: str, original: bool) -> float:
    return sum(each.points for each in all_readings if (each.detection, each.original) == (detection, original))


def test_a_detection_reads_at_most_18_thousand_points_a_day_and_series_where_the_original_reads_2_million(
    site: Site, runs: list[SearchRun]
) -> None:
    all_readings = readings(runs, site.store, END)
    assert series_of(site.store) == {OUTBOUND: 1, SUSTAINED: 1, NEW_EDGE: 1}
    # 24 runs over 30 days of 8,640 points, against two days read at night and each hour detected four times
    assert points(all_readings, OUTBOUND, original=True) == 24 * 30 * 8640
    assert points(all_readings, OUTBOUND, original=False) == 6 * 8640
    # The steady process has a point every 10 seconds, the eBPF collector sends one every 30.
    for detection in (OUTBOUND, NEW_EDGE):
        assert points(all_readings, detection, original=True) / 3 > 2_000_000
        assert points(all_readings, detection, original=False) / 3 < 18_000


def test_the_profile_reads_two_hours_each_hour_and_has_no_original(site: Site, runs: list[SearchRun]) -> None:
    deploys, profile, detection = (each for each in readings(runs, site.store, END) if each.detection == SUSTAINED)
    assert (deploys.runs, deploys.points) == (24, 24 * 127 * 6)  # two hours, and seven minutes of this one
    assert (profile.runs, profile.points) == (24, 24 * 2 * 360)
    assert (detection.runs, detection.points) == (24, 0)  # it reads the table
    assert not profile.original


def test_the_figures_are_those_that_the_replay_counted(site: Site, runs: list[SearchRun]) -> None:
    fold = next(each for each in readings(runs, site.store, END) if "Process Traffic" in each.search)
    (counted,) = (run.points_read for run in runs if run.search.name == fold.search and not by_hand(run))
    assert (fold.runs, fold.points) == (1, counted)
    assert counted == 2 * 8640


def test_a_search_that_never_ran_as_scheduled_is_left_out(site: Site, runs: list[SearchRun]) -> None:
    all_readings = readings([run for run in runs if by_hand(run)], site.store, END)
    assert all(each.original for each in all_readings)


def test_both_are_printed_side_by_side(site: Site, runs: list[SearchRun]) -> None:
    stream = io.StringIO()
    print_readings(readings(runs, site.store, END), series_of(site.store), Console(file=stream, width=150))
    text = stream.getvalue()
    assert "outbound: 6,220,800 points for each series and day in the original, 51,840 here, 120 times less." in text
    assert "Baseline Of Kubernetes NPM Process Traffic" in text
    assert "sustained: 35,568 points for each series and day, for a question that no original asks." in text
