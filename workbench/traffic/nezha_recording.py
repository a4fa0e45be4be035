"""Reading the Nezha recording of Online Boutique: pod counters and call edges per minute, as they were published."""

from __future__ import annotations

import csv
import gzip
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TypeVar

PODS, EDGES = "pod_network.csv.gz", "edges.csv.gz"
LETTERS = "[bcdfghjklmnpqrstvwxz2456789]"  # what Kubernetes makes generated suffixes from
REPLICA_SET_SUFFIX = re.compile(rf"-{LETTERS}{{8,10}}-{LETTERS}{{5}}\Z")
_Row = TypeVar("_Row")


class NezhaError(Exception):
    """The recording cannot be read; the text names the file, the line and the reason."""


@dataclass(frozen=True)
class PodMinute:
    """One row of the pods' counters: bytes that ``pod`` sent and received in the minute that ``time`` marks.

    ``time`` in epoch seconds.
    """

    time: float
    pod: str
    sent: float
    received: float


@dataclass(frozen=True)
class CallMinute:
    """One row of the call edges: ``calls`` from one pod to another in the minute that begins at ``time``."""

    time: float
    source: str
    dest: str
    calls: float


def workload_of(pod: str) -> str:
    """Return the workload that a pod belongs to: its name without the suffix that a ReplicaSet gave it."""
    return REPLICA_SET_SUFFIX.sub("", pod)


def read_pods(folder: Path) -> list[PodMinute]:
    """Read the pods' counters. NezhaError when the file is missing or a row is not as expected."""

    def pod_minute(row: dict[str, str]) -> PodMinute:
        moment = datetime.strptime(row["time"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc)
        return PodMinute(moment.timestamp(), row["pod"], _count(row["tx_bytes"]), _count(row["rx_bytes"]))

    return _read(folder / PODS, ("time", "pod", "tx_bytes", "rx_bytes"), pod_minute)


def read_calls(folder: Path) -> list[CallMinute]:
    """Read the call edges. NezhaError when the file is missing or a row is not as expected."""

    def call_minute(row: dict[str, str]) -> CallMinute:
        return CallMinute(float(row["minute"]), row["src_pod"], row["dst_pod"], _count(row["calls"]))

    return _read(folder / EDGES, ("minute", "src_pod", "dst_pod", "calls"), call_minute)


def _count(text: str) -> float:
    value = float(text)
    if not math.isfinite(value) or value < 0:
        raise ValueError(f"'{text}' is not a count")
    return value


def _read(path: Path, needed: Sequence[str], convert: Callable[[dict[str, str]], _Row]) -> list[_Row]:
    line = 1
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in needed if name not in (reader.fieldnames or ())]
            if missing:
                raise NezhaError(f"{path}: no column {', '.join(missing)}; is this the Nezha recording?")
            rows = []
            for row in reader:
                line = reader.line_num
                rows.append(convert(row))
            return rows
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or error
        raise NezhaError(f"{path}: cannot be read: {reason}; --source names the folder with it") from None
    except (ValueError, TypeError, csv.Error) as error:
        raise NezhaError(f"{path}:{line}: not as expected: {error}") from None
