"""Points of each source as its collector sends them, and what npm_sent and npm_edges make of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tests.detections.world import HOUR, NOW, World
from workbench.demo.collectors import site_macros
from workbench.replay.rows import Row, Value, as_number

BYTES, PACKETS, TCP_IO = "obi.network.flow.bytes", "obi.network.flow.packets", "obi.stat.tcp.io"
START = NOW - HOUR
Points = Iterator[dict[str, Any]]


def choose(world: World, source: str) -> World:
    """Choose a source as its page says."""
    for name, definition in site_macros(source).items():
        world.set_macro(name, definition)
    return world


def flow(
    src: str | None, dst: str | None, *, transport: str | None = "TCP", dst_type: str | None = "Deployment", **more: str
) -> dict[str, Any]:
    """Dimensions of a flow as OBI has them; an end without a name is outside the cluster."""
    ends = {"src": (src, "Deployment"), "dst": (dst, dst_type)}
    dimensions: dict[str, Any] = {"k8s.cluster.name": "prod", "host": "node-1", "transport": transport}
    for end, (name, kind) in ends.items():
        inside = name is not None
        dimensions[f"k8s.{end}.owner.name"] = name
        dimensions[f"k8s.{end}.owner.type"] = kind if inside else None
        dimensions[f"k8s.{end}.namespace"] = "shop" if inside else None
    return {**dimensions, **more}


def counter(
    dimensions: dict[str, Any], values: Iterable[float | None], metric: str = BYTES, step: float = 60
) -> Points:
    """A point for each value, from START on; None for one that was missed."""
    for number, value in enumerate(values):
        if value is not None:
            yield {"_time": START + number * step, **dimensions, metric: float(value)}


def sent(world: World, *measures: str, earliest: float = START) -> list[tuple[Any, ...]]:
    """Rows of npm_sent as namespace/workload/process and the amounts asked for, where there are any, by time."""
    rows = world.run_text("| `npm_sent` | sort 0 _time cluster namespace workload process", earliest, NOW)
    return [
        (f"{row['namespace']}/{row['workload']}/{row['process']}", *(rounded(row.get(each)) for each in measures))
        for row in rows
        if any(row.get(each) is not None for each in measures)
    ]


def rounded(value: Value) -> float | None:
    number = as_number(value)
    return None if number is None else round(number, 6)


def edges(world: World, earliest: float = START) -> list[Row]:
    keys = "protocol namespace workload dest_namespace dest_workload"
    return world.run_text(f"| `npm_edges` | sort 0 {keys}", earliest, NOW)


def named(row: Row) -> str:
    return f"{row['protocol']} {row['namespace']}/{row['workload']} {row['dest_namespace']}/{row['dest_workload']}"


def sockets(
    dest: str | None, values: Iterable[float | None], metric: str = "tetragon_socket_stats_txbytes_total"
) -> Points:
    dimensions = {"k8s.cluster.name": "prod", "host": "node-1", "namespace": "shop", "workload": "web"}
    peer = {"dstnamespace": dest and "shop", "dstworkload": dest, "binary": "/usr/sbin/nginx"}
    return counter({**dimensions, **peer}, values, metric, step=30)


def pod(name: str, values: Iterable[float | None], direction: str = "transmit", interface: str = "eth0") -> Points:
    names = {"k8s.cluster.name": "prod", "k8s.namespace.name": "shop", "k8s.pod.name": name}
    return counter({**names, "direction": direction, "interface": interface}, values, "k8s.pod.network.io", step=10)
