"""The reference of a search command: made from searchbnf.conf, which Splunk Web shows, and the options' defaults."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from npmlib.options import OPTION_NAMES, Options

from workbench.replay.conf import parse
from workbench.site.content import SiteError
from workbench.site.wording import code

_ATTRIBUTES = {"unseen": "flag_unseen"}


def defaults() -> dict[str, str]:
    """The default of each option, as somebody would type it; SiteError for an option that Options does not have."""
    values = {field.name: field.default for field in fields(Options)}
    missing = [name for name in OPTION_NAMES if _ATTRIBUTES.get(name, name) not in values]
    if missing:
        raise SiteError(f"the option {missing[0]} has no field of its name in npmlib.options.Options; name it there")
    return {name: _typed(name, values[_ATTRIBUTES.get(name, name)]) for name in OPTION_NAMES}


def option_table(app: Path) -> str:
    """Options with their forms, defaults and meanings."""
    stanza = _stanzas(app)["npmanomaly-option"]
    forms = dict(re.findall(r"\((\w+)=(\([^)]*\)|<[^>]*>)\)", stanza["syntax"]))
    meanings = _meanings(stanza["description"])
    rows = []
    for name, default in defaults().items():
        if name not in meanings or name not in forms:
            raise SiteError(f"searchbnf.conf, stanza npmanomaly-option: the option {name} is not explained; add it")
        taken = _shown(forms[name].strip("()"), "|", " or ")
        rows.append(f"| {code(name)} | {taken} | {_shown(default, ',', ', ')} | {meanings[name]} |")
    return "\n".join(["| Option | Takes | Default | Meaning |", "| --- | --- | --- | --- |", *rows])


def synopsis(app: Path) -> str:
    """The command with all its options."""
    return f"```text\n{_command(app)['simplesyntax']}\n```"


def examples(app: Path) -> str:
    """The examples of the help, each with its comment."""
    stanza = _command(app)
    numbers = sorted(name.removeprefix("example") for name in stanza if name.startswith("example"))
    shown = []
    for number in numbers:
        search = stanza[f"example{number}"].replace(" | ", "\n| ")
        shown.append(f"{stanza[f'comment{number}']}\n\n```text\n{search}\n```")
    return "\n\n".join(shown)


def _command(app: Path) -> dict[str, str]:
    return _stanzas(app)["npmanomaly-command"]


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


def _typed(name: str, value: object) -> str:
    if name == "unseen":
        return "flag" if value else "ignore"
    return (
        ",".join(str(part) for part in value)
        if isinstance(value, tuple)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )
