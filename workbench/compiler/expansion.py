"""Puts the definitions of macros into a search, and remembers which call each character came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workbench.compiler.macrocalls import MacroUse, macro_uses

_DEEPEST = 20  # calls inside definitions inside definitions; Splunk gives up at some depth too


@dataclass(frozen=True)
class Macro:
    """A macro as the content defines it; ``arguments`` stand as ``$name$`` in the definition."""

    arguments: tuple[str, ...]
    definition: str


@dataclass(frozen=True)
class Piece:
    """A stretch of the expanded text and that of the written text it came from; ``source`` names what was put in."""

    start: int
    end: int
    origin: tuple[int, int]
    source: str | None = None


@dataclass(frozen=True)
class Expanded:
    """A text with everything put in, and the way back from its characters to those that were written."""

    text: str
    pieces: tuple[Piece, ...]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The span of the written text that the span start..end of the expanded one came from."""
        first, last = self._piece(start), self._piece(max(start, end - 1))
        begin = first.origin[0] if first.source else first.origin[0] + start - first.start
        stop = last.origin[1] if last.source else last.origin[0] + end - last.start
        return begin, max(begin, stop)

    def source(self, position: int) -> str | None:
        """What was put in where this character stands; None for one that was written there."""
        return self._piece(position).source

    def _piece(self, position: int) -> Piece:
        found = next((piece for piece in self.pieces if piece.start <= position < piece.end), None)
        return found or self.pieces[-1]


def put_in(text: str, fillings: list[tuple[int, int, str, str]]) -> Expanded:
    """The text with spans replaced: (start, end, what to put there, how to name it), in order."""
    pieces: list[Piece] = []
    parts: list[str] = []
    here = length = 0
    for start, end, filling, source in [*fillings, (len(text), len(text), "", "")]:
        for part, origin, name in ((text[here:start], (here, start), None), (filling, (start, end), source)):
            if part:
                pieces.append(Piece(length, length + len(part), origin, name))
                parts.append(part)
                length += len(part)
        here = end
    return Expanded("".join(parts), tuple(pieces) or (Piece(0, 0, (0, 0)),))


def expand(text: str, macros: Mapping[str, Macro], more: Iterable[tuple[int, int, str, str]] = ()) -> Expanded:
    """The text with all calls of known macros replaced; others, and those that call themselves, stay as they are.

    ``macros`` is keyed by stanza name: ``name``, or ``name(2)`` for a macro of two arguments. ``more``: what else is
    to be replaced, as put_in takes it.
    """
    fillings = list(more)
    for use in macro_uses(text)[0]:
        filling = _filling(use, macros, ())
        if filling is not None:
            fillings.append((use.start, use.end, filling, f"`{use.name}`"))
    return put_in(text, sorted(fillings))


def _filling(use: MacroUse, macros: Mapping[str, Macro], chain: tuple[str, ...]) -> str | None:
    macro = macros.get(use.stanza)
    if macro is None or use.stanza in chain or len(chain) > _DEEPEST:
        return None
    values = dict(zip(macro.arguments, (_unquoted(argument) for argument in use.arguments), strict=False))
    filled = re.sub(r"\$(\w+)\$", lambda token: values.get(token[1], token[0]), macro.definition)
    inner = [
        (one.start, one.end, text, "")
        for one in macro_uses(filled)[0]
        if (text := _filling(one, macros, (*chain, use.stanza))) is not None
    ]
    return put_in(filled, inner).text


def _unquoted(argument: str) -> str:
    text = argument.strip()
    if re.fullmatch(r'"(?:\\.|[^"\\])*"', text, re.DOTALL):
        return text[1:-1].replace('\\"', '"')
    return text
