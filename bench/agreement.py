"""Whether the contenders did the same work: what each wrote, read back and compared."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.processes import BenchError
from bench.workload import KEYS
from workbench.replay.chunked import read_chunk

Found = dict[tuple[str, ...], tuple[float, float]]


def chunk_lines(output: Path) -> Iterator[str]:
    """Lines of CSV a command answered, with the header of each chunk; BenchError when it reported an error."""
    with output.open("rb") as stream:
        while (chunk := read_chunk(stream)) is not None:
            for level, text in chunk.metadata.get("inspector", {}).get("messages", []):
                if level in ("ERROR", "FATAL"):
                    raise BenchError(f"the command reported {level}: {text} ({output})")
            yield from chunk.body.decode("utf-8").splitlines()


def count_rows(output: Path) -> int:
    """Rows a command answered in all its chunks."""
    return sum(1 for line in chunk_lines(output) if "_time" not in line)


def command_findings(output: Path) -> Found:
    """What a command found, see _found."""
    rows: list[dict[str, str]] = []
    header: list[str] = []
    for cells in csv.reader(chunk_lines(output)):
        if "_time" in cells:
            header = cells
        elif cells:
            rows.append(dict(zip(header, cells, strict=True)))
    return _found(rows)


def table_findings(output: Path) -> Found:
    """What a contender that writes one CSV table found, see _found."""
    with output.open(encoding="utf-8", newline="") as lines:
        return _found(list(csv.DictReader(lines)))


def _found(rows: list[dict[str, str]]) -> Found:
    """Value and score by series, time and metric."""
    found = {
        (*(row[key] for key in KEYS), row["_time"], row["metric"]): (float(row["value"]), float(row["score"]))
        for row in rows
    }
    if len(found) != len(rows):
        raise BenchError(f"{len(rows) - len(found)} findings were given twice")
    return found


def require_agreement(expected: int, found: Mapping[str, Found]) -> None:
    """Raise BenchError unless all contenders found the same rows, as many as the generator made."""
    (first, reference), *others = found.items()
    if len(reference) != expected:
        raise BenchError(f"{first} found {len(reference)} values over their limit, the generator made {expected}")
    for name, one in others:
        if one.keys() != reference.keys():
            different = sorted(one.keys() ^ reference.keys())
            raise BenchError(f"{first} and {name} differ in {len(different)} findings, for example {different[0]}")
        for key, numbers in one.items():
            if not all(math.isclose(a, b, rel_tol=1e-9) for a, b in zip(numbers, reference[key], strict=True)):
                raise BenchError(f"{first} and {name} differ in value or score of {key}: {reference[key]}, {numbers}")
