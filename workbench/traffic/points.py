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
)
MEASURES = ("tcp.bytes", "tcp.packets", "tcp.new_sockets", "udp.bytes", "udp.packets")


@dataclass(frozen=True)
class Series:
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
        return astuple(self)

    def reversed(self) -> Series:
        """Return the same conversation seen from the other end. ValueError without a destination."""
        if self.dest_workload is None:
            raise ValueError(f"{self}: a point without a destination has no other direction")
        return Series(
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
