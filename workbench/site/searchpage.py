"""The page of a detection or baseline, and the table that lists them all, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.compiler.rules.known import TECHNIQUES
from workbench.compiler.yamlfile import Document
from workbench.site.content import PagedSearch, SiteContent, SiteError
from workbench.site.glossary import column_meaning, field_meaning
from workbench.site.steps import steps
from workbench.site.wording import cell, code, listed, period, prose, schedule, window


def search_page(search: PagedSearch, content: SiteContent) -> str:
    """Everything about one search that its YAML, its deployment, and the macros and lookups it uses say."""
    parts = [_head(search), _search(search, content)]
    if search.kind == "detections":
        parts += [_fields(search), _risk(search), _techniques(search)]
    parts += [
        f"## How to implement\n\n{prose(search.document.text('how_to_implement'))}",
        f"## Known false positives\n\n{prose(search.document.text('known_false_positives'))}",
        _macros(search, content),
        _lookups(search, content),
        _about(search),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def search_table(content: SiteContent) -> str:
    """All searches in a table, with links from docs/detections/index.md."""
    lines = ["| Search | Kind | Runs | Over |", "| --- | --- | --- | --- |"]
    for search in content.searches:
        link = f"[{search.name}]({search.page.partition('/')[2]})"
        over = window(search.earliest, search.latest)
        lines.append(f"| {link} | {search.document.text('type')} | {schedule(search.cron)} | {over} |")
    return "\n".join(lines)


def lookup_tables(content: SiteContent) -> str:
    """Each lookup of the content: what it is, and what its columns mean."""
    parts: list[str] = []
    for name, document in content.project.named("lookups").items():
        parts += [f"### {name}", prose(document.text("description"))]
        if columns := content.lookup_columns(name):
            rows = [f"| {listed(names)} | {cell(meaning)} |" for names, meaning in _grouped(columns)]
            parts.append("\n".join(["| Column | Meaning |", "| --- | --- |", *rows]))
    return "\n\n".join(parts)


def macro_table(content: SiteContent) -> str:
    """Every macro a site can override: its definition as shipped and what it is for."""
    names = [*content.project.named("macros")]
    for search in content.searches:
        names += [name for name in content.macros_of(search) if name not in names]
    return _macro_rows(names, content)


def _head(search: PagedSearch) -> str:
    document = search.document
    description = prose(document.text("description"))
    facts = [
        ("Name in Splunk", code(search.stanza)),
        ("Runs", schedule(search.cron)),
        ("Over", window(search.earliest, search.latest)),
    ]
    throttling = document.get("tags", "throttling")
    if isinstance(throttling, dict):
        fields = [str(field) for field in throttling.get("fields", [])]
        facts.append(("Throttling", f"one finding for each {listed(fields)} in {period(str(throttling['period']))}"))
    facts.append(("As shipped", "disabled"))
    table = "\n".join(["| | |", "| --- | --- |", *(f"| {name} | {cell(text)} |" for name, text in facts)])
    return f"# {search.name}\n\n{description}\n\n{table}"


def _search(search: PagedSearch, content: SiteContent) -> str:
    explained = steps(search, content)
    numbered = ' linenums="1"' if len(explained) == search.text.count("\n") + 1 else ""
    parts = [f"## The search\n\n```text{numbered}\n{search.text}\n```"]
    for number, step in enumerate(explained, 1):
        shown = step.text if len(step.text) <= 60 else f"{step.text[:60].rsplit(' ', 1)[0]} ..."
        called = [name for name in step.macros if name not in step.meaning]
        uses = f" Uses the macro{'s' if len(called) > 1 else ''} {listed(called)}." if called else ""
        parts.append(f"{number}. {code(shown)}  \n    {(step.meaning + uses).strip()}")
    return "\n\n".join([parts[0], "\n".join(parts[1:])])


def _fields(search: PagedSearch) -> str:
    if not search.columns:
        return ""
    edge = "dest_workload" in search.columns
    rows = [f"| {code(name)} | {cell(field_meaning(name, edge))} |" for name in search.columns]
    return "\n".join(["## Fields of a finding", "", "| Field | Meaning |", "| --- | --- |", *rows])


def _risk(search: PagedSearch) -> str:
    rba = search.document.get("rba")
    if not isinstance(rba, dict):
        return ""
    lines = [
        "## Risk",
        "",
        f"> {prose(str(rba.get('message', '')))}",
        "",
        "| Field | Is | Points |",
        "| --- | --- | --- |",
    ]
    lines += [
        f"| {code(risk['field'])} | risk object, type {risk['type']} | {risk['score']} |"
        for risk in rba.get("risk_objects", [])
    ]
    lines += [
        f"| {code(threat['field'])} | threat object, type {threat['type']} | |"
        for threat in rba.get("threat_objects", [])
    ]
    lines += ["", "One risk event for each finding and risk object. It carries all fields of the finding."]
    if "risk_score" in search.columns:
        lines.append("The field `risk_score` of the finding overrides the points in the table.")
    drilldowns = search.document.items("drilldown_searches")
    named = [str(one.get("name", "")) for one in drilldowns if isinstance(one, dict)]
    if named:
        lines += ["", "Drilldowns:", "", *(f"- {prose(name)}" for name in named)]
    return "\n".join(lines)


def _techniques(search: PagedSearch) -> str:
    lines = ["## MITRE ATT&CK", ""]
    for identifier in search.document.items("tags", "mitre_attack_id"):
        name = TECHNIQUES.get(str(identifier))
        if name is None:
            raise SiteError(f"{search.document.shown}: tags.mitre_attack_id: no technique {identifier} is known")
        above = TECHNIQUES.get(str(identifier).partition(".")[0], "")
        shown = f"{above}: {name}" if "." in str(identifier) else name
        lines.append(f"- {identifier}, {shown}")
    return "\n".join(lines)


def _macros(search: PagedSearch, content: SiteContent) -> str:
    names = content.macros_of(search)
    return f"## Macros\n\n{_macro_rows(names, content)}" if names else ""


def _macro_rows(names: list[str], content: SiteContent) -> str:
    rows = []
    for name in names:
        definition, description = content.macro(name)
        rows.append(f"- {code(name)}, as shipped {code(definition)}  \n    {prose(description)}")
    return "\n".join(rows)


def _lookups(search: PagedSearch, content: SiteContent) -> str:
    names = content.lookups_of(search)
    lines = [f"- {code(name)}: {prose(content.lookup(name))}" for name in names]
    more = "The columns are explained under [How the baselines work](../baseline.md#the-tables)."
    return "\n".join(["## Lookups", "", *lines, "", more]) if names else ""


def _about(search: PagedSearch) -> str:
    document: Document = search.document
    facts = {
        "Version": f"{document.get('version')} of {document.text('date')}, status {document.text('status')}",
        "Id": code(document.text("id")),
        "Analytic story": ", ".join(str(story) for story in document.items("tags", "analytic_story")),
        "File": code(f"contentctl/{document.path.relative_to(_content_folder(document)).as_posix()}"),
    }
    rows = [f"| {name} | {cell(text)} |" for name, text in facts.items()]
    references = [f"- <{reference}>" for reference in document.items("references")]
    parts = ["\n".join(["## About", "", "| | |", "| --- | --- |", *rows])]
    if references:
        parts.append("\n".join(["References:", "", *references]))
    return "\n\n".join(parts)


def _content_folder(document: Document) -> str:
    return next(folder for folder in document.path.parents if (folder / "contentctl.yml").is_file()).as_posix()


def _grouped(columns: tuple[str, ...]) -> Iterator[tuple[list[str], str]]:
    """Columns with their meanings; the statistics of several metrics are told once."""
    metrics = [name.removeprefix("count_") for name in columns if name.startswith("count_")]
    for name in columns:
        prefix, _, metric = name.partition("_")
        if metric not in metrics:
            yield [name], column_meaning(name)
        elif metric == metrics[0]:
            what = re.sub(r" of `[^`]+`", " of each metric", column_meaning(name))
            yield [f"{prefix}_{one}" for one in metrics], what
