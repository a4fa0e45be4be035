"""The report of the demo: one HTML file with everything in it, that opens without a network."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs
from rich.filesize import decimal

from workbench.demo.alerts import CAUSES, HOUR, Judged, Load, by_hour, by_kind, held_back, judged, kind_of, loads
from workbench.demo.charts import graph_chart, hours_chart, series_chart
from workbench.demo.drawing import Chart, readable, shortened
from workbench.demo.edges import edge_graphs
from workbench.demo.evidence import Evidence, gather
from workbench.demo.tables import SHORT
from workbench.demo.verdict import DetectionFinding, Verdict
from workbench.replay.app import App
from workbench.replay.rows import each_text
from workbench.replay.schedule import SearchRun
from workbench.spl.times import utc_text
from workbench.traffic.attacks import DETECTIONS, EDGES, SUSTAINED
from workbench.traffic.store import MetricsStore
from workbench.writing import write_text

PAGE = Path(__file__).parent / "page"
LONGEST = 1000  # characters of a text that the page shows; names may be of any length


@dataclass(frozen=True)
class Watched:
    """Traffic that was watched: its truth, what the searches did over its last ``hours``, and how it was judged.

    ``app`` is the scratch copy that the searches ran in, with the tables they wrote; ``store`` the folder of the
    store.
    """

    title: str
    anchor: str
    truth: Mapping[str, Any]
    hours: float
    runs: Sequence[SearchRun]
    verdict: Verdict
    app: App
    store: Path

    @property
    def start(self) -> float:
        """When the watching began, epoch seconds."""
        return float(self.truth["end"]) - self.hours * HOUR


@dataclass
class _Charts:
    """The charts of the page by the id of the element that shows them."""

    by_id: dict[str, Chart] = field(default_factory=dict)

    def add(self, chart: Chart, what: str) -> dict[str, Any]:
        """Take in a chart; returns what the template needs of it. ``what`` says in words what it shows."""
        name = f"chart-{len(self.by_id)}"
        self.by_id[name] = chart
        return {"id": name, "height": chart["layout"]["height"], "what": what}


def write_report(path: Path, sections: Sequence[Watched]) -> None:
    """Write the report on ``sections`` to ``path``, whole or not at all.

    StoreError or ReplayError when a store or the tables of an app cannot be read.
    """
    write_text(path, render(sections))


def render(sections: Sequence[Watched]) -> str:
    """Return the page as text; errors as for write_report."""
    charts = _Charts()
    shown = [_section(section, charts) for section in sections]
    # Only these two scripts may run, whatever a hostile name managed to put into the page.
    scripts = [_script(get_plotlyjs()), _script((PAGE / "report.js").read_text(encoding="utf-8"))]
    environment = Environment(
        loader=FileSystemLoader(PAGE),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2").render(
        sections=shown,
        causes=CAUSES,
        scripts=[Markup(script) for script in scripts],  # noqa: S704 - our own file and the library, no names in it
        script_hashes=" ".join(f"'sha256-{_digest(script)}'" for script in scripts),
        style=Markup((PAGE / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
        charts=_json(charts.by_id),
    )


def _script(text: str) -> str:
    if "</script" in text.lower():
        raise ValueError("a script that closes its own element cannot be embedded")
    return "\n" + text.replace("\r\n", "\n") + "\n"


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _json(content: object) -> Markup:
    """JSON that can stand in an element: it never holds a character that HTML reads."""
    text = json.dumps(content, allow_nan=False, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - escaped in the line above


def _visible(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Markup):
        return shortened(readable(value), LONGEST)
    return value


def _section(section: Watched, charts: _Charts) -> dict[str, Any]:
    findings = judged(section.verdict)
    store = MetricsStore(section.store)
    try:
        evidence = gather([each.finding for each in findings], section.runs, section.app, store)
    finally:
        store.close()
    views = [_finding(each, proof, section.truth, charts) for each, proof in zip(findings, evidence, strict=True)]
    load = loads(findings, DETECTIONS, section.hours)
    lookups = section.app.lookups
    table = lookups.read("npm_known_edges")[1] if lookups.path("npm_known_edges").is_file() else []
    graphs = edge_graphs(table, section.verdict, section.start)
    expected = [attack for attack, _ in section.verdict.caught if attack["expected_by"]]
    hours = by_hour(findings, section.start, section.hours)
    return {
        "title": section.title,
        "anchor": section.anchor,
        "truth": section.truth,
        "hours": f"{section.hours:g}",
        "from": _clock(section.start),
        "to": _clock(float(section.truth["end"])),
        "expected": len(expected),
        "caught": len(expected) - len(section.verdict.missed),
        "detections": list(SHORT.values()),
        "attacks": [_attack(attack, findings) for attack, findings in section.verdict.caught],
        "loads": [_load(each, SHORT[each.detection]) for each in load] + [_load(_sum(load), "all")],
        "kinds": by_kind(findings, section.truth, DETECTIONS),
        "held_back": held_back(section.runs),
        "hours_chart": charts.add(hours_chart(hours, section.start), "Findings by hour and cause"),
        "graphs": [
            {
                "cluster": graph.cluster,
                "workloads": len(graph.workloads),
                "links": len(graph.links),
                "left_out": graph.left_out,
                "new": sum(link.kind not in ("known", "attack on a known edge") for link in graph.links),
                "chart": charts.add(graph_chart(graph), f"Edge graph of cluster {graph.cluster}"),
            }
            for graph in graphs
        ],
        "groups": _groups(section.verdict, views),
    }


def _attack(attack: Mapping[str, Any], findings: Sequence[DetectionFinding]) -> dict[str, Any]:
    states = {}
    for detection, name in SHORT.items():
        at = next((finding.at for finding in findings if finding.detection == detection), None)
        if at is not None:
            states[name] = {"state": "found", "text": f"after {(at - attack['start']) / 60:.0f} min"}
        elif detection in attack["expected_by"]:
            states[name] = {"state": "missed", "text": "missed"}
        else:
            states[name] = {"state": "none", "text": "not expected"}
    return {
        **attack,
        "when": _span(attack["start"], attack["end"]),
        "added": decimal(int(attack["added_bytes"])),
        "found": states,
    }


def _load(load: Load, name: str) -> dict[str, Any]:
    a_day = {cause: f"{number:.3g}" for cause, number in load.a_day.items()}
    return {"name": name, "found": load.total, "a_day": a_day, "total": f"{load.total_a_day:.3g}"}


def _sum(each: Sequence[Load]) -> Load:
    watched = {cause: sum(load.watched[cause] for load in each) for cause in CAUSES}
    return Load("", watched, {cause: sum(load.a_day[cause] for load in each) for cause in CAUSES})


def _groups(verdict: Verdict, views: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Findings of each attack together, then those with a benign cause, then the rest."""
    groups = []
    for attack, _ in verdict.caught:
        of_it = [view for view in views if view["event"] is attack]
        heading = f"Attack: {attack['kind']} in {attack['cluster']}"
        groups.append({"heading": heading, "note": attack["note"], "findings": of_it, "open": True})
    benign = [view for view in views if view["cause"] == "benign cause"]
    note = "Something harmless that the truth file names: a person has to find that out."
    groups.append({"heading": "Findings with a benign cause", "note": note, "findings": benign, "open": False})
    rest = [view for view in views if view["cause"] == "unexplained"]
    note = "Nothing but the ups and downs of the traffic; false alerts."
    groups.append({"heading": "Unexplained findings", "note": note, "findings": rest, "open": False})
    return [group for group in groups if group["findings"]]


