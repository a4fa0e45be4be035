"""Where the processes of a simulated workload run: pods with the names that Kubernetes generates, on nodes.

How names are made (Kubernetes sources, apimachinery util/rand and the controllers): a Deployment's pod is
``<name>-<hash of the ReplicaSet>-<5 letters>``, a StatefulSet's ``<name>-<number>``, a DaemonSet's
``<name>-<5 letters>``, that of a CronJob's run ``<name>-<scheduled minute since the epoch>-<5 letters>``, and the run's
Job has that name without the letters. Nothing is random: a name follows from the cluster, the workload and the rollout
or run.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from workbench.traffic.clusters import Cluster, Controller, ProcessKind, Workload
from workbench.traffic.loadcurves import DAY, HOUR

NODES = 3  # of a cluster
REPLICAS = 2  # of a Deployment
SCALED = {"frontend", "api"}  # kinds of processes of which there is one pod more at the busy hours
BUSY = (9, 19)  # hours of the day, local time
ROLLOUT = 5 * DAY  # a Deployment gets new pods so often
RUN_EVERY = 3600.0  # of a CronJob without a process that says how often
LETTERS = "bcdfghjklmnpqrstvwxz2456789"


@dataclass(frozen=True)
class Pod:
    """A pod that exists over [begin, end), in epoch seconds, and carries ``replica`` of ``replicas`` equal shares.

    Where their number changes while it exists, there is a Pod for each stretch [since, until) with as many of them.
    ``owner`` is the name of what a collector takes for its owner: the workload, or the Job of one run.
    """

    name: str
    owner: str
    node: str
    replica: int = 0
    replicas: int = 1
    begin: float = -math.inf
    end: float = math.inf
    since: float = -math.inf
    until: float = math.inf


def pods(cluster: Cluster, workload: Workload, kinds: Mapping[str, ProcessKind], begin: float, end: float) -> list[Pod]:
    """Return the pods of ``workload`` that exist at some time in [begin, end)."""
    return list(_PODS[workload.controller](cluster, workload, kinds, begin, end))


def places(cluster: Cluster, workload: Workload) -> list[Pod]:
    """Return where ``workload`` runs, for a collector that names no pods: a nameless one, always there, for each."""
    count = {"Deployment": REPLICAS, "DaemonSet": NODES}.get(workload.controller, 1)
    first = 0 if workload.controller == "DaemonSet" else number_of(workload.name)
    return [Pod("", workload.name, _node(cluster, first + index), index, count) for index in range(count)]


def number_of(*names: object) -> int:
    """Return a number that looks random and depends on the names alone."""
    return zlib.crc32("/".join(map(str, names)).encode())


def address_of(*names: object) -> str:
    """Return an address of a pod that depends on the names alone, in 10.244.0.0/16, a usual network of pods."""
    number = number_of("address", *names)
    return f"10.244.{number % 256}.{number // 256 % 254 + 1}"


def _node(cluster: Cluster, number: int) -> str:
    return f"{cluster.name}-node-{number % NODES + 1}"


def _letters(*names: object) -> str:
    number, text = number_of("letters", *names), ""
    for _ in range(5):
        number, index = divmod(number, len(LETTERS))
        text += LETTERS[index]
    return text


def _replica_set(*names: object) -> str:
    # Kubernetes maps each character of a decimal number to a letter by its code.
    return "".join(LETTERS[ord(digit) % len(LETTERS)] for digit in str(number_of("replica set", *names)).zfill(10))


def _deployment(cluster: Cluster, workload: Workload, _: object, begin: float, end: float) -> Iterator[Pod]:
    offset = number_of("rollout", cluster.name, workload.name) % int(ROLLOUT) // 30 * 30
    first = number_of(workload.name)
    for rollout in range(int((begin - offset) // ROLLOUT), int(-((offset - end) // ROLLOUT))):
        named = f"{workload.name}-{_replica_set(cluster.name, workload.name, rollout)}"
        born = rollout * ROLLOUT + offset
        lives = (born, born + ROLLOUT)
        for since, until, replicas in _scaled(cluster, workload, max(begin, born), min(end, born + ROLLOUT)):
            for replica in range(replicas):
                added = replica >= REPLICAS
                exists = (max(since, born), min(until, born + ROLLOUT)) if added else lives
                name = f"{named}-{_letters(named, replica, since if added else '')}"
                yield Pod(
                    name, workload.name, _node(cluster, first + replica), replica, replicas, *exists, since, until
                )


def _scaled(cluster: Cluster, workload: Workload, begin: float, end: float) -> Iterator[tuple[float, float, int]]:
    """Return the stretches that touch [begin, end) in which a Deployment has as many pods, with their number."""
    if not any(process.kind in SCALED for process in workload.processes):
        yield -math.inf, math.inf, REPLICAS
        return
    up, down = ((hour - cluster.utc_offset) * HOUR for hour in BUSY)
    for day in range(int((begin - up) // DAY), int((end - up) // DAY) + 1):
        for since, until, replicas in (
            (day * DAY + up, day * DAY + down, REPLICAS + 1),
            (day * DAY + down, (day + 1) * DAY + up, REPLICAS),
        ):
            if since < end and begin < until:
                yield since, until, replicas


def _stateful_set(cluster: Cluster, workload: Workload, *_: object) -> Iterator[Pod]:
    yield Pod(f"{workload.name}-0", workload.name, _node(cluster, number_of(workload.name)))


def _daemon_set(cluster: Cluster, workload: Workload, *_: object) -> Iterator[Pod]:
    for number in range(NODES):
        node = _node(cluster, number)
        yield Pod(f"{workload.name}-{_letters(workload.name, node)}", workload.name, node, number, NODES)


def _cron_job(
    cluster: Cluster, workload: Workload, kinds: Mapping[str, ProcessKind], begin: float, end: float
) -> Iterator[Pod]:
    jobs = [kinds[process.kind].job for process in workload.processes]
    every = min((job.every for job in jobs if job), default=RUN_EVERY)
    for run in range(int(begin // every), int(-(-end // every))):
        owner = f"{workload.name}-{int(run * every) // 60}"
        node = _node(cluster, number_of(owner))
        yield Pod(f"{owner}-{_letters(cluster.name, owner)}", owner, node, 0, 1, run * every, (run + 1) * every)


_Maker: TypeAlias = Callable[[Cluster, Workload, Mapping[str, ProcessKind], float, float], Iterator[Pod]]
_PODS: Mapping[Controller, _Maker] = {
    "Deployment": _deployment,
    "StatefulSet": _stateful_set,
    "DaemonSet": _daemon_set,
    "CronJob": _cron_job,
}
