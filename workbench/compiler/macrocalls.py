"""Finds the macro calls in a search text: `name` and `name(a, b)` between single backticks.

Comments (between triple backticks) and double-quoted strings are passed over. The text need not be valid SPL.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass

_CALL = re.compile(r"([A-Za-z0-9_]+)(?:\((.*)\))?", re.DOTALL)
_TOKEN = re.compile(r'```(?P<comment>.*?)```|"(?:\\.|[^"\\])*"|`(?P<call>(?:"(?:\\.|[^"\\])*"|[^`"])*)`', re.DOTALL)


@dataclass(frozen=True)
class MacroUse:
    """A call: the name, the arguments as written, and where it stands, backticks included."""

    name: str
    arguments: tuple[str, ...]
    start: int
    end: int

    @property
    def arity(self) -> int:
        """The number of arguments."""
        return len(self.arguments)

    @property
    def stanza(self) -> str:
        """The name of the stanza in macros.conf that it needs."""
        return f"{self.name}({self.arity})" if self.arity else self.name


@dataclass(frozen=True)
class WrongCall:
    """A place where backticks hold no call: what is wrong, and what to do."""

    start: int
    end: int
    message: str
    fix: str


def macro_uses(text: str) -> tuple[list[MacroUse], list[WrongCall]]:
    """The calls in a text, and what looks like one and is none."""
    uses: list[MacroUse] = []
    wrong: list[WrongCall] = []
    rest = list(text)
    for token in _TOKEN.finditer(text):
        rest[token.start() : token.end()] = " " * len(token[0])
        if token["call"] is None:
            continue
        if call := _CALL.fullmatch(token["call"]):
            uses.append(MacroUse(call[1], arguments_of(call[2]), token.start(), token.end()))
        else:
            shown = textwrap.shorten(token["call"], 40, placeholder=" ...")
            fix = "write `name` or `name(a,b)`, without outer blanks"
            wrong.append(WrongCall(token.start(), token.end(), f"`{shown}` is no macro call", fix))
    if "`" in rest:
        at = rest.index("`")
        wrong.append(WrongCall(at, at + 1, "a backtick has no partner", "close the macro call or the comment"))
    if "````" in text:
        at = text.index("````")
        fix = "put a blank between the macro call and the comment"
        wrong.append(WrongCall(at, at + 4, "four backticks in a row", fix))
    return uses, wrong


def comment_spans(text: str) -> list[tuple[int, int]]:
    """Where the comments of a search stand."""
    return [token.span() for token in _TOKEN.finditer(text) if token["comment"] is not None]


def arguments_of(text: str | None) -> tuple[str, ...]:
    """The arguments between the brackets of a call, cut at commas, not at those inside quotes and brackets."""
    if text is None or not text.strip():
        return ()
    depth = 0
    cuts = [-1]
    for part in re.finditer(r'"(?:\\.|[^"\\])*"|[(),]', text):
        depth += {"(": 1, ")": -1}.get(part[0], 0)
        if part[0] == "," and depth == 0:
            cuts.append(part.start())
    return tuple(text[start + 1 : end] for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True))
