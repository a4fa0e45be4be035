"""The checks between files, and between the fields of one file: everything named exists, nothing contradicts.

One function per rule, all of the same form, listed in REFERENCE_CHECKS: a new rule is a new function there.
They look at the files as read, so that they also work on files with other mistakes.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator

from workbench.compiler.problems import Problem
from workbench.compiler.project import Project, file_stem
from workbench.compiler.searches import DRILLDOWN_PLACEHOLDER
from workbench.compiler.shapes import as_flag, did_you_mean
from workbench.compiler.yamlfile import Document, Place

LONGEST_STANZA = 81  # Enterprise Security takes 99, and puts "endpoint - " and " - Rule" around it when it clones


def stanza_name(label: str, kind: str, name: str) -> str:
    """The stanza of a detection or baseline in savedsearches.conf; kind is the folder it comes from."""
    return f"{label} - {name} - Rule" if kind == "detections" else f"{label} - {name}"


def deployment_of(project: Project, document: Document) -> tuple[Document, Place] | None:
    """The file and place that hold the schedule and actions of a search: its own, or those of its type."""
    if isinstance(document.get("deployment"), dict):
        return document, ("deployment",)
    found = project.named("deployments").get(deployment_name(document.text("type")))
    return (found, ()) if found else None


def deployment_name(kind: str) -> str:
    """The name under which contentctl looks up the deployment of a type."""
    return f"ESCU Default Configuration {kind}"


def makes_risk(deployment: tuple[Document, Place]) -> bool:
    """Whether a deployment turns results into risk events."""
    document, place = deployment
    return as_flag(document.get(*place, "alert_action", "rba", "enabled")) is True


def check_stories(project: Project) -> Iterator[Problem]:
    """The stories of a detection or baseline exist."""
    for document in project.searches():
        yield from _unknown_names(project, document, ("tags", "analytic_story"), "stories")


def check_baseline_detections(project: Project) -> Iterator[Problem]:
    """The detections that a baseline says it serves exist."""
    for document in project.kind("baselines"):
        yield from _unknown_names(project, document, ("tags", "detections"), "detections")


def check_data_sources(project: Project) -> Iterator[Problem]:
    """Data sources exist; one entry may join several with AND."""
    for document in project.kind("detections"):
        for index, entry in enumerate(document.items("data_source")):
            for name in str(entry).split("AND"):
                if project.lacks("data_sources", name.strip()):
                    what = f"names {name.strip()!r}, unknown; correct it or add it to data_sources/"
                    yield document.problem(("data_source", index), what)


def _unknown_names(project: Project, document: Document, place: Place, folder: str) -> Iterator[Problem]:
    for index, name in enumerate(document.items(*place)):
        if isinstance(name, str) and project.lacks(folder, name):
            hint = did_you_mean(name, project.named(folder))
            yield document.problem((*place, index), f"{name!r} is not in {folder}/{hint}; correct it or add it")


def check_deployment_exists(project: Project) -> Iterator[Problem]:
    """Every search has a schedule."""
    for document in project.searches():
        kind = document.text("type")
        name = deployment_name(kind)
        if kind and deployment_of(project, document) is None and project.lacks("deployments", name):
            what = f"{kind} has no schedule; add deployments/{file_stem(name)}.yml, named {name}"
            yield document.problem(("type",), what)


def check_risk(project: Project) -> Iterator[Problem]:
    """``rba`` is there exactly if the deployment makes risk events, and its fields occur in the search."""
    for document in project.kind("detections"):
        deployment = deployment_of(project, document)
        if deployment and makes_risk(deployment) and document.get("rba") is None:
            what = f"is missing, but {deployment[0].shown} enables rba; add message, risk_objects, threat_objects"
            yield document.problem(("rba",), what)
        elif deployment and not makes_risk(deployment) and document.get("rba") is not None:
            what = f"is never used: {deployment[0].shown} does not enable rba; enable it there or remove this"
            yield document.problem(("rba",), what)
        yield from _risk_fields(document)


def _risk_fields(document: Document) -> Iterator[Problem]:
    search = document.text("search").lower()
    for kind in ("risk_objects", "threat_objects"):
        for index, _ in enumerate(document.items("rba", kind)):
            place: Place = ("rba", kind, index, "field")
            if document.text(*place).lower() not in search:
                what = f"{document.text(*place)!r} does not occur in the search; use a field it returns"
                yield document.problem(place, what)
    for token in re.findall(r"\$([^\s$]+)\$", document.text("rba", "message")):
        if token.lower() not in search:
            what = f"${token}$ does not occur in the search; use a field it returns"
            yield document.problem(("rba", "message"), what)


def check_throttling(project: Project) -> Iterator[Problem]:
    """The fields of a throttle occur in the search."""
    for document in project.kind("detections"):
        place: Place = ("tags", "throttling", "fields")
        for index, name in enumerate(document.items(*place)):
            if isinstance(name, str) and name not in document.text("search"):
                what = f"{name!r} does not occur in the search; throttle on a field it returns"
                yield document.problem((*place, index), what)


def check_techniques(project: Project) -> Iterator[Problem]:
    """A technique does not stand beside one of its own sub-techniques."""
    for document in project.kind("detections"):
        listed = [str(entry) for entry in document.items("tags", "mitre_attack_id")]
        for index, entry in enumerate(listed):
            if any(other.startswith(f"{entry}.") for other in listed):
                what = f"{entry} stands beside a sub-technique of its own; keep only the sub-technique"
                yield document.problem(("tags", "mitre_attack_id", index), what)


def check_production(project: Project) -> Iterator[Problem]:
    """What contentctl wants of a production detection; and that nothing ships enabled."""
    for document in project.kind("detections"):
        kind = document.text("type")
        if as_flag(document.get("enabled_by_default")):
            what = "is true, but everything ships disabled so that each site decides; remove it"
            yield document.problem(("enabled_by_default",), what)
        if document.text("status") != "production":
            continue
        if kind != "Hunting":
            yield from _production_drilldowns(document)
        if kind != "Correlation" and not document.items("tests") and not document.text("tags", "manual_test"):
            yield document.problem(("tests",), "production needs at least one; add it or use status experimental")


def _production_drilldowns(document: Document) -> Iterator[Problem]:
    drilldowns = range(len(document.items("drilldown_searches")))
    if len(drilldowns) < 2:
        what = "production needs at least two; add them or use status experimental"
        yield document.problem(("drilldown_searches",), what)
    if not any(DRILLDOWN_PLACEHOLDER in document.text("drilldown_searches", i, "search") for i in drilldowns):
        what = f"production needs one that contains {DRILLDOWN_PLACEHOLDER}; add it"
        yield document.problem(("drilldown_searches",), what)


def check_stanza_length(project: Project) -> Iterator[Problem]:
    """The stanza is short enough to be cloned in Enterprise Security."""
    label = project.app.text("app", "label")
    for folder in ("detections", "baselines"):
        for document in project.kind(folder):
            stanza = stanza_name(label, folder, document.text("name"))
            if len(stanza) > LONGEST_STANZA:
                size = f"{len(stanza)} characters, may have {LONGEST_STANZA}"
                what = f"makes the stanza {stanza!r}, {size}; shorten it"
                yield document.problem(("name",), what)


def check_tables(project: Project) -> Iterator[Problem]:
    """Every lookup has its table, in a form that Splunk reads; no table lies about without a lookup."""
    wanted = {document.path.with_suffix(".csv"): document for document in project.kind("lookups")}
    for path, document in wanted.items():
        if not path.is_file():
            yield document.problem(("name",), f"has no table; add {path.name} beside it, with at least a header")
        else:
            yield from _table_problems(document, path.read_bytes())
    for path in sorted((project.root / "lookups").rglob("*.csv")):
        if path not in wanted and project.lacks("lookups", path.stem):
            shown = path.relative_to(project.root).as_posix()
            what = f"{shown} belongs to no lookup; add {path.stem}.yml beside it or remove it"
            yield project.app.problem(("lookups",), what)


def _table_problems(document: Document, content: bytes) -> Iterator[Problem]:
    table = f"{document.path.stem}.csv"
    if content.startswith(b"\xef\xbb\xbf") or b"\r" in content:
        what = f"{table} has a byte order mark or carriage returns; save it as UTF-8 with plain line ends"
        yield document.problem(("lookup_type",), what)
        return
    try:
        rows = list(csv.reader(io.StringIO(content.decode()), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        yield document.problem(("lookup_type",), f"{table} is no CSV in UTF-8 ({error}); correct it")
        return
    if not rows or not all(rows[0]) or len(set(rows[0])) < len(rows[0]):
        what = f"{table} has no header of distinct names; write the columns into its first line"
        yield document.problem(("lookup_type",), what)
    for index, row in enumerate(rows[1:], 2):
        if len(row) != len(rows[0]):
            what = f"{table} line {index} has {len(row)} columns, the header {len(rows[0])}; correct it"
            yield document.problem(("lookup_type",), what)


REFERENCE_CHECKS: tuple[Callable[[Project], Iterator[Problem]], ...] = (
    check_stories,
    check_baseline_detections,
    check_data_sources,
    check_deployment_exists,
    check_risk,
    check_throttling,
    check_techniques,
    check_production,
    check_stanza_length,
    check_tables,
)
