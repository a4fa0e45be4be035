"""What npmanomaly costs: beside the SDK and DuckDB, with many rows, with many series, and at a start."""

from __future__ import annotations

import math
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from npmlib.anomaly.options import DEFAULT_BY

from bench.processes import BenchError, Findings, Usage, answers, findings, median, median_ratio, run
from bench.workload import InputFiles, Shape, prepare

CONTENDERS = Path(__file__).with_name("contenders")
NOTATIONS = ("integers", "decimals", "sparse")
NOTHING = Path("/dev/null")
Row = tuple[str | int | float, ...]


@dataclass(frozen=True)
class BenchSize:
    """How much is measured: rounds, the shape of the rows, their repetitions for the test of memory, numbers of
    series, starts, numbers of series to learn, of processes of an estate, and detections to check.
    """

    rounds: int
    shape: Shape
    repeats: int
    series: tuple[int, ...]
    starts: int
    learned: tuple[int, ...]
    processes: tuple[int, ...]
    detections: int


@dataclass(frozen=True)
class Bench:
    """Where it is measured: app folder, folder for workloads and outputs, interpreters by release, and a reporter."""

    app: Path
    folder: Path
    pythons: Mapping[str, Path]
    report: Callable[[str], None]

    def workload(self, shape: Shape) -> InputFiles:
        """Return the files of ``shape``, with their baseline in the app."""
        workload = prepare(self.folder / "workload", shape)
        shutil.copy(workload.folder / "baseline.csv", self.app / "lookups" / f"bench_{shape.series}.csv")
        return workload

    def command(self, release: str, name: str = "npmanomaly") -> tuple[str, ...]:
        """Return how Splunk starts the command ``name``."""
        return str(self.pythons[release]), str(self.app / "bin" / f"{name}.py")

    def output(self, name: str) -> Path:
        """Return the file for the output of a run."""
        return self.folder / "out" / f"{name}.out"


def stage(app: Path, folder: Path) -> Path:
    """Copy the staged ``app`` to ``folder`` with the SDK's identity command beside ours; returns ``folder``."""
    if not (app / "bin" / "npmanomaly.py").is_file() or not (app / "lib" / "splunklib").is_dir():
        raise BenchError(f"{app} is not a staged app: run 'make package', or name one with --app")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(app, folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CONTENDERS / "sdk_identity.py", folder / "bin")
    (folder / "lookups").mkdir(exist_ok=True)
    return folder


def throughput(bench: Bench, sizes: BenchSize, notation: str) -> list[Row]:
    """Run everybody once to compare the answers, then in interleaved rounds for the figures."""
    workload = bench.workload(replace(sizes.shape, notation=notation))
    stream = workload.folder / "stream"
    runs: dict[tuple[str, str], tuple[tuple[str, ...], Path]] = {}
    for release in bench.pythons:
        runs["npmanomaly", release] = bench.command(release), stream
        runs["SDK identity command", release] = bench.command(release, "sdk_identity"), stream
    tables = (str(workload.folder / "rows.csv"), str(workload.folder / "baseline.csv"))
    runs["DuckDB, one thread", "-"] = (sys.executable, str(CONTENDERS / "duckdb_join.py"), *tables), NOTHING
    usages: dict[tuple[str, str], list[Usage]] = {contender: [] for contender in runs}
    for number in range(sizes.rounds + 1):
        for contender, (command, source) in runs.items():
            usage = run(command, source, bench.output("throughput"))
            if number:
                usages[contender].append(usage)
            else:
                _require(workload, contender[0], bench.output("throughput"))
        bench.report(f"{notation}: round {number} of {sizes.rounds}" if number else f"{notation}: all agree")
    duckdb = usages["DuckDB, one thread", "-"]
    rows: list[Row] = []
    for (name, release), own in usages.items():
        identity = usages.get(("SDK identity command", release))
        rows.append(
            (
                name,
                release,
                round(workload.shape.rows / median(own, "cpu")),
                round(median_ratio(identity, own), 2) if identity else "",
                round(median_ratio(own, duckdb), 2),
                round(median(own, "cpu"), 2),
                round(max(usage.rss for usage in own) / 1e6),
            )
        )
    return rows


def _require(workload: InputFiles, name: str, output: Path) -> None:
    """Raise BenchError unless a contender gave the findings of the reference, or the identity command all rows."""
    if name == "SDK identity command":
        rows = sum(text.count("\n") - 1 for text in answers(output))
        if rows != workload.shape.rows:
            raise BenchError(f"{name} gave {rows} of {workload.shape.rows} rows back ({output})")
        return
    tables = answers(output) if name == "npmanomaly" else [output.read_text(encoding="utf-8")]
    require_agreement(name, findings(tables, DEFAULT_BY), expected(workload), workload.findings)


