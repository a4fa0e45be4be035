"""The rules between files: everything named exists."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from workbench.compiler.check import on_content
from workbench.compiler.content import Content
from workbench.compiler.deployments import deployment_name, deployment_of
from workbench.compiler.drilldowns import DRILLDOWN_PLACEHOLDER
from workbench.compiler.fieldchecks import WRONG_TECHNIQUE
from workbench.compiler.finding import Finding
from workbench.compiler.owncommands import refused_tables
from workbench.compiler.project import file_stem
from workbench.compiler.rule import ATTACK, CONTENTCTL, LOOKUPS, Rule, rule
from workbench.compiler.rules.known import TECHNIQUES, TECHNIQUES_SHOWN
from workbench.compiler.valuechecks import as_flag, did_you_mean
from workbench.compiler.yamlfile import Document, KeyPath
from workbench.spl.tree import CustomCommand

_STORIES: KeyPath = ("tags", "analytic_story")
_TECHNIQUES: KeyPath = ("tags", "mitre_attack_id")


@on_content(
    rule(
        "NPM101",
        "unknown-story",
        what="A detection or baseline names an analytic story that does not exist.",
        why="contentctl refuses it, and the use case library does not show the detection.",
        see=CONTENTCTL,
    )
)
def _unknown_stories(rule: Rule, content: Content) -> Iterator[Finding]:
    for document in content.project.searches():
        yield from _unknown_names(rule, content, document, _STORIES, "stories")


@on_content(
    rule(
        "NPM102",
        "no-story",
        what="The list of stories is empty.",
        why="A detection without a story is in no use case of Enterprise Security.",
        see=CONTENTCTL,
        severity="warning",
    )
)
def _no_story(rule: Rule, content: Content) -> Iterator[Finding]:
    for document in content.project.searches():
        if document.get(*_STORIES) == []:
            yield document.finding(rule, _STORIES, "is empty", "name a story of stories/")


@on_content(
    rule(
        "NPM103",
        "unknown-detection",
        what="A baseline names a detection that does not exist.",
        why="contentctl refuses it.",
        see=CONTENTCTL,
    )
)
def _unknown_detections(rule: Rule, content: Content) -> Iterator[Finding]:
    for document in content.project.kind("baselines"):
        yield from _unknown_names(rule, content, document, ("tags", "detections"), "detections")


@on_content(
    rule(
        "NPM104",
        "unknown-data-source",
        what="A detection names a data source that does not exist; one entry may join several with AND.",
        why="contentctl refuses it.",
        see=CONTENTCTL,
    )
)
def _unknown_data_sources(rule: Rule, content: Content) -> Iterator[Finding]:
    for document in content.project.kind("detections"):
        for index, entry in enumerate(document.items("data_source")):
            for name in str(entry).split("AND"):
                if content.project.lacks("data_sources", name.strip()):
                    message, fix = f"names {name.strip()!r}, unknown", "correct it or add it to data_sources/"
                    yield document.finding(rule, ("data_source", index), message, fix)


def _unknown_names(
    rule: Rule, content: Content, document: Document, key_path: KeyPath, folder: str
) -> Iterator[Finding]:
    for index, name in enumerate(document.items(*key_path)):
        if isinstance(name, str) and content.project.lacks(folder, name):
            hint = did_you_mean(name, content.project.named(folder))
            yield document.finding(
                rule, (*key_path, index), f"{name!r} is not in {folder}/{hint}", "correct it or add it"
            )


@on_content(
    rule(
        "NPM105",
        "no-deployment",
        what="A search has no schedule: neither its own, nor a deployment for its type.",
        why="There is nothing to say when it runs.",
        see=CONTENTCTL,
    )
)
def _no_deployment(rule: Rule, content: Content) -> Iterator[Finding]:
    for document in content.project.searches():
        kind = document.text("type")
        name = deployment_name(kind)
        missing = deployment_of(content.project, document) is None and content.project.lacks("deployments", name)
        if kind and missing:
            fix = f"add deployments/{file_stem(name)}.yml, named {name}"
            yield document.finding(rule, ("type",), f"{kind} has no schedule", fix)


@on_content(WRONG_TECHNIQUE)
def _technique_beside_its_own(rule: Rule, content: Content) -> Iterator[Finding]:
    for document in content.project.kind("detections"):
        listed = [str(entry) for entry in document.items(*_TECHNIQUES)]
        for index, entry in enumerate(listed):
            if any(other.startswith(f"{entry}.") for other in listed):
                message, fix = f"{entry} is listed beside its own sub-technique", "keep only the sub-technique"
                yield document.finding(rule, (*_TECHNIQUES, index), message, fix)


@on_content(
    rule(
        "NPM109",
        "unknown-technique",
        what="An ATT&CK id does not exist in the shipped table.",
        why="Enterprise Security shows a number instead of a technique. It may have been valid once.",
        see=ATTACK,
        severity="warning",
    )
)
def _unknown_techniques(rule: Rule, content: Content) -> Iterator[Finding]:
    for document in content.project.kind("detections"):
        for index, entry in enumerate(document.items(*_TECHNIQUES)):
            if _looks_right(str(entry)) and entry not in TECHNIQUES:
                message = f"{entry} is not a technique of {TECHNIQUES_SHOWN}"
                fix = "correct it, or add a newer one to workbench/compiler/rules/attack_techniques.txt"
                yield document.finding(rule, (*_TECHNIQUES, index), message, fix)


@on_content(
    rule(
        "NPM110",
        "no-technique",
        what="A detection makes risk events and names no ATT&CK id.",
        why="Risk without an ATT&CK id never counts in rules on tactics.",
        see=ATTACK,
        severity="warning",
    )
)
def _no_technique(rule: Rule, content: Content) -> Iterator[Finding]:
    for document in content.project.kind("detections"):
        if not document.items(*_TECHNIQUES) and document.get("rba") is not None:
            fix = "add the technique that the behaviour belongs to"
            yield document.finding(rule, _TECHNIQUES, "names none", fix, key=True)


def _looks_right(entry: str) -> bool:
    return entry[:1] == "T" and entry[1:].replace(".", "", 1).isdigit()


@on_content(
    rule(
        "NPM107",
        "not-ready",
        what="A production detection lacks what production needs, or a detection ships enabled.",
        why="contentctl refuses the first; the second searches a site's data before anybody there decided on it.",
        see=CONTENTCTL,
    )
)
def _not_ready(rule: Rule, content: Content) -> Iterator[Finding]:
    for document in content.project.kind("detections"):
        kind = document.text("type")
        if as_flag(document.get("enabled_by_default")):
            message = "is true, but everything ships disabled so that each site decides"
            yield document.finding(rule, ("enabled_by_default",), message, "remove it")
        if document.text("status") != "production":
            continue
        if kind != "Hunting":
            yield from _missing_drilldowns(rule, document)
        if kind != "Correlation" and not document.items("tests") and not document.text("tags", "manual_test"):
            fix = "add it or use status experimental"
            yield document.finding(rule, ("tests",), "production needs at least one", fix)


def _missing_drilldowns(rule: Rule, document: Document) -> Iterator[Finding]:
    key_path = ("drilldown_searches",)
    drilldowns = range(len(document.items(*key_path)))
    if len(drilldowns) < 2:
        fix = "add them or use status experimental"
        yield document.finding(rule, key_path, "production needs at least two", fix, key=True)
    if not any(DRILLDOWN_PLACEHOLDER in document.text(*key_path, i, "search") for i in drilldowns):
        message = f"production needs one that contains {DRILLDOWN_PLACEHOLDER}"
        yield document.finding(rule, key_path, message, "add it", key=True)


@on_content(
    rule(
        "NPM106",
        "bad-table",
        what="A lookup table is missing, belongs to no lookup, or is not read by Splunk or by a command of the app.",
        why="A lookup in it gives nothing, or columns that are called otherwise than they look.",
        see=LOOKUPS,
    )
)
def _tables(rule: Rule, content: Content) -> Iterator[Finding]:
    project = content.project
    lookups = [document for document in project.kind("lookups") if document.text("lookup_type") != "kvstore"]
    wanted = {document.path.with_suffix(_suffix(document)): document for document in lookups}
    for path, document in wanted.items():
        if not path.is_file():
            fix = f"add {path.name} beside it, with at least a header" if path.suffix == ".csv" else f"add {path.name}"
            yield document.finding(rule, ("name",), "has no table", fix)
        elif path.suffix == ".csv":
            yield from _table_findings(rule, document, path.read_bytes())
        elif not path.stem.startswith("__mlspl_"):
            message, fix = "is of a model whose file does not begin with __mlspl_", "rename both files and the lookup"
            yield document.finding(rule, ("name",), message, fix)
    for path in sorted((project.root / "lookups").rglob("*.*")):
        if path.suffix in (".csv", ".mlmodel") and path not in wanted and project.lacks("lookups", path.stem):
            message = f"{path.relative_to(project.root).as_posix()} belongs to no lookup"
            fix = f"add {path.stem}.yml beside it or remove it"
            yield project.app.finding(rule, ("lookups",), message, fix)
    yield from _refused(rule, content)


def _refused(rule: Rule, content: Content) -> Iterator[Finding]:
    """Report each fault once that a command of the app finds in the tables that it is given."""
    seen: set[str] = set()
    for search in content.searches:
        for command in search.commands():
            if isinstance(command, CustomCommand) and command.name.lower() in content.commands:
                faults = refused_tables(command.name.lower(), command.arguments, content.project.root)
                for message in set(faults) - seen:
                    yield search.document.finding(rule, search.key_path, message, "correct the table")
                seen |= set(faults)


def _suffix(document: Document) -> str:
    return ".mlmodel" if document.text("lookup_type") == "mlmodel" else ".csv"


def _table_findings(rule: Rule, document: Document, table: bytes) -> Iterator[Finding]:
    """Check a table as Splunk reads it: any line ends, empty lines passed over, names without the blanks around."""
    name, key_path = f"{document.path.stem}.csv", ("lookup_type",)
    if table.startswith(b"\xef\xbb\xbf"):
        yield document.finding(rule, key_path, f"{name} has a byte order mark", "save it as UTF-8 without one")
        return
    if b"\0" in table:  # the csv module reads it from Python 3.11 on; the commands refuse it
        yield document.finding(rule, key_path, f"{name} has a NUL byte", "save it as UTF-8")
        return
    try:
        rows = list(csv.reader(io.StringIO(table.decode(), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        yield document.finding(rule, key_path, f"{name} is not CSV in UTF-8 ({error})", "correct it")
        return
    header = [column.strip() for column in rows[0]] if rows else []
    if not header or not all(header) or len(set(header)) < len(header):
        fix = "write the columns into its first line"
        yield document.finding(rule, key_path, f"{name} has no header of distinct names", fix)
    for index, row in enumerate(rows[1:], 2):
        if (len(row) > 1 or "".join(row).strip()) and len(row) != len(header):
            message = f"{name} line {index} has {len(row)} columns, the header {len(header)}"
            yield document.finding(rule, key_path, message, "correct it")
