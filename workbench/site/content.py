"""The content as the documents show it: searches with their schedules, macros and lookups, read from the YAML."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from workbench import conf
from workbench.compiler.deployments import deployment_of, makes_risk, stanza_name
from workbench.compiler.macros import searches_run
from workbench.compiler.project import Project, filter_macro, read_project
from workbench.compiler.yamlfile import Document
from workbench.spl import tree
from workbench.spl.errors import SplSyntaxError
from workbench.spl.parser import parse

_MAKING = re.compile(r"`npm_(?:make|first_row)\((\w+)\)`")
FOLDERS = ("detections", "baselines")


class SiteError(Exception):
    """A document cannot be made; the text names the thing, the place and what to do."""


@dataclass(frozen=True)
class ScheduledSearch:
    """A detection or baseline search.

    kind: its folder, "detections" or "baselines". cron, earliest, latest: as in the conf, cron empty without a
    schedule. risk: whether its results become risk events. commands: the pipeline, macros not expanded. runs: the
    searches that it runs by map.
    """

    kind: str
    document: Document
    cron: str
    earliest: str
    latest: str
    risk: bool
    commands: tuple[tree.Command, ...]
    runs: tuple[ScheduledSearch, ...] = ()

    @property
    def name(self) -> str:
        """The name the YAML gives."""
        return self.document.text("name")

    @property
    def columns(self) -> tuple[str, ...]:
        """The fields of a result row: those of the last ``fields`` or ``table``, or none without such a command."""
        last = [command for command in self.commands if isinstance(command, (tree.Fields, tree.Table))]
        return last[-1].names if last else ()

    @property
    def tables(self) -> tuple[str, ...]:
        """The lookups that it, or a search that it runs, writes or makes, in order."""
        written = [command.table for command in self.commands if isinstance(command, tree.Outputlookup)]
        made = _MAKING.findall(self.document.text("search"))
        return tuple(dict.fromkeys([*written, *made, *(table for search in self.runs for table in search.tables)]))

    @property
    def reads_metrics(self) -> bool:
        """Whether it, or a search that it runs, reads metrics, or whatever else does not begin with makeresults."""
        return bool(self.runs) or not isinstance(self.commands[0], tree.Makeresults)


@dataclass(frozen=True)
class SiteContent:
    """All searches, detections first, and the macros and lookups they share."""

    project: Project
    searches: tuple[ScheduledSearch, ...]

    def macros(self) -> dict[str, str]:
        """The definition of each macro: those of contentctl/macros, then the filter macro of each detection."""
        named = {name: str(macro.get("definition")) for name, macro in self.project.named("macros").items()}
        filters = {filter_macro(search.name): "search *" for search in self.searches if search.kind == "detections"}
        return named | filters

    def lookup_columns(self, name: str) -> tuple[str, ...]:
        """The columns of a lookup, from the header of its table; none when it has no table in the content."""
        table = self.project.named("lookups")[name].path.with_suffix(".csv")
        if not table.is_file():
            return ()
        with table.open(encoding="utf-8", newline="") as lines:
            return tuple(next(csv.reader(lines), []))


def read_content(folder: Path) -> SiteContent:
    """Return the content of a folder; SiteError when it has no contentctl.yml, or a search in it cannot be read."""
    project, _ = read_project(folder)
    if not project.documents:
        raise SiteError(f"{folder} is not a content folder: it holds no contentctl.yml")
    added = conf.layered(folder.parent / "app", "savedsearches.conf")
    searches = list(_searches(project, added))
    for number, search in enumerate(searches):
        text = search.document.text("search")
        runs = searches_run(project, text)
        searches[number] = replace(search, runs=tuple(other for other in searches if other.name in runs))
    return SiteContent(project, tuple(searches))


def _searches(project: Project, added: conf.Stanzas) -> Iterator[ScheduledSearch]:
    label = project.about_app("label")
    for kind in FOLDERS:
        for document in project.kind(kind):
            deployment = deployment_of(project, document)
            if deployment is None:
                raise SiteError(f"{document.shown}: no deployment gives this search a schedule; run python build.py")
            where, key_path = deployment
            try:
                commands = parse(document.text("search").strip()).commands
            except SplSyntaxError as error:
                raise SiteError(f"{document.shown}: {error}") from error
            scheduled = added.get(stanza_name(label, kind, document.text("name")), {}).get("enableSched", "true")
            yield ScheduledSearch(
                kind,
                document,
                cron=where.text(*key_path, "scheduling", "cron_schedule") if conf.is_true(scheduled) else "",
                earliest=where.text(*key_path, "scheduling", "earliest_time"),
                latest=where.text(*key_path, "scheduling", "latest_time"),
                risk=makes_risk(deployment),
                commands=commands,
            )
