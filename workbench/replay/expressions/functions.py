"""The eval functions the replay knows, by name; those that choose between values stand here."""

from __future__ import annotations

from workbench.replay.expressions.compiled import Compiled, Function, Location, ValueKind, condition, constant
from workbench.replay.expressions.numbers import NUMBER_FUNCTIONS
from workbench.replay.expressions.operators import compare_values, comparing, liking
from workbench.replay.expressions.text import TEXT_FUNCTIONS
from workbench.replay.expressions.times import TIME_FUNCTIONS
from workbench.replay.rows import Row, Value, as_number


def _common_kind(values: tuple[Compiled, ...]) -> ValueKind:
    kinds = {value.kind for value in values} - {"null"}
    if len(kinds) == 1:
        return kinds.pop()
    return "any" if kinds else "null"


def _no_mixture(location: Location, name: str, values: tuple[Compiled, ...]) -> ValueKind:
    kind = _common_kind(values)
    if kind != "boolean" and any(value.kind == "boolean" for value in values):
        raise location.error(f"{name}() mixes conditions and values as its results")
    return kind


def _if(location: Location, arguments: tuple[Compiled, ...]) -> Compiled:
    truth = condition(location, arguments[0])
    yes, no = arguments[1].run, arguments[2].run
    kind = _no_mixture(location, "if", arguments[1:])
    return Compiled(kind, lambda row: yes(row) if truth(row) is True else no(row))


def _case(location: Location, arguments: tuple[Compiled, ...]) -> Compiled:
    if len(arguments) % 2:
        raise location.error("case() takes pairs of a condition and a value; the last condition has no value")
    kind = _no_mixture(location, "case", arguments[1::2])
    pairs = [
        (condition(location, test), value.run) for test, value in zip(arguments[::2], arguments[1::2], strict=True)
    ]

    def run(row: Row) -> Value:
        for test, value in pairs:
            if test(row) is True:
                return value(row)
        return None

    return Compiled(kind, run)


def _coalesce(location: Location, arguments: tuple[Compiled, ...]) -> Compiled:
    kind = _no_mixture(location, "coalesce", arguments)
    runs = [argument.run for argument in arguments]

    def run(row: Row) -> Value:
        for each in runs:
            value = each(row)
            if value is not None:
                return value
        return None

    return Compiled(kind, run)


def _nullif(location: Location, arguments: tuple[Compiled, ...]) -> Compiled:
    first = arguments[0].run
    same = comparing("=", first, arguments[1].run, location.context.mv_ne)
    return Compiled(arguments[0].kind, lambda row: None if same(row) is True else first(row))


def _isnull(_location: Location, arguments: tuple[Compiled, ...]) -> Compiled:
    run = arguments[0].run
    return Compiled("boolean", lambda row: run(row) is None)


def _isnotnull(_location: Location, arguments: tuple[Compiled, ...]) -> Compiled:
    run = arguments[0].run
    return Compiled("boolean", lambda row: run(row) is not None)


def _isnum(_location: Location, arguments: tuple[Compiled, ...]) -> Compiled:
    run = arguments[0].run
    return Compiled("boolean", lambda row: as_number(run(row)) is not None)


def _isint(_location: Location, arguments: tuple[Compiled, ...]) -> Compiled:
    run = arguments[0].run

    def is_whole(row: Row) -> Value:
        number = as_number(run(row))
        return number is not None and float(number).is_integer()

    return Compiled("boolean", is_whole)


def _isstr(_location: Location, arguments: tuple[Compiled, ...]) -> Compiled:
    run = arguments[0].run

    def text(row: Row) -> Value:
        value = run(row)
        return isinstance(value, str) and as_number(value) is None

    return Compiled("boolean", text)


def _typeof(_location: Location, arguments: tuple[Compiled, ...]) -> Compiled:
    kind, run = arguments[0].kind, arguments[0].run

    def name(row: Row) -> Value:
        value = run(row)
        if value is None:
            return "Invalid"
        if kind == "boolean":
            return "Boolean"
        return "String" if kind == "text" or as_number(value) is None else "Number"

    return Compiled("text", name)


def _like(_location: Location, arguments: tuple[Compiled, ...]) -> Compiled:
    return Compiled("boolean", liking(arguments[0].run, arguments[1]))


def _in(_location: Location, arguments: tuple[Compiled, ...]) -> Compiled:
    first, *others = (argument.run for argument in arguments)

    def run(row: Row) -> Value:
        value = first(row)
        if value is None:
            return None
        values = value if isinstance(value, tuple) else (value,)
        wanted = [candidate for other in others if (candidate := other(row)) is not None]
        return any(compare_values("=", one, candidate) for one in values for candidate in wanted)

    return Compiled("boolean", run)


FUNCTIONS: dict[str, Function] = {
    "if": Function(3, 3, _if),
    "case": Function(2, None, _case),
    "coalesce": Function(1, None, _coalesce),
    "nullif": Function(2, 2, _nullif),
    "null": Function(0, 0, lambda _location, _arguments: Compiled("null", lambda _row: None)),
    "true": Function(0, 0, lambda _location, _arguments: constant("boolean", True)),
    "false": Function(0, 0, lambda _location, _arguments: constant("boolean", False)),
    "isnull": Function(1, 1, _isnull),
    "isnotnull": Function(1, 1, _isnotnull),
    "isnum": Function(1, 1, _isnum),
    "isint": Function(1, 1, _isint),
    "isstr": Function(1, 1, _isstr),
    "typeof": Function(1, 1, _typeof),
    "like": Function(2, 2, _like),
    "in": Function(2, None, _in),
    **NUMBER_FUNCTIONS,
    **TEXT_FUNCTIONS,
    **TIME_FUNCTIONS,
}
