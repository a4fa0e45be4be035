"""The rules of files and names: what lies where, what it is called, and what is written into it unseen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from workbench.compiler.check import on_content
from workbench.compiler.content import Content
from workbench.compiler.deployments import LONGEST_STANZA, stanza_name
from workbench.compiler.finding import Finding, finding
from workbench.compiler.project import EMPTY_FOLDERS, FORMS, file_stem, shown_path
from workbench.compiler.rule import CONF_FILES, CONTENTCTL, Rule, rule
from workbench.compiler.valuechecks import did_you_mean
from workbench.compiler.yamlfile import Document, KeyPath


@on_content(
    rule(
        "NPM018",
        "stray-file",
        what="A folder of the project is missing or misspelled, or a file of content does not end in .yml.",
        why="It would be ignored without a word.",
        see=CONTENTCTL,
    )
)
def _stray_files(rule: Rule, content: Content) -> Iterator[Finding]:
    root = content.project.root
    folders = (*FORMS, *EMPTY_FOLDERS)
    for folder in folders:
        if not (root / folder).is_dir():
            fix = "create it, with an empty .gitkeep if nothing goes in it"
            yield finding(rule, shown_path(root / folder), "folder: is missing", fix)
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and (stray := _stray(folder, path)):
                yield finding(rule, shown_path(path), f"file: {stray[0]}", stray[1])
    for path in sorted(root.iterdir()):
        if path.is_dir() and path.name not in folders and (hint := did_you_mean(path.name, folders)):
            message = f"folder: is not one of the folders of content{hint}"
            yield finding(rule, shown_path(path), message, "rename it, or move what it holds")


def _stray(folder: str, path: Path) -> tuple[str, str] | None:
    """Return what is wrong with a file lying in a folder of content, and what to do; None if nothing."""
    if path.suffix.lower() in (".yaml", ".yml") and path.suffix != ".yml":
        return "would be ignored", "rename it to end in .yml, or remove it"
    if folder == "lookups" and path.suffix not in (".yml", ".csv", ".mlmodel"):
        return "contentctl refuses it in lookups", "remove it"
    return None


@on_content(
    rule(
        "NPM023",
        "not-compiled",
        what="A folder holds content of a kind that this compiler does not compile: "
        f"{', '.join(EMPTY_FOLDERS[:-1])} or {EMPTY_FOLDERS[-1]}.",
        why="contentctl would build something of it; the package made here is without it.",
        see=CONTENTCTL,
        severity="warning",
    )
)
def _not_compiled(rule: Rule, content: Content) -> Iterator[Finding]:
    for folder in EMPTY_FOLDERS:
        files = list((content.project.root / folder).rglob("*.yml"))
        if files:
            message = f"folder: {len(files)} {'file is' if len(files) == 1 else 'files are'} not compiled"
            yield finding(rule, shown_path(content.project.root / folder), message, "build them with contentctl")


@on_content(
    rule(
        "NPM016",
        "wrong-file-name",
        what="A file is not called as its content.",
        why="contentctl refuses it.",
        see=CONTENTCTL,
    )
)
def _file_names(rule: Rule, content: Content) -> Iterator[Finding]:
    for folder in FORMS:
        for document in content.project.kind(folder):
            name = document.text("name")
            if name and document.path.name != f"{file_stem(name)}.yml":
                message = f"belongs in a file called {file_stem(name)}.yml"
                yield document.finding(rule, ("name",), message, "rename the file or correct the name")


@on_content(
    rule(
        "NPM013",
        "taken",
        what="An id or a name is used twice.",
        why="One of the two would hide the other.",
        see=CONTENTCTL,
    )
)
def _taken(rule: Rule, content: Content) -> Iterator[Finding]:
    names: dict[str, str] = {}
    ids: dict[str, str] = {}
    for folder in FORMS:
        for document in content.project.kind(folder):
            yield from _repeated(rule, document, ("name",), document.text("name"), names)
            yield from _repeated(rule, document, ("id",), document.text("id").lower(), ids)


def _repeated(rule: Rule, document: Document, key_path: KeyPath, value: str, seen: dict[str, str]) -> Iterator[Finding]:
    if value and value in seen:
        message = f"{value!r} is taken by {seen[value]}"
        yield document.finding(rule, key_path, message, "give one of them another")
    elif value:
        seen[value] = document.shown


@on_content(
    rule(
        "NPM017",
        "long-stanza",
        what=f"The stanza of a search has more than {LONGEST_STANZA} characters.",
        why="Enterprise Security takes stanza names of 99 characters, and needs 18 of them to clone one.",
        see=CONTENTCTL,
    )
)
def _stanza_length(rule: Rule, content: Content) -> Iterator[Finding]:
    label = content.project.about_app("label")
    for folder in ("detections", "baselines"):
        for document in content.project.kind(folder):
            stanza = stanza_name(label, folder, document.text("name"))
            if len(stanza) > LONGEST_STANZA:
                message = (
                    f"makes the stanza {stanza!r}, {len(stanza)} characters long; at most {LONGEST_STANZA} are allowed"
                )
                yield document.finding(rule, ("name",), message, "shorten it")


@on_content(
    rule(
        "NPM021",
        "trailing-blank",
        what="A line of a search or macro ends in blanks.",
        why="They are invisible, and lost in some conf editors.",
        see=CONF_FILES,
        severity="warning",
    )
)
def _trailing_blanks(rule: Rule, content: Content) -> Iterator[Finding]:
    for document, key_path in content.project.texts_of_spl():
        for blanks in re.finditer(r"[ \t]+(?=\n)", document.text(*key_path)):
            message = "has a line that ends in blanks"
            yield document.finding(rule, key_path, message, "take them off", blanks.span())
