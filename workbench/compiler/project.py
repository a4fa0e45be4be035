"""Reads a folder of content as contentctl lays it out: which files belong to it, and each of them alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workbench.compiler import forms
from workbench.compiler.problems import Problem
from workbench.compiler.shapes import Check
from workbench.compiler.yamlfile import Document, Place, read_document

FORMS: Mapping[str, Check] = {
    "detections": forms.DETECTION,
    "baselines": forms.BASELINE,
    "macros": forms.MACRO,
    "lookups": forms.LOOKUP,
    "stories": forms.STORY,
    "deployments": forms.DEPLOYMENT,
    "data_sources": forms.DATA_SOURCE,
}
# contentctl wants these folders to exist, and could fill the app from them; this compiler does not.
EMPTY_FOLDERS = ("playbooks", "dashboards", "removed")
# contentctl copies this folder into what it builds; ours comes from app/.
CONTENTCTL_ONLY = ("app_template", "dist")
APP_FILE = "contentctl.yml"


@dataclass(frozen=True)
class Project:
    """The content as read, before anything is known to be right."""

    root: Path
    app: Document
    documents: Mapping[str, tuple[Document, ...]] = field(default_factory=dict)
    unreadable: frozenset[str] = frozenset()

    def kind(self, folder: str) -> tuple[Document, ...]:
        """The files of one folder, sorted by path."""
        return self.documents.get(folder, ())

    def named(self, folder: str) -> dict[str, Document]:
        """The files of one folder by the name they give themselves."""
        return {document.text("name"): document for document in self.kind(folder)}

    def lacks(self, folder: str, name: str) -> bool:
        """Whether nothing in a folder has this name; a file that could not be read may have had it."""
        return name not in self.named(folder) and f"{folder}/{file_stem(name)}" not in self.unreadable

    def searches(self) -> tuple[Document, ...]:
        """Detections, then baselines."""
        return (*self.kind("detections"), *self.kind("baselines"))


def file_stem(name: str) -> str:
    """What contentctl makes of a name for its file and its filter macro: `A-b c` -> `a_b_c`."""
    return re.sub(r"[ ./-]", "_", name).lower()


def filter_macro(name: str) -> str:
    """The name of the macro in which a site filters the results of a detection."""
    return f"{file_stem(name)}_filter"


def read_project(root: Path) -> tuple[Project, list[Problem]]:
    """Everything that lies in a content folder, and what is wrong with its files, each looked at alone."""
    if not (root / APP_FILE).is_file():
        text = "is no content folder; give the folder that holds contentctl.yml"
        return Project(root, Document(root, str(root))), [Problem(_shown(root), 1, "--content", text)]
    app, problems = _read(root / APP_FILE, forms.APP)
    documents: dict[str, tuple[Document, ...]] = {}
    unreadable: set[str] = set()
    for folder, form in FORMS.items():
        found = [_read(path, form) for path in _yaml_files(root / folder)]
        documents[folder] = tuple(document for document, _ in found if document.value)
        unreadable |= {f"{folder}/{document.path.stem}" for document, _ in found if not document.value}
        problems += [problem for _, listed in found for problem in listed]
    project = Project(root, app, documents, frozenset(unreadable))
    return project, [*problems, *_folder_problems(root), *_name_problems(project)]


def _read(path: Path, form: Check) -> tuple[Document, list[Problem]]:
    document, problems = read_document(path, _shown(path))
    return document, problems or list(form(document, ()))


def _shown(path: Path) -> str:
    """The path as a person standing in the current folder would type it."""
    here = Path.cwd()
    absolute = path.absolute()
    return absolute.relative_to(here).as_posix() if absolute.is_relative_to(here) else absolute.as_posix()


def _yaml_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.yml") if path.is_file())


def _folder_problems(root: Path) -> Iterator[Problem]:
    for folder in (*FORMS, *EMPTY_FOLDERS):
        if not (root / folder).is_dir():
            text = "is missing; create it, with an empty .gitkeep if nothing goes in it"
            yield Problem(_shown(root / folder), 1, "folder", text)
            continue
        for path in sorted((root / folder).rglob("*")):
            text = _stray(folder, path)
            if path.is_file() and text:
                yield Problem(_shown(path), 1, "file", text)
    known = {*FORMS, *EMPTY_FOLDERS, *CONTENTCTL_ONLY, APP_FILE}
    for path in sorted(root.iterdir()):
        if path.name not in known:
            yield Problem(_shown(path), 1, "file", "does not belong into the content folder; remove it")


def _stray(folder: str, path: Path) -> str:
    """What is wrong with a file lying in a folder of content, "" if nothing."""
    if path.name == ".gitkeep":
        return "contentctl refuses it in lookups; remove it" if folder == "lookups" else ""
    if folder in EMPTY_FOLDERS:
        return f"{folder} are not compiled; remove it"
    if path.suffix == ".yml" or (folder == "lookups" and path.suffix == ".csv"):
        return ""
    return "would be ignored; rename it to end in .yml, or remove it"


def _name_problems(project: Project) -> Iterator[Problem]:
    names: dict[str, str] = {}
    ids: dict[str, str] = {}
    for folder in FORMS:
        for document in project.kind(folder):
            name = document.text("name")
            if name and document.path.name != f"{file_stem(name)}.yml":
                text = f"belongs into a file called {file_stem(name)}.yml; rename the file or correct the name"
                yield document.problem(("name",), text)
            yield from _repeated(document, ("name",), name, names)
            yield from _repeated(document, ("id",), document.text("id").lower(), ids)


def _repeated(document: Document, place: Place, value: str, seen: dict[str, str]) -> Iterator[Problem]:
    if value and value in seen:
        yield document.problem(place, f"{value!r} is taken by {seen[value]}; give one of them another")
    elif value:
        seen[value] = document.shown
