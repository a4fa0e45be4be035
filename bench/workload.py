"""The rows everybody works on: protocol chunks as Splunk sends them, the same rows as a table, and their baseline.

Rows come as `mstats ... span=10s` gives them: interval after interval, in each its series in the same order. The same
shape gives the same bytes on every machine.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from workbench.replay.chunk_csv import quoted
from workbench.replay.chunked import encode_chunk, frame

Notation = Literal["integers", "decimals", "sparse"]
Numbers = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
Measures = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

KEYS = ("cluster", "namespace", "workload", "process")
METRICS = ("tcp.bytes", "tcp.new_sockets", "tcp.packets", "udp.bytes", "udp.packets")
FIELDS = ("_time", *KEYS, *METRICS)
TYPICAL = (200_000.0, 6.0, 250.0, 20_000.0, 60.0)  # a middling average of each metric
FIRST_TIME = 1_772_323_200
INTERVAL = 10  # seconds
VERSION = 3  # of this module's bytes: raise it when they change, so that no old file is taken for a new one
EXECUTE = b'{"action":"execute","finished":false}'
FINISH = b'{"action":"execute","finished":true}'


@dataclass(frozen=True)
class Shape:
    """What is to be made.

    notation: integers stand bare; decimals have four places, which Splunk quotes; in both each interval has all series.
    sparse is decimals where half of the series, others each time, are silent in an interval, and a third of the series
    have no UDP, so their cells are empty. over: part of the rows that are over a limit.
    """

    notation: Notation
    rows: int
    series: int
    chunk_rows: int = 50_000
    over: float = 0.001

    @property
    def name(self) -> str:
        """Name of the folder that holds it."""
        return f"{self.notation}-{self.rows}-{self.series}-{self.chunk_rows}-{self.over:g}-v{VERSION}"


@dataclass(frozen=True)
class Workload:
    """Files of one shape: ``folder``/stream (chunks), rows.csv (the same rows as one table), baseline.csv, one-row
    (chunks with the first row only), getinfo (the question every start begins with).

    findings: metrics over their limit, as the generator put them there. head, tail: lengths in bytes of what stands
    before and after the chunks with rows in the stream.
    """

    shape: Shape
    folder: Path
    findings: int
    head: int
    tail: int

    @property
    def stream(self) -> Path:
        """Everything a command reads."""
        return self.folder / "stream"

    def repeated(self, times: int) -> Iterator[bytes]:
        """The stream with its rows ``times`` over, in pieces."""
        whole = self.stream.read_bytes()
        yield whole[: self.head]
        for _ in range(times):
            yield whole[self.head : len(whole) - self.tail]
        yield whole[len(whole) - self.tail :]


@dataclass(frozen=True)
class _Estate:
    """Names and baselines of all series; averages and spreads have one row a series, one column a metric."""

    names: list[tuple[str, str, str, str]]
    averages: Measures
    counts: Numbers


def prepare(cache: Path, shape: Shape) -> Workload:
    """Make the files of ``shape`` below ``cache``, or take those that are there."""
    folder = cache / shape.name
    about = folder / "about.json"
    if not about.is_file():
        aside = folder.with_name(f".{folder.name}.new")
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        written = _write(aside, shape)
        (aside / "about.json").write_text(json.dumps({**written, "shape": asdict(shape)}), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        aside.rename(folder)
    facts = json.loads(about.read_text(encoding="utf-8"))
    return Workload(shape, folder, facts["findings"], facts["head"], facts["tail"])


def lookup_name(series: int) -> str:
    """The baseline= that the stream of a workload with so many series asks for."""
    return f"bench_{series}"


def _write(folder: Path, shape: Shape) -> dict[str, int]:
    estate = _estate(shape.series)
    _write_baseline(folder / "baseline.csv", estate)
    header = ",".join(quoted(name) for name in (*FIELDS, *(f"__mv_{name}" for name in FIELDS))) + "\n"
    head = encode_chunk(_getinfo(shape))
    tail = frame(FINISH, b"")
    (folder / "getinfo").write_bytes(head)
    findings = 0
    order = _order(shape)
    with (folder / "stream").open("wb") as stream, (folder / "rows.csv").open("wb") as table:
        stream.write(head)
        table.write(header.encode())
        for first in range(0, shape.rows, shape.chunk_rows):
            lines, over = _lines(shape, estate, order[:, first : first + shape.chunk_rows], first)
            body = "".join(lines).encode()
            stream.write(frame(EXECUTE, header.encode() + body))
            table.write(body)
            findings += over
            if first == 0:
                (folder / "one-row").write_bytes(head + frame(EXECUTE, (header + lines[0]).encode()) + tail)
        stream.write(tail)
    return {"findings": findings, "head": len(head), "tail": len(tail)}


def _getinfo(shape: Shape) -> dict[str, object]:
    arguments = [f"baseline={lookup_name(shape.series)}"]
    return {
        "action": "getinfo",
        "preview": False,
        "searchinfo": {
            "args": arguments,
            "raw_args": arguments,
            "dispatch_dir": "",
            "sid": "1772323200.1",
            "app": "SA-npmanomaly",
            "owner": "admin",
            "username": "admin",
            "session_key": "",
            "splunkd_uri": "",
            "splunk_version": "9.4.0",
            "search": "%7C%20npmanomaly",
            "command": "npmanomaly",
            "maxresultrows": 50_000,
            "earliest_time": "0",
            "latest_time": "0",
        },
    }


def _estate(series: int) -> _Estate:
    random = np.random.default_rng([VERSION, series])
    processes = ("nginx", "java", "postgres", "node", "envoy")
    names = [
        (f"prod-{index % 3}", "shop", f"service-{index // 5:05d}", processes[index % 5]) for index in range(series)
    ]
    averages = np.round(np.array(TYPICAL) * random.lognormal(0.0, 1.0, (series, len(METRICS))) + 2.0, 6)
    return _Estate(names, averages, random.integers(50_000, 86_400, (series, len(METRICS))))


def _write_baseline(path: Path, estate: _Estate) -> None:
    columns = [f"{part}_{metric}" for metric in METRICS for part in ("count", "avg", "stdev")]
    with path.open("w", encoding="utf-8") as table:
        table.write(",".join((*KEYS, *columns)) + "\n")
        for name, counts, averages in zip(estate.names, estate.counts.tolist(), estate.averages.tolist(), strict=True):
            cells = [f"{c},{a:.6f},{0.3 * a:.6f}" for c, a in zip(counts, averages, strict=True)]
            table.write(",".join((*name, *cells)) + "\n")


def _order(shape: Shape) -> Numbers:
    """Interval and series of each row, as two lines of one array."""
    if shape.notation != "sparse":
        return np.stack(np.divmod(np.arange(shape.rows), shape.series))
    random = np.random.default_rng([VERSION, shape.series])
    pieces, rows, interval = [], 0, 0
    while rows < shape.rows:
        active = np.flatnonzero(random.random(shape.series) < 0.5)
        pieces.append(np.stack([np.full(len(active), interval), active]))
        rows, interval = rows + len(active), interval + 1
    return np.concatenate(pieces, axis=1)[:, : shape.rows]


def _lines(shape: Shape, estate: _Estate, order: Numbers, first: int) -> tuple[list[str], int]:
    """The rows of ``order``, a piece of _order that begins with row ``first``, as lines of CSV, and how many of their
    metrics are over the limit.

    The limit is 1.9 averages (a standard deviation is 0.3 of them); what is under stays below 1.8, what is over starts
    at 3, so that no rounding moves a value across.
    """
    random = np.random.default_rng([VERSION, shape.series, first])
    intervals, series = order
    count = len(series)
    factors = np.minimum(random.lognormal(-0.1, 0.3, (count, len(METRICS))), 1.8)
    chosen = random.choice(count, round(count * shape.over), replace=False)
    over = np.zeros((count, len(METRICS)), dtype=bool)
    over[chosen, random.integers(0, 3, len(chosen))] = True  # of the metrics that no series lacks
    factors = np.where(over, random.uniform(3.0, 20.0, factors.shape), factors)
    values = estate.averages[series] * factors
    texts = [_cells(shape, series, values[:, column], column) for column in range(len(METRICS))]
    keys = [",".join(quoted(part) for part in name) for name in estate.names]
    twins = "," * len(FIELDS)
    lines = [
        f"{FIRST_TIME + INTERVAL * interval},{keys[index]},{','.join(cells)}{twins}\n"
        for interval, index, cells in zip(intervals.tolist(), series.tolist(), zip(*texts, strict=True), strict=True)
    ]
    return lines, int(over.sum())


def _cells(shape: Shape, series: Numbers, values: Measures, column: int) -> list[str]:
    if shape.notation == "integers":
        return [str(value) for value in values.astype(np.int64).tolist()]
    cells = [f'"{value:.4f}"' for value in values.tolist()]
    if shape.notation == "sparse" and METRICS[column].startswith("udp."):
        cells = ["" if index % 3 == 0 else cell for index, cell in zip(series.tolist(), cells, strict=True)]
    return cells
