"""Reads a folder of content as contentctl lays it out: which files belong to it, and each of them alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from workbench.compiler import forms
from workbench.compiler.finding import Finding, finding
from workbench.compiler.rule import CONTENTCTL, rule
from workbench.compiler.valuechecks import Check
from workbench.compiler.yamlfile import Document, KeyPath, read_document

NO_CONTENT = rule(
    "NPM022",
    "no-content",
    what="The folder is not a content project.",
    why="Without contentctl.yml nothing says what app the content belongs to.",
    see=CONTENTCTL,
)

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
TEMPLATE = "app_template"  # the rest of the app, which contentctl copies; ours is in app/
APP_FILE = "contentctl.yml"
# What contentctl 5.6.2 takes where contentctl.yml does not say (its class CustomApp).
APP_DEFAULTS = {
    "title": "Content Pack",
    "appid": "ContentPack",
    "version": "0.0.1",
    "label": "Custom Splunk Content Pack",
    "description": "description of app",
    "author_name": "author name",
    "author_email": "author@contactemailaddress.com",
    "author_company": "author company",
}
LOCK_FILE = "searches.lock.json"


@dataclass(frozen=True)
class Project:
    """The content as read, before anything is known to be right."""

    root: Path
    app: Document
    documents: Mapping[str, tuple[Document, ...]] = field(default_factory=dict)
    unreadable: frozenset[str] = frozenset()

    def about_app(self, key: str) -> str:
        """Return what contentctl.yml says of the app, one of APP_DEFAULTS if it does not."""
        return self.app.text("app", key) or APP_DEFAULTS[key]

    def kind(self, folder: str) -> tuple[Document, ...]:
        """Return the files of one folder, sorted by path."""
        return self.documents.get(folder, ())

    def named(self, folder: str) -> dict[str, Document]:
        """Return the files of one folder by the name they give themselves."""
        return self._named.get(folder, {})

    @cached_property
    def _named(self) -> dict[str, dict[str, Document]]:
        return {
            folder: {document.text("name"): document for document in documents}
            for folder, documents in self.documents.items()
        }

    def lacks(self, folder: str, name: str) -> bool:
        """Return whether nothing in a folder has this name; a file that could not be read may have had it."""
        return name not in self.named(folder) and f"{folder}/{file_stem(name)}" not in self.unreadable

    def everything(self) -> tuple[Document, ...]:
        """Return all files, contentctl.yml first."""
        return (self.app, *(document for folder in FORMS for document in self.kind(folder)))

    def searches(self) -> tuple[Document, ...]:
        """Detections, then baselines."""
        return (*self.kind("detections"), *self.kind("baselines"))

    def texts_of_spl(self) -> Iterator[tuple[Document, KeyPath]]:
        """Yield where SPL is written: searches, drilldowns, definitions of macros."""
        for document in self.searches():
            yield document, ("search",)
            for index, _ in enumerate(document.items("drilldown_searches")):
                yield document, ("drilldown_searches", index, "search")
        for document in self.kind("macros"):
            yield document, ("definition",)


def file_stem(name: str) -> str:
    """Return what contentctl makes of a name for its file and its filter macro: `A-b c` -> `a_b_c`."""
    return re.sub(r"[ ./-]", "_", name).lower()


def filter_macro(name: str) -> str:
    """Return the name of the macro in which a site filters the results of a detection."""
    return f"{file_stem(name)}_filter"


def search_macro(name: str) -> str:
    """Return the name of the macro that holds the search of a baseline, where another search calls it."""
    return f"{file_stem(name)}_search"


def read_project(root: Path) -> tuple[Project, list[Finding]]:
    """Return everything that lies in a content folder, and what is wrong with its files, each looked at alone."""
    if not (root / APP_FILE).is_file():
        text = "--content: is not a content folder"
        refused = finding(NO_CONTENT, shown_path(root), text, "give the folder that holds contentctl.yml")
        return Project(root, Document(root, str(root))), [refused]
    app, findings = _read(root / APP_FILE, forms.APP)
    documents: dict[str, tuple[Document, ...]] = {}
    unreadable: set[str] = set()
    for folder, form in FORMS.items():
        found = [_read(path, form) for path in _yaml_files(root / folder)]
        documents[folder] = tuple(document for document, _ in found if document.value)
        unreadable |= {f"{folder}/{document.path.stem}" for document, _ in found if not document.value}
        findings += [one for _, listed in found for one in listed]
    return Project(root, app, documents, frozenset(unreadable)), findings


def _read(path: Path, form: Check) -> tuple[Document, list[Finding]]:
    document, findings = read_document(path, shown_path(path))
    return document, [*findings, *form(document, ())] if document.value else findings


def shown_path(path: Path) -> str:
    """Return the path as a person standing in the current folder would type it."""
    here = Path.cwd()
    absolute = path.absolute()
    return absolute.relative_to(here).as_posix() if absolute.is_relative_to(here) else absolute.as_posix()


def _yaml_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.yml") if path.is_file())
