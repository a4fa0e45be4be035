"""What the demo prints: injected attacks beside what was found, the findings themselves, the false alerts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.filesize import decimal
from rich.markup import escape
from rich.table import Table

from workbench.demo.alerts import Judged, by_kind, kind_of
from workbench.demo.risk import MONTH, highest, month
from workbench.demo.verdict import DetectionFinding, Verdict
from workbench.replay.rows import each_text
from workbench.replay.schedule import SearchRun
from workbench.spl.times import utc_text
from workbench.traffic.attacks import EDGES, NEW_EDGE, NEW_UDP_EDGE, OUTBOUND, SUSTAINED

SHORT = {OUTBOUND: "outbound", SUSTAINED: "sustained", NEW_EDGE: "new edge", NEW_UDP_EDGE: "new UDP edge"}
LISTED = 8  # risk objects that are listed in any case


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


def print_findings(findings: Sequence[Judged], truth: Mapping[str, Any], console: Console) -> None:
    """Each finding as a person reads it, and what it turned out to be."""
    table = Table(box=SIMPLE_HEAD, title="Findings, after throttling", title_justify="left")
    for name in ("raised (UTC)", "cluster", "finding", "because", "in truth"):
        table.add_column(name, overflow="fold", max_width=60 if name == "because" else None)
    for each in findings:
        finding = each.finding
        attack = f"[red]attack: {each.event['kind']}[/red]" if each.cause == "attack" and each.event else ""
        table.add_row(
            utc_text(finding.at)[5:16].replace("T", " "),
            escape(str(finding.row["cluster"])),
            escape(_subject(finding)),
            escape(_because(finding)),
            attack or f"[yellow]false alert: {kind_of(each, truth)}[/yellow]",
        )
    console.print(table)


def print_causes(findings: Sequence[Judged], truth: Mapping[str, Any], console: Console) -> None:
    """How many findings each cause gave, by detection."""
    table = Table(box=SIMPLE_HEAD, title="Findings by cause", title_justify="left")
    for name in ("cause", *SHORT.values(), "all"):
        table.add_column(name, justify="left" if name == "cause" else "right")
    for kind, counts in by_kind(findings, truth, tuple(SHORT)).items():
        table.add_row(kind, *(str(count or "") for count in counts), str(sum(counts)))
    console.print(table)


def print_risks(verdict: Verdict, runs: Iterable[SearchRun], console: Console) -> None:
    """The risk objects that a stock rule of Enterprise Security reports in a month, and the highest of the others."""
    attacked = {str(finding.row["entity"]) for _, findings in verdict.caught for finding in findings}
    title = f"Risk in the worst 24 hours of {MONTH} days, all like this one but that only the last has the attacks"
    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left")
    for name in ("risk object", "points", "a rule of Enterprise Security", "in truth"):
        table.add_column(name, justify="right" if name == "points" else "left", overflow="fold")
    for number, risk in enumerate(highest(month(runs, verdict))):
        if risk.reported or number < LISTED:
            truth = "[red]attacked[/red]" if risk.risk_object in attacked else "[yellow]not attacked[/yellow]"
            reported = "reports it" if risk.reported else "does not"
            table.add_row(escape(risk.risk_object), f"{risk.points:g}", reported, truth)
    console.print(table)


def print_summary(verdict: Verdict, hours: float, console: Console) -> None:
    """Counts: attacks found of those that can be, and false alerts."""
    expected = [attack for attack, _ in verdict.caught if attack["expected_by"]]
    detected = len(expected) - len(verdict.missed)
    console.print(f"[bold]{detected} of {len(expected)} attacks found by every detection that should see them.[/bold]")
    for attack in verdict.missed:
        console.print(f"[red]Missed: {attack['kind']} in {attack['cluster']}, {attack['note']}[/red]")
    for attack, findings in verdict.caught:
        if not attack["expected_by"]:
            seen = "was seen all the same" if findings else "was not seen, as expected"
            console.print(f"Beyond all detections, {seen}: {attack['kind']} ({attack['note']}).")
    known = (
        f", {len(verdict.explained)} of them with a benign cause that the truth names" if verdict.false_alerts else ""
    )
    console.print(f"[bold]False alerts in {hours:g} hours: {verdict.false_alerts or 'none'}[/bold]{known}.")


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
