"""Cuts a search text into commands at pipes, but not in quotes, macros and subsearches; blanks comments.

Only double quotes hide a pipe: a single quote is an apostrophe as often as the beginning of a field name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from workbench.spl.errors import SplSyntaxError
from workbench.spl.terms import Span

_FENCE = "```"
_MARK = re.compile(r'[\[\]|"`\\]')
"""Where something begins, ends or is hidden."""


@dataclass(frozen=True)
class Stage:
    """One command's text: ``span`` without surrounding blanks, ``brackets`` the outermost [...] in it."""

    span: Span
    brackets: tuple[Span, ...]
    piped: bool
    """True when a pipe stands before it."""


def blank_comments(text: str) -> str:
    """Replace each ```comment``` by blanks of the same length; inside double quotes it is not a comment."""
    pieces: list[str] = []
    position = 0
    while (mark := _MARK.search(text, position)) is not None:
        start = mark.start()
        pieces.append(text[position:start])
        if text.startswith(_FENCE, start):
            position = text.find(_FENCE, start + len(_FENCE))
            if position < 0:
                raise SplSyntaxError("comment is not closed: ``` is missing", text, start)
            position += len(_FENCE)
            pieces.append("".join(c if c == "\n" else " " for c in text[start:position]))
        else:
            position = _skip(text, start, len(text))
            pieces.append(text[start:position])
    return "".join([*pieces, text[position:]])


def split(text: str, span: Span) -> tuple[Stage, ...]:
    """Cut the pipeline in ``text[span]`` into its commands. SplSyntaxError for what does not balance."""
    stages: list[Stage] = []
    brackets: list[Span] = []
    opened: list[int] = []
    begin = position = span.start
    piped = False
    while position < span.end:
        mark = _MARK.search(text, position, span.end)
        if mark is None:
            break
        position = mark.start()
        character = text[position]
        if character == "[":
            opened.append(position)
        elif character == "]":
            if not opened:
                raise SplSyntaxError("']' without '['", text, position)
            start = opened.pop()
            if not opened:
                brackets.append(Span(start, position + 1))
        elif character == "|" and not opened:
            # Nothing before the very first pipe is the usual way to begin a search.
            if piped or text[begin:position].strip():
                stages.append(_stage(text, begin, position, brackets, piped))
            brackets, begin, piped = [], position + 1, True
        position = _skip(text, position, span.end)
    if opened:
        raise SplSyntaxError("'[' is not closed", text, opened[0])
    stages.append(_stage(text, begin, span.end, brackets, piped))
    return tuple(stages)


def _stage(text: str, begin: int, end: int, brackets: list[Span], piped: bool) -> Stage:
    stripped = text[begin:end].strip()
    if not stripped:
        what = "there is no command after this pipe" if piped else "there is no search here"
        raise SplSyntaxError(what, text, begin - 1 if piped else begin)
    start = begin + len(text[begin:end]) - len(text[begin:end].lstrip())
    return Stage(Span(start, start + len(stripped)), tuple(brackets), piped)


def _skip(text: str, position: int, end: int) -> int:
    """Return where the quoted text, macro, escape or single character at ``position`` is over."""
    character = text[position]
    if character == "\\":
        return min(position + 2, end)
    if character == '"':
        at = position + 1
        while at < end and text[at] != '"':
            at += 2 if text[at] == "\\" else 1
        if at >= end:
            raise SplSyntaxError("double quote is not closed", text, position)
        return at + 1
    if character == "`" and not text.startswith(_FENCE, position):
        at = text.find("`", position + 1, end)
        if at < 0:
            raise SplSyntaxError("backtick is not closed: a macro is written `name`", text, position)
        return at + 1
    return position + 1
