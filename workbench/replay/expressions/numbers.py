"""Eval functions of numbers: rounding, logarithms, smallest and largest, numbers from and to text."""

from __future__ import annotations

import math
from collections.abc import Callable

from workbench.replay.expressions.compiled import Compiled, Function, Location
from workbench.replay.rows import FixedPoint, Row, Value, as_number, as_text, bounded, number_text

Number = int | float


def round_half_away(number: Number, places: int = 0) -> Number:
    """Round as SPL does, 2.5 to 3 and -2.5 to -3; with places the result keeps that many decimals in view."""
    if isinstance(number, float) and not math.isfinite(number):
        return number
    scale = 10.0**places
    scaled = abs(number) * scale
    if scaled >= 2**53:
        # All digits of a double are in front of the place to round at.
        rounded = float(abs(number))
    else:
        whole = math.floor(scaled)
        rounded = (whole + (1 if scaled - whole >= 0.5 else 0)) / scale
    signed = math.copysign(rounded, number) if rounded else 0.0
    if places > 0:
        return FixedPoint(signed, places)
    return int(signed) if abs(signed) < 2**53 else signed


def _numeric(compute: Callable[[Number], Number | None]) -> Callable[[Location, tuple[Compiled, ...]], Compiled]:
    def build(_location: Location, arguments: tuple[Compiled, ...]) -> Compiled:
        first = arguments[0].run

        def run(row: Row) -> Value:
            value = first(row)
            number = value if type(value) is float else as_number(value)
            return None if number is None else compute(number)

        return Compiled("number", run)

    return build


def _whole(rounding: Callable[[float], int]) -> Callable[[Number], Number]:
    return lambda number: rounding(number) if math.isfinite(number) else number


def _log(number: Number, base: Number = 10) -> Number | None:
    if base <= 0 or base == 1:
        return None
    if number <= 0:
        return float("-inf") if number == 0 else float("nan")
    return math.log10(number) if base == 10 else math.log(number) / math.log(base)


def _exp(number: Number) -> Number:
    return math.exp(number) if number < 709 else float("inf")


def _power(base: Number, exponent: Number) -> Number:
    try:
        return (
            bounded(int(result))
            if (result := math.pow(base, exponent)).is_integer() and abs(result) < 2**53
            else result
        )
    except OverflowError:
        return float("inf")
    except ValueError:
        return float("nan")


def _two(compute: Callable[[Number, Number], Number | None], otherwise: Number | None = None) -> Function:
    """Make a function of two numbers; the second may be left out when there is a value to use instead."""

    def build(_location: Location, arguments: tuple[Compiled, ...]) -> Compiled:
        first = arguments[0].run
        second = arguments[1].run if len(arguments) > 1 else (lambda _row: otherwise)

        def run(row: Row) -> Value:
            x, y = as_number(first(row)), as_number(second(row))
            return None if x is None or y is None else compute(x, y)

        return Compiled("number", run)

    return Function(1 if otherwise is not None else 2, 2, build)


def _extreme(largest: bool) -> Callable[[Location, tuple[Compiled, ...]], Compiled]:
    """Make min() or max(): nulls are passed over, text is larger than every number."""

    def build(_location: Location, arguments: tuple[Compiled, ...]) -> Compiled:
        runs = [argument.run for argument in arguments]
        choose = max if largest else min

        def run(row: Row) -> Value:
            numbers: list[Number] = []
            texts: list[str] = []
            for each in runs:
                value = each(row)
                for one in value if isinstance(value, tuple) else (value,):
                    number = as_number(one)
                    if number is not None:
                        numbers.append(number)
                    elif isinstance(one, str):
                        texts.append(one)
            if texts and (largest or not numbers):
                return choose(texts)
            return choose(numbers) if numbers else None

        return Compiled("any", run)

    return build


def with_commas(number: Number) -> str:
    """Show a number with commas between thousands, rounded to two decimals when it is not whole."""
    if not math.isfinite(number):
        return number_text(number)
    if float(number).is_integer() and not isinstance(number, FixedPoint):
        return f"{int(number):,}"
    return f"{float(round_half_away(number, 2)):,.2f}"


def _duration(seconds: Number) -> str:
    sign, rest = ("-" if seconds < 0 else ""), abs(seconds)
    minutes, second = divmod(int(rest), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    fraction = f"{rest - int(rest):.6f}"[1:] if rest != int(rest) else ""
    return f"{sign}{f'{days}+' if days else ''}{hour:02}:{minute:02}:{second:02}{fraction}"


def _hexadecimal(number: Number) -> str:
    return f"{'-' if number < 0 else ''}0x{abs(int(number)):X}"


_FORMATS: dict[Value, Callable[[Number], str]] = {
    "commas": with_commas, "duration": _duration, "hex": _hexadecimal,
}  # fmt: skip


def _tostring(location: Location, arguments: tuple[Compiled, ...]) -> Compiled:
    first = arguments[0].run
    if arguments[0].kind == "boolean":
        return Compiled("text", lambda row: None if (truth := first(row)) is None else str(bool(truth)))
    if len(arguments) == 1:
        return Compiled("text", lambda row: value if isinstance(value := first(row), tuple) else as_text(value))
    form = _FORMATS.get(arguments[1].literal)
    if form is None:
        raise location.error(f"tostring() knows the formats {', '.join(map(str, _FORMATS))}, written in double quotes")

    def run(row: Row) -> Value:
        value = first(row)
        number = as_number(value)
        return form(number) if number is not None and math.isfinite(number) else as_text(value)

    return Compiled("text", run)


def _tonumber(_location: Location, arguments: tuple[Compiled, ...]) -> Compiled:
    first = arguments[0].run
    base = arguments[1].run if len(arguments) > 1 else (lambda _row: 10)

    def run(row: Row) -> Value:
        value, radix = first(row), as_number(base(row))
        if radix == 10 or not isinstance(value, str) or radix is None:
            return as_number(value)
        try:
            return bounded(int(value, int(radix)))
        except ValueError:
            return None

    return Compiled("number", run)


def _round(number: Number, places: Number) -> Number:
    return round_half_away(number, int(places))


NUMBER_FUNCTIONS: dict[str, Function] = {
    "abs": Function(1, 1, _numeric(lambda x: abs(float(x)) if isinstance(x, FixedPoint) else abs(x))),
    "ceiling": Function(1, 1, _numeric(_whole(math.ceil))),
    "ceil": Function(1, 1, _numeric(_whole(math.ceil))),
    "floor": Function(1, 1, _numeric(_whole(math.floor))),
    "exact": Function(1, 1, _numeric(lambda x: x)),
    "exp": Function(1, 1, _numeric(_exp)),
    "ln": Function(1, 1, _numeric(lambda x: _log(x, math.e))),
    "log": _two(_log, 10),
    "max": Function(1, None, _extreme(True)),
    "min": Function(1, None, _extreme(False)),
    "pi": Function(0, 0, lambda _location, _arguments: Compiled("number", lambda _row: math.pi)),
    "pow": _two(_power),
    "round": _two(_round, 0),
    "sqrt": Function(1, 1, _numeric(lambda x: math.sqrt(x) if x >= 0 else float("nan"))),
    "tonumber": Function(1, 2, _tonumber),
    "tostring": Function(1, 2, _tostring),
}
