"""Command line of the fuzzing: campaigns on all targets, one after the other, with a report.

    python -m fuzz [--runs N] [--seconds S] [--target NAME ...] [--keep]

Starts from the seeds and the kept corpus; what is found goes to build/fuzz/TARGET. A finding ends with status 1 and the
path of the input that shows it.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path

_APP = Path(__file__).parents[1] / "app" / "bin"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the campaigns; returns the exit status."""
    sys.path.insert(0, str(_APP))  # the targets import npmlib, and nobody installs it
    from fuzz import campaigns
    from fuzz.targets import TARGETS

    parser = argparse.ArgumentParser(prog="python -m fuzz", description="Throws hostile input at the command.")
    parser.add_argument("--runs", type=int, default=300_000, metavar="N", help="executions for each target (300000)")
    parser.add_argument("--seconds", type=int, default=0, metavar="S", help="longest time for each target (no end)")
    parser.add_argument("--target", choices=list(TARGETS), action="append", help="only this one")
    parser.add_argument("--keep", action="store_true", help="then renew fuzz/corpus from what was found")
    options = parser.parse_args(arguments)
    reports: list[campaigns.Report] = []
    for name in options.target or TARGETS:
        report = campaigns.run(name, TARGETS[name], options.runs, options.seconds)
        reports.append(report)
        print(f"{name}: {report.executions:,} executions in {report.seconds} s", flush=True)
        if report.finding:
            work = campaigns.WORK / name
            print(f"{name}: FINDING, see the end of {work / 'log'} and the input in {work / 'broken'}", flush=True)
        elif options.keep:
            print(f"{name}: {campaigns.keep(name, TARGETS[name])} inputs kept", flush=True)
    text = json.dumps([dataclasses.asdict(report) for report in reports], indent=1)
    (campaigns.WORK / "report.json").write_text(text + "\n", encoding="utf-8")
    total = sum(report.executions for report in reports)
    print(f"{total:,} executions, {sum(report.finding for report in reports)} findings")
    return int(any(report.finding for report in reports))


if __name__ == "__main__":
    sys.exit(main())
