"""What npmlearn costs: one hour of many series and their profiles in, the new table out."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.processes import BenchError, run
from bench.scale import Site
from bench.workload import KEYS, METRICS
from workbench.replay.chunk_csv import quoted
from workbench.replay.chunked import encode_chunk, read_chunk

PARTS = ("n", "sum", "log", "p95")
COLUMNS = (*KEYS, "hour", *(f"{part}_{metric}" for metric in METRICS for part in PARTS))
HEADER = ",".join(map(quoted, (*COLUMNS, *(f"__mv_{name}" for name in COLUMNS)))) + "\n"
FIRST_HOUR = 480_000  # since 1970
CHUNK_ROWS = 50_000
ONE_UPDATE = Path(__file__).with_name("contenders") / "one_update.py"


@dataclass(frozen=True)
class Extent:
    """How far it goes: numbers of series."""

    series: tuple[int, ...] = (1_300, 13_000)


def measure(site: Site, pythons: Mapping[str, Path], extent: Extent) -> list[dict[str, Any]]:
    """The figures of each Python, as they stand in the JSON."""
    found: list[dict[str, Any]] = []
    for release, interpreter in pythons.items():
        runs = [_learn(site, interpreter, count) for count in extent.series]
        found.append({"python": release, **_update(site, interpreter), "runs": runs})
        site.tell(f"learning: Python {release} done")
    return found


def rows(series: int, hour: int) -> Iterator[str]:
    """The rows of one hour, after FIRST_HOUR by so many; the same for the same numbers."""
    chance = random.Random(hour)  # noqa: S311  # no secret
    no_twins = "," * len(COLUMNS)
    for number in range(series):
        cells = [f"cluster-{number % 20}", "namespace", f"workload-{number // 5}", f"process_{number}"]
        cells.append(str((FIRST_HOUR + hour) * 3600))
        for metric in METRICS:
            unit = 1000.0 if metric.endswith(".bytes") else 1.0
            each = chance.lognormvariate(math.log(5 * unit), 0.3)
            logs = 120 * math.log(1 + each / unit)
            cells += ["120", f"{120 * each:.6f}", f"{logs:.9f}", f"{each * 1.6:.6f}"]
        yield ",".join(map(quoted, cells)) + no_twins + "\n"


def stream(getinfo: bytes, *tables: tuple[str, Iterable[str]]) -> Iterator[bytes]:
    """All that Splunk sends: ``tables`` (header, rows) in chunks, then an empty one."""
    yield getinfo
    for header, lines in tables:
        piece: list[str] = []
        for line in lines:
            piece.append(line)
            if len(piece) == CHUNK_ROWS:
                yield _chunk(header, piece)
                piece = []
        if piece:
            yield _chunk(header, piece)
    yield encode_chunk({"action": "execute", "finished": True})


def _chunk(header: str, lines: list[str]) -> bytes:
    return encode_chunk({"action": "execute", "finished": False}, (header + "".join(lines)).encode())


def _learn(site: Site, interpreter: Path, series: int) -> dict[str, Any]:
    command = (str(interpreter), str(site.app / "bin" / "npmlearn.py"))
    target = site.outputs / "learn.out"
    run(command, stream(_getinfo(), (HEADER, rows(series, 0))), target)
    header, *profiles = _table(target).splitlines(keepends=True)
    again = list(stream(_getinfo(), (HEADER, rows(series, 1)), (header, profiles)))
    usage = run(command, again, target)
    table = _table(target)
    if len(profiles) != series * len(METRICS):
        raise BenchError(f"npmlearn made {len(profiles)} rows of {series} series with {len(METRICS)} metrics")
    return {
        "series": series,
        "profiles": len(profiles),
        "cpu_seconds": round(usage.cpu, 2),
        "wall_seconds": round(usage.wall, 2),
        "peak_megabytes": round(usage.rss / 1e6, 1),
        "table_megabytes": round(len(table) / 1e6, 2),
        "table_bytes_per_profile": round(len(table) / len(profiles)),
    }


def _table(output: Path) -> str:
    with output.open("rb") as replies:
        bodies = [chunk.body for chunk in iter(lambda: read_chunk(replies), None)]
    return bodies[-1].decode()


def _update(site: Site, interpreter: Path) -> dict[str, float]:
    target = site.outputs / "update.out"
    run((str(interpreter), str(ONE_UPDATE), str(site.app / "bin")), Path("/dev/null"), target)
    microseconds, numbers = target.read_text(encoding="utf-8").split()
    return {"update_microseconds": round(float(microseconds), 1), "state_numbers": int(numbers)}


def _getinfo() -> bytes:
    return encode_chunk({"action": "getinfo", "preview": False, "searchinfo": {"args": [], "raw_args": []}})
