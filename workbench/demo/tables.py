"""What the demo prints: injected attacks beside what was found, the findings themselves, the false alerts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.filesize import decimal
from rich.markup import escape
from rich.table import Table

from workbench.demo.verdict import DetectionFinding, Verdict
from workbench.replay.rows import each_text
from workbench.spl.times import utc_text
from workbench.traffic.attacks import EDGES, NEW_EDGE, NEW_UDP_EDGE, OUTBOUND, SUSTAINED

SHORT = {OUTBOUND: "outbound", SUSTAINED: "sustained", NEW_EDGE: "new edge", NEW_UDP_EDGE: "new UDP edge"}


def print_truth(verdict: Verdict, console: Console) -> None:
    """Each injected attack in a row: what, where, when, how much, and what each detection made of it."""
    table = Table(
        box=SIMPLE_HEAD, title="Injected attacks, and how soon each detection found them", title_justify="left"
    )
    for name in ("attack", "cluster", "from -> to", "when (UTC)", "added", *SHORT.values()):
        table.add_column(name, justify="right" if name == "added" else "left", overflow="fold")
    for attack, findings in verdict.caught:
        table.add_row(
            attack["kind"],
            attack["cluster"],
            escape(f"{attack['workload']} / {attack['process']} -> {attack['dest']}"),
            f"{utc_text(attack['start'])[5:16]} - {utc_text(attack['end'])[11:16]}",
            decimal(attack["added_bytes"]),
            *(_found(attack, findings, detection) for detection in SHORT),
        )
    console.print(table)


def print_findings(verdict: Verdict, console: Console) -> None:
    """Each finding as a person reads it, and what it turned out to be."""
    causes: list[tuple[DetectionFinding, str]] = []
    for attack, findings in verdict.caught:
        causes += [(finding, f"[red]attack: {attack['kind']}[/red]") for finding in findings]
    causes += [(finding, f"[yellow]false alert: {cause['kind']}[/yellow]") for finding, cause in verdict.explained]
    causes += [(finding, "[yellow]false alert[/yellow]") for finding in verdict.unexplained]
    table = Table(box=SIMPLE_HEAD, title="Findings, after throttling", title_justify="left")
    for name in ("raised (UTC)", "cluster", "finding", "because", "in truth"):
        table.add_column(name, overflow="fold", max_width=60 if name == "because" else None)
    for finding, cause in sorted(causes, key=lambda pair: pair[0].at):
        table.add_row(
            utc_text(finding.at)[5:16].replace("T", " "),
            escape(str(finding.row["cluster"])),
            escape(_subject(finding)),
            escape(_because(finding)),
            cause,
        )
    console.print(table)


def print_summary(verdict: Verdict, hours: float, console: Console) -> None:
    """Counts: attacks found of those that can be, false alerts by detection, by day."""
    expected = [attack for attack, _ in verdict.caught if attack["expected_by"]]
    detected = len(expected) - len(verdict.missed)
    console.print(f"[bold]{detected} of {len(expected)} attacks found by every detection that should see them.[/bold]")
    for attack in verdict.missed:
        console.print(f"[red]Missed: {attack['kind']} in {attack['cluster']}, {attack['note']}[/red]")
    for attack, findings in verdict.caught:
        if not attack["expected_by"]:
            seen = "was seen all the same" if findings else "was not seen, as expected"
            console.print(f"Beyond all detections, {seen}: {attack['kind']} ({attack['note']}).")
    by_detection = Counter(SHORT[finding.detection] for finding in _false_alerts(verdict))
    listed = ", ".join(f"{name} {count}" for name, count in sorted(by_detection.items()))
    causes = Counter(cause["kind"] for _, cause in verdict.explained)
    known = ", ".join(f"{count} from a {kind}" for kind, count in causes.items())
    console.print(
        f"[bold]False alerts in {hours:g} hours: {verdict.false_alerts or 'none'}[/bold]"
        + (f" ({listed})" if listed else "")
        + (f"; with a benign cause that the truth names: {known}." if known else ".")
    )


def _false_alerts(verdict: Verdict) -> Iterable[DetectionFinding]:
    yield from (finding for finding, _ in verdict.explained)
    yield from verdict.unexplained


def _subject(finding: DetectionFinding) -> str:
    row = finding.row
    if finding.detection in EDGES:
        return f"{row['workload']} -> {row['dest_workload']}"
    return f"{row['workload']} / {row['process']}"


def _because(finding: DetectionFinding) -> str:
    reasons = each_text(finding.row.get("anomalies") or finding.row.get("reason"))
    more = len(reasons) - 1
    return reasons[0] + (f" (and {more} more metric{'s' if more > 1 else ''})" if more else "")


def _found(attack: dict[str, Any], findings: tuple[DetectionFinding, ...], detection: str) -> str:
    at = next((finding.at for finding in findings if finding.detection == detection), None)
    if at is not None:
        return f"[green]after {(at - attack['start']) / 60:.0f} min[/green]"
    return "[red]missed[/red]" if detection in attack["expected_by"] else "not expected"
