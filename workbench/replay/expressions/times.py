"""Eval functions of time. All times are epoch seconds; text of times is in UTC."""

from __future__ import annotations

import datetime
import math
import re

from workbench.replay.errors import errors_at
from workbench.replay.expressions.compiled import Compiled, Function, Location
from workbench.replay.rows import Row, Value, as_number, as_text
from workbench.spl.times import relative_time

_DIRECTIVE = re.compile(r"%(\d?[NQ]|.)", re.DOTALL)
_AS_IS = frozenset("aAbBcdHIjmMpSUwWxXyY")
_SHORT = {"T": "%H:%M:%S", "F": "%Y-%m-%d", "D": "%m/%d/%y", "R": "%H:%M", "+": "%a %b %e %H:%M:%S %Z %Y"}
_FIXED = {"%": "%", "n": "\n", "t": "\t", "z": "+0000", "Z": "UTC"}


class UnknownDirectiveError(ValueError):
    """A time format asks for something the replay does not write."""


def format_time(seconds: float, form: str) -> str:
    """Write an epoch time by a strftime format, in UTC. UnknownDirectiveError names what it cannot write."""
    moment = datetime.datetime.fromtimestamp(math.floor(seconds), datetime.timezone.utc)

    def write(directive: re.Match[str]) -> str:
        code = directive.group(1)
        if code in _AS_IS:
            return moment.strftime(f"%{code}")
        if code in _SHORT:
            return format_time(seconds, _SHORT[code])
        if code in _FIXED:
            return _FIXED[code]
        if code == "s":
            return str(math.floor(seconds))
        if code in ("e", "k"):
            return f"{moment.day if code == 'e' else moment.hour:2}"
        if code[-1] in "NQ":
            digits = int(code[0]) if len(code) == 2 else (9 if code == "N" else 3)
            return f"{round((seconds % 1) * 1e6):06}".ljust(9, "0")[:digits]
        raise UnknownDirectiveError(f"%{code}")

    return _DIRECTIVE.sub(write, form)


def _strftime(location: Location, arguments: tuple[Compiled, ...]) -> Compiled:
    first, second = (argument.run for argument in arguments)

    def run(row: Row) -> Value:
        seconds, form = as_number(first(row)), as_text(second(row))
        if seconds is None or form is None or not math.isfinite(seconds):
            return None
        try:
            return format_time(seconds, form)
        except UnknownDirectiveError as error:
            raise location.error(f"strftime() of the replay does not know {error}") from None
        except (ValueError, OverflowError, OSError):
            return None  # a number that is not a time between the years 1 and 9999

    return Compiled("text", run)


def _strptime(_location: Location, arguments: tuple[Compiled, ...]) -> Compiled:
    first, second = (argument.run for argument in arguments)

    def run(row: Row) -> Value:
        text, form = as_text(first(row)), as_text(second(row))
        if text is None or form is None:
            return None
        form = form.replace("%T", "%H:%M:%S").replace("%F", "%Y-%m-%d")
        try:
            read = datetime.datetime.strptime(text, re.sub(r"%\d?[NQ]", "%f", form))
        except ValueError:
            return None
        aware = read if read.tzinfo else read.replace(tzinfo=datetime.timezone.utc)
        return aware.timestamp()

    return Compiled("number", run)


def _relative_time(location: Location, arguments: tuple[Compiled, ...]) -> Compiled:
    first, second = (argument.run for argument in arguments)

    def run(row: Row) -> Value:
        seconds, modifier = as_number(first(row)), as_text(second(row))
        if seconds is None or modifier is None:
            return None
        with errors_at(None, location.position):
            return relative_time(float(seconds), modifier)

    return Compiled("number", run)


def _now(location: Location, _arguments: tuple[Compiled, ...]) -> Compiled:
    now = location.context.now
    return Compiled("number", lambda _row: now)


def _time(location: Location, _arguments: tuple[Compiled, ...]) -> Compiled:
    clock = location.context.now if location.context.clock is None else location.context.clock
    return Compiled("number", lambda _row: clock)


TIME_FUNCTIONS: dict[str, Function] = {
    "now": Function(0, 0, _now),
    "relative_time": Function(2, 2, _relative_time),
    "strftime": Function(2, 2, _strftime),
    "strptime": Function(2, 2, _strptime),
    "time": Function(0, 0, _time),
}
