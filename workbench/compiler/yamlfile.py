"""Reads one YAML file strictly and remembers on which line every field stands.

Stricter than YAML: no duplicate keys (of which YAML silently keeps the last), no anchors, no merge keys, only
text as keys, and dates stay text. All of those would make a file mean something else than it shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from workbench.compiler.problems import Problem

Place = tuple[str | int, ...]  # the way from the top of a file to a field, such as ("rba", "risk_objects", 0)


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader without the conversion of dates."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Document:
    """A file as read: its values, and the line of every place in it."""

    path: Path
    shown: str
    value: Mapping[str, object] = field(default_factory=dict)
    lines: Mapping[Place, int] = field(default_factory=dict)
    text_lines: Mapping[Place, int] = field(default_factory=dict)

    def get(self, *place: str | int) -> object:
        """The value at a place, or None if there is none (a wrong type on the way counts as none)."""
        here: object = self.value
        for step in place:
            if isinstance(here, list):
                here = here[step] if isinstance(step, int) and step < len(here) else None
            else:
                here = here.get(step) if isinstance(here, dict) else None
        return here

    def text(self, *place: str | int) -> str:
        """The text at a place, or "" if there is no text."""
        here = self.get(*place)
        return here if isinstance(here, str) else ""

    def items(self, *place: str | int) -> list[object]:
        """The list at a place, or an empty one."""
        here = self.get(*place)
        return here if isinstance(here, list) else []

    def line(self, place: Place) -> int:
        """The 1-based line of a place, or of the nearest place around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def problem(self, place: Place, text: str, text_line: int | None = None) -> Problem:
        """A problem at a place; text_line (0-based) points into a block of text, such as a search."""
        line = self.line(place)
        if text_line is not None and place in self.text_lines:
            line = self.text_lines[place] + text_line
        return Problem(self.shown, line, field_name(place), text)


def field_name(place: Place) -> str:
    """("rba", "risk_objects", 0, "score") -> rba.risk_objects[0].score"""
    name = ""
    for step in place:
        if isinstance(step, int):
            name += f"[{step}]"
        else:
            name += f".{step}" if name else step
    return name or "file"


def read_document(path: Path, shown: str) -> tuple[Document, list[Problem]]:
    """The file, empty where it could not be read, and what is wrong with it as YAML."""
    empty = Document(path, shown)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return empty, [Problem(shown, 1, "file", f"is not UTF-8 ({error.reason}); save it as UTF-8")]
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            return empty, [Problem(shown, 1, "file", "holds no fields; write `field: value` lines or remove it")]
        reader = _NodeReader(shown)
        reader.read(node, ())
        if reader.problems:
            return empty, reader.problems
        value = loader.construct_document(node)
    except yaml.YAMLError as error:
        return empty, [_yaml_problem(shown, error)]
    finally:
        loader.dispose()
    return Document(path, shown, value, reader.lines, reader.text_lines), []


def _yaml_problem(shown: str, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = getattr(error, "problem", None) or str(error).splitlines()[0]
    line = mark.line + 1 if mark else 1
    return Problem(shown, line, "file", f"is not valid YAML: {what}; correct it there or just above")


class _NodeReader:
    """Walks the nodes of a file: lines of all places, and what this reader refuses."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.lines: dict[Place, int] = {(): 1}
        self.text_lines: dict[Place, int] = {}
        self.problems: list[Problem] = []
        self._seen: set[int] = set()

    def read(self, node: yaml.Node, place: Place) -> None:
        if id(node) in self._seen:
            self._refuse(node, place, "uses an anchor; write the value out instead")
            return
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            self._read_mapping(node, place)
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                here = (*place, index)
                self.lines[here] = item.start_mark.line + 1
                self.read(item, here)
        elif isinstance(node, yaml.ScalarNode):
            # The text of a block (| or >) starts on the line after its sign.
            self.text_lines[place] = node.start_mark.line + (2 if node.style in ("|", ">") else 1)

    def _read_mapping(self, node: yaml.MappingNode, place: Place) -> None:
        first_line: dict[str, int] = {}
        for key, value in self._pairs(node, place):
            line = key.start_mark.line + 1
            here = (*place, key.value)
            if key.value in first_line:
                text = f"is given twice, first on line {first_line[key.value]}; remove one of them"
                self._refuse(key, here, text)
                continue
            first_line[key.value] = line
            self.lines[here] = line
            self.read(value, here)

    def _pairs(self, node: yaml.MappingNode, place: Place) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
                self._refuse(key, place, "has a key that is not plain text; put the key in quotes or rename it")
            else:
                yield (key, value)

    def _refuse(self, node: yaml.Node, place: Place, text: str) -> None:
        self.problems.append(Problem(self.shown, node.start_mark.line + 1, field_name(place), text))
