"""Rows a second: every contender on the same rows, one after the other, round after round."""

from __future__ import annotations

import hashlib
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import agreement
from bench.processes import BenchError, Usage, run
from bench.stage import install_baseline
from bench.workload import Workload

DUCKDB = Path(__file__).with_name("contenders") / "duckdb_join.py"
COMMANDS = ("npmanomaly", "sdk_scoring", "sdk_identity")
IDENTITY = "sdk_identity"
NO_PYTHON = "-"


@dataclass(frozen=True)
class Contender:
    """One way to do the work. ``python``: release it runs on, NO_PYTHON where that does not matter."""

    name: str
    python: str
    command: tuple[str, ...]
    source: Path

    @property
    def label(self) -> str:
        """Name for files and messages."""
        return self.name if self.python == NO_PYTHON else f"{self.name}-{self.python}"


@dataclass(frozen=True)
class Result:
    """All rounds of one contender. Ratios are medians of the ratios within each round: against_identity of
    throughput (on the same Python), against_duckdb of CPU time.
    """

    contender: str
    python: str
    usages: tuple[Usage, ...]
    rows_per_second: int
    against_identity: float | None
    against_duckdb: float

    def as_json(self) -> dict[str, object]:
        """The result with its medians and the single rounds."""
        return {
            "contender": self.contender,
            "python": self.python,
            "rows_per_second": self.rows_per_second,
            "cpu_seconds": round(statistics.median(usage.cpu for usage in self.usages), 3),
            "wall_seconds": round(statistics.median(usage.wall for usage in self.usages), 3),
            "peak_megabytes": round(max(usage.rss for usage in self.usages) / 1e6, 1),
            "throughput_against_identity": None if self.against_identity is None else round(self.against_identity, 2),
            "cpu_against_duckdb": round(self.against_duckdb, 2),
            "rounds": [
                {"cpu": round(usage.cpu, 3), "wall": round(usage.wall, 3), "rss": usage.rss} for usage in self.usages
            ],
        }


def contenders(app: Path, pythons: Mapping[str, Path], workload: Workload) -> list[Contender]:
    """Everybody who is measured on ``workload``; ``pythons``: interpreter by release."""
    found = [
        Contender(name, release, (str(interpreter), str(app / "bin" / f"{name}.py")), workload.stream)
        for release, interpreter in pythons.items()
        for name in COMMANDS
    ]
    files = (str(workload.folder / "rows.csv"), str(workload.folder / "baseline.csv"))
    # DuckDB does its work in C++, so the Python that starts it hardly matters; it gets the one of the bench.
    found.append(Contender("duckdb", NO_PYTHON, (sys.executable, str(DUCKDB), *files), Path("/dev/null")))
    return found


def measure(
    app: Path,
    pythons: Mapping[str, Path],
    workload: Workload,
    rounds: int,
    outputs: Path,
    tell: Callable[[str], None],
) -> list[Result]:
    """Run everybody once to compare the answers, then ``rounds`` times interleaved for the figures."""
    install_baseline(app, workload)
    field = contenders(app, pythons, workload)
    answers: dict[str, str] = {}
    found: dict[str, agreement.Found] = {}
    for one in field:
        output = _output(outputs, workload, one)
        run(one.command, one.source, output)
        answers[one.label] = _digest(output)
        if one.name == IDENTITY:
            if (rows := agreement.count_rows(output)) != workload.shape.rows:
                raise BenchError(f"{one.label} gave {rows} of {workload.shape.rows} rows back")
        else:
            table = one.name == "duckdb"
            found[one.label] = agreement.table_findings(output) if table else agreement.command_findings(output)
    agreement.require_agreement(workload.findings, found)
    tell(f"{workload.shape.notation}: all agree on {workload.findings} values over their limit")
    usages: dict[str, list[Usage]] = {one.label: [] for one in field}
    for number in range(rounds):
        for one in field:
            output = _output(outputs, workload, one)
            usages[one.label].append(run(one.command, one.source, output))
            if _digest(output) != answers[one.label]:
                raise BenchError(f"{one.label} gave another answer in round {number + 1}: {output}")
        tell(f"{workload.shape.notation}: round {number + 1} of {rounds}")
    return [_result(one, usages, workload.shape.rows) for one in field]


def _output(outputs: Path, workload: Workload, one: Contender) -> Path:
    return outputs / f"{workload.shape.notation}-{one.name}-py{one.python.replace('.', '')}.out"


def _digest(output: Path) -> str:
    found = hashlib.sha256()
    with output.open("rb") as stream:
        while piece := stream.read(1 << 20):
            found.update(piece)
    return found.hexdigest()


def _result(one: Contender, usages: Mapping[str, Sequence[Usage]], rows: int) -> Result:
    own = usages[one.label]
    identities = [usages[label] for label in usages if label == f"{IDENTITY}-{one.python}"]
    identity = identities[0] if identities else own
    return Result(
        one.name,
        one.python,
        tuple(own),
        round(rows / statistics.median(usage.cpu for usage in own)),
        median_ratio(identity, own) if identities else None,
        median_ratio(own, usages["duckdb"]),
    )


def median_ratio(over: Sequence[Usage], under: Sequence[Usage]) -> float:
    """Median over the rounds of the CPU time of ``over`` divided by that of ``under`` in the same round."""
    return statistics.median(a.cpu / b.cpu for a, b in zip(over, under, strict=True))
