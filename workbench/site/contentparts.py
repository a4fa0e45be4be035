"""The parts of the documents that tell what the content YAML says: searches, schedules, macros, lookups."""

from __future__ import annotations

from workbench.compiler.rules.known import TECHNIQUES
from workbench.compiler.yamlfile import Document
from workbench.site.content import ScheduledSearch, SiteContent, SiteError
from workbench.site.wording import cell, code, paragraph, period, plain, schedule, window

_LONGEST_DEFINITION = 90
# The macros that a site may set, beside the filters of detections; the others are parts of searches.
SETTINGS = (
    "kubernetes_metrics",
    "npm_sent_of",
    "npm_sent_in",
    "npm_edges",
    "npm_images",
    "npm_own_metric",
    "npm_leave_out",
    "npm_family",
    "npm_possible",
    "npm_outbound_sensitivity",
    "npm_outbound_intervals",
    "npm_sustained_point",
    "npm_sustained_floors",
    "npm_edge_learning_days",
    "npm_edge_forget_days",
    "npm_edge_many_peers",
    "npm_edge_much_bytes",
)


def schedule_table(content: SiteContent) -> str:
    """Return a table of all searches: when each runs, over what time range, and what it writes."""
    lines = ["| Search | Runs | Over | Writes |", "| --- | --- | --- | --- |"]
    for search in content.searches:
        written = [*map(code, search.tables), *(["risk"] if search.risk else [])]
        over = window(search.earliest, search.latest) if search.reads_metrics else "no metrics"
        runs = schedule(search.cron) if search.cron else "by hand"
        row = (search.name, runs, over, ", ".join(written) or "nothing, shows a report")
        lines.append(f"| {' | '.join(map(cell, row))} |")
    return "\n".join(lines)


def detections(content: SiteContent) -> str:
    """Return a section for each detection: description, throttling, techniques, file, known false positives."""
    return "\n\n".join(_section(search, content) for search in content.searches if search.kind == "detections")


def baselines(content: SiteContent) -> str:
    """Return a section for each search that is not a detection: description and file."""
    return "\n\n".join(_section(search, content) for search in content.searches if search.kind != "detections")


def macros(content: SiteContent) -> str:
    """Return a list of the macros that a site may set: what each is for, and its definition if it is short."""
    items = []
    descriptions = content.project.named("macros")
    shipped_macros = content.macros()
    for name in (*SETTINGS, *(name for name in shipped_macros if name not in descriptions)):
        definition = shipped_macros[name]
        shipped = f", as shipped {code(definition)}" if len(definition) <= _LONGEST_DEFINITION else ""
        described = descriptions[name].text("description") if name in descriptions else "What you know to be normal."
        arguments = ", ".join(map(str, descriptions[name].items("arguments"))) if name in descriptions else ""
        call = f"{name}({arguments})" if arguments else name
        items.append(paragraph(f"- {code(call)}{shipped}: {plain(described)}", "  "))
    return "\n".join(items)


def lookups(content: SiteContent) -> str:
    """Return a list of all lookups: what each holds, and its columns."""
    items = []
    for name, document in content.project.named("lookups").items():
        columns = content.lookup_columns(name)
        listed = f" Columns: {', '.join(map(code, columns))}." if columns else ""
        items.append(paragraph(f"- {code(name)}: {plain(document.text('description'))}{listed}", "  "))
    return "\n".join(items)


def _section(search: ScheduledSearch, content: SiteContent) -> str:
    parts = [f"### {search.name}", paragraph(plain(search.document.text("description")))]
    parts.append("\n".join(paragraph(f"- {fact}", "  ") for fact in _facts(search, content)))
    if search.kind == "detections":
        mistaken = plain(search.document.text("known_false_positives"))
        parts.append(paragraph(f"**Known false positives.** {mistaken}"))
    return "\n\n".join(parts)


def _facts(search: ScheduledSearch, content: SiteContent) -> list[str]:
    facts = []
    throttling = search.document.get("tags", "throttling")
    if isinstance(throttling, dict):
        fields = ", ".join(code(str(field)) for field in throttling.get("fields", []))
        facts.append(f"Throttling: one finding for each {fields} in {period(str(throttling['period']))}")
    techniques = [_technique(search.document, str(each)) for each in search.document.items("tags", "mitre_attack_id")]
    if techniques:
        facts.append(f"MITRE ATT&CK: {', '.join(techniques)}")
    path = search.document.path.relative_to(content.project.root.parent).as_posix()
    return [*facts, f"File: [{search.document.path.name}](../{path}), version {search.document.get('version')}"]


def _technique(document: Document, identifier: str) -> str:
    if identifier not in TECHNIQUES:
        raise SiteError(f"{document.shown}: tags.mitre_attack_id: no technique {identifier} is known; correct it")
    return f"{identifier} {TECHNIQUES[identifier]}"
