"""Search macros: the calls in a search, and the search with their definitions in place of the calls.

Calls stand between single backticks, `name` or `name(a, b)`; those inside double quotes or comments (triple backticks)
are not calls. Source: macros.conf.spec (arguments, overloading, quotes); Knowledge Manager Manual, "Search macro
examples" (arguments by name, `name(fragment=TM)`); limits.conf.spec (max_macro_depth). A name has letters, digits and
underscores and no blanks around it: the manual advises against hyphens, and other spellings are not documented.
Unverified without a live Splunk: double quotes around an argument are removed, and ``\\"`` inside becomes ``"``;
arguments are taken by name only when all are given so. The texts need not be valid SPL.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

MAX_DEPTH = 100
"""Calls inside definitions inside definitions: limits.conf, max_macro_depth."""
MAX_CALLS = 10_000
"""Calls that one call may lead to, so that macros which call others twice cannot grow without end; not Splunk's."""

_QUOTED = r'"(?:\\.|[^"\\])*"'
_CALL = re.compile(r"([A-Za-z0-9_]+)(?:\((.*)\))?", re.DOTALL)
_TOKEN = re.compile(
    rf'```(?P<comment>.*?)(?:```|(?P<unclosed>\Z))|\\["\\]|{_QUOTED}|`(?P<call>(?:{_QUOTED}|[^`"])*)`', re.DOTALL
)
_NAMED = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=(.*)", re.DOTALL)
ARGUMENT_TOKEN = re.compile(r"\$([A-Za-z0-9_-]+)\$")
"""An argument in a definition, ``$name$``."""


@dataclass(frozen=True)
class Macro:
    """A macro as it is defined; ``arguments`` stand as ``$name$`` in the definition.

    ``computed`` names the setting (iseval, validation) by which Splunk computes or checks the macro; such a macro is
    not expanded here.
    """

    name: str
    arguments: tuple[str, ...]
    definition: str
    computed: str | None = None

    @property
    def stanza(self) -> str:
        """The name of its stanza in macros.conf: ``name``, or ``name(2)`` for a macro of two arguments."""
        return f"{self.name}({len(self.arguments)})" if self.arguments else self.name


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
    """Backticks that are not a call, or a call that cannot be expanded: what is wrong, and what to do."""

    start: int
    end: int
    message: str
    fix: str


@dataclass(frozen=True)
class Piece:
    """A stretch of the expanded text and that of the written text it came from; ``source`` names what was inserted."""

    start: int
    end: int
    origin: tuple[int, int]
    source: str | None = None


