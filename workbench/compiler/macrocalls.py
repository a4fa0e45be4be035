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
    """A call: the name, the number of arguments, and the offset of its first backtick."""

    name: str
    arity: int
    start: int

    @property
    def stanza(self) -> str:
        """The name of the stanza in macros.conf that it needs."""
        return f"{self.name}({self.arity})" if self.arity else self.name


def macro_uses(text: str) -> tuple[list[MacroUse], list[tuple[int, str]]]:
    """The calls in a text, and (offset, what is wrong; what to do) of each that is none."""
    uses: list[MacroUse] = []
    wrong: list[tuple[int, str]] = []
    rest = list(text)
    for token in _TOKEN.finditer(text):
        rest[token.start() : token.end()] = " " * len(token[0])
        if token["call"] is None:
            continue
        if call := _CALL.fullmatch(token["call"]):
            uses.append(MacroUse(call[1], _arity(call[2]), token.start()))
        else:
            shown = textwrap.shorten(token["call"], 40, placeholder=" ...")
            what = f"`{shown}` is no macro call; write `name` or `name(a,b)`, without outer blanks"
            wrong.append((token.start(), what))
    if "`" in rest:
        wrong.append((rest.index("`"), "a backtick has no partner; close the macro call or the comment"))
    if "````" in text:
        at = text.index("````")
        wrong.append((at, "four backticks in a row; put a blank between the macro call and the comment"))
    return uses, wrong


def _arity(arguments: str | None) -> int:
    """The number of arguments between the brackets of a call."""
    if arguments is None or not arguments.strip():
        return 0
    depth = 0
    commas = 0
    for part in re.finditer(r'"(?:\\.|[^"\\])*"|[(),]', arguments):
        depth += {"(": 1, ")": -1}.get(part[0], 0)
        commas += part[0] == "," and depth == 0
    return commas + 1
