"""Reads one YAML file strictly and remembers where everything in it stands.

Stricter than YAML: no duplicate keys (of which YAML silently keeps the last), no anchors, no merge keys, only
text as keys, and dates stay text. All of those would make a file mean something else than it shows.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import yaml

from workbench.compiler.finding import Finding, finding
from workbench.compiler.rule import CONF_FILES, YAML, Rule, rule
from workbench.compiler.scalars import offsets

NOT_YAML = rule(
    "NPM001",
    "not-yaml",
    what="A file of content cannot be read as YAML in UTF-8 that holds fields.",
    why="A file that is not YAML cannot be compiled.",
    see=YAML,
)
DUPLICATE_KEY = rule(
    "NPM002",
    "duplicate-key",
    what="A key is given twice in the same group of fields.",
    why="Of a key given twice YAML keeps the last, silently.",
    see=YAML,
)
HIDDEN_MEANING = rule(
    "NPM003",
    "hidden-meaning",
    what="A file uses an anchor or a key that is not plain text.",
    why="Anchors and keys that are not plain text make a file mean what it does not show.",
    see=YAML,
)
UNWRITABLE_TEXT = rule(
    "NPM019",
    "unwritable-text",
    what="A text holds a control character, or a line of it ends in a backslash.",
    why="A conf file cannot hold control characters, and joins a line that ends in a backslash with the next one.",
    see=CONF_FILES,
)

KeyPath = tuple[str | int, ...]  # the way from the top of a file to a field, such as ("rba", "risk_objects", 0)


try:
    from yaml import CSafeLoader as _Libyaml  # ten times as fast; not in every build of PyYAML
except ImportError:
    _Libyaml = yaml.SafeLoader  # type: ignore[assignment, misc]


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader without the conversion of dates."""


class _FastLoader(_Libyaml):
    """The same with the parser of libyaml, which puts everything where PyYAML does."""


_Loader.yaml_implicit_resolvers = _FastLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_SURELY_FLAT = 5_000  # levels; libyaml overflows the stack of the process at about 100,000


class Stretch(NamedTuple):
    """Half-open range of characters in the file."""

    start: int
    end: int


class Scalar(NamedTuple):
    """A value as it stands in the file: with its quotes, or with the sign of its block."""

    start: int
    end: int
    style: str | None


