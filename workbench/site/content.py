"""The content as its pages need it: searches with their schedules, macros and lookups, read from the YAML."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.compiler.deployments import deployment_of, stanza_name
from workbench.compiler.macrocalls import macro_uses
from workbench.compiler.project import Project, filter_macro, read_project
from workbench.compiler.yamlfile import Document
from workbench.spl import tree
from workbench.spl.errors import SplSyntaxError
from workbench.spl.parser import parse

FOLDERS = ("detections", "baselines")


class SiteError(Exception):
    """A page cannot be made; the text names the thing, the place and what to do."""


@dataclass(frozen=True)
class PagedSearch:
    """A detection or baseline: its file, its name in Splunk, its schedule, and what its text is made of.

    cron, earliest, latest: as in the conf. commands: the pipeline, macros not expanded. kind: the folder of the file.
    """

    kind: str
    document: Document
    stanza: str
    cron: str
    earliest: str
    latest: str
    commands: tuple[tree.Command, ...]

    @property
    def name(self) -> str:
        """The name the YAML gives."""
        return self.document.text("name")

    @property
    def text(self) -> str:
        """The search as written."""
        return self.document.text("search").strip()

    @property
    def page(self) -> str:
        """Where its page lies below docs/."""
        return f"detections/{self.document.path.stem}.md"

    @property
    def columns(self) -> tuple[str, ...]:
        """The fields of a result row: those of the last ``fields`` or ``table``, or none if there is none."""
        last = [command for command in self.commands if isinstance(command, (tree.Fields, tree.Table))]
        return last[-1].names if last else ()


@dataclass(frozen=True)
class SiteContent:
    """All searches, detections first, and what they share."""

    project: Project
    searches: tuple[PagedSearch, ...]

    def macro(self, name: str) -> tuple[str, str]:
        """Definition and description of a macro; a filter macro has those that every site begins with."""
        found = self.project.named("macros").get(name)
        if found:
            return str(found.get("definition")), found.text("description")
        if name in {filter_macro(search.name) for search in self.searches}:
            return "search *", "The place for what you know to be normal. As shipped it keeps every finding."
        raise SiteError(f"the macro {name} has no file in contentctl/macros; add one")

    def macros_of(self, search: PagedSearch) -> list[str]:
        """The macros a search uses, also through other macros, in the order they are met."""
        names: list[str] = []
        waiting = [search.text]
        while waiting:
            for use in macro_uses(waiting.pop(0))[0]:
                if use.name not in names:
                    names.append(use.name)
                    waiting.append(self.macro(use.name)[0])
        return names

    def lookups_of(self, search: PagedSearch) -> list[str]:
        """The lookups whose names stand in a search or in a macro it uses, sorted."""
        texts = " ".join([search.text, *(self.macro(name)[0] for name in self.macros_of(search))])
        words = set(texts.replace("=", " ").replace(",", " ").split())
        return sorted(words & set(self.project.named("lookups")))

    def lookup(self, name: str) -> str:
        """What the YAML says of a lookup."""
        return self.project.named("lookups")[name].text("description")

    def lookup_columns(self, name: str) -> tuple[str, ...]:
        """The columns of a lookup, from the head of its table; none when it has no table in the content."""
        table = self.project.named("lookups")[name].path.with_suffix(".csv")
        if not table.is_file():
            return ()
        with table.open(encoding="utf-8", newline="") as lines:
            return tuple(next(csv.reader(lines), []))


def read_content(folder: Path) -> SiteContent:
    """The content of a folder; SiteError when it is none, or a search in it cannot be read."""
    project, _ = read_project(folder)
    if not project.documents:
        raise SiteError(f"{folder} is no content folder: it holds no contentctl.yml")
    return SiteContent(project, tuple(_searches(project)))


def _searches(project: Project) -> Iterator[PagedSearch]:
    for kind in FOLDERS:
        for document in project.kind(kind):
            deployment = deployment_of(project, document)
            if deployment is None:
                raise SiteError(f"{document.shown}: no deployment gives this search a schedule; run python build.py")
            where, place = deployment
            stanza = stanza_name(project.app.text("app", "label"), kind, document.text("name"))
            try:
                commands = parse(document.text("search").strip()).commands
            except SplSyntaxError as error:
                raise SiteError(f"{document.shown}: {error}") from error
            yield PagedSearch(
                kind,
                document,
                stanza,
                cron=where.text(*place, "scheduling", "cron_schedule"),
                earliest=where.text(*place, "scheduling", "earliest_time"),
                latest=where.text(*place, "scheduling", "latest_time"),
                commands=commands,
            )
