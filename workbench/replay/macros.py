"""Search macros: ```name``` and ```name(a, b)``` in a search are replaced by their definitions.

Unverified without a live Splunk: a macro call inside a double-quoted string stays as it is; double quotes
around an argument are taken off and ``\\"`` inside becomes ``"``; arguments may be given by name (``x=1``).
Comments in triple backticks are left for the parser.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from workbench.replay.conf import Stanzas, is_true
from workbench.replay.errors import ReplayError

_COMMENT = "```"
_CALL = re.compile(r"\s*(?P<name>[A-Za-z0-9_:.-]+)\s*(?:\((?P<arguments>.*)\))?\s*\Z", re.DOTALL)
_STANZA = re.compile(r"(?P<name>[^()]+)(?:\((?P<arity>\d+)\))?\Z")
_TOKEN = re.compile(r"\$([A-Za-z0-9_.-]+)\$")
_NAMED = re.compile(r"\s*([A-Za-z0-9_.-]+)\s*=(.*)\Z", re.DOTALL)


class _CallError(Exception):
    """What is wrong with one call; the caller adds the place."""


@dataclass(frozen=True)
class Macro:
    """One macro; ``arguments`` are the names that stand as ``$name$`` in ``definition``.

    ``unsupported`` names a setting (iseval, validation) that the replay does not know; using the macro is
    an error.
    """

    name: str
    arguments: tuple[str, ...]
    definition: str
    unsupported: str | None = None

    @property
    def key(self) -> str:
        """Stanza name: ``name``, or ``name(2)`` for a macro with two arguments."""
        return f"{self.name}({len(self.arguments)})" if self.arguments else self.name


def from_stanzas(stanzas: Stanzas) -> dict[str, Macro]:
    """Macros of a macros.conf by stanza name; ReplayError when a stanza contradicts itself."""
    return {name: _from_stanza(name, settings) for name, settings in stanzas.items()}


def expand(text: str, macros: Mapping[str, Macro]) -> str:
    """Replace every macro call in ``text``, also calls inside definitions and arguments.

    ``macros`` is keyed by stanza name. Raises ReplayError with line and column for an unknown macro, a
    wrong number of arguments, a macro that calls itself, a backtick without partner.
    """
    return _expand(text, macros, ())


def _expand(text: str, macros: Mapping[str, Macro], chain: tuple[str, ...]) -> str:
    pieces: list[str] = []
    position = 0
    for start, end in _calls(text, chain):
        pieces.append(text[position:start])
        try:
            pieces.append(_substitute(text[start + 1 : end - 1], macros, chain))
        except _CallError as error:
            raise _located(error.args[0], text, start, chain) from None
        position = end
    pieces.append(text[position:])
    return "".join(pieces)


def _calls(text: str, chain: tuple[str, ...]) -> list[tuple[int, int]]:
    """Start and end of every macro call outside strings and comments."""
    found: list[tuple[int, int]] = []
    position = 0
    while position < len(text):
        character = text[position]
        if text.startswith(_COMMENT, position):
            position = _closing(text, position, _COMMENT, "comment", chain)
        elif character == '"':
            position = _after_string(text, position)
        elif character == "`":
            end = _call_end(text, position)
            if end is None:
                raise _located("macro call has no closing backtick", text, position, chain)
            found.append((position, end))
            position = end
        else:
            position += 2 if character == "\\" else 1
    return found


def _closing(text: str, start: int, mark: str, what: str, chain: tuple[str, ...]) -> int:
    end = text.find(mark, start + len(mark))
    if end < 0:
        raise _located(f"{what} has no closing {mark}", text, start, chain)
    return end + len(mark)


def _after_string(text: str, start: int) -> int:
    """Position after the string that opens at ``start``; an unclosed one reaches to the end (the parser objects)."""
    position = start + 1
    while position < len(text) and text[position] != '"':
        position += 2 if text[position] == "\\" else 1
    return min(position + 1, len(text))


def _call_end(text: str, start: int) -> int | None:
    position = start + 1
    while position < len(text):
        if text[position] == '"':
            position = _after_string(text, position)
        elif text[position] == "`":
            return position + 1
        else:
            position += 1
    return None


def _substitute(call: str, macros: Mapping[str, Macro], chain: tuple[str, ...]) -> str:
    match = _CALL.match(call)
    if match is None:
        raise _CallError(f"`{call}` is no macro call; write `name` or `name(argument, ...)`")
    given = _split_arguments(match["arguments"])
    key = f"{match['name']}({len(given)})" if given else match["name"]
    macro = macros.get(key)
    if macro is None:
        raise _CallError(_unknown(match["name"], len(given), macros))
    if macro.unsupported:
        raise _CallError(f"macro `{key}` uses {macro.unsupported}, which the replay does not know")
    if key in chain:
        raise _CallError(f"macro `{key}` calls itself")
    inner = (*chain, key)
    values = _bind(macro, [_expand(argument, macros, chain) for argument in given])
    return _expand(_TOKEN.sub(lambda token: values.get(token[1], token[0]), macro.definition), macros, inner)


def _split_arguments(text: str | None) -> list[str]:
    if text is None or not text.strip():
        return []
    arguments: list[str] = []
    position = start = depth = 0
    while position < len(text):
        character = text[position]
        if character == '"':
            position = _after_string(text, position)
            continue
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            arguments.append(text[start:position])
            start = position + 1
        position += 1
    arguments.append(text[start:])
    return arguments


def _bind(macro: Macro, given: list[str]) -> dict[str, str]:
    named = [_NAMED.match(argument) for argument in given]
    if given and all(match is not None and match[1] in macro.arguments for match in named):
        values = {match[1]: _unquote(match[2]) for match in named if match is not None}
        if len(values) < len(macro.arguments):
            raise _CallError(f"macro `{macro.key}` is given an argument twice by name")
        return values
    return {name: _unquote(argument) for name, argument in zip(macro.arguments, given, strict=True)}


def _unquote(argument: str) -> str:
    text = argument.strip()
    if len(text) >= 2 and text[0] == '"' and _after_string(text, 0) == len(text) and text[-1] == '"':
        return text[1:-1].replace('\\"', '"')
    return text


def _unknown(name: str, arity: int, macros: Mapping[str, Macro]) -> str:
    others = sorted(key for key, macro in macros.items() if macro.name == name)
    if others:
        return f"macro `{name}` is called with {arity} arguments, but macros.conf has {', '.join(others)}"
    return f"macro `{name}` is unknown; define it in macros.conf"


def _located(message: str, text: str, position: int, chain: tuple[str, ...]) -> ReplayError:
    inside = f"in macro `{chain[-1]}`: " if chain else ""
    return ReplayError(inside + message, position=position).in_text(text)


def _from_stanza(stanza: str, settings: dict[str, str]) -> Macro:
    match = _STANZA.match(stanza)
    arguments = tuple(part.strip() for part in settings.get("args", "").split(",") if part.strip())
    if match is None or int(match["arity"] or 0) != len(arguments):
        raise ReplayError(f"macros.conf [{stanza}]: the name and 'args' disagree on the number of arguments")
    if "definition" not in settings:
        raise ReplayError(f"macros.conf [{stanza}]: 'definition' is missing")
    unsupported = "iseval" if is_true(settings.get("iseval")) else None
    if settings.get("validation"):
        unsupported = "validation"
    return Macro(match["name"], arguments, settings["definition"], unsupported)