@dataclass(frozen=True)
class Expanded:
    """A text with its macros expanded, the way back to the written characters, and the calls that were left."""

    text: str
    pieces: tuple[Piece, ...]
    problems: tuple[WrongCall, ...] = ()

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the written text that the span start..end of the expanded text came from."""
        first, last = self._piece(start), self._piece(max(start, end - 1))
        begin = first.origin[0] if first.source else first.origin[0] + start - first.start
        stop = last.origin[1] if last.source else last.origin[0] + end - last.start
        return begin, max(begin, stop)

    def source(self, position: int) -> str | None:
        """Return what the character at this position was inserted with; None for a character that was written."""
        return self._piece(position).source

    def _piece(self, position: int) -> Piece:
        held = next((piece for piece in self.pieces if piece.start <= position < piece.end), None)
        return held or self.pieces[-1]


def macro_uses(text: str) -> tuple[list[MacroUse], list[WrongCall]]:
    """Return the calls in a text, and the backticks in it that are not a call."""
    uses, wrong = _macro_uses(text)
    return list(uses), list(wrong)


@lru_cache(maxsize=4096)  # the same few definitions are read for every search
def _macro_uses(text: str) -> tuple[tuple[MacroUse, ...], tuple[WrongCall, ...]]:
    if "`" not in text:
        return (), ()
    uses: list[MacroUse] = []
    wrong: list[WrongCall] = []
    rest = list(text)
    for token in _TOKEN.finditer(text):
        rest[token.start() : token.end()] = " " * len(token[0])
        if token["unclosed"] is not None:
            wrong.append(WrongCall(token.start(), token.end(), "a comment has no closing ```", "close the comment"))
        if token["call"] is None:
            continue
        if call := _CALL.fullmatch(token["call"]):
            uses.append(MacroUse(call[1], arguments_of(call[2]), token.start(), token.end()))
        else:
            shown = token["call"] if len(token["call"]) <= 40 else f"{token['call'][:36]} ..."
            fix = "write `name` or `name(a,b)`, without outer blanks"
            wrong.append(WrongCall(token.start(), token.end(), f"`{shown}` is not a macro call", fix))
    if "`" in rest:
        at = rest.index("`")
        wrong.append(WrongCall(at, at + 1, "a backtick has no partner", "close the macro call"))
    if "````" in text:
        at = text.index("````")
        fix = "write a blank between the macro call and the comment"
        wrong.append(WrongCall(at, at + 4, "four backticks in a row", fix))
    return tuple(uses), tuple(wrong)


def comment_spans(text: str) -> list[tuple[int, int]]:
    """Return where the comments of a search stand."""
    return [token.span() for token in _TOKEN.finditer(text) if token["comment"] is not None]


def arguments_of(text: str | None) -> tuple[str, ...]:
    """Return the arguments between the brackets of a call, cut at commas outside of quotes and inner brackets."""
    if text is None or not text.strip():
        return ()
    depth = 0
    cuts = [-1]
    for part in re.finditer(rf"{_QUOTED}|[(),]", text):
        depth += {"(": 1, ")": -1}.get(part[0], 0)
        if part[0] == "," and depth == 0:
            cuts.append(part.start())
    return tuple(text[start + 1 : end] for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True))


def insert(text: str, insertions: list[tuple[int, int, str, str]]) -> Expanded:
    """Return the text with spans replaced: (start, end, new text, what to call its source), in order."""
    pieces: list[Piece] = []
    parts: list[str] = []
    here = length = 0
    for start, end, inserted, source in [*insertions, (len(text), len(text), "", "")]:
        for part, origin, name in ((text[here:start], (here, start), None), (inserted, (start, end), source)):
            if part:
                pieces.append(Piece(length, length + len(part), origin, name))
                parts.append(part)
                length += len(part)
        here = end
    return Expanded("".join(parts), tuple(pieces) or (Piece(0, 0, (0, 0)),))


def expand(text: str, macros: Mapping[str, Macro], more: Iterable[tuple[int, int, str, str]] = ()) -> Expanded:
    """Return the text with every call replaced that can be; the others stay, and are in ``problems``.

    ``macros`` is keyed by stanza name. ``more``: what else is to be replaced, as ``insert`` takes it. A problem inside
    a definition is at the call that led to it.
    """
    uses, wrong = macro_uses(text)
    insertions = list(more)
    for use in uses:
        call = _Call(macros)
        definition = call.expanded(use, ())
        if definition is not None:
            insertions.append((use.start, use.end, definition, f"`{use.name}`"))
        wrong += [WrongCall(use.start, use.end, message, fix) for message, fix in call.problems]
    expanded = insert(text, sorted(insertions))
    return Expanded(expanded.text, expanded.pieces, tuple(sorted(wrong, key=lambda problem: problem.start)))


@dataclass
class _Call:
    """One call of a text while it is expanded, with what is wrong with it and with the calls that it leads to."""

    macros: Mapping[str, Macro]
    problems: dict[tuple[str, str], None] = field(default_factory=dict)
    calls: int = 0

    def expanded(self, use: MacroUse, chain: tuple[str, ...]) -> str | None:
        """Return what the call stands for; None when it cannot be expanded. ``chain``: the macros around it."""
        self.calls += 1
        macro = self.macros.get(use.stanza)
        if self.calls > MAX_CALLS:
            if self.calls == MAX_CALLS + 1:
                self._problem(chain, f"macro `{use.name}`: more than {MAX_CALLS} calls", "let macros call fewer others")
        elif macro is None:
            self._problem(chain, _unknown(use, self.macros), "define it in macros.conf or correct the call")
        elif macro.computed:
            self._problem(chain, f"macro `{use.stanza}` uses {macro.computed}, which is not expanded here", "remove it")
        elif use.stanza in chain:
            self._problem(chain, f"macro `{use.stanza}` calls itself", "remove one of the calls")
        elif len(chain) >= MAX_DEPTH:
            self._problem(chain, f"macro `{use.stanza}` is called {MAX_DEPTH} levels deep", "nest fewer macros")
        elif (values := _bound(macro, use.arguments)) is None:
            self._problem(chain, f"macro `{use.stanza}` is given an argument twice by name", "give each once")
        else:
            filled = ARGUMENT_TOKEN.sub(lambda token: values.get(token[1], token[0]), macro.definition)
            return self._definition(filled, (*chain, use.stanza))
        return None

    def _definition(self, text: str, chain: tuple[str, ...]) -> str:
        uses, wrong = macro_uses(text)
        for each in wrong:
            self._problem(chain, each.message, each.fix)
        parts = ((use.start, use.end, self.expanded(use, chain), "") for use in uses)
        return insert(text, [(start, end, part, name) for start, end, part, name in parts if part is not None]).text

    def _problem(self, chain: tuple[str, ...], message: str, fix: str) -> None:
        self.problems.setdefault((f"in macro `{chain[-1]}`: {message}" if chain else message, fix))


def _unknown(use: MacroUse, macros: Mapping[str, Macro]) -> str:
    others = sorted(stanza for stanza, macro in macros.items() if macro.name == use.name)
    if others:
        return f"macro `{use.name}` is called with {use.arity} arguments, but defined is {', '.join(others)}"
    return f"macro `{use.name}` is unknown"


def _bound(macro: Macro, given: tuple[str, ...]) -> dict[str, str] | None:
    """Return the values of the arguments, given by name or by position; None when a name is given twice."""
    named = [_NAMED.fullmatch(argument) for argument in given]
    pairs = [(match[1], _unquoted(match[2])) for match in named if match is not None and match[1] in macro.arguments]
    if len(pairs) < len(given):
        pairs = list(zip(macro.arguments, map(_unquoted, given), strict=True))
    values = dict(pairs)
    return values if len(values) == len(given) else None


def _unquoted(argument: str) -> str:
    text = argument.strip()
    return text[1:-1].replace('\\"', '"') if re.fullmatch(_QUOTED, text, re.DOTALL) else text
