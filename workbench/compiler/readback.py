"""Reads compiled conf files again, character by character, and compares them with what was to be written.

A second reader on purpose: it shares nothing with the writer and reader of conf.py, so that a mistake there shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

Values = Mapping[str, Mapping[str, str]]


def differences(text: str, wanted: Values) -> Iterator[tuple[str, str]]:
    """Stanza and setting of every value that is missing, added or different when the text is read."""
    found = read_back(text)
    for stanza in dict.fromkeys([*wanted, *found]):
        here, there = wanted.get(stanza), found.get(stanza)
        if here is None or there is None:
            yield stanza, "(the stanza)"
            continue
        for key in dict.fromkeys([*here, *there]):
            if here.get(key, "").strip() != there.get(key) or key not in here:
                yield stanza, key


def read_back(text: str) -> dict[str, dict[str, str]]:
    """The settings by stanza, as Splunk reads them: a backslash before a line's end joins the next line to it."""
    settings: dict[str, dict[str, str]] = {}
    current = settings.setdefault("", {})
    for line in _logical_lines(text):
        stripped = line.strip()
        if not stripped or stripped[0] == "#":
            continue
        if stripped[0] == "[" and stripped[-1] == "]":
            current = settings.setdefault(stripped[1:-1], {})
            continue
        sign = line.find("=")
        name = line[:sign].strip() if sign >= 0 else stripped
        current[name] = line[sign + 1 :].strip() if sign >= 0 else ""
    if not settings[""]:
        del settings[""]
    return settings


def _logical_lines(text: str) -> Iterator[str]:
    collected: list[str] = []
    previous = ""
    comment = False
    for character in text:
        if character == "\n" and previous == "\\" and not comment:
            collected[-1] = "\n"
        elif character == "\n":
            yield "".join(collected)
            collected, comment = [], False
        else:
            comment = comment or (character == "#" and not "".join(collected).strip())
            collected.append(character)
        previous = character
    if collected:
        yield "".join(collected)
