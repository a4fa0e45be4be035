"""What checks look at: the content as read, its searches with macros expanded, the commands of the app around it."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from pathlib import Path

from workbench.compiler.drilldowns import DRILLDOWN_PLACEHOLDER
from workbench.compiler.finding import Finding
from workbench.compiler.macros import macros_of
from workbench.compiler.owncommands import RESULT_FIELDS, OwnCommand
from workbench.compiler.project import Project
from workbench.compiler.rule import Rule
from workbench.compiler.yamlfile import Document, KeyPath
from workbench.spl.errors import SplSyntaxError
from workbench.spl.fields.flow import FieldSet, LookupTable, Step, field_flow
from workbench.spl.macros import Expanded, Macro, expand
from workbench.spl.parser import parse_all
from workbench.spl.terms import Span
from workbench.spl.tree import Command, Outputlookup, Search, commands_of

ORIGINAL_SEARCH = "the search of the detection"


@dataclass(frozen=True)
class Fault:
    """What a check found in a search: what is wrong, what to do, and the characters of the expanded text it is about.

    keyword: a word that a waiver of it must contain.
    """

    message: str
    fix: str
    span: Span | tuple[int, int]
    keyword: str = ""


@dataclass(frozen=True)
class SearchText:
    """A search as written, and as it runs: macros expanded and, in a drilldown, the detection's search inserted.

    tree: None where the commands could not be told apart. Spans of the tree and of the errors count in
    ``expanded.text``. kind: the folder of the file.
    """

    document: Document
    key_path: KeyPath
    kind: str
    expanded: Expanded
    tree: Search | None
    errors: tuple[SplSyntaxError, ...]
    steps: tuple[Step, ...] = ()

    @property
    def text(self) -> str:
        """The search as written."""
        return self.document.text(*self.key_path)

    def is_written_here(self, span: Span | tuple[int, int]) -> bool:
        """Return whether this part does not come from the detection's search, which is judged where it stands."""
        return self.expanded.source(span[0]) != ORIGINAL_SEARCH

    @property
    def is_main(self) -> bool:
        """Whether it is the search of a file, not a drilldown."""
        return self.key_path == ("search",)

    @property
    def results(self) -> FieldSet:
        """The fields of the rows that the search returns."""
        return self.steps[-1].after if self.steps else FieldSet(open=True)

    def commands(self) -> Iterator[Command]:
        """Yield all commands, those of subsearches too."""
        return commands_of(self.tree)

    def pipeline(self) -> Iterator[Step]:
        """Return the steps outside subsearches."""
        return (step for step in self.steps if step.depth == 0)

    def finding(self, rule: Rule, fault: Fault) -> Finding:
        """Return a finding about a part of the search.

        What came out of a macro is shown at its call, and the message says so.
        """
        source = self.expanded.source(fault.span[0])
        inside = f" (in {source})" if source else ""
        origin = self.expanded.origin(fault.span[0], fault.span[1])
        found = self.document.finding(rule, self.key_path, f"{fault.message}{inside}", fault.fix, origin)
        return replace(found, keyword=fault.keyword)


_Parsed = tuple[Search | None, tuple[SplSyntaxError, ...], tuple[Step, ...]]  # the last fields of a SearchText