def expected(workload: InputFiles) -> Findings:
    """Work out value and score of each finding from the table of rows and the baseline, in plain arithmetic."""
    with (workload.folder / "baseline.csv").open(encoding="utf-8") as lines:
        next(lines)
        cells = (line.rstrip("\n").split(",") for line in lines)
        baseline = {tuple(row[: len(DEFAULT_BY)]): row[len(DEFAULT_BY) :] for row in cells}
    findings: Findings = {}
    with (workload.folder / "rows.csv").open(encoding="utf-8") as lines:
        header = next(lines).replace('"', "").split(",")
        metrics = range(1 + len(DEFAULT_BY), len(header) // 2)
        for line in lines:
            row = line.replace('"', "").split(",")
            name = tuple(row[1 : 1 + len(DEFAULT_BY)])
            for number, column in enumerate(metrics):
                average, spread = map(float, baseline[name][3 * number + 1 : 3 * number + 3])
                if row[column] and float(row[column]) > average + 3 * spread:
                    value = float(row[column])
                    key = (*name, row[0], header[column])
                    findings[key] = value, (value - average) / spread
    return findings


def require_agreement(name: str, given: Findings, wanted: Findings, count: int) -> None:
    """Raise BenchError unless ``given`` are the ``wanted`` findings, as many as the workload was made with."""
    if len(wanted) != count:
        raise BenchError(f"the workload was made with {count} values over their limit, and has {len(wanted)}")
    if given.keys() != wanted.keys():
        different = sorted(given.keys() ^ wanted.keys())
        raise BenchError(f"{name} differs in {len(different)} findings, for example {different[0]}")
    for key, numbers in given.items():
        if not all(math.isclose(a, b, rel_tol=1e-9) for a, b in zip(numbers, wanted[key], strict=True)):
            raise BenchError(f"{name} differs in value or score of {key}: {numbers}, not {wanted[key]}")


def memory(bench: Bench, sizes: BenchSize) -> list[Row]:
    """Peak memory for the rows once and many times over, both through a pipe."""
    workload = bench.workload(replace(sizes.shape, notation="decimals"))
    rows: list[Row] = []
    for release in bench.pythons:
        for times in (1, sizes.repeats):
            usage = run(bench.command(release), workload.repeated(times), bench.output("memory"))
            rows.append((release, times * workload.shape.rows, round(usage.rss / 1e6, 1)))
    bench.report("memory done")
    return rows


def series(bench: Bench, sizes: BenchSize) -> list[Row]:
    """What a series costs when the baseline is read, and what a row costs in the first and in the fourth million."""
    rows: list[Row] = []
    for count in sizes.series:
        workload = bench.workload(replace(sizes.shape, notation="decimals", series=count))
        for release in bench.pythons:
            command, target, rounds = bench.command(release), bench.output("series"), range(min(3, sizes.rounds))
            start, load, once = (
                [run(command, workload.folder / source, target) for _ in rounds]
                for source in ("getinfo", "one-row", "stream")
            )
            thrice, often = ([run(command, workload.repeated(times), target) for _ in rounds] for times in (3, 4))
            million = workload.shape.rows / 1e6
            rows.append(
                (
                    count,
                    release,
                    round(median(load, "cpu") - median(start, "cpu"), 2),
                    round(median(load, "rss") / 1e6),
                    round(median(once, "rss") / 1e6),
                    round((median(once, "cpu") - median(load, "cpu")) / million, 2),
                    round((median(often, "cpu") - median(thrice, "cpu")) / million, 2),
                )
            )
        bench.report(f"{count} series done")
    return rows


def starts(bench: Bench, sizes: BenchSize) -> list[Row]:
    """Processor time of a start that only answers getinfo, beside Python alone and one that imports the SDK."""
    workload = bench.workload(replace(sizes.shape, notation="decimals"))
    library = f"import sys; sys.path.insert(0, {str(bench.app / 'lib')!r}); import splunklib.searchcommands"
    rows: list[Row] = []
    for release, python in bench.pythons.items():
        commands = {
            "Python alone": ((str(python), "-c", "pass"), NOTHING),
            "import of the SDK": ((str(python), "-c", library), NOTHING),
            "npmanomaly, getinfo answered": (bench.command(release), workload.folder / "getinfo"),
        }
        for name, (command, source) in commands.items():
            usages = [run(command, source, bench.output("start")) for _ in range(sizes.starts + 1)][1:]
            rows.append((name, release, round(1000 * median(usages, "cpu")), round(1000 * median(usages, "wall"))))
    bench.report("starts done")
    return rows