def _finding(each: Judged, proof: Evidence, truth: Mapping[str, Any], charts: _Charts) -> dict[str, Any]:
    row, edge = each.finding.row, each.finding.detection in EDGES
    ends = ("workload", "dest_workload") if edge else ("workload", "process")
    subject = [str(row.get(name)) for name in ends]
    attack = each.event if each.cause == "attack" else None
    hourly = each.finding.detection == SUSTAINED
    shown = "Edge" if edge else "Hours of process" if hourly else "Process"
    what = f"{shown} {' '.join(subject)} in cluster {row.get('cluster')}"
    counted = [len(track.over) for track in proof.tracks]
    marked = max(counted, default=0) if hourly else sum(counted)  # as the detections count
    return {
        "cause": each.cause,
        "event": each.event,
        "kind": each.event["kind"] if each.event else kind_of(each, truth),
        "detection": SHORT[each.finding.detection],
        "edge": edge,
        "at": _clock(each.finding.at),
        "cluster": str(row.get("cluster")),
        "subject": subject,
        "level": ", ".join(str(one) for one in (row.get("level"), f"confidence {row['confidence']}") if one),
        "risk_score": str(row.get("risk_score") or ""),
        "reasons": [*each_text(row["summary"]), *each_text(row.get("anomalies"))],
        "searched": _span(each.finding.earliest, each.finding.latest),
        "marked": f"{'hours' if hourly else 'intervals'}: {marked}",
        "chart": charts.add(series_chart(proof, attack, float(truth["interval"])), what) if proof.tracks else None,
    }


def _clock(moment: float) -> str:
    return utc_text(moment)[:16].replace("T", " ")


def _span(start: float, end: float) -> str:
    """Two times, the date of the second only when it is another day."""
    first, last = _clock(start), _clock(end)
    return f"{first} to {last[-5:] if first[:10] == last[:10] else last}"