@dataclass
class Content:
    """The content and the app around it. What is asked for again is remembered."""

    project: Project
    commands: Mapping[str, OwnCommand] = field(default_factory=dict)
    app_text: str = ""
    """All texts of the app in which macros may be called: dashboards, help."""

    @cached_property
    def macros(self) -> dict[str, Macro]:
        """The macros by stanza name, as macros.conf will have them."""
        return {stanza: macro for stanza, (macro, _) in macros_of(self.project).items()}

    @cached_property
    def tables(self) -> dict[str, LookupTable]:
        """The lookups by name, and by the names of their CSV files, with the columns of their tables."""
        tables = {}
        for document in self.project.kind("lookups"):
            name, matches = document.text("name"), document.get("max_matches")
            table = LookupTable(_columns(document) or None, matches if isinstance(matches, int) else None)
            tables[name] = table
            if document.text("lookup_type") == "csv":
                tables[f"{name}.csv"] = table
        return tables

    def shipped_rows(self, name: str) -> int | None:
        """Return how many rows the table of a lookup ships with, if no search of the content writes it; else None."""
        if name.removesuffix(".csv") in self._written_lookups:
            return None
        lookup = self.project.named("lookups").get(name.removesuffix(".csv"))
        rows = _rows(lookup) if lookup and lookup.text("lookup_type") == "csv" else []
        return len(rows) - 1 if rows else None

    @cached_property
    def _written_lookups(self) -> set[str]:
        commands = (command for search in self.searches for command in search.commands())
        return {command.table.removesuffix(".csv") for command in commands if isinstance(command, Outputlookup)}

    def lacks_lookup(self, name: str) -> bool:
        """Return whether the content has no lookup of this name, and no table in a file of this name."""
        return name not in self.tables and self.project.lacks("lookups", name)

    @cached_property
    def searches(self) -> tuple[SearchText, ...]:
        """The searches of all detections and baselines, then their drilldowns."""
        searches = []
        for kind in ("detections", "baselines"):
            for document in self.project.kind(kind):
                main = None
                if document.text("search").strip():
                    main = self._main(document, kind)
                    searches.append(main)
                for index, _ in enumerate(document.items("drilldown_searches")):
                    key_path: KeyPath = ("drilldown_searches", index, "search")
                    if document.text(*key_path).strip():
                        searches.append(self._drilldown(document, key_path, kind, main))
        return tuple(searches)

    @cached_property
    def _result_fields(self) -> Mapping[str, Callable[[str, FieldSet], FieldSet]]:
        return {name: fields for name, fields in RESULT_FIELDS.items() if name in self.commands}

    def search_of(self, document: Document) -> SearchText | None:
        """Return the main search of a detection or baseline; None if it has none."""
        return self._main_searches.get(document.path)

    @cached_property
    def _main_searches(self) -> dict[Path, SearchText]:
        return {search.document.path: search for search in self.searches if search.is_main}

    def _main(self, document: Document, kind: str) -> SearchText:
        expanded = expand(document.text("search"), self.macros)
        return SearchText(document, ("search",), kind, expanded, *self._parsed(expanded.text))

    def _drilldown(self, document: Document, key_path: KeyPath, kind: str, main: SearchText | None) -> SearchText:
        """Return a drilldown with the detection's own search inserted. Only the written part of it can be at fault."""
        written = document.text(*key_path)
        original = main.expanded.text.strip() if main else ""
        matches = re.finditer(re.escape(DRILLDOWN_PLACEHOLDER), written)
        inserted = [(match.start(), match.end(), original, ORIGINAL_SEARCH) for match in matches]
        # A token stands for a value that is not known yet; any number reads as well as it.
        masked = re.sub(r"\$[\w.{}]+(?:\|\w)?\$", lambda token: "1" * len(token[0]), written)
        expanded = expand(masked, self.macros, inserted)
        goes_on = len(inserted) == 1 and re.match(rf"{re.escape(DRILLDOWN_PLACEHOLDER)}\s*\|", masked)
        if main is not None and main.tree is not None and goes_on and main.expanded.text.startswith(original):
            return SearchText(document, key_path, kind, expanded, *self._continued(main, original, expanded.text))
        return SearchText(document, key_path, kind, expanded, *self._parsed(expanded.text))

    def _continued(self, main: SearchText, original: str, text: str) -> _Parsed:
        """Return a text that goes on behind a search that is parsed already; its errors are those of the rest."""
        # With blanks in place of the search everything stands where it does in the text.
        rest, errors, steps = self._read(" " * len(original) + text[len(original) :], main.results)
        if main.tree is None or rest is None:
            return None, errors, ()
        tree = Search((*main.tree.commands, *rest.commands), Span(0, len(text)), text)
        return tree, errors, (*main.steps, *steps)

    def _parsed(self, text: str) -> _Parsed:
        """Return what a text is read as; many drilldowns have the same."""
        if text not in self._texts:
            self._texts[text] = self._read(text)
        return self._texts[text]

    @cached_property
    def _texts(self) -> dict[str, _Parsed]:
        return {}

    def _read(self, text: str, start: FieldSet | None = None) -> _Parsed:
        tree, errors = parse_all(text)
        steps: tuple[Step, ...] = ()
        if tree is not None:
            try:
                steps = tuple(field_flow(tree, self.tables, self._result_fields, start))
            except RecursionError:
                message = "an expression is too long to be followed; compute it in several evals"
                errors.append(SplSyntaxError(message, text, 0))
        return tree, tuple(errors), steps


def _columns(lookup: Document) -> tuple[str, ...]:
    """Return the columns of a lookup; none if they are not known. Splunk takes off the blanks around their names."""
    if lookup.text("lookup_type") == "kvstore":
        return tuple(str(name) for name in lookup.items("fields"))
    return tuple(name.strip() for row in _rows(lookup, 1) for name in row)


def _rows(lookup: Document, most: int | None = None) -> list[list[str]]:
    """Return the rows of the table beside a lookup, its header first; none if it cannot be read."""
    try:
        with lookup.path.with_suffix(".csv").open(encoding="utf-8-sig", newline="") as lines:
            return list(islice((row for row in csv.reader(lines) if row), most))
    except (OSError, UnicodeDecodeError, csv.Error):
        return []
