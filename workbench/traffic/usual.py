"""What is usual and still may be found: bursts of work, runs of jobs, and the busy hours of the day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.traffic.attacks import OUTBOUND, SUSTAINED, LookAlike
from workbench.traffic.loadcurves import DAY, HOUR, occurrences
from workbench.traffic.simulate import BURST, Run, number_of_process

BUSY = (11, 19)  # hours of the day, local time, around the peaks of all kinds of processes


def usual(run: Run, since: float) -> Iterator[LookAlike]:
    """Return bursts of work, and the processes that are jobs, from ``since`` (epoch seconds) to the end of the run."""
    seen = set()
    for cluster, edge in run.estate.edges():
        (workload, process), kind = edge.source, run.estate.kind_of(cluster, edge)
        if process is None or (cluster.name, workload, process) in seen:
            continue
        seen.add((cluster.name, workload, process))
        who, volumes = (cluster.name, workload, process), (OUTBOUND, SUSTAINED)
        if kind.burst:
            answering = tuple(dict.fromkeys(each.dest[0] for each in cluster.edges if each.source == edge.source))
            key = (run.seed, BURST, number_of_process(cluster, edge))
            for burst in occurrences(kind.burst, key, cluster.utc_offset, since, run.end):
                note = f"{burst.size:.1f} times as much work as usual for four minutes"
                yield LookAlike("burst of work", *who, burst.begin, burst.end, volumes, note, also=answering)
        if kind.job:
            yield LookAlike("run of a job", *who, since, run.end, volumes, "its runs differ in size")


def busy_hours(run: Run, since: float) -> list[dict[str, Any]]:
    """Return when each cluster is busy from ``since`` (epoch seconds) to the end of the run, ready for JSON."""
    first = since // DAY * DAY - DAY
    return [
        {
            "cluster": cluster.name,
            "start": first + day * DAY + (BUSY[0] - cluster.utc_offset) * HOUR,
            "end": first + day * DAY + (BUSY[1] - cluster.utc_offset) * HOUR,
        }
        for cluster in run.estate.clusters
        for day in range(int((run.end - first) // DAY) + 2)
    ]
