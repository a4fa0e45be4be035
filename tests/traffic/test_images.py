"""The images that simulated processes run, and the release of the last day that moves a level for good."""

from __future__ import annotations

import numpy as np
import pytest

from tests.traffic.answers import SMALL, Answers
from workbench.traffic.blueprint import KINDS
from workbench.traffic.clusters import Cluster, Edge, Estate, Process, Release, Workload
from workbench.traffic.loadcurves import HOUR
from workbench.traffic.points import DIMENSIONS, PointDimensions
from workbench.traffic.simulate import Run, Simulation
from workbench.traffic.simulated_store import DEFAULT_END

PAIR = '"k8s.cluster.name", "source.workload.name"'


def test_each_process_inside_runs_one_image_and_nothing_outside_has_any(attacked: Answers) -> None:
    counted = attacked.rows(
        f'SELECT {PAIR}, count(DISTINCT "source.image_version"), count(*) - count("source.image_version")'
        ' FROM p WHERE "source.process.name" IS NOT NULL GROUP BY ALL HAVING count(DISTINCT "source.image_version") > 1'
        ' OR count("source.image_version") < count(*) ORDER BY 1'
    )
    assert counted == [("prod-eu", "log-collector", 2, 0), ("prod-us", "order-worker", 2, 0)]
    outside = attacked.rows('SELECT DISTINCT "source.image_version" FROM p WHERE "source.process.name" IS NULL')
    assert outside == [(None,)]


def test_the_image_of_the_other_end_is_that_which_it_sends_with(attacked: Answers) -> None:
    """Compared over all points of the same pair of workloads and time; the odd ones out have no points of their own."""
    differing = attacked.value(
        'SELECT count(*) FROM p a JOIN p b ON a._time = b._time AND a."k8s.cluster.name" = b."k8s.cluster.name"'
        ' AND a."dest.workload.name" = b."source.workload.name" AND a."source.workload.name" = b."dest.workload.name"'
        ' WHERE a."dest.image_version" IS DISTINCT FROM b."source.image_version"'
    )
    assert differing == 0


def test_the_release_changes_the_image_and_doubles_the_level_for_good(attacked: Answers) -> None:
    (release,) = (look for look in attacked.truth()["benign"] if look["kind"] == "release")
    assert release["end"] == DEFAULT_END
    images = attacked.rows(
        'SELECT "source.image_version", min(_time), max(_time) FROM p WHERE "k8s.cluster.name" = \'prod-eu\''
        " AND \"source.workload.name\" = 'log-collector' GROUP BY 1 ORDER BY 2"
    )
    assert [(first, last) for _, first, last in images] == [
        (DEFAULT_END - SMALL.days * 24 * HOUR, release["start"] - SMALL.interval),
        (release["start"], DEFAULT_END - SMALL.interval),
    ]
    sent = dict(
        attacked.rows(
            f'SELECT floor((_time - {release["start"]}) / 7200), avg("tcp.bytes") FROM p'
            " WHERE \"k8s.cluster.name\" = 'prod-eu' AND \"source.workload.name\" = 'log-collector' GROUP BY 1"
        )
    )
    assert sent[0] / sent[-1] == pytest.approx(2, rel=0.2)
    assert sent[0] / sent[-12] == pytest.approx(2, rel=0.2)  # the same two hours of the day before


def small_estate(releases: tuple[Release, ...]) -> Estate:
    workloads = (
        Workload("web", "shop", (Process("nginx", "api"),), image="1", releases=releases),
        Workload("db", "shop", (Process("postgres", "database"),), image="9"),
    )
    return Estate((Cluster("prod", 0, workloads, (Edge(("web", "nginx"), ("db", "postgres"), 900, 2),)),), KINDS)


def test_releases_change_no_number() -> None:
    """The same points, but for two dimensions: whoever sums up without them gets what there was without releases."""
    plain, released = (
        Simulation(Run(small_estate(releases), 0, HOUR, seed=7))
        for releases in ((), (Release(600, "2"), Release(1800, "3")))
    )
    (before,), (after,) = (list(simulation.days()) for simulation in (plain, released))
    np.testing.assert_array_equal(before.points.time, after.points.time)
    for name, values in before.points.measures.items():
        np.testing.assert_array_equal(values, after.points.measures[name])
    shown = {
        (each, released.table[row][DIMENSIONS.index("source.image_version")])
        for each, row in zip(after.points.time, after.points.series, strict=True)
        if released.table[row][1] == "web"
    }
    expected = {(30.0 * step, "1" if step < 20 else "2" if step < 60 else "3") for step in range(120)}
    assert shown == expected


def test_a_flow_seen_from_the_other_end_swaps_its_images() -> None:
    there = PointDimensions("prod", "web", "shop", "nginx", "db", "shop", "postgres", "1", "9")
    assert there.reversed() == PointDimensions("prod", "db", "shop", "postgres", "web", "shop", "nginx", "9", "1")
    assert len(there.dimensions()) == len(DIMENSIONS)
