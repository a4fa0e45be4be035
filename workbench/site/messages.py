"""The messages of the search command, found in its source, so that none can be left out of the documents.

A message is any text of several words in app/bin that is no docstring: what is raised, collected or written alike.
Values stand as ``…``; texts kept under a name at the top of a module stand as they are.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

VALUE = "…"
_WORDS = re.compile(r"[A-Za-z]{2,}[',;:.)=]* .*?[A-Za-z]{2,}", re.DOTALL)
_NAMED_VALUE = re.compile(r"\{\w*\}")


@dataclass(frozen=True)
class Message:
    """A message or a piece of one: its text, and the file and line it comes from."""

    text: str
    place: str

    def pattern(self) -> re.Pattern[str]:
        """Matches the message with anything in the place of its values."""
        return re.compile(".+?".join(re.escape(part) for part in self.text.split(VALUE)), re.DOTALL)


def messages_of(folder: Path) -> list[Message]:
    """All messages in the Python files of a folder, in the order of files and lines."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.py"))}
    names = {name: text for tree in trees.values() for name, text in _named_texts(tree)}
    found: list[Message] = []
    for path, tree in trees.items():
        passed_over = set(_docstrings(tree)) | {node for _, node in _named_nodes(tree)}
        for node, text in _texts(tree, names, passed_over):
            if _WORDS.search(text.replace(VALUE, " ")):
                found.append(Message(text, f"{path.relative_to(folder).as_posix()}:{node.lineno}"))
    return found


def _texts(node: ast.AST, names: dict[str, str], passed_over: set[ast.AST]) -> Iterator[tuple[ast.expr, str]]:
    if node in passed_over:
        return
    if isinstance(node, ast.JoinedStr):
        yield node, "".join(_part(part, names) for part in node.values)
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                yield from _texts(part.value, names, passed_over)
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node, _NAMED_VALUE.sub(VALUE, node.value)
        return
    for child in ast.iter_child_nodes(node):
        yield from _texts(child, names, passed_over)


def _part(part: ast.expr, names: dict[str, str]) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    inside = part.value if isinstance(part, ast.FormattedValue) else part
    return names.get(inside.id, VALUE) if isinstance(inside, ast.Name) else VALUE


def _named_texts(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for name, node in _named_nodes(tree):
        yield name, str(node.value)


def _named_nodes(tree: ast.Module) -> Iterator[tuple[str, ast.Constant]]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.value


def _docstrings(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.value
