"""The macros of content: those of the files, the filters of detections, and what searches that read by the day call.

``mstats`` takes times only in its WHERE clause, and ``map`` fills its tokens into its own text, not into the
definitions of macros that are called in it. So a search that reads one day after the other calls macros with two more
arguments, ``from`` and ``to`` (epoch seconds, from included, to not). They are derived here: ``x_search(from, to)`` is
the search of the baseline x, and each macro in it that reads metrics, or asks for the times of the search, is called in
such a form. Splunk tells macros of one name apart by the number of their arguments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from workbench.compiler.project import Project, filter_macro, search_macro
from workbench.spl.errors import SplSyntaxError
from workbench.spl.macros import Macro, MacroUse, macro_uses
from workbench.spl.pipeline import blank_comments, split
from workbench.spl.terms import Span

FROM_TO = ("from", "to")
READING, ASKING = "mstats", "addinfo"
"""Commands over the times of the search: one reads metrics, the other says which times these are."""
_TIMES = "earliest=$from$ latest=$to$"
_NAME = re.compile(r"\w+")
_CLAUSE = re.compile(r'"(?:\\.|[^"\\])*"|`[^`]*`|\b(?P<clause>where|by|span)\b', re.IGNORECASE)
"""The clauses of mstats behind its aggregations, in their order."""
_OWN_TIMES = re.compile(r'"(?:\\.|[^"\\])*"|`[^`]*`|\b(?P<time>earliest|latest)\s*=', re.IGNORECASE)


def macros_of(project: Project) -> dict[str, tuple[Macro, str]]:
    """Return the macros with their descriptions, by stanza name: as macros.conf has them, in its order."""
    found: dict[str, tuple[Macro, str]] = {}
    for document in project.kind("macros"):
        arguments = tuple(str(argument) for argument in document.items("arguments"))
        macro = Macro(document.text("name"), arguments, document.text("definition"))
        found[macro.stanza] = (macro, document.text("description"))
    for document in project.kind("detections"):
        about = (
            f"Keeps or drops results of {document.text('name')}. Keeps all until you override it in local/macros.conf."
        )
        macro = Macro(filter_macro(document.text("name")), (), "search *")
        found.setdefault(macro.stanza, (macro, about))
    for macro, about in list(_searches_by_day(project, found)):
        found.setdefault(macro.stanza, (macro, about))
    return found


def searches_run(project: Project, text: str) -> list[str]:
    """Return the names of the baselines whose search macros a search names, to run them."""
    names = [document.text("name") for document in project.kind("baselines")]
    return [name for name in names if name and search_macro(name) in _NAME.findall(text)]


def commands_in(text: str, name: str) -> Iterator[Span]:
    """Yield where commands of this name stand in a text, in its subsearches too; none in a text that is no search."""
    try:
        clean = blank_comments(text)
        waiting = [Span(0, len(text))]
        while waiting:
            span = waiting.pop()
            for stage in split(clean, span):
                command = _NAME.match(clean, stage.span.start)
                if command and command[0].lower() == name:
                    yield stage.span
                waiting += [
                    Span(start + 1, end - 1) for start, end in stage.brackets if clean[start + 1 : end - 1].strip()
                ]
    except SplSyntaxError:
        return


def readers_of(macros: Mapping[str, Macro]) -> set[str]:
    """Return the stanzas of the macros whose rows depend on the times of the search, also by way of others."""
    readers = {
        stanza
        for stanza, macro in macros.items()
        if any(True for name in (READING, ASKING) for _ in commands_in(macro.definition, name))
    }
    while more := {
        stanza for stanza, macro in macros.items() if stanza not in readers and _called(macro.definition, readers)
    }:
        readers |= more
    return readers


def over_times(macro: Macro, readers: set[str]) -> Macro:
    """Return the form of a macro that reads from ``from`` up to ``to``, whatever the times of the search around it."""
    text = macro.definition
    edits = [(use.start, use.end, _with_times(use)) for use in macro_uses(text)[0] if use.stanza in readers]
    edits += [_times_of(text, command) for command in commands_in(text, READING)]
    for start, end in commands_in(text, ASKING):
        edits.append((start, end, "eval info_min_time=$from$, info_max_time=$to$"))
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return replace(macro, arguments=(*macro.arguments, *FROM_TO), definition=text)


def own_times(text: str) -> Iterator[Span]:
    """Yield where an mstats of a text names times of its own, beside which it cannot be told others."""
    for command in commands_in(text, READING):
        yield from (Span(*found.span()) for found in _OWN_TIMES.finditer(text, *command) if found["time"])


def _times_of(text: str, command: Span) -> tuple[int, int, str]:
    """Return where an mstats is told its times, and how: in its WHERE clause, or in one of their own."""
    first = next((found for found in _CLAUSE.finditer(text, *command) if found["clause"]), None)
    if first is None:
        return command.end, command.end, f" where {_TIMES}"
    if first["clause"].lower() != "where":
        return first.start(), first.start(), f"where {_TIMES} "
    return first.end(), first.end(), f" {_TIMES}"


def _with_times(use: MacroUse) -> str:
    arguments = ",".join([*use.arguments, " $from$" if use.arguments else "$from$", " $to$"])
    return f"`{use.name}({arguments})`"


def _called(text: str, readers: set[str]) -> list[str]:
    return [use.stanza for use in macro_uses(text)[0] if use.stanza in readers]


def _searches_by_day(project: Project, found: Mapping[str, tuple[Macro, str]]) -> Iterator[tuple[Macro, str]]:
    texts = "\n".join(document.text("search") for document in project.kind("baselines"))
    wanted = searches_run(project, texts)
    readers = readers_of({stanza: macro for stanza, (macro, _) in found.items()})
    reached: set[str] = set()
    waiting: list[str] = []
    for document in project.kind("baselines"):
        name = document.text("name")
        if name in wanted:
            # Without a pipe in front, as a search that calls it has one.
            definition = " ".join(document.text("search").strip().removeprefix("|").split("\n")).strip()
            waiting += _called(definition, readers)
            about = f"The search {name} over the time from $from$ up to $to$ (epoch seconds), for searches that run it."
            yield over_times(Macro(search_macro(name), (), definition), readers), about
    while waiting:
        stanza = waiting.pop()
        if stanza not in reached:
            reached.add(stanza)
            macro, about = found[stanza]
            waiting += _called(macro.definition, readers)
            # A macro that a site sets to another one names those in its description.
            waiting += [other for other in readers if found[other][0].name in _NAME.findall(about)]
    for stanza in sorted(reached):
        about = f"{stanza} over the time from $from$ up to $to$ (epoch seconds), for searches that read day by day."
        yield over_times(found[stanza][0], readers), about
