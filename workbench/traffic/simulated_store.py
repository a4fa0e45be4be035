"""Writes a simulated metrics store: the shop, its last day's attacks, and the truth about them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.traffic.attacks import injections, iso, truth, write_truth
from workbench.traffic.blueprint import shop_estate
from workbench.traffic.changes import meetings
from workbench.traffic.clusters import PlanError
from workbench.traffic.conversations import Scene
from workbench.traffic.loadcurves import DAY
from workbench.traffic.points import NPM_INDEX
from workbench.traffic.scenario import last_day, new_cron_job
from workbench.traffic.simulate import Run, Simulation
from workbench.traffic.sources import EBPF, Sending, source_of
from workbench.traffic.usual import busy_hours, usual
from workbench.traffic.writing import TRUTH_FILE, StoreWriter, fresh_store

DEFAULT_END = 1_772_668_800.0  # 2026-03-05T00:00:00Z: the last day, the one with the attacks, is a Wednesday
DEFAULT_SEED = 20260305

MET = 15  # days before the end, in which names outside are met
GRID = 30  # seconds; both intervals fit into it, so any time may be asked for

Progress = Callable[[int, int], None]  # days done, days in all


@dataclass(frozen=True)
class Order:
    """What to simulate: ``days`` days that end at ``end`` (epoch seconds), a point every ``interval`` seconds.

    ``attacks`` False leaves out the attacks but not the benign events. ``source`` names one of SOURCES: the collector
    that the points come from; the eBPF collector alone sends one every ``interval`` seconds, the others as they do.
    """

    days: float = 30
    interval: int = 30
    seed: int = DEFAULT_SEED
    end: float = DEFAULT_END
    clusters: int = 3
    attacks: bool = True
    source: str = EBPF


@dataclass(frozen=True)
class Written:
    """What was written: points (rows), distinct flows, processes, attacks."""

    points: int
    flows: int
    processes: int
    attacks: int


def write_simulated_store(target: Path, order: Order, progress: Progress | None = None) -> Written:
    """Simulate ``order`` into the store at ``target``, which appears whole or not at all.

    PlanError for an order that cannot be carried out, StoreError for a target that must not be replaced.
    """
    if not 2 <= order.days < math.inf:  # NaN is refused too
        raise PlanError(f"days = {order.days:g}: must be 2 or more, the last is for the attacks")
    source = source_of(order.source)
    end = order.end // GRID * GRID
    start = (end - order.days * DAY) // GRID * GRID
    ordinary = shop_estate(start, end, order.clusters)
    estate, attacks, look_alikes = last_day(ordinary, end)
    if not order.attacks:
        attacks = ()
    run = Run(estate, start, end, order.interval, order.seed)
    added = [injections(attack, order.interval, order.seed, number) for number, attack in enumerate(attacks)]
    met = list(meetings(Scene(estate, max(start, end - MET * DAY), end), order.seed, often=1))
    look_alikes += (*(replace(each.look, start=end - DAY) for each in met), *usual(run, end - DAY))
    benign = [*(way for each in met for way in each.talks), *new_cron_job(estate, end)]
    simulation = Simulation(run, [*benign, *(part for parts in added for part in parts)])
    sending = Sending(source, simulation)
    count = 0
    with fresh_store(target) as folder:
        writer = StoreWriter(folder, NPM_INDEX, source.dimensions)
        for done, day in enumerate(simulation.days(), start=1):
            points, table = sending.points(day)
            writer.write(day.name, points, table)
            count += len(points)
            if progress:
                progress(done, simulation.day_count)
        writer.close()
        about = {
            "traffic": "simulated",
            "index": NPM_INDEX,
            "seed": order.seed,
            "source": source.name,
            "interval": order.interval if source.taps is None else source.interval,
            "start": start,
            "end": end,
            "start_text": iso(start),
            "end_text": iso(end),
            "busy": busy_hours(run, end - DAY),
        }
        labels = [source.attack(attack) for attack in attacks]
        write_truth(folder / TRUTH_FILE, truth(labels, added, [source.look_alike(look) for look in look_alikes], about))
    return Written(count, len(simulation.columns), estate.process_count(), len(attacks))
