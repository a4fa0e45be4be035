"""Writes weeks of edges of 500 workloads: what stays, what changes by day and cause, and attacks. Nothing but edges.

What the detections of new edges ask of a conversation is who, when first, when last and how much. So one that goes on
has a point a day in place of one every 30 seconds.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import numpy as np

from workbench.traffic.attacks import Injection, iso, truth, write_truth
from workbench.traffic.blueprint import DNS, PROMETHEUS, shop_estate
from workbench.traffic.changes import changes, deployed, meetings, run_of
from workbench.traffic.clusters import Cluster, Edge, Estate, series_of
from workbench.traffic.conversations import STEADY, STEP, Scene, Talks, talk
from workbench.traffic.intrusions import intrusions
from workbench.traffic.loadcurves import DAY
from workbench.traffic.pods import number_of
from workbench.traffic.points import DIMENSIONS, MEASURES, NPM_INDEX, Floats, Points, SeriesTable
from workbench.traffic.writing import TRUTH_FILE, StoreWriter, fresh_store

COPIES = 10  # of the shop in each of three clusters: 492 workloads
HISTORY = 14  # days before those that are watched


def month_estate(start: float, end: float, copies: int = COPIES) -> Estate:
    """Return the estate: the shop with its copies in three clusters, each workload with DNS and Prometheus."""
    estate = shop_estate(start, end, 3, copies)
    clusters = (replace(each, edges=(*each.edges, *_common(each))) for each in estate.clusters)
    return replace(estate, clusters=tuple(clusters))


def write_month(target: Path, days: int, end: float, seed: int, copies: int = COPIES) -> None:
    """Write a store with ``days`` watched days up to ``end`` (epoch seconds, a midnight) and HISTORY before them.

    Its truth file has every cause with its workload, and the attacks. StoreError for a target that must not be
    replaced.
    """
    since = end - days * DAY
    scene = Scene(month_estate(since - HISTORY * DAY, end, copies), since - HISTORY * DAY, end)
    attacks = list(intrusions(scene, since, seed))
    harmless = [each.before for each in attacks if each.before]
    harmless += [*deployed(scene), *changes(scene, seed), *meetings(scene, seed)]
    talks = itertools.chain(
        (way for talks in _steady(scene) for way in talks),
        (way for each in harmless for way in each.talks),
        (way for each in attacks for way in each.talks),
    )
    about = {"traffic": "simulated edges", "index": NPM_INDEX, "seed": seed, "start": scene.start, "end": end}
    about |= {"watched_from": since, "start_text": iso(scene.start), "end_text": iso(end)}
    clusters = scene.estate.clusters
    about |= {"clusters": [each.name for each in clusters]}
    about |= {"workloads": sum(bool(workload.processes) for each in clusters for workload in each.workloads)}
    with fresh_store(target) as folder:
        writer = StoreWriter(folder, NPM_INDEX, DIMENSIONS)
        for name, points, table in _by_day(talks):
            writer.write(name, points, table)
        writer.close()
        labels = [each.attack for each in attacks]
        looks = [each.look for each in harmless]
        write_truth(folder / TRUTH_FILE, truth(labels, [each.talks for each in attacks], looks, about))


def _common(cluster: Cluster) -> Iterator[Edge]:
    there = {frozenset((edge.source, edge.dest)) for edge in cluster.edges}
    for workload in cluster.workloads:
        for process in workload.processes[:1]:
            end = (workload.name, process.name)
            for edge in (Edge(end, DNS, 100, 1.5, protocol="udp"), Edge(PROMETHEUS, end, 100, 9)):
                if edge.source != edge.dest and frozenset((edge.source, edge.dest)) not in there:
                    yield edge


def _steady(scene: Scene) -> Iterator[Talks]:
    """The conversations that go on; those of a CronJob between its runs, each of which has a name of its own."""
    for cluster, edge in scene.estate.edges():
        ends = [cluster.workload(name) for name in (edge.source[0], edge.dest[0])]
        since = max(scene.start, *(each.since for each in ends))
        first = since + number_of(cluster.name, edge.source, edge.dest) % int(STEADY) // STEP * STEP
        times: Floats = np.arange(first, scene.end, STEADY)
        jobs = [each.name for each in ends if each.controller == "CronJob"]
        series, reply = series_of(cluster, edge.source, edge.dest), edge.reply or 1.0
        for some in times[:, None] if jobs else [times]:
            names = {each: run_of(each, some[0]) for each in jobs}
            named = replace(
                series,
                workload=names.get(series.workload, series.workload),
                dest_workload=names.get(series.dest_workload or "", series.dest_workload),
            )
            yield talk(named, some, edge.rate * STEP, edge.protocol, reply)


def _by_day(talks: Iterable[Injection]) -> Iterator[tuple[str, Points, SeriesTable]]:
    """Return the points of each UTC day in time order, with its date and the dimensions of its series."""
    ways: Sequence[Injection] = list(talks)
    order = np.concatenate([way.time for way in ways])
    whose = np.repeat(np.arange(len(ways)), [len(way.time) for way in ways])
    udp = np.array([way.protocol == "udp" for way in ways])
    sorting = np.argsort(order, kind="stable")
    times, whose = order[sorting], whose[sorting]
    amounts = {
        "bytes": np.concatenate([way.bytes for way in ways])[sorting],
        "packets": np.concatenate([way.packets for way in ways])[sorting],
        "new_sockets": np.concatenate([way.sockets for way in ways])[sorting],
    }
    for day in range(int(times[0] // DAY), int(times[-1] // DAY) + 1):
        rows = slice(*np.searchsorted(times, (day * DAY, (day + 1) * DAY)))
        present, series = np.unique(whose[rows], return_inverse=True)
        measures = {}
        for measure in MEASURES:
            protocol, quantity = measure.split(".")
            measures[measure] = np.where(udp[whose[rows]] == (protocol == "udp"), amounts[quantity][rows], np.nan)
        date = datetime.fromtimestamp(day * DAY, timezone.utc).date().isoformat()
        yield date, Points(times[rows], series, measures), [ways[each].series.dimensions() for each in present]
