"""The rows everybody works on: protocol chunks as Splunk sends them, the same rows as a table, and their baseline.

Rows come as `mstats ... span=30s` gives them: interval after interval, in each its series in the same order. The same
shape gives the same bytes on every machine.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from npmlib.anomaly.baseline import PEAKS
from npmlib.anomaly.options import DEFAULT_BY, DEFAULT_METRICS

from workbench.replay.chunk_csv import quoted
from workbench.replay.chunked import encode_chunk

FIELDS = ("_time", *DEFAULT_BY, *DEFAULT_METRICS)
HEADER = ",".join(map(quoted, (*FIELDS, *(f"__mv_{name}" for name in FIELDS)))) + "\n"
TYPICAL = {"bytes": 200_000.0, "packets": 250.0, "new_sockets": 6.0}  # a middling average, by the end of the name
FIRST_TIME, INTERVAL = 1_772_323_200, 30  # seconds
VERSION = 4  # of the bytes made here: raise it when they change, so that no old file is taken for a new one
FINISH = encode_chunk({"action": "execute", "finished": True})


@dataclass(frozen=True)
class Shape:
    """What is to be made.

    notation: "integers" are bare; "decimals" have four places, which Splunk quotes; in both each interval has all
    series. "sparse" is decimals where in each interval half of the series, drawn anew, are silent, and a third of the
    series have no UDP, so their cells are empty. over: fraction of the rows that have a value over its limit.
    """

    notation: str
    rows: int
    series: int
    chunk_rows: int = 50_000
    over: float = 0.001


@dataclass(frozen=True)
class InputFiles:
    """The files of one shape: ``folder``/stream (chunks), rows.csv (the same rows as one table), baseline.csv, one-row
    (chunks with the first row only), getinfo (the question that every start begins with).

    findings: number of values over their limit. head: length in bytes of what is before the rows in the stream.
    """

    shape: Shape
    folder: Path
    findings: int
    head: int

    def repeated(self, times: int) -> Iterator[bytes]:
        """Yield the stream with its rows ``times`` over, in pieces."""
        stream = self.folder / "stream"
        for number in range(times):
            with stream.open("rb") as pieces:
                yield pieces.read(self.head)[: self.head if number == 0 else 0]
                left = stream.stat().st_size - self.head - len(FINISH)
                while left:
                    piece = pieces.read(min(left, 1 << 20))
                    left -= len(piece)
                    yield piece
        yield FINISH


def prepare(cache: Path, shape: Shape) -> InputFiles:
    """Make the files of ``shape`` below ``cache``, or take those that are there."""
    name = f"{shape.notation}-{shape.rows}-{shape.series}-{shape.chunk_rows}-{shape.over:g}-v{VERSION}"
    folder, about = cache / name, cache / name / "about.json"
    if not about.is_file():
        aside = cache / f".{name}.new"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        (aside / "about.json").write_text(json.dumps(_write(aside, shape)), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        aside.rename(folder)
    return InputFiles(shape, folder, **json.loads(about.read_text(encoding="utf-8")))


def getinfo(*arguments: str) -> bytes:
    """Return the chunk that asks a command what it is."""
    searchinfo = {"args": arguments, "raw_args": arguments, "sid": "1772323200.1", "search": "", "command": "x"}
    texts = ("dispatch_dir", "app", "owner", "username", "session_key", "splunkd_uri", "splunk_version")
    info = {**dict.fromkeys(texts, ""), **searchinfo, "earliest_time": "0", "latest_time": "0"}
    return encode_chunk({"action": "getinfo", "preview": False, "searchinfo": info})


def rows_chunk(text: str) -> bytes:
    """Return a chunk with the CSV ``text``."""
    return encode_chunk({"action": "execute", "finished": False}, text.encode())


def _write(folder: Path, shape: Shape) -> dict[str, int]:
    chance = random.Random(f"{VERSION} {shape}")  # noqa: S311  # not a secret
    names, averages = _series(shape.series, chance)
    _write_baseline(folder / "baseline.csv", names, averages)
    head = getinfo(f"baseline=bench_{shape.series}")
    (folder / "getinfo").write_bytes(head)
    lines, findings = _lines(shape, names, averages, chance), 0
    with (folder / "stream").open("wb") as stream, (folder / "rows.csv").open("w", encoding="utf-8") as table:
        stream.write(head)
        table.write(HEADER)
        for first in range(0, shape.rows, shape.chunk_rows):
            chunk = [next(lines) for _ in range(min(shape.chunk_rows, shape.rows - first))]
            text = "".join(line for line, _ in chunk)
            findings += sum(over for _, over in chunk)
            stream.write(rows_chunk(HEADER + text))
            table.write(text)
            if first == 0:
                (folder / "one-row").write_bytes(head + rows_chunk(HEADER + chunk[0][0]) + FINISH)
        stream.write(FINISH)
    return {"findings": findings, "head": len(head)}


def _series(count: int, chance: random.Random) -> tuple[list[tuple[str, ...]], list[list[float]]]:
    processes = ("nginx", "java", "postgres", "node", "envoy")
    names: list[tuple[str, ...]] = [
        (f"prod-{number % 3}", f"team-{number // 100}", f"service-{number // 5:05d}", processes[number % 5])
        for number in range(count)
    ]
    typical = [TYPICAL[metric.rpartition(".")[2]] for metric in DEFAULT_METRICS]
    return names, [[round(each * chance.lognormvariate(0, 1) + 2, 6) for each in typical] for _ in range(count)]


def _write_baseline(path: Path, names: list[tuple[str, ...]], averages: list[list[float]]) -> None:
    columns = [f"{part}_{metric}" for metric in DEFAULT_METRICS for part in ("count", "avg", "stdev")]
    with path.open("w", encoding="utf-8") as table:
        peaks = [f"{part}_{metric}" for metric in DEFAULT_METRICS for part in PEAKS]
        table.write(",".join((*DEFAULT_BY, *columns, *peaks)) + "\n")
        for name, numbers in zip(names, averages, strict=True):
            cells = [f"{50_000},{average:.6f},{0.3 * average:.6f}" for average in numbers]
            cells += [f"{1.5 * average:.6f}" for average in numbers for _ in PEAKS]  # a quarter more is under the limit
            table.write(",".join((*name, *cells)) + "\n")


def _lines(
    shape: Shape, names: list[tuple[str, ...]], averages: list[list[float]], chance: random.Random
) -> Iterator[tuple[str, bool]]:
    """Yield lines of CSV without end, and whether a value is over its limit.

    The limit is 1.9 averages, as a standard deviation is 0.3 of one. Values under it stay below 1.8, values over it
    begin at 3, so that rounding moves none across.
    """
    heads = [",".join(map(quoted, name)) for name in names]
    empty = "," * len(FIELDS)
    sparse = shape.notation == "sparse"
    time = FIRST_TIME
    while True:
        for number, head in enumerate(heads):
            if sparse and chance.random() < 0.5:
                continue
            values = [min(chance.lognormvariate(-0.1, 0.3), 1.8) * average for average in averages[number]]
            over = chance.random() < shape.over
            if over:
                column = chance.randrange(3)  # of the metrics that every series has
                values[column] = averages[number][column] * chance.uniform(3, 20)
            if shape.notation == "integers":
                cells = [str(int(value)) for value in values]
            else:
                cells = [f'"{value:.4f}"' for value in values]
            if sparse and number % 3 == 0:
                cells[3:] = ["", ""]
            yield f"{time},{head},{','.join(cells)}{empty}\n", over
        time += INTERVAL
