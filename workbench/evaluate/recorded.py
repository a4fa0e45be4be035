"""The recorded series: nine of the Numenta Anomaly Benchmark, pods of Online Boutique, servers of Bitbrains.

All are in intervals of 30 s, as the detections look at them. A coarser value is divided into intervals by lognormal
noise with memory that keeps its mean; nothing finer than 5 minutes, or 1 minute, is real.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timezone
from functools import cache
from pathlib import Path

import numpy as np
from npmlib.profile.hours import INTERVALS

from workbench.evaluate.series import Floats, TrafficSeries, learning_hours, marked_normal
from workbench.traffic.nezha_recording import NezhaError, read_pods, workload_of

SIGMA = 0.5  # of the logarithm of the noise
MEMORY = 0.6  # correlation of the noise with itself 30 s earlier
MEAN_BYTES = 100_000.0  # in an interval: every series is scaled to it, since its own unit means nothing here
NEXT_STEP = "NPM_SHARED or --shared names the folder that has data/nab, data/nezha-online-boutique and data/bitbrains"
KILOBYTES = 1000.0 * 30  # bytes in an interval, of a kB a second
NEZHA_LEARNING = 8  # hours: its pods were recorded for a day and a third


class EvaluateError(Exception):
    """A recording cannot be read; the text names it and the next step."""


def benchmark_series(folder: Path) -> list[TrafficSeries]:
    """Read the nine series of the Numenta Anomaly Benchmark below ``folder``, scaled to 100 kB an interval.

    EvaluateError when they cannot be read.
    """
    try:
        labelled = json.loads((folder / "windows.json").read_text(encoding="utf-8"))
        paths = sorted((folder / "data").glob("*.csv"))
        return [_read_benchmark(path, labelled.get(path.name, []), number) for number, path in enumerate(paths)]
    except (OSError, ValueError, KeyError) as error:
        raise EvaluateError(f"the series below {folder} cannot be read: {error}; {NEXT_STEP}") from error


def _read_benchmark(path: Path, labels: list[list[str]], number: int) -> TrafficSeries:
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(_moment(row["timestamp"]), float(row["value"])) for row in csv.DictReader(file)]
    slots = np.array([int(moment // 300) for moment, _ in rows])
    first_hour = -(-int(slots[0]) // 12)
    hours = (int(slots[-1]) + 1) // 12 - first_hour
    coarse = np.full(hours * 12, np.nan)
    at = slots - first_hour * 12
    inside = (at >= 0) & (at < len(coarse))
    coarse[at[inside]] = np.array([value for _, value in rows])[inside]
    coarse *= MEAN_BYTES / np.nanmean(coarse)
    values = divided(coarse, 10, np.random.default_rng([7, number])).reshape(hours, INTERVALS)
    windows = [(_moment(begin), _moment(end)) for begin, end in labels]
    normal = marked_normal(hours, first_hour, windows)
    return TrafficSeries(path.stem, first_hour, values, normal, learning_hours(hours))


def pod_series(folder: Path) -> list[TrafficSeries]:
    """Read what each workload of Online Boutique sent, in bytes; its minutes are divided into two intervals.

    EvaluateError when the recording cannot be read.
    """
    sent: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    try:
        minutes_read = read_pods(folder)
    except NezhaError as error:
        raise EvaluateError(f"{error}; {NEXT_STEP}") from error
    for minute in minutes_read:
        sent[workload_of(minute.pod)][int(minute.time // 60)] += minute.sent
    series = []
    for number, (workload, minutes) in enumerate(sorted(sent.items())):
        first_hour, last_hour = -(-min(minutes) // 60), (max(minutes) + 1) // 60
        coarse = np.full((last_hour - first_hour) * 60, np.nan)
        for at, value in minutes.items():
            if 0 <= at - first_hour * 60 < len(coarse):
                coarse[at - first_hour * 60] = value / 2
        values = divided(coarse, 2, np.random.default_rng([8, number])).reshape(-1, INTERVALS)
        observed = (~np.isnan(values)).mean(axis=1) > 0.9  # half a day was not recorded
        series.append(TrafficSeries(workload, first_hour, values, observed, NEZHA_LEARNING, observed))
    return series


def server_series(folder: Path, odd: bool) -> Iterator[TrafficSeries]:
    """Read what virtual machines of Bitbrains sent, in bytes, those with an odd number or those with an even one.

    An hour counts as observed where all its values are there. EvaluateError when the recording cannot be read.
    """
    try:
        names, table = _read_servers(folder / "sent.csv.gz")
    except (OSError, ValueError, StopIteration) as error:
        raise EvaluateError(f"the servers below {folder} cannot be read: {error}; {NEXT_STEP}") from error
    slots = (table[:, 0] // 300).astype(int)
    first_hour = -(-int(slots[0]) // 12)
    coarse = np.full(((int(slots[-1]) + 1 - first_hour * 12) // 12 * 12, len(names)), np.nan)
    at = slots - first_hour * 12
    inside = (at >= 0) & (at < len(coarse))
    coarse[at[inside]] = table[inside, 1:] * KILOBYTES
    for number, name in enumerate(names):
        if int(name.removeprefix("vm")) % 2 == odd:
            observed = ~np.isnan(coarse[:, number].reshape(-1, 12)).any(axis=1)
            begin, end = np.flatnonzero(observed)[[0, -1]] + (0, 1)
            own, seen = coarse[begin * 12 : end * 12, number], observed[begin:end]
            values = divided(np.nan_to_num(own), 10, np.random.default_rng([9, number])).reshape(-1, INTERVALS)
            values[~seen] = np.nan
            yield TrafficSeries(name, first_hour + int(begin), values, seen, learning_hours(len(seen)), seen)


@cache
def _read_servers(path: Path) -> tuple[list[str], Floats]:
    """Return the names of the servers, and a table of times and of what each sent."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        names = next(rows)[1:]
        return names, np.array([[float(cell or "nan") for cell in row] for row in rows])


def divided(coarse: Floats, parts: int, random: np.random.Generator) -> Floats:
    """Divide each value into ``parts`` whose mean it is, by lognormal noise that remembers its past."""
    shocks = random.standard_normal(len(coarse) * parts) * np.sqrt(1 - MEMORY**2)
    noise = np.empty_like(shocks)
    state = 0.0
    for at, shock in enumerate(shocks.tolist()):
        state = MEMORY * state + shock
        noise[at] = state
    shares = np.exp(SIGMA * noise).reshape(-1, parts)
    shares /= shares.mean(axis=1, keepdims=True)
    values: Floats = coarse[:, None] * shares
    return values.reshape(-1)


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp()
