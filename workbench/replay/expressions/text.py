"""Eval functions of text and multivalues. A function of one text works on each value of a multivalue."""

from __future__ import annotations

import ipaddress
import re
import warnings
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from workbench.replay.expressions.compiled import Compiled, Function, Location, Run
from workbench.replay.rows import Row, Value, as_number, as_text, byte_order, each_text, multivalue

Build = Callable[[Location, tuple[Compiled, ...]], Compiled]
_REFERENCE = re.compile(r"\\(\d|\\)")


@lru_cache(maxsize=4096)
def _compiled_pattern(pattern: str) -> re.Pattern[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of [[], which Python may read otherwise some day
        return re.compile(re.sub(r"\(\?<(?![=!])", "(?P<", pattern))


def _pattern(location: Location, text: str) -> re.Pattern[str]:
    try:
        return _compiled_pattern(text)
    except re.error as error:
        raise location.error(f"'{text}' is not a regular expression the replay can run: {error}") from None


def _mapped(change: Callable[[str], str]) -> Build:
    """Make a function that changes each text of a field."""

    def build(_location: Location, arguments: tuple[Compiled, ...]) -> Compiled:
        first = arguments[0].run

        def run(row: Row) -> Value:
            value = first(row)
            if type(value) is str:
                return change(value)
            return multivalue(change(text) for text in each_text(value))

        return Compiled("text", run)

    return build


def _applied(kind: Any, compute: Callable[..., Value]) -> Build:
    """Make a function of plain values; null when one of them is null."""

    def build(_location: Location, arguments: tuple[Compiled, ...]) -> Compiled:
        runs = [argument.run for argument in arguments]

        def run(row: Row) -> Value:
            values = [each(row) for each in runs]
            return None if None in values else compute(*values)

        return Compiled(kind, run)

    return build


def _replace(location: Location, arguments: tuple[Compiled, ...]) -> Compiled:
    source, wanted, put = (argument.run for argument in arguments)
    regex, template = arguments[1].literal, arguments[2].literal
    if isinstance(regex, str):
        _pattern(location, regex)
    if isinstance(regex, str) and isinstance(template, str):
        return Compiled("text", _replacing(source, _pattern(location, regex), template))

    def run(row: Row) -> Value:
        value, regex, template = source(row), as_text(wanted(row)), as_text(put(row))
        if value is None or regex is None or template is None:
            return None
        pattern = _pattern(location, regex)
        return multivalue(_replaced(pattern, template, text) for text in each_text(value))

    return Compiled("text", run)


def _replacing(source: Run, pattern: re.Pattern[str], template: str) -> Run:
    """Replace by a constant pattern; cached, as the same names come in row after row."""
    replaced = lru_cache(maxsize=10_000)(partial(_replaced, pattern, template))

    def run(row: Row) -> Value:
        value = source(row)
        if type(value) is str:
            return replaced(value)
        return None if value is None else multivalue(replaced(text) for text in each_text(value))

    return run


def _replaced(pattern: re.Pattern[str], template: str, text: str) -> str:
    """Replace every match of the pattern."""
    if "\\" not in template:
        return pattern.sub(lambda _match: template, text)  # re would read escapes in a plain text
    return pattern.sub(lambda match: _REFERENCE.sub(lambda at: _referred(match, at.group(1)), template), text)


def _referred(match: re.Match[str], reference: str) -> str:
    if reference == "\\":
        return "\\"
    return match.group(int(reference)) or "" if int(reference) <= (match.re.groups or 0) else ""


def _match(location: Location, arguments: tuple[Compiled, ...]) -> Compiled:
    source, wanted = (argument.run for argument in arguments)
    if isinstance(arguments[1].literal, str):
        _pattern(location, arguments[1].literal)

    def run(row: Row) -> Value:
        value, regex = source(row), as_text(wanted(row))
        if value is None or regex is None:
            return None
        return any(_pattern(location, regex).search(text) for text in each_text(value))

    return Compiled("boolean", run)


@lru_cache(maxsize=10_000)
def _cidrmatch(network: Value, address: Value) -> Value:
    try:
        return ipaddress.ip_address(str(address)) in ipaddress.ip_network(str(network), strict=False)
    except ValueError:
        return False


def _split(value: Value, delimiter: Value) -> Value:
    text, by = as_text(value) or "", as_text(delimiter) or ""
    return multivalue(text.split(by) if by else list(text)) if text else text


def _substr(value: Value, start: Value, length: Value = None) -> Value:
    text, first, count = as_text(value) or "", as_number(start), as_number(length)
    if first is None:
        return None
    begin = int(first) - 1 if first > 0 else max(len(text) + int(first), 0) if first < 0 else 0
    return text[begin:] if count is None else text[begin : begin + max(int(count), 0)]


def _mvindex(value: Value, start: Value, end: Value = None) -> Value:
    texts = each_text(value)
    first, last = as_number(start), as_number(start if end is None else end)
    if first is None or last is None:
        return None
    begin = int(first) + (len(texts) if first < 0 else 0)
    stop = int(last) + (len(texts) if last < 0 else 0)
    return multivalue(texts[begin : stop + 1]) if 0 <= begin <= stop else None


def _mvappend(_location: Location, arguments: tuple[Compiled, ...]) -> Compiled:
    runs = [argument.run for argument in arguments]
    return Compiled("any", lambda row: multivalue(text for run in runs for text in each_text(run(row))))


def _mvfind(location: Location, arguments: tuple[Compiled, ...]) -> Compiled:
    source, wanted = (argument.run for argument in arguments)

    def run(row: Row) -> Value:
        regex = as_text(wanted(row))
        if regex is None:
            return None
        pattern = _pattern(location, regex)
        return next((i for i, text in enumerate(each_text(source(row))) if pattern.search(text)), None)

    return Compiled("number", run)


def _mvzip(left: Value, right: Value, delimiter: Value = ",") -> Value:
    between = as_text(delimiter) or ""
    return multivalue(a + between + b for a, b in zip(each_text(left), each_text(right), strict=False))


def _trimmed(strip: Callable[[str, str], str]) -> Function:
    def change(value: Value, characters: Value = " \t") -> Value:
        return multivalue(strip(text, as_text(characters) or "") for text in each_text(value))

    return Function(1, 2, _applied("text", change))


TEXT_FUNCTIONS: dict[str, Function] = {
    "cidrmatch": Function(2, 2, _applied("boolean", _cidrmatch)),
    "len": Function(1, 1, _applied("number", lambda value: len(as_text(value) or ""))),
    "lower": Function(1, 1, _mapped(str.lower)),
    "ltrim": _trimmed(str.lstrip),
    "match": Function(2, 2, _match),
    "mvappend": Function(1, None, _mvappend),
    "mvcount": Function(1, 1, _applied("number", lambda value: len(each_text(value)))),
    "mvdedup": Function(1, 1, _applied("any", lambda value: multivalue(dict.fromkeys(each_text(value))))),
    "mvfind": Function(2, 2, _mvfind),
    "mvindex": Function(2, 3, _applied("any", _mvindex)),
    "mvjoin": Function(2, 2, _applied("text", lambda value, by: (as_text(by) or "").join(each_text(value)))),
    "mvsort": Function(1, 1, _applied("any", lambda value: multivalue(sorted(each_text(value), key=byte_order)))),
    "mvzip": Function(2, 3, _applied("any", _mvzip)),
    "replace": Function(3, 3, _replace),
    "rtrim": _trimmed(str.rstrip),
    "split": Function(2, 2, _applied("any", _split)),
    "substr": Function(2, 3, _applied("text", _substr)),
    "trim": _trimmed(str.strip),
    "upper": Function(1, 1, _mapped(str.upper)),
}
