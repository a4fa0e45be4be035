"""The search commands that the app ships, as its own help (searchbnf.conf) describes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workbench import conf
from workbench.spl.fields.sets import FieldSet

_OPTION = re.compile(r"\b(\w+)=(<[\w-]+>|\([\w|-]+\)|\w+(?:\|\w+)*)")
_ARGUMENT = re.compile(r'(?:(\w+)\s*=\s*)?("(?:\\.|[^"\\])*"|[^\s",=]+)')
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


@dataclass(frozen=True)
class Argument:
    """What stands behind a command: an option with its value, or a bare word; offsets count within the arguments."""

    name: str | None
    value: str
    start: int
    end: int


def own_commands(app: Path) -> dict[str, OwnCommand]:
    """The commands of commands.conf of an app folder; none where there is no such file. Raises ValueError."""
    stanzas = _read(app / "default" / "commands.conf")
    stanzas.pop(conf.GLOBAL_STANZA, None)
    helps = _read(app / "default" / "searchbnf.conf")
    found = {}
    for name, settings in stanzas.items():
        script = app / "bin" / settings.get("filename", f"{name}.py")
        code = script.read_text(encoding="utf-8") if script.is_file() else ""
        command = helps.get(f"{name}-command", {})
        options = {key: form.strip("()") for key, form in _OPTION.findall(" ".join(_syntax(name, helps)))}
        lookups = {key for key, form in _OPTION.findall(command.get("simplesyntax", "")) if form == "<lookup>"}
        generating = "(GeneratingCommand)" in code or settings.get("generating", "").lower() in ("1", "t", "true")
        found[name.lower()] = OwnCommand(options, frozenset(lookups), generating)
    return found


def _read(path: Path) -> dict[str, dict[str, str]]:
    return conf.read(path).stanzas if path.is_file() else {}


def _syntax(name: str, helps: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """The syntax of a command, and of the parts that it refers to in angle brackets."""
    waiting, seen = [f"{name}-command"], set()
    while waiting:
        stanza = waiting.pop()
        seen.add(stanza)
        syntax = helps.get(stanza, {}).get("syntax", "")
        yield syntax
        waiting += [part for part in re.findall(r"<([\w-]+)>", syntax) if part in helps and part not in seen]


def arguments(text: str) -> list[Argument]:
    """The arguments of a command, as Splunk hands them over: options, and words that are none."""
    return [Argument(found[1], found[2].strip('"'), found.start(), found.end()) for found in _ARGUMENT.finditer(text)]


def misfit(form: str, value: str) -> str:
    """What an option of this form wants instead of the value; "" if it takes it."""
    if form in _FORMS:
        pattern, wanted = _FORMS[form]
        return "" if re.fullmatch(pattern, value) else wanted
    if form.startswith("<"):
        return ""
    words = form.split("|")
    return "" if value in words else f"one of: {', '.join(words)}"


def _npmanomaly(text: str, _before: FieldSet) -> FieldSet:
    """One row a metric: the fields of the series, and what was found (npmlib.anomaly.options, RESULT_FIELDS)."""
    by, given = _by(text)
    unknown = ["score"] + (["expected", "stdev"] if given.get("unseen") == "flag" else [])
    return FieldSet.of([*by, *NPMANOMALY_RESULTS], null=unknown)


def _npmlearn(text: str, _before: FieldSet) -> FieldSet:
    """One row a profile, and one for each hour that stood out (npmlib.learn.options, RESULT_FIELDS)."""
    by, _ = _by(text)
    of_one_kind = ["hour", "excess", *NPMLEARN_CHANNELS, "accepted_at", "last_hour", "last_sent", "profile"]
    return FieldSet.of([*by, *NPMLEARN_RESULTS, *of_one_kind], null=["ratio", "score_peak", *of_one_kind])


def _by(text: str) -> tuple[list[str], dict[str, str]]:
    """The fields of a series, and all options that were typed."""
    given = {one.name: one.value for one in arguments(text) if one.name}
    return [name.strip() for name in given.get("by", DEFAULT_BY).split(",") if name.strip()], given


DEFAULT_BY = "cluster,namespace,workload,process"
NPMANOMALY_RESULTS = ("_time", "metric", "value", "expected", "stdev", "score")

NPMLEARN_RESULTS = (
    *("metric", "kind", "state", "age_days", "expected", "actual", "ratio", "low", "high", "level", "scale"),
    *("score_volume", "score_floor", "score_slow", "score_peak", "score_burst"),
)
NPMLEARN_CHANNELS = ("channels_A", "channels_B", "channels_C", "channels_D")

RESULT_FIELDS: Mapping[str, Callable[[str, FieldSet], FieldSet]] = {"npmanomaly": _npmanomaly, "npmlearn": _npmlearn}
"""The fields behind a command of the app, from its arguments and the fields before it."""
