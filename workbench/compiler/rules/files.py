"""The rules of files and names: what lies where, what it is called, and what is written into it unseen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from workbench.compiler import catalogue
from workbench.compiler.deployments import LONGEST_STANZA, stanza_name
from workbench.compiler.finding import Finding, finding
from workbench.compiler.project import (
    APP_FILE,
    CONTENTCTL_ONLY,
    EMPTY_FOLDERS,
    FORMS,
    LOCK_FILE,
    Project,
    file_stem,
    shown_path,
)
from workbench.compiler.rules.content import Content
from workbench.compiler.yamlfile import Document, Place


def check_folders(content: Content) -> Iterator[Finding]:
    """Every folder is there, and no file lies where nobody reads it."""
    rule, root = catalogue.STRAY_FILE, content.project.root
    for folder in (*FORMS, *EMPTY_FOLDERS):
        if not (root / folder).is_dir():
            fix = "create it, with an empty .gitkeep if nothing goes in it"
            yield finding(rule, shown_path(root / folder), "folder: is missing", fix)
            continue
        for path in sorted((root / folder).rglob("*")):
            message, fix = _stray(folder, path)
            if path.is_file() and message:
                yield finding(rule, shown_path(path), f"file: {message}", fix)
    known = {*FORMS, *EMPTY_FOLDERS, *CONTENTCTL_ONLY, APP_FILE, LOCK_FILE}
    for path in sorted(root.iterdir()):
        if path.name not in known:
            yield finding(rule, shown_path(path), "file: does not belong into the content folder", "remove it")


def _stray(folder: str, path: Path) -> tuple[str, str]:
    """What is wrong with a file lying in a folder of content, and what to do; "" if nothing."""
    if path.name == ".gitkeep":
        return ("contentctl refuses it in lookups", "remove it") if folder == "lookups" else ("", "")
    if folder in EMPTY_FOLDERS:
        return f"{folder} are not compiled", "remove it"
    if path.suffix == ".yml" or (folder == "lookups" and path.suffix == ".csv"):
        return "", ""
    return "would be ignored", "rename it to end in .yml, or remove it"


def check_file_names(content: Content) -> Iterator[Finding]:
    """A file is called as its content, as contentctl wants it."""
    for folder in FORMS:
        for document in content.project.kind(folder):
            name = document.text("name")
            if name and document.path.name != f"{file_stem(name)}.yml":
                message = f"belongs into a file called {file_stem(name)}.yml"
                fix = "rename the file or correct the name"
                yield document.finding(catalogue.WRONG_FILE_NAME, ("name",), message, fix)


def check_taken(content: Content) -> Iterator[Finding]:
    """No name and no id is used twice."""
    names: dict[str, str] = {}
    ids: dict[str, str] = {}
    for folder in FORMS:
        for document in content.project.kind(folder):
            yield from _repeated(document, ("name",), document.text("name"), names)
            yield from _repeated(document, ("id",), document.text("id").lower(), ids)


def _repeated(document: Document, place: Place, value: str, seen: dict[str, str]) -> Iterator[Finding]:
    if value and value in seen:
        message = f"{value!r} is taken by {seen[value]}"
        yield document.finding(catalogue.TAKEN, place, message, "give one of them another")
    elif value:
        seen[value] = document.shown


def check_stanza_length(content: Content) -> Iterator[Finding]:
    """The stanza is short enough to be cloned in Enterprise Security."""
    label = content.project.app.text("app", "label")
    for folder in ("detections", "baselines"):
        for document in content.project.kind(folder):
            stanza = stanza_name(label, folder, document.text("name"))
            if len(stanza) > LONGEST_STANZA:
                message = f"makes the stanza {stanza!r}, {len(stanza)} characters, may have {LONGEST_STANZA}"
                yield document.finding(catalogue.LONG_STANZA, ("name",), message, "shorten it")


def check_trailing_blanks(content: Content) -> Iterator[Finding]:
    """No line of a search or macro ends in blanks."""
    for document, place in texts_of_spl(content.project):
        for found in re.finditer(r"[ \t]+(?=\n)", document.text(*place)):
            message = "has a line that ends in blanks"
            yield document.finding(catalogue.TRAILING_BLANK, place, message, "take them off", found.span())


def texts_of_spl(project: Project) -> Iterator[tuple[Document, Place]]:
    """Where SPL stands: searches, drilldowns, definitions of macros."""
    for document in project.searches():
        yield document, ("search",)
        for index, _ in enumerate(document.items("drilldown_searches")):
            yield document, ("drilldown_searches", index, "search")
    for document in project.kind("macros"):
        yield document, ("definition",)
