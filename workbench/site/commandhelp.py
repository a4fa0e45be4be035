"""The reference of each search command: from searchbnf.conf, which Splunk Web shows, and the defaults in npmlib."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from npmlib.anomaly.options import Options
from npmlib.learn.options import LearnOptions

from workbench.conf import parse
from workbench.site.content import SiteError
from workbench.site.wording import code, paragraph

SCORING, LEARNING = "npmanomaly", "npmlearn"
_OPTIONS: dict[str, type[Options] | type[LearnOptions]] = {SCORING: Options, LEARNING: LearnOptions}


def defaults(command: str = SCORING) -> dict[str, str]:
    """Return the default of each option as a user would type it."""
    return {field.name: _typed(field.default) for field in fields(_OPTIONS[command])}


def option_table(app: Path, command: str = SCORING) -> str:
    """Return a table of the options: form, default and meaning."""
    stanza = _stanzas(app)[f"{command}-option"]
    forms = dict(re.findall(r"\((\w+)=(\([^)]*\)|<[^>]*>)\)", stanza["syntax"]))
    meanings = _meanings(stanza["description"])
    rows = []
    for name, default in defaults(command).items():
        if name not in meanings or name not in forms:
            raise SiteError(f"searchbnf.conf, stanza {command}-option: the option {name} is not explained; add it")
        taken = _shown(forms[name].strip("()"), "|", " or ")
        rows.append(f"| {code(name)} | {taken} | {_shown(default, ',', ', ')} | {meanings[name]} |")
    return "\n".join(["| Option | Takes | Default | Meaning |", "| --- | --- | --- | --- |", *rows])


def synopsis(app: Path, command: str = SCORING) -> str:
    """Return the command with all its options."""
    return f"```text\n{_stanzas(app)[f'{command}-command']['simplesyntax']}\n```"


def examples(app: Path, command: str = SCORING) -> str:
    """Return the examples of the help, each after its comment."""
    stanza = _stanzas(app)[f"{command}-command"]
    numbers = sorted(name.removeprefix("example") for name in stanza if name.startswith("example"))
    shown = []
    for number in numbers:
        search = stanza[f"example{number}"].replace(" | ", "\n| ")
        shown.append(f"{paragraph(stanza[f'comment{number}'])}\n\n```text\n{search}\n```")
    return "\n\n".join(shown)


def _stanzas(app: Path) -> dict[str, dict[str, str]]:
    path = app / "default" / "searchbnf.conf"
    return parse(path.read_text(encoding="utf-8"), str(path)).require_clean().stanzas


def _meanings(text: str) -> dict[str, str]:
    pieces = re.split(r"(?:^|\. )(\w+): ", text.strip().rstrip("."))
    return {
        name: f"{meaning[:1].upper()}{meaning[1:]}." for name, meaning in zip(pieces[1::2], pieces[2::2], strict=True)
    }


def _shown(text: str, separator: str, between: str) -> str:
    return between.join(code(part) for part in text.split(separator))


def _typed(value: object) -> str:
    return (
        ",".join(str(part) for part in value)
        if isinstance(value, tuple)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )
