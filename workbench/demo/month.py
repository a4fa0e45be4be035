"""Counts the findings of new edges in a month of 500 workloads, by cause, and publishes them: ``make month``.

The shipped searches run at their scheduled times over edges without the traffic between their points; each cluster by
itself, as no search compares clusters. The figures go to docs/month.json, and docs/detection-quality.md shows them.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

from workbench.compiler.finding import BuildError
from workbench.demo.alerts import ORDINARY, by_kind, judged, kind_of
from workbench.demo.comparison import versions
from workbench.demo.risk import highest, risks
from workbench.demo.tables import SHORT
from workbench.demo.verdict import DetectionFinding, Verdict, findings_of, judge
from workbench.demo.watch import CHECKOUT, compiled_package, installed
from workbench.replay.errors import ReplayError
from workbench.replay.report import write_json_lines
from workbench.replay.schedule import SearchRun, Site, due, run_search
from workbench.replay.throttle import Throttle
from workbench.site.blocks import parts, renewed
from workbench.site.month import FIGURES, month_of_edges
from workbench.spl.times import utc_text
from workbench.traffic.attacks import EDGES
from workbench.traffic.changes import CAUSES, MEETINGS, is_weekend
from workbench.traffic.loadcurves import DAY
from workbench.traffic.month import HISTORY, write_month
from workbench.traffic.simulated_store import DEFAULT_END
from workbench.traffic.store import MetricsStore, StoreError
from workbench.traffic.writing import TRUTH_FILE
from workbench.writing import write_text

DAYS = 30
SEED = 4242  # used for nothing else
KEEPING = "K8S NPM - Baseline Of Kubernetes NPM TCP Edges"


def measure(folder: Path, days: int) -> dict[str, Any]:
    """Watch ``days`` days in ``folder``; return the figures, ready for JSON.

    BuildError, ReplayError or StoreError when the app cannot be built or a search cannot be run.
    """
    staged = compiled_package().staged
    write_month(folder / "store", days, DEFAULT_END, SEED)
    truth = json.loads((folder / "store" / TRUTH_FILE).read_text(encoding="utf-8"))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        runs = [run for each in pool.map(partial(watched, staged, folder), truth["clusters"]) for run in each]
    verdict = judge(truth, findings_of(runs))
    lines = [
        {"at": utc_text(each.finding.at), "cause": kind_of(each, truth), "summary": str(each.finding.row["summary"])}
        for each in judged(verdict)
    ]
    write_json_lines(folder / "findings.jsonl", lines)
    return {
        "measured": datetime.now(timezone.utc).date().isoformat(),
        "days": days,
        "history": HISTORY,
        "seed": SEED,
        "detections": {SHORT[name]: versions()[SHORT[name]] for name in EDGES},
        "workloads": truth["workloads"],
        **counted(verdict, truth),
        "risk": over_the_month(verdict, runs),
    }


def watched(staged: Path, folder: Path, cluster: str) -> list[SearchRun]:
    """Learn what is before the watched days of one cluster, then follow the schedule; return the runs with findings.

    ReplayError or StoreError when a search cannot be run.
    """
    truth = json.loads((folder / "store" / TRUTH_FILE).read_text(encoding="utf-8"))
    start, end = float(truth["watched_from"]), float(truth["end"])
    macro = f'(index={truth["index"]} k8s.cluster.name="{cluster}")'
    app = installed(staged, folder / cluster, {"kubernetes_metrics": macro})
    store, throttle = MetricsStore(folder / "store", threads=1), Throttle()
    site = Site(app, store, Path(sys.executable))
    keeping = app.saved_searches[KEEPING]
    try:
        run_search(app.saved_searches["K8S NPM - Tables"], start, site, throttle)
        run_search(replace(keeping, earliest=f"-{HISTORY}d"), start, site, throttle)
        detections = [app.saved_searches[f"K8S NPM - {name} - Rule"] for name in EDGES]
        runs = (run_search(search, at, site, throttle) for at, search in due([keeping, *detections], start, end))
        return [run for run in runs if run.findings]
    finally:
        store.close()


def counted(verdict: Verdict, truth: Mapping[str, Any]) -> dict[str, Any]:
    """Return the findings by cause and by watched day, and what became of each attack.

    Days are those of UTC; the findings of attacks count for none.
    """
    harmless = [each for each in judged(verdict) if each.cause != "attack"]
    often = {each.kind: each.often for each in (*CAUSES, *MEETINGS)} | {ORDINARY: ""}
    counts = by_kind(harmless, truth, EDGES)
    days = Counter(int(each.finding.at // DAY) for each in harmless)
    watched_days = range(int(truth["watched_from"] // DAY), int(truth["end"] // DAY))
    return {
        "working days": [days[day] for day in watched_days if not is_weekend(day)],
        "weekends": [days[day] for day in watched_days if is_weekend(day)],
        "causes": [
            {"kind": kind, "often": how, "findings": counts.get(kind, [0] * len(EDGES))} for kind, how in often.items()
        ],
        "attacks": _attacks(verdict),
    }


def over_the_month(verdict: Verdict, runs: Iterable[SearchRun]) -> dict[str, Any]:
    """Return how many risk objects a rule of Enterprise Security reports, attacked and not, by new edges alone.

    And the most points that one that was not attacked had in 24 hours.
    """
    attacked = {str(finding.row["entity"]) for _, findings in verdict.caught for finding in findings}
    events = [event for run in runs for event in run.risk_events]
    reported = {risk.risk_object for risk in risks(events) if risk.reported}
    harmless = [risk.points for risk in highest(events) if risk.risk_object not in attacked]
    return {
        "attacked": len(reported & attacked),
        "not attacked": len(reported - attacked),
        "most points": max(harmless, default=0),
    }


def _attacks(verdict: Verdict) -> list[dict[str, Any]]:
    kinds: dict[str, list[tuple[dict[str, Any], Sequence[DetectionFinding]]]] = {}
    for attack, findings in verdict.caught:
        kinds.setdefault(attack["kind"], []).append((attack, findings))
    made = []
    for kind, alike in kinds.items():
        # Where a detection should see it, a finding of that one counts.
        first = [
            min((each.at for each in findings if each.detection in (attack["expected_by"] or EDGES)), default=None)
            for attack, findings in alike
        ]
        minutes = [(at - attack["start"]) / 60 for at, (attack, _) in zip(first, alike, strict=True) if at is not None]
        made.append(
            {
                "kind": kind,
                "number": len(alike),
                "expected": bool(alike[0][0]["expected_by"]),
                "found": len(minutes),
                "minutes": round(max(minutes)) if minutes else None,
            }
        )
    return made


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; publish a month of the usual size. Exit code 1 after a message if that fails."""
    parser = argparse.ArgumentParser(prog="python -m workbench.demo.month", description=__doc__)
    parser.add_argument(
        "--days", type=int, default=DAYS, help=f"days to watch (default {DAYS}; others publish nothing)"
    )
    options = parser.parse_args(arguments)
    if options.days < 7:
        parser.error("--days must be 7 or more, as there is an attack of each kind in a week")
    try:
        figures = measure(CHECKOUT / "demo" / "month", options.days)
    except (BuildError, ReplayError, StoreError) as error:
        print(f"month: {error}", file=sys.stderr)
        return 1
    if options.days == DAYS:
        write_text(CHECKOUT / FIGURES, json.dumps(figures, indent=1) + "\n")
        page = CHECKOUT / "docs" / "detection-quality.md"
        write_text(page, renewed(page.read_text(encoding="utf-8"), parts(CHECKOUT), page.name))
    print(month_of_edges(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
