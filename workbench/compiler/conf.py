"""Writes Splunk conf files, and reads them as Splunk does.

A value may have several lines: each but the last ends in a backslash, directly behind its last character. Splunk
drops the backslash and keeps the end of the line, so the value read back is exactly the value written. What could
not come back so (a line that itself ends in a backslash, control characters) is refused by the checks, and once
more here; readback.py reads every compiled file again with a reader of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from workbench.compiler.shapes import UNWRITABLE

Stanzas = Mapping[str, Mapping[str, str]]

HEADER = "# Compiled by build.py from the content in YAML. Change it there, or override it in local/.\n"


@dataclass(frozen=True)
class Setting:
    """A value and the 1-based line on which its setting begins."""

    value: str
    line: int


def render_conf(stanzas: Stanzas, header: str = HEADER) -> str:
    """The text of a conf file; stanzas and settings in the order given, values stripped.

    Raises ValueError for a value that would not be read back as it is.
    """
    parts = [header]
    for stanza, settings in stanzas.items():
        lines = [f"{key} = {_escaped(value)}" if value.strip() else f"{key} =" for key, value in settings.items()]
        parts.append("\n".join([f"[{stanza}]", *lines]) + "\n")
    return "\n".join(parts)


def _escaped(value: str) -> str:
    lines = value.strip().split("\n")
    for line in lines:
        if line.endswith("\\") or UNWRITABLE.search(line):
            raise ValueError(f"a conf file cannot hold the line {line!r}")
    return "\\\n".join(lines)


def read_conf(text: str) -> dict[str, dict[str, Setting]]:
    """The settings of a conf file by stanza; what stands before the first stanza is under "".

    Of a setting or stanza given twice the later wins, as in Splunk. Raises ValueError naming the line for a line
    that is no stanza, no setting and no comment.
    """
    stanzas: dict[str, dict[str, Setting]] = {}
    stanza = ""
    lines = text.split("\n")
    index = 0
    while index < len(lines):
        start = index
        line = lines[index]
        index += 1
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        while line.endswith("\\") and index < len(lines):
            line = f"{line[:-1]}\n{lines[index]}"
            index += 1
        if found := re.fullmatch(r"\s*\[(.*)\]\s*", line):
            stanza = found[1]
            stanzas.setdefault(stanza, {})
            continue
        key, sign, value = line.partition("=")
        if not sign or not key.strip() or "\n" in key:
            raise ValueError(f"line {start + 1} is no setting: {line.strip()[:60]!r}")
        stanzas.setdefault(stanza, {})[key.strip()] = Setting(value.strip(), start + 1)
    return stanzas


def plain(stanzas: Mapping[str, Mapping[str, Setting]]) -> dict[str, dict[str, str]]:
    """The same without line numbers."""
    return {name: {key: one.value for key, one in listed.items()} for name, listed in stanzas.items()}