@dataclass(frozen=True)
class Document:
    """A file as read: its values, and where everything stands in it.

    keys: the key of each path, or for an item of a list the item; scalars: the values that hold no others.
    """

    path: Path
    shown: str
    value: Mapping[str, object] = field(default_factory=dict)
    source: str = ""
    keys: Mapping[KeyPath, Stretch] = field(default_factory=dict)
    scalars: Mapping[KeyPath, Scalar] = field(default_factory=dict)

    def get(self, *key_path: str | int) -> object:
        """Return the value at a key path, or None if there is none (a wrong type on the way counts as none)."""
        here: object = self.value
        for step in key_path:
            if isinstance(here, list):
                here = here[step] if isinstance(step, int) and step < len(here) else None
            else:
                here = here.get(step) if isinstance(here, dict) else None
        return here

    def text(self, *key_path: str | int) -> str:
        """Return the text at a key path, or "" if there is no text."""
        here = self.get(*key_path)
        return here if isinstance(here, str) else ""

    def items(self, *key_path: str | int) -> list[object]:
        """Return the list at a key path, or an empty one."""
        here = self.get(*key_path)
        return here if isinstance(here, list) else []

    def finding(
        self,
        rule: Rule,
        key_path: KeyPath,
        message: str,
        fix: str,
        span: tuple[int, int] | None = None,
        key: bool = False,
    ) -> Finding:
        """Return a finding about a field; the message follows its name.

        It points at the field's value, at its key where the value has several lines or key is set, or at the
        characters span (half-open) of the value.
        """
        stretch = self._stretch(key_path, span, key)
        line, column = self.line_and_column(stretch.start)
        text = self.source[stretch.start : stretch.end].split("\n")[0]
        length = len(text if span else text.rstrip())
        return finding(rule, self.shown, f"{field_name(key_path)}: {message}", fix, line, column, length)

    def line_and_column(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of a character of the file."""
        line = bisect.bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self.source))]

    def _stretch(self, key_path: KeyPath, span: tuple[int, int] | None, key: bool) -> Stretch:
        scalar = self.scalars.get(key_path)
        if span is not None and scalar:
            return self._inside(key_path, scalar, span)
        if scalar and not key and "\n" not in self.source[scalar.start : scalar.end].rstrip():
            return Stretch(scalar.start, scalar.end)
        if key_path in self.keys:
            return self.keys[key_path]
        while key_path and key_path not in self.keys:
            key_path = key_path[:-1]
        return self.keys.get(key_path, Stretch(0, 0))

    def _inside(self, key_path: KeyPath, scalar: Scalar, span: tuple[int, int]) -> Stretch:
        offsets = self._offsets_of(key_path, scalar)
        if not offsets:
            return Stretch(scalar.start, scalar.end)
        first = min(max(span[0], 0), len(offsets) - 1)
        last = min(max(span[1] - 1, first), len(offsets) - 1)
        return Stretch(scalar.start + offsets[first], scalar.start + offsets[last] + 1)

    def _offsets_of(self, key_path: KeyPath, scalar: Scalar) -> list[int]:
        if key_path not in self._known_offsets:
            raw = self.source[scalar.start : scalar.end]
            self._known_offsets[key_path] = offsets(raw, scalar.style, self.text(*key_path))
        return self._known_offsets[key_path]

    @cached_property
    def _known_offsets(self) -> dict[KeyPath, list[int]]:
        return {}

    @cached_property
    def comments(self) -> tuple[tuple[int, str], ...]:
        """The comments of the file: (offset, text behind the #). A # inside a value is none."""
        values = sorted([*((one.start, one.end) for one in self.scalars.values()), *self.keys.values()])
        comments: list[tuple[int, str]] = []
        end = 0
        for sign in re.finditer(r"(?:^|(?<=[ \t]))#", self.source, re.MULTILINE):
            before = bisect.bisect_right(values, (sign.start(), len(self.source)))
            inside = any(start <= sign.start() < stop for start, stop in values[max(0, before - 3) : before])
            if sign.start() >= end and not inside:
                end = (self.source + "\n").index("\n", sign.end())
                comments.append((sign.start(), self.source[sign.end() : end].strip()))
        return tuple(comments)


def field_name(key_path: KeyPath) -> str:
    """Return the name that messages give a field: ("rba", "risk_objects", 0, "score") -> rba.risk_objects[0].score."""
    name = ""
    for step in key_path:
        if isinstance(step, int):
            name += f"[{step}]"
        else:
            name += f".{step}" if name else step
    return name or "file"


def read_document(path: Path, shown: str) -> tuple[Document, list[Finding]]:
    """Return the file, empty where it could not be read, and what is wrong with it as YAML."""
    empty = Document(path, shown)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return empty, [finding(NOT_YAML, shown, f"file: is not UTF-8 ({error.reason})", "save it as UTF-8")]
    try:
        return _read_text(path, shown, text)
    except yaml.YAMLError as error:
        return empty, [_yaml_finding(shown, text, error)]
    except RecursionError:
        return empty, [finding(NOT_YAML, shown, "file: is nested too deeply", "write it with fewer levels")]


def _read_text(path: Path, shown: str, text: str) -> tuple[Document, list[Finding]]:
    """Return the document and the findings. Raises yaml.YAMLError or RecursionError."""
    empty = Document(path, shown)
    loader, node = _composed(text)
    if not isinstance(node, yaml.MappingNode):
        return empty, [finding(NOT_YAML, shown, "file: holds no fields", "write `field: value` lines or remove it")]
    reader = _NodeReader(shown)
    reader.read(node, ())
    if any(one.rule != DUPLICATE_KEY.id for one in reader.findings):
        return empty, reader.findings
    value = loader.construct_document(node)
    return Document(path, shown, value, text, reader.keys, reader.scalars), reader.findings


def _composed(text: str) -> tuple[_Loader | _FastLoader, yaml.Node | None]:
    """Return the nodes of a text, with the loader that makes values of them.

    What libyaml refuses PyYAML reads again, because its errors say more exactly where and why; so it does what might
    be deep enough to overflow the stack in libyaml: as deep as it has brackets, or two levels for each column.
    """
    columns = max(map(len, text.split("\n")))
    if text.count("[") + text.count("{") + 2 * columns < _SURELY_FLAT:
        try:
            return _nodes(_FastLoader(text))
        except yaml.YAMLError:
            pass
    return _nodes(_Loader(text))


def _nodes(loader: _Loader | _FastLoader) -> tuple[_Loader | _FastLoader, yaml.Node | None]:
    try:
        return loader, loader.get_single_node()
    finally:
        loader.dispose()


def _yaml_finding(shown: str, text: str, error: yaml.YAMLError) -> Finding:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = getattr(error, "problem", None) or str(error).splitlines()[0]
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
        column = error.position - (text.rfind("\n", 0, error.position) + 1) + 1
        what = f"holds the control character U+{ord(str(error.character)[:1] or ' '):04X}"
        return finding(UNWRITABLE_TEXT, shown, f"file: {what}", "remove it", line, column, 1)
    message = f"file: is not valid YAML: {what}"
    return finding(NOT_YAML, shown, message, "correct it there or just above", line, column, 1)


class _NodeReader:
    """Walks the nodes of a file: where all places are, and what this reader refuses."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.keys: dict[KeyPath, Stretch] = {}
        self.scalars: dict[KeyPath, Scalar] = {}
        self.findings: list[Finding] = []
        self._seen: set[int] = set()

    def read(self, node: yaml.Node, key_path: KeyPath) -> None:
        if id(node) in self._seen:
            self._refuse(HIDDEN_MEANING, node, key_path, "uses an anchor", "write the value out instead")
            return
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            self._read_mapping(node, key_path)
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                here = (*key_path, index)
                end = item.end_mark.index if isinstance(item, yaml.ScalarNode) else item.start_mark.index
                self.keys[here] = Stretch(item.start_mark.index, end)
                self.read(item, here)
        elif isinstance(node, yaml.ScalarNode):
            self.scalars[key_path] = Scalar(node.start_mark.index, node.end_mark.index, node.style)

    def _read_mapping(self, node: yaml.MappingNode, key_path: KeyPath) -> None:
        first_line: dict[str, int] = {}
        for key, value in self._pairs(node, key_path):
            here = (*key_path, key.value)
            if key.value in first_line:
                text = f"is given twice, first on line {first_line[key.value]}"
                self._refuse(DUPLICATE_KEY, key, here, text, "remove one of them")
            first_line.setdefault(key.value, key.start_mark.line + 1)
            # Of a key given twice the last counts for the rest of the checks, as YAML has it.
            self.keys[here] = Stretch(key.start_mark.index, key.end_mark.index)
            self.read(value, here)

    def _pairs(self, node: yaml.MappingNode, key_path: KeyPath) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
                text = "has a key that is not plain text"
                self._refuse(HIDDEN_MEANING, key, key_path, text, "put the key in quotes or rename it")
            else:
                yield (key, value)

    def _refuse(self, rule: Rule, node: yaml.Node, key_path: KeyPath, message: str, fix: str) -> None:
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        length = node.end_mark.index - node.start_mark.index if isinstance(node, yaml.ScalarNode) else 1
        text = f"{field_name(key_path)}: {message}"
        self.findings.append(finding(rule, self.shown, text, fix, line, column, length))
