"""The search commands that the app ships, as its own help (searchbnf.conf) describes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from npmlib.anomaly import options as anomaly
from npmlib.anomaly.baseline import load_baseline
from npmlib.errors import SearchError
from npmlib.learn import options as learn
from npmlib.learn.accepted import load_accepted
from npmlib.learn.tally import Tally

from workbench import conf
from workbench.spl.arguments import arguments
from workbench.spl.fields.sets import FieldSet

_OPTION = re.compile(r"\b(\w+)=(<[\w-]+>|\([\w|-]+\)|\w+(?:\|\w+)*)")
_FORMS: Mapping[str, tuple[str, str]] = {
    "<num>": (r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", "a number"),
    "<int>": (r"[+-]?\d+", "a whole number"),
    "<bool>": (r"(?i:t|f|true|false|0|1)", "true or false"),
}


@dataclass(frozen=True)
class OwnCommand:
    """A command: its options with the form of their values, and whether it can begin a search.

    A form is ``<num>``, ``<int>``, ``<bool>``, words such as ``(ignore|flag)``, or anything else for any text.
    lookups: the options that name a lookup.
    """

    options: Mapping[str, str] = field(default_factory=dict)
    lookups: frozenset[str] = frozenset()
    generating: bool = False


def own_commands(app: Path) -> dict[str, OwnCommand]:
    """Return the commands of commands.conf of an app folder; none where there is no such file. Raises ValueError."""
    stanzas = _read(app / "default" / "commands.conf")
    stanzas.pop(conf.GLOBAL_STANZA, None)
    helps = _read(app / "default" / "searchbnf.conf")
    commands = {}
    for name, settings in stanzas.items():
        script = app / "bin" / settings.get("filename", f"{name}.py")
        code = script.read_text(encoding="utf-8") if script.is_file() else ""
        command = helps.get(f"{name}-command", {})
        options = {key: form.strip("()") for key, form in _OPTION.findall(" ".join(_syntax(name, helps)))}
        lookups = {key for key, form in _OPTION.findall(command.get("simplesyntax", "")) if form == "<lookup>"}
        generating = "(GeneratingCommand)" in code or settings.get("generating", "").lower() in ("1", "t", "true")
        commands[name.lower()] = OwnCommand(options, frozenset(lookups), generating)
    return commands


def _read(path: Path) -> dict[str, dict[str, str]]:
    return conf.read(path).stanzas if path.is_file() else {}


def _syntax(name: str, helps: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Return the syntax of a command, and of the parts that it refers to in angle brackets."""
    waiting, seen = [f"{name}-command"], set()
    while waiting:
        stanza = waiting.pop()
        seen.add(stanza)
        syntax = helps.get(stanza, {}).get("syntax", "")
        yield syntax
        waiting += [part for part in re.findall(r"<([\w-]+)>", syntax) if part in helps and part not in seen]


def misfit(form: str, value: str) -> str:
    """Return what an option of this form wants instead of the value; "" if it takes it."""
    if form in _FORMS:
        pattern, wanted = _FORMS[form]
        return "" if re.fullmatch(pattern, value) else wanted
    if form.startswith("<"):
        return ""
    words = form.split("|")
    return "" if value in words else f"one of: {', '.join(words)}"


def _npmanomaly(text: str, _before: FieldSet) -> FieldSet:
    """Return the fields of a finding: those of its series, and what was found."""
    given = _given(text)
    unseen = given.get("unseen") == "flag" or given.get("action") == "annotate"
    null = ["score", "p95", "limit"] + (["expected", "stdev"] if unseen else [])
    return FieldSet.of([*_by(given), *anomaly.RESULT_FIELDS], null=null)


def _npmlearn(text: str, _before: FieldSet) -> FieldSet:
    """Return the fields of a row of the table; those that only rows of one kind have can be null."""
    of_one_kind = [
        "hour",
        "excess",
        *learn.CHANNELS,
        "accepted_at",
        "learned_at",
        "intervals",
        "last_hour",
        "last_sent",
        "profile",
    ]
    return FieldSet.of([*_by(_given(text)), *learn.RESULT_FIELDS], null=["ratio", *of_one_kind])


def _given(text: str) -> dict[str, str]:
    return {argument.name: argument.value for argument in arguments(text) if argument.name}


def _by(given: Mapping[str, str]) -> list[str]:
    """Return the fields of a series."""
    return [name.strip() for name in given.get("by", ",".join(anomaly.DEFAULT_BY)).split(",") if name.strip()]


RESULT_FIELDS: Mapping[str, Callable[[str, FieldSet], FieldSet]] = {"npmanomaly": _npmanomaly, "npmlearn": _npmlearn}
"""The fields after a command of the app, from its arguments and the fields before it."""


def refused_tables(command: str, text: str, folder: Path) -> list[str]:
    """Return what a command of ours with the arguments ``text`` refuses in the tables below ``folder``/lookups.

    The command's own readers decide. A table without rows is one that a search fills, and faults of the options are
    for other rules.
    """
    try:
        if command == "npmanomaly":
            scoring = anomaly.parse_options(_given(text))
            if _has_rows(folder, scoring.baseline):
                load_baseline(str(folder), scoring)
        elif command == "npmlearn":
            learning, tally = learn.parse_options(_given(text)), Tally()
            if _has_rows(folder, learning.accept):
                load_accepted(str(folder), learning, tally)
            return tally.wrong_levels
    except SearchError as error:
        return [str(error)]
    return []


def _has_rows(folder: Path, lookup: str) -> bool:
    table = folder / "lookups" / f"{lookup}.csv"
    return table.is_file() and len(table.read_bytes().splitlines()) > 1
