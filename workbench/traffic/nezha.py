"""Real Kubernetes traffic as a metrics store: the Online Boutique recording of the Nezha data set.

What is real: the pods' bytes sent and received per minute (``pod_network.csv.gz``: time, pod, rx_bytes, tx_bytes,
syscall_write) with their times, and which pod called which, how often, in which minute (``edges.csv.gz``: minute,
src_pod, dst_pod, calls). Two days of 2022 with twelve hours between them missing; call edges only for some minutes.

The bytes a pod received are used by the kubelet source only, syscall_write by none. The faults in the recording are
operational (load, delay, exceptions): it holds no attack. Attacks are injected on demand, added to the real numbers
and labelled in the truth file. What is derived is said where the points are made, in nezha_points.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from statistics import fmean, stdev

import numpy as np

from workbench.traffic.attacks import (
    NEW_EDGE,
    OUTBOUND,
    SUSTAINED,
    Attack,
    Injection,
    injections,
    iso,
    truth,
    write_truth,
)
from workbench.traffic.clusters import PlanError
from workbench.traffic.collecting import Dimensions
from workbench.traffic.loadcurves import DAY, HOUR
from workbench.traffic.nezha_points import (
    EBPF_DERIVED,
    KUBELET_DERIVED,
    MINUTE,
    NEZHA_SOURCES,
    OUTSIDE,
    NezhaPoint,
    ebpf_points,
    kubelet_points,
    pair,
)
from workbench.traffic.nezha_recording import (
    EDGES,
    PODS,
    NezhaError,
    PodMinute,
    read_calls,
    read_pods,
    workload_of,
)
from workbench.traffic.points import NPM_INDEX, Points
from workbench.traffic.sources import EBPF, Source, source_of
from workbench.traffic.writing import TRUTH_FILE, StoreWriter, fresh_store

QUIET = 8  # hours at the end that may hold attacks; what is usual is taken from before
ATTACKED = ("adservice", "cartservice", "emailservice", "paymentservice")


def attacks_on(pods: Sequence[PodMinute], end: float) -> tuple[Attack, ...]:
    """Plan the attacks for the last hours before ``end``, sized by what the pods really sent before."""
    quiet: dict[str, list[float]] = {}
    for row in pods:
        if row.time < end - QUIET * HOUR:
            quiet.setdefault(workload_of(row.pod), []).append(row.sent)

    missing = sorted(name for name in ATTACKED if len(quiet.get(name, ())) < 2)
    if missing:
        raise NezhaError(f"no pods of {', '.join(missing)} before the last hours; attacks cannot be sized")

    def attack(
        kind: str, ends: tuple[str, str], hours: tuple[float, float], rate: float, seen: tuple[str, ...], note: str
    ) -> Attack:
        series = replace(pair(*ends), process=ends[0])
        return Attack(kind, series, end - hours[0] * HOUR, end - hours[1] * HOUR, rate, seen, note)

    def line(workload: str, sigmas: float) -> float:
        """So many standard deviations of a minute, as bytes a second."""
        return sigmas * stdev(quiet[workload]) / MINUTE

    def usual(workload: str) -> float:
        return fmean(quiet[workload]) / MINUTE

    both = (OUTBOUND, NEW_EDGE)
    # Two days give a young profile, and the burst is below the excess of an hour that is reported.
    return (
        attack(
            "slow exfiltration",
            ("emailservice", "checkoutservice"),
            (7, 1),
            0.05 * usual("emailservice"),
            (),
            "a twentieth more to a known place: too little for three sigma per interval and for the profile",
        ),
        attack(
            "burst",
            ("paymentservice", OUTSIDE),
            (5.5, 5.3),
            line("paymentservice", 9) + usual("paymentservice"),
            both,
            "twelve minutes to an address outside, loud",
        ),
        attack(
            "sustained",
            ("cartservice", OUTSIDE),
            (4, 2.75),
            line("cartservice", 6) + usual("cartservice"),
            (*both, SUSTAINED),
            "an hour and a quarter to an address outside",
        ),
        attack(
            "new edge",
            ("adservice", "paymentservice"),
            (2, 1.5),
            0.02 * usual("adservice"),
            (NEW_EDGE,),
            "two workloads that never talked before, few bytes",
        ),
    )


def _with_attacks(pods: Sequence[PodMinute], added: Sequence[Injection]) -> list[PodMinute]:
    """Add the bytes of attacks to the minutes of the pods that send them.

    A row is a minute's total, so the bytes of a minute are added to the first row of the workload at or after its
    beginning.
    """
    attacked = list(pods)
    for injection in added:
        workload = injection.series.workload
        own = sorted((row.time, position) for position, row in enumerate(attacked) if workload_of(row.pod) == workload)
        times = [time for time, _ in own]
        for time, sent in zip(injection.time.tolist(), injection.bytes.tolist(), strict=True):
            nearest = int(np.searchsorted(times, time))
            if nearest == len(own):
                raise NezhaError(f"{workload}: no minute at or after {iso(time)} to add an attack to")
            position = own[nearest][1]
            attacked[position] = replace(attacked[position], sent=attacked[position].sent + sent)
    return attacked


def write_nezha_store(recording: Path, target: Path, *, inject: bool = False, source: str = EBPF) -> int:
    """Convert the recording in the folder ``recording`` into the store at ``target``; return the number of points.

    With ``inject`` attacks are added to the last eight hours. ``source`` is the collector whose points are written,
    "ebpf" or "kubelet". The truth file says what is real and what is not. NezhaError for a bad recording, StoreError
    for a target that must not be replaced, PlanError for a source that the recording cannot stand for.
    """
    if not recording.is_dir():
        raise NezhaError(f"{recording}: no such folder; --source names the folder with {PODS} and {EDGES}")
    if source not in NEZHA_SOURCES:
        raise PlanError(f"source = {source}: the recording can be written as {' or '.join(NEZHA_SOURCES)}")
    pods, calls = read_pods(recording), read_calls(recording)
    if not pods:
        raise NezhaError(f"{recording / PODS}: holds no rows")
    attacks = attacks_on(pods, max(row.time for row in pods) // MINUTE * MINUTE) if inject else ()
    added = [injections(attack, MINUTE, 0, number) for number, attack in enumerate(attacks)]
    attacked = _with_attacks(pods, [parts[0] for parts in added])
    if source == EBPF:
        derived, points = EBPF_DERIVED, ebpf_points(attacked, calls, [part for parts in added for part in parts])
    else:
        derived, points = KUBELET_DERIVED, kubelet_points(attacked)
    points.sort(key=lambda point: point.time)
    start = points[0].time // MINUTE * MINUTE
    end = (points[-1].time // MINUTE + 1) * MINUTE
    with fresh_store(target) as folder:
        _write(folder, source_of(source), points)
        about = {
            "traffic": "real (Nezha, Online Boutique)" + (", attacks injected" if inject else ", no attacks"),
            "derived": list(derived),
            "index": NPM_INDEX,
            "source": source,
            "interval": MINUTE,
            "start": start,
            "end": end,
            "start_text": iso(start),
            "end_text": iso(end),
        }
        labels = [source_of(source).attack(attack) for attack in attacks]
        write_truth(folder / TRUTH_FILE, truth(labels, added, (), about))
    return len(points)


def _write(folder: Path, source: Source, points: Sequence[NezhaPoint]) -> None:
    series: dict[Dimensions, int] = {}
    time = np.array([point.time for point in points])
    number = np.array([series.setdefault(point.dimensions, len(series)) for point in points])
    measures = {
        # What the recording lacks is there as a column, so that searches may name it.
        name: np.array([point.values.get(name, np.nan) for point in points], dtype=np.float64)
        for name in source.measures
    }
    writer = StoreWriter(folder, NPM_INDEX, source.dimensions)
    for day in np.unique(time // DAY):
        kept = time // DAY == day
        part = Points(time[kept], number[kept], {name: column[kept] for name, column in measures.items()})
        writer.write(datetime.fromtimestamp(float(day) * DAY, timezone.utc).date().isoformat(), part, list(series))
    writer.close()
