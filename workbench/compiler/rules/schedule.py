"""The rules of schedules: windows cover the time between runs, and baselines do not hold what is judged by them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise

from workbench.compiler.check import on_content
from workbench.compiler.content import Content, SearchText
from workbench.compiler.deployments import deployment_of
from workbench.compiler.fieldchecks import SOME_DAY, WRONG_WINDOW
from workbench.compiler.finding import Finding
from workbench.compiler.rule import SAVED_SEARCHES, TIMES, Rule, rule
from workbench.compiler.rules.known import GENERATING
from workbench.compiler.yamlfile import Document, KeyPath
from workbench.spl.arguments import arguments
from workbench.spl.times import TimeError, cron_runs, relative_time
from workbench.spl.tree import (
    Binary,
    Call,
    CustomCommand,
    Eval,
    FieldName,
    Inputlookup,
    Lookup,
    Outputlookup,
    Rename,
    Search,
    Stats,
    Where,
    command_name,
    walk,
)

_RUNS = 60  # runs looked at: more than a week of a schedule that starts twice a day, a quarter of a weekly one


@dataclass(frozen=True)
class Schedule:
    """When a search runs (epoch seconds) and over which times, both relative; the place of these settings."""

    document: Document
    key_path: KeyPath
    runs: tuple[float, ...]
    earliest: str
    latest: str

    def window(self, now: float) -> tuple[float, float]:
        """Return the times (epoch seconds, half-open) that a run at ``now`` looks at."""
        return relative_time(now, self.earliest), relative_time(now, self.latest)


def schedule_at(document: Document, key_path: KeyPath) -> Schedule | None:
    """Return the schedule written at a place; None if anything of it cannot be read (another rule says so)."""
    cron, earliest, latest = (
        document.text(*key_path, name) for name in ("cron_schedule", "earliest_time", "latest_time")
    )
    try:
        runs = tuple(islice(cron_runs(cron, SOME_DAY), _RUNS))
        schedule = Schedule(document, key_path, runs, earliest, latest)
        for at in runs:
            schedule.window(at)
    except TimeError:
        return None
    return schedule


def _schedules(content: Content) -> Iterator[Schedule]:
    """Yield each schedule once: those of deployments, and those in the searches themselves."""
    deployed = [(document, ("scheduling",)) for document in content.project.kind("deployments")]
    inline: list[tuple[Document, KeyPath]] = [
        (document, ("deployment", "scheduling")) for document in content.project.searches()
    ]
    for document, key_path in [*deployed, *inline]:
        if document.get(*key_path) is not None and (schedule := schedule_at(document, key_path)):
            yield schedule


@on_content(
    rule(
        "NPM504",
        "empty-range",
        what="The time range of a schedule ends before it begins.",
        why="The search never finds anything.",
        see=TIMES,
    )
)
def _empty_ranges(rule: Rule, content: Content) -> Iterator[Finding]:
    for one in _schedules(content):
        start, end = one.window(one.runs[0])
        if start >= end:
            message, fix = f"{one.earliest} is not before {one.latest}", "put the earlier time here"
            yield one.document.finding(rule, (*one.key_path, "earliest_time"), message, fix)


@on_content(
    rule(
        "NPM505",
        "uncovered-time",
        what="The time range of a schedule is shorter than the time between two runs.",
        why="Some data is never searched.",
        see=SAVED_SEARCHES,
        waivable=True,
    )
)
def _uncovered_times(rule: Rule, content: Content) -> Iterator[Finding]:
    for schedule in _schedules(content):
        if schedule.document in content.project.kind("baselines") and not _fills_a_table(content, schedule.document):
            continue  # a report, or a model that is trained anew: neither adds up what it sees
        windows = [schedule.window(run) for run in schedule.runs]
        gaps = [later[0] - earlier[1] for earlier, later in pairwise(windows) if later[0] < later[1]]
        if gaps and max(gaps) > 0:
            gap = _span(max(gaps))
            message = f"{schedule.earliest} to {schedule.latest} leaves {gap} between two runs that are never searched"
            fix = "reach further back, or run more often"
            yield schedule.document.finding(rule, (*schedule.key_path, "earliest_time"), message, fix)


@on_content(WRONG_WINDOW)
def _long_schedule_windows(rule: Rule, content: Content) -> Iterator[Finding]:
    for schedule in _schedules(content):
        key_path = (*schedule.key_path, "schedule_window")
        text = schedule.document.text(*key_path)
        least = min(later - earlier for earlier, later in pairwise(schedule.runs))
        if text.isdigit() and int(text) * 60 >= least:
            message = f"{text} minutes are not shorter than the {_span(least)} between runs"
            yield schedule.document.finding(rule, key_path, message, "write less, or auto")


@on_content(
    rule(
        "NPM506",
        "overlapping-baseline",
        what="A baseline reaches into the time range of a detection that reads its table without regard to time.",
        why="A baseline that holds what the detection looks at hides it.",
        see=SAVED_SEARCHES,
        waivable=True,
    )
)
def _overlapping_baselines(rule: Rule, content: Content) -> Iterator[Finding]:
    read = {detection.path: _read(content, detection) for detection in content.project.kind("detections")}
    for baseline in content.project.kind("baselines"):
        written, its = _written(content, baseline), _schedule_of(content, baseline)
        for detection in content.project.kind("detections"):
            shared = written & read[detection.path]
            other = _schedule_of(content, detection) if shared and its else None
            if its is None or other is None or _looks_at_times(content, detection, shared):
                continue
            # Both as if they ran together: a delayed baseline may run when the detection does.
            late = max(its.window(run)[1] - other.window(run)[0] for run in its.runs)
            if late <= 0:
                continue
            key_path: KeyPath = (*its.key_path, "latest_time") if its.document is baseline else ("type",)
            message = (
                f"the window up to {its.latest} reaches {_span(late)} into that of {detection.text('name')}, "
                f"which begins at {other.earliest}"
            )
            where = "" if its.document is baseline else f" (in {its.document.shown})"
            yield baseline.finding(rule, key_path, message, f"end it at {other.earliest} or before{where}")


def _schedule_of(content: Content, document: Document) -> Schedule | None:
    found = deployment_of(content.project, document)
    return schedule_at(found[0], (*found[1], "scheduling")) if found else None


def _fills_a_table(content: Content, baseline: Document) -> bool:
    search = content.search_of(baseline)
    return any(isinstance(command, Outputlookup) for command in (search.commands() if search else ()))


# The commands that bring rows for which the time range of the search means nothing.
_TIMELESS = frozenset(("inputlookup", "inputcsv", "makeresults", "gentimes", "rest", "dbinspect", "makejson"))


def _reads_events(search: SearchText) -> bool:
    """Return whether some rows of a search come from the time range over which it runs."""
    for pipeline in walk(search.tree, Search):
        first = command_name(pipeline.commands[0]).lower() if pipeline.commands else ""
        if first in (GENERATING | {"search"}) - _TIMELESS:
            return True
    return False


def _written(content: Content, document: Document) -> set[str]:
    """Return the lookups that a search fills from its time range, and the models that it trains on it."""
    search = content.search_of(document)
    names: set[str] = set()
    for command in search.commands() if search and _reads_events(search) else ():
        if isinstance(command, Outputlookup):
            names.add(command.table)
        elif isinstance(command, CustomCommand) and command.name.lower() == "fit":
            names |= set(re.findall(r"\binto\s+(?:app:)?(\w+)", command.arguments, re.IGNORECASE))
    return names


def _read(content: Content, document: Document) -> set[str]:
    """Return the lookups that a search reads, also by commands of the app, and the models that it applies."""
    search = content.search_of(document)
    names: set[str] = set()
    for command in search.commands() if search else ():
        if isinstance(command, Lookup | Inputlookup):
            names.add(command.table)
        elif isinstance(command, CustomCommand) and command.name.lower() == "apply":
            names |= set(re.findall(r"\A(?:app:)?(\w+)", command.arguments))
        elif isinstance(command, CustomCommand) and (own := content.commands.get(command.name.lower())):
            names |= {one.value for one in arguments(command.arguments) if one.name in own.lookups}
    return names


# What gives the time at which a search runs, or that of an event.
_CLOCKS = frozenset(("now", "time", "relative_time"))
_TIMES_OF_SEARCH = frozenset(("_time", "info_min_time", "info_max_time", "info_search_time"))


def _looks_at_times(content: Content, detection: Document, tables: set[str]) -> bool:
    """Return whether a detection compares what it looks up in these tables with a time.

    It then tells what the table learned in its own time range from what it knew before:
    ``| lookup seen user OUTPUT first | where isnull(first) OR first > relative_time(now(), "-70m@m")``.
    """
    search = content.search_of(detection)
    looked_up: set[str] = set()  # the fields that come from the tables, also by way of others
    for step in search.steps if search else ():
        command = step.command
        if isinstance(command, Lookup | Inputlookup) and command.table in tables:
            looked_up |= _columns_read(content, command)
        elif isinstance(command, Rename):
            looked_up |= {new for old, new in command.pairs if old in looked_up}
        elif isinstance(command, Stats):
            looked_up |= {one.name for one in command.aggregations if one.field in looked_up}
        elif isinstance(command, Eval):
            for assignment in command.assignments:
                if _names(assignment.expression) & looked_up:
                    looked_up.add(assignment.field)
        if isinstance(command, Eval | Where) and any(
            _names(comparison) & looked_up and _has_time(comparison) for comparison in _comparisons(command)
        ):
            return True
    return False


def _columns_read(content: Content, command: Lookup | Inputlookup) -> set[str]:
    """Return the fields that a lookup fills, or that its rows have."""
    if isinstance(command, Lookup) and command.outputs:
        return {output.field for output in command.outputs}
    table = content.tables.get(command.table)
    return set(table.columns or ()) if table else set()


def _comparisons(command: Eval | Where) -> Iterator[Binary]:
    return (node for node in walk(command, Binary) if node.operator in ("<", "<=", ">", ">="))


def _names(node: object) -> set[str]:
    return {field.name for field in walk(node, FieldName)}


def _has_time(node: object) -> bool:
    return bool(_names(node) & _TIMES_OF_SEARCH) or any(call.function in _CLOCKS for call in walk(node, Call))


def _span(seconds: float) -> str:
    """Return seconds in words: 90 -> 90 seconds, 600 -> 10 minutes, 86400 -> 24 hours."""
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= 2 * size or seconds == size:
            count = seconds / size
            return f"{count:.0f} {unit}{'' if count == 1 else 's'}"
    return f"{seconds:.0f} seconds"
