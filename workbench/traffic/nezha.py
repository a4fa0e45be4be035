"""Real Kubernetes traffic as a metrics store: the Online Boutique recording of the Nezha data set.

What is real: the pods' transmitted bytes per minute (``pod_network.csv.gz``: time, pod, rx_bytes, tx_bytes,
syscall_write) with their times, and which pod called which, how often, in which minute (``edges.csv.gz``: minute,
src_pod, dst_pod, calls). Two days of 2022 with twelve hours between them missing; call edges only for some minutes.

What is derived:

* workload = pod name without its ReplicaSet suffix; process = workload, since the recording knows no processes;
* cluster = online-boutique, namespace absent;
* a pod gives one point a minute with ``tcp.bytes`` = tx_bytes and no destination: only searches by process see it;
* a call edge gives a point with a destination and no process, only searches by workload pair see it:
  ``tcp.packets`` = calls (at least one packet a call, no more is known), ``tcp.new_sockets`` = calls (as if each
  call opened a connection), ``tcp.bytes`` absent; and one point for the way back with the packets only.

rx_bytes and syscall_write are not used. The faults in the recording are operational (load, delay, exceptions): it
holds no attack. Attacks are injected on demand, added to the real numbers and labelled in the truth file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from workbench.traffic.loadcurves import DAY, HOUR
from workbench.traffic.nezha_recording import (
    EDGES,
    PODS,
    CallMinute,
    NezhaError,
    PodMinute,
    read_calls,
    read_pods,
    workload_of,
)
from workbench.traffic.points import DIMENSIONS, NPM_INDEX, Points, Series
from workbench.traffic.writing import TRUTH_FILE, StoreWriter, fresh_store

CLUSTER = "online-boutique"
NAMESPACE = "boutique"
MINUTE = 60
OUTSIDE = "203.0.113.77"  # an address set aside for documentation
QUIET = 8  # hours at the end that may hold attacks; what is usual is taken from before
ATTACKED = ("adservice", "cartservice", "emailservice", "paymentservice")
DERIVED = (
    "workload and process: the pod name without its generated suffix; all in one namespace",
    "call edges: packets = calls, new sockets = calls, the way back packets only, no bytes",
)


@dataclass(frozen=True)
class _Point:
    time: float
    series: Series
    bytes: float | None
    packets: float | None
    sockets: float | None


def _process(workload: str) -> Series:
    return Series(CLUSTER, workload, NAMESPACE, workload)


def _pair(source: str, dest: str) -> Series:
    return Series(CLUSTER, *_end(source), *_end(dest))


def _end(workload: str) -> tuple[str, str | None, str | None]:
    """Return workload, namespace and process of an end; one outside the cluster has only a name."""
    return (workload, None, None) if workload == OUTSIDE else (workload, NAMESPACE, workload)


def _real_points(pods: Sequence[PodMinute], calls: Sequence[CallMinute]) -> list[_Point]:
    points = [_Point(row.time, _process(workload_of(row.pod)), row.sent, None, None) for row in pods]
    for row in calls:
        there = _pair(workload_of(row.source), workload_of(row.dest))
        points.append(_Point(row.time, there, None, row.calls, row.calls))
        points.append(_Point(row.time, there.reversed(), None, row.calls, 0.0))
    return points


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
        return Attack(kind, _pair(*ends), end - hours[0] * HOUR, end - hours[1] * HOUR, rate, seen, note)

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


def _attack_points(parts: Sequence[Injection], points: list[_Point]) -> None:
    """Add an attack: its bytes to the pod's own minutes, its packets and connections as call edge points.

    A pod's point is a minute's total, so the bytes of the minute are added to the first point of the workload
    at or after the beginning of that minute.
    """
    there = parts[0]
    for part in parts:
        pair = _pair(part.series.workload, part.series.dest_workload or "")
        points.extend(
            _Point(*row, None, packets, sockets)
            for row, packets, sockets in zip(
                ((time, pair) for time in part.time.tolist()),
                part.packets.tolist(),
                part.sockets.tolist(),
                strict=True,
            )
        )
    own = _process(there.series.workload)
    places = sorted((point.time, place) for place, point in enumerate(points) if point.series == own)
    times = [time for time, _ in places]
    for time, added in zip(there.time.tolist(), there.bytes.tolist(), strict=True):
        nearest = int(np.searchsorted(times, time))
        if nearest == len(places):
            raise NezhaError(f"{own.workload}: no minute at or after {iso(time)} to add an attack to")
        place = places[nearest][1]
        points[place] = replace(points[place], bytes=(points[place].bytes or 0) + added)


def write_nezha_store(source: Path, target: Path, *, inject: bool = False) -> int:
    """Convert the recording in ``source`` into the store at ``target``; return the number of points.

    With ``inject`` attacks are added to the last eight hours. The truth file says what is real and what is not.
    NezhaError for a bad source, StoreError for a target that must not be replaced.
    """
    if not source.is_dir():
        raise NezhaError(f"{source}: no such folder; --source names the folder with {PODS} and {EDGES}")
    pods, calls = read_pods(source), read_calls(source)
    if not pods:
        raise NezhaError(f"{source / PODS}: holds no rows")
    points = _real_points(pods, calls)
    start = min(point.time for point in points) // MINUTE * MINUTE
    end = (max(point.time for point in points) // MINUTE + 1) * MINUTE
    attacks = attacks_on(pods, max(row.time for row in pods) // MINUTE * MINUTE) if inject else ()
    added = [injections(attack, MINUTE, 0, number) for number, attack in enumerate(attacks)]
    for parts in added:
        _attack_points(parts, points)
    points.sort(key=lambda point: point.time)
    with fresh_store(target) as folder:
        _write(folder, points)
        about = {
            "traffic": "real (Nezha, Online Boutique)" + (", attacks injected" if inject else ", no attacks"),
            "derived": list(DERIVED),
            "index": NPM_INDEX,
            "interval": MINUTE,
            "start": start,
            "end": end,
            "start_text": iso(start),
            "end_text": iso(end),
        }
        write_truth(folder / TRUTH_FILE, truth(attacks, added, (), about))
    return len(points)


def _write(folder: Path, points: Sequence[_Point]) -> None:
    series: dict[Series, int] = {}
    time = np.array([point.time for point in points])
    number = np.array([series.setdefault(point.series, len(series)) for point in points])
    measures = {
        f"tcp.{name}": np.array([getattr(point, field) for point in points], dtype=np.float64)
        for name, field in (("bytes", "bytes"), ("packets", "packets"), ("new_sockets", "sockets"))
    }
    for name in ("udp.bytes", "udp.packets"):  # not in the recording; there so that searches may name them
        measures[name] = np.full(len(points), np.nan)
    writer = StoreWriter(folder, NPM_INDEX, DIMENSIONS)
    table = [each.dimensions() for each in series]
    for day in np.unique(time // DAY):
        kept = time // DAY == day
        part = Points(time[kept], number[kept], {name: column[kept] for name, column in measures.items()})
        writer.write(datetime.fromtimestamp(float(day) * DAY, timezone.utc).date().isoformat(), part, table)
    writer.close()
