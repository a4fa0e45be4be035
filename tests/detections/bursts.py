"""What a process usually sends, and what it sends now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.detections.world import HOUR, MINUTE, NOW, OUTBOUND, TRAFFIC_BASELINE, World, point
from workbench.replay.rows import Row


def usual(
    cluster: str, workload: str, process: str, value: Callable[[int], dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """150 data points of the day before NOW, six minutes apart; ``value(i)`` gives the metrics of the i-th last."""
    for i in range(150):
        yield point(NOW - 5 * HOUR - i * 6 * MINUTE, cluster, workload, process=process, **value(i))


def current(cluster: str, workload: str, process: str, intervals: int, **metrics: Any) -> Iterator[dict[str, Any]]:
    """The same metrics in so many intervals of 30 seconds, from 45 minutes before NOW."""
    for i in range(intervals):
        yield point(NOW - 45 * MINUTE + 30 * i, cluster, workload, process=process, **metrics)


def steady(workload: int, first: float, last: float, step: float, each: float) -> Iterator[dict[str, Any]]:
    """A workload that sends about as much in each step, those of a higher number more."""
    for number in range(int((last - first) / step)):
        at = first + number * step
        value = each * (workload + 1) * (1 + 0.1 * (int(at) // 30 * 7 % 5 - 2))
        yield point(at, "prod", f"app-{workload}", process="java", tcp_bytes=value)


def around(average: float, deviation: float, metric: str = "tcp_bytes") -> Callable[[int], dict[str, float]]:
    """Values that alternate, so that their average and (nearly) their deviation are known."""
    return lambda i: {metric: average + (deviation if i % 2 else -deviation)}


def searched(world: World) -> list[Row]:
    """Learn the baseline, then search."""
    world.rows(TRAFFIC_BASELINE)
    return world.rows(OUTBOUND)
