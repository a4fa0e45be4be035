"""The rules between files: everything named exists."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from workbench.compiler import catalogue
from workbench.compiler.deployments import deployment_name, deployment_of
from workbench.compiler.drilldowns import DRILLDOWN_PLACEHOLDER
from workbench.compiler.finding import Finding, Rule
from workbench.compiler.project import file_stem
from workbench.compiler.rules.content import Content
from workbench.compiler.rules.known import TECHNIQUES, TECHNIQUES_SHOWN
from workbench.compiler.shapes import as_flag, did_you_mean
from workbench.compiler.yamlfile import Document, Place


def check_stories(content: Content) -> Iterator[Finding]:
    """The stories of a detection or baseline exist, and there is one."""
    place: Place = ("tags", "analytic_story")
    for document in content.project.searches():
        yield from _unknown_names(content, document, place, "stories", catalogue.UNKNOWN_STORY)
        if document.get(*place) == []:
            yield document.finding(catalogue.NO_STORY, place, "is empty", "name a story of stories/")


def check_baseline_detections(content: Content) -> Iterator[Finding]:
    """The detections that a baseline says it serves exist."""
    place: Place = ("tags", "detections")
    for document in content.project.kind("baselines"):
        yield from _unknown_names(content, document, place, "detections", catalogue.UNKNOWN_DETECTION)


def check_data_sources(content: Content) -> Iterator[Finding]:
    """Data sources exist; one entry may join several with AND."""
    for document in content.project.kind("detections"):
        for index, entry in enumerate(document.items("data_source")):
            for name in str(entry).split("AND"):
                if content.project.lacks("data_sources", name.strip()):
                    message, fix = f"names {name.strip()!r}, unknown", "correct it or add it to data_sources/"
                    yield document.finding(catalogue.UNKNOWN_DATA_SOURCE, ("data_source", index), message, fix)


def _unknown_names(content: Content, document: Document, place: Place, folder: str, rule: Rule) -> Iterator[Finding]:
    for index, name in enumerate(document.items(*place)):
        if isinstance(name, str) and content.project.lacks(folder, name):
            hint = did_you_mean(name, content.project.named(folder))
            yield document.finding(rule, (*place, index), f"{name!r} is not in {folder}/{hint}", "correct it or add it")


def check_deployment_exists(content: Content) -> Iterator[Finding]:
    """Every search has a schedule."""
    for document in content.project.searches():
        kind = document.text("type")
        name = deployment_name(kind)
        missing = deployment_of(content.project, document) is None and content.project.lacks("deployments", name)
        if kind and missing:
            fix = f"add deployments/{file_stem(name)}.yml, named {name}"
            yield document.finding(catalogue.NO_DEPLOYMENT, ("type",), f"{kind} has no schedule", fix)


def check_techniques(content: Content) -> Iterator[Finding]:
    """ATT&CK ids exist, and none stands beside one of its own sub-techniques; where there is risk, there is one."""
    for document in content.project.kind("detections"):
        place: Place = ("tags", "mitre_attack_id")
        listed = [str(entry) for entry in document.items(*place)]
        for index, entry in enumerate(listed):
            if any(other.startswith(f"{entry}.") for other in listed):
                message, fix = f"{entry} stands beside a sub-technique of its own", "keep only the sub-technique"
                yield document.finding(catalogue.WRONG_TECHNIQUE, (*place, index), message, fix)
            elif _looks_right(entry) and entry not in TECHNIQUES:
                message = f"{entry} is no technique of {TECHNIQUES_SHOWN}"
                fix = "correct it, or add a newer one to workbench/compiler/rules/attack_techniques.txt"
                yield document.finding(catalogue.UNKNOWN_TECHNIQUE, (*place, index), message, fix)
        if not listed and document.get("rba") is not None:
            fix = "add the technique that the behaviour belongs to"
            yield document.finding(catalogue.NO_TECHNIQUE, place, "names none", fix, key=True)


def _looks_right(entry: str) -> bool:
    return entry[:1] == "T" and entry[1:].replace(".", "", 1).isdigit()


def check_production(content: Content) -> Iterator[Finding]:
    """What contentctl wants of a production detection; and that nothing ships enabled."""
    rule = catalogue.NOT_READY
    for document in content.project.kind("detections"):
        kind = document.text("type")
        if as_flag(document.get("enabled_by_default")):
            message = "is true, but everything ships disabled so that each site decides"
            yield document.finding(rule, ("enabled_by_default",), message, "remove it")
        if document.text("status") != "production":
            continue
        if kind != "Hunting":
            yield from _production_drilldowns(document)
        if kind != "Correlation" and not document.items("tests") and not document.text("tags", "manual_test"):
            fix = "add it or use status experimental"
            yield document.finding(rule, ("tests",), "production needs at least one", fix)


def _production_drilldowns(document: Document) -> Iterator[Finding]:
    rule, place = catalogue.NOT_READY, ("drilldown_searches",)
    drilldowns = range(len(document.items(*place)))
    if len(drilldowns) < 2:
        fix = "add them or use status experimental"
        yield document.finding(rule, place, "production needs at least two", fix, key=True)
    if not any(DRILLDOWN_PLACEHOLDER in document.text(*place, i, "search") for i in drilldowns):
        message = f"production needs one that contains {DRILLDOWN_PLACEHOLDER}"
        yield document.finding(rule, place, message, "add it", key=True)


def check_tables(content: Content) -> Iterator[Finding]:
    """Every lookup has its table, in a form that Splunk reads; no table lies about without a lookup."""
    project = content.project
    wanted = {document.path.with_suffix(".csv"): document for document in project.kind("lookups")}
    for path, document in wanted.items():
        if not path.is_file():
            fix = f"add {path.name} beside it, with at least a header"
            yield document.finding(catalogue.BAD_TABLE, ("name",), "has no table", fix)
        else:
            yield from _table_findings(document, path.read_bytes())
    for path in sorted((project.root / "lookups").rglob("*.csv")):
        if path not in wanted and project.lacks("lookups", path.stem):
            message = f"{path.relative_to(project.root).as_posix()} belongs to no lookup"
            fix = f"add {path.stem}.yml beside it or remove it"
            yield project.app.finding(catalogue.BAD_TABLE, ("lookups",), message, fix)


def _table_findings(document: Document, content: bytes) -> Iterator[Finding]:
    table, rule, place = f"{document.path.stem}.csv", catalogue.BAD_TABLE, ("lookup_type",)
    if content.startswith(b"\xef\xbb\xbf") or b"\r" in content:
        message = f"{table} has a byte order mark or carriage returns"
        yield document.finding(rule, place, message, "save it as UTF-8 with plain line ends")
        return
    try:
        rows = list(csv.reader(io.StringIO(content.decode()), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        yield document.finding(rule, place, f"{table} is no CSV in UTF-8 ({error})", "correct it")
        return
    if not rows or not all(rows[0]) or len(set(rows[0])) < len(rows[0]):
        fix = "write the columns into its first line"
        yield document.finding(rule, place, f"{table} has no header of distinct names", fix)
    for index, row in enumerate(rows[1:], 2):
        if len(row) != len(rows[0]):
            message = f"{table} line {index} has {len(row)} columns, the header {len(rows[0])}"
            yield document.finding(rule, place, message, "correct it")
