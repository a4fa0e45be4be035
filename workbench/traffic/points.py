"""Metric data points in memory: the columns of the NPM index, and blocks of points as numpy arrays.

A point is what Splunk calls a metric data point: a time, some dimensions (here: a series) and some measures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Protocol: TypeAlias = Literal["tcp", "udp"]
Quantity: TypeAlias = Literal["bytes", "packets", "sockets", "payload"]
HEADERS = 40  # bytes of a packet that are not payload: IPv4 and TCP without options

NPM_INDEX = "kubernetes_metrics"
DIMENSIONS = (
    "k8s.cluster.name",
    "source.workload.name",
    "source.namespace.name",
    "source.process.name",
    "dest.workload.name",
    "dest.namespace.name",
    "dest.process.name",
    "source.image_version",
    "dest.image_version",
    "source.resolution_type",
    "dest.resolution_type",
)
MEASURES = ("tcp.bytes", "tcp.packets", "tcp.new_sockets", "udp.bytes", "udp.packets")


@dataclass(frozen=True)
class PointDimensions:
    """Dimension values of a point, in the order of DIMENSIONS; the source is who sends the bytes.

    None stands for a dimension that the point does not have (Splunk then leaves it out of a BY with that field).
    """

    cluster: str
    workload: str
    namespace: str | None = None
    process: str | None = None
    dest_workload: str | None = None
    dest_namespace: str | None = None
    dest_process: str | None = None
    image: str | None = None
    dest_image: str | None = None

    def dimensions(self) -> tuple[str | None, ...]:
        """Return the values in the order of DIMENSIONS."""
        resolved = (_resolved(self.workload, self.namespace), _resolved(self.dest_workload, self.dest_namespace))
        return (*astuple(self), *resolved)

    def reversed(self) -> PointDimensions:
        """Return the same conversation seen from the other end. ValueError without a destination."""
        if self.dest_workload is None:
            raise ValueError(f"{self}: a point without a destination has no other direction")
        return PointDimensions(
            self.cluster,
            self.dest_workload,
            self.dest_namespace,
            self.dest_process,
            self.workload,
            self.namespace,
            self.process,
            self.dest_image,
            self.image,
        )


def _resolved(name: str | None, namespace: str | None) -> str | None:
    """Say how the eBPF collector resolved an end; its dimensions.yaml calls IP "probably outside our cloud"."""
    if name is None:
        return None
    if namespace is not None:
        return "K8S_CONTAINER"
    return "DNS" if any(letter.isalpha() for letter in name) and not name.startswith("(") else "IP"


@dataclass(frozen=True)
class Amounts:
    """What each column, one flow with its protocol, sent in each interval: whole numbers, interval x column.

    ``time`` holds the beginnings of the intervals, ``step`` their length, in seconds.
    """

    time: Floats
    step: int
    bytes: Floats
    packets: Floats
    sockets: Floats

    @property
    def begin(self) -> float:
        """Return the beginning of the first interval."""
        return float(self.time[0])

    @property
    def end(self) -> float:
        """Return the end of the last interval."""
        return float(self.time[-1]) + self.step

    def between(self, first: int, last: int) -> Amounts:
        """Return the intervals ``first`` to ``last``, without ``last`` itself."""
        rows = slice(first, last)
        return Amounts(self.time[rows], self.step, self.bytes[rows], self.packets[rows], self.sockets[rows])

    def part(self, quantity: Quantity, column: int, part: int, parts: int) -> Floats:
        """Return part ``part`` of ``parts`` about equal ones that sum up to what the column sent."""
        if quantity == "payload":
            whole = np.maximum(self.bytes[:, column] - HEADERS * self.packets[:, column], 0)
        else:
            whole = getattr(self, quantity)[:, column]
        share: Floats = whole * (part + 1) // parts - whole * part // parts
        return share


@dataclass(frozen=True)
class Points:
    """Data points in time order. ``series`` holds a row number into the table of dimension values kept beside it.

    Counters are totals of the interval that starts at ``time`` (seconds since the epoch); NaN = not measured.
    """

    time: Floats
    series: Integers
    measures: Mapping[str, Floats]

    def __len__(self) -> int:
        return len(self.time)


SeriesTable: TypeAlias = Sequence[Sequence[str | None]]
