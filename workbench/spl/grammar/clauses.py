"""What many commands are made of: names, options, BY clauses and aggregations."""

from __future__ import annotations

import re

from workbench.spl.grammar.cursor import NEVER, Cursor, plain, unquote
from workbench.spl.grammar.expressions import read_expression
from workbench.spl.options import OPTIONS
from workbench.spl.terms import Span
from workbench.spl.tree import Aggregation, Options

_PLAIN = r"""[^\s,()="'`|\[\]]"""
# avg(b) without quotes is a name where no function can stand; a name may end in "=" where no option can stand.
_NAME = re.compile(
    rf"""(?P<quoted>"(?:\\.|[^"\\])*")|(?:{_PLAIN}(?:{_PLAIN}|'(?=\w))*(?:\([^\s()|"`]*\){_PLAIN}*)*)(?:=(?=[\s,)]|$))?""",
    re.DOTALL,
)
_COMMAS = re.compile(r",[\s,]*")
_OPTION = re.compile(r"([A-Za-z_][\w.]*)(?P<loose>\s*=\s+(?=[^\s,=])|\s+=(?=[^\s,=]))?(?(loose)|=(?=[^\s,=]))")
_BALANCED = r"\((?:[^()\"]|\"(?:\\.|[^\"\\])*\"|\((?:[^()\"]|\"(?:\\.|[^\"\\])*\")*\))*\)"
_VALUE = re.compile(rf"(?:\"(?:\\.|[^\"\\])*\"|{_BALANCED}|\\.|[^\s,()|\"\[\]\\])+", re.DOTALL)
AS = re.compile(r'AS(?=[\s"]|$)', re.IGNORECASE)
_AS_BEHIND_COMMA = re.compile(r',\s*AS(?=[\s"])', re.IGNORECASE)
BY = re.compile(r'(?:GROUP)?BY(?=[\s",]|$)', re.IGNORECASE)
_END_OF_CLAUSE = re.compile(r'(?:AS|BY|GROUPBY|WHERE|FROM|OVER)(?=[\s"(]|$)', re.IGNORECASE)
_FUNCTION = re.compile(r"[A-Za-z_]\w*(?:\.\d+)?")
_OPEN, _CLOSE = re.compile(r"\("), re.compile(r"\)")
_EVAL = re.compile(r"eval\s*\(", re.IGNORECASE)
_SPARKLINE = re.compile(r"sparkline(?=\W|$)", re.IGNORECASE)
_ARGUMENT = re.compile(r'"(?:\\.|[^"\\])*"|[^\s,()="\'`|\[\]]+(?:=(?=\s*\)))?')
_PREFIX = re.compile(r"(?:PREFIX|TERM)\([^()\s]*\)")
_NOTHING = frozenset(("count", "c"))


def name(cursor: Cursor) -> str:
    """Take a name: a field, a table."""
    return unquote(cursor.need(_NAME, "a name"))


def _option(cursor: Cursor) -> re.Match[str] | None:
    """Return the match of an option's name and "="; with blanks beside it, only the command's own options have one."""
    match = cursor.peek(_OPTION)
    if match and match["loose"] and match[1].lower() not in OPTIONS.get(cursor.command, ()):
        return None
    return match


def is_option(cursor: Cursor) -> bool:
    """Whether an option stands here."""
    return _option(cursor) is not None


def is_known_option(cursor: Cursor) -> bool:
    """Whether an option that the command has stands here: ``head a=1`` has none, but an expression."""
    match = _option(cursor)
    return match is not None and match[1].lower() in OPTIONS[cursor.command]


def argument(cursor: Cursor) -> str:
    """Take a name inside the parentheses of a function."""
    return unquote(cursor.need(_ARGUMENT, "a name"))


def names(cursor: Cursor, stop: re.Pattern[str] = NEVER) -> tuple[str, ...]:
    """Take names with commas or blanks between them, up to an option, a bracket or what ``stop`` matches.

    More commas than needed are no matter: Splunk skips them.
    """
    names: list[str] = []
    while True:
        cursor.take(_COMMAS, "','" if names else "")
        if _option(cursor) or (names and cursor.peek(stop)):
            break
        taken = cursor.take(_NAME, "a name")
        if taken is None:
            break
        names.append(unquote(taken))
    if not names:
        raise cursor.unexpected()
    return tuple(names)


def _refuse_empty_option(cursor: Cursor, word: str) -> None:
    """Raise SplSyntaxError for a name that is an option of the command without a value, as ``input=``."""
    if word[-1] == "=" and word[:-1].lower() in OPTIONS.get(cursor.command, ()):
        raise cursor.error(f"{word} has no value", cursor.last - len(word))


def option(cursor: Cursor) -> tuple[str, str] | None:
    """Take ``name=value``, the name in lower case; None if none is here."""
    match = _option(cursor)
    if match is None:
        cursor.missed("an option")
        return None
    cursor.take(_OPTION)
    return match[1].lower(), plain(cursor.need(_VALUE, "a name"))


def options(cursor: Cursor) -> Options:
    """Take options with commas or blanks between them."""
    found: list[tuple[str, str]] = []
    while (taken := option(cursor)) is not None:
        found.append(taken)
        cursor.take(_COMMAS)
    return tuple(found)


def names_and_options(cursor: Cursor, stop: re.Pattern[str] = NEVER) -> tuple[tuple[str, ...], Options]:
    """Take names and options in any order, up to what ``stop`` matches."""
    listed: list[str] = []
    given: list[tuple[str, str]] = []
    while True:
        if (taken := option(cursor)) is not None:
            given.append(taken)
        elif not cursor.peek(stop) and (word := cursor.take(_NAME, "a name")) is not None:
            _refuse_empty_option(cursor, word)
            listed.append(unquote(word))
        elif cursor.take(_COMMAS, "','" if listed else "") is None:
            return tuple(listed), tuple(given)


def taken_out(given: Options, name: str) -> tuple[str | None, Options]:
    """Return the last value given to an option, and the other options."""
    value = next((value for key, value in reversed(given) if key == name), None)
    return value, tuple(each for each in given if each[0] != name)


def by(cursor: Cursor, stop: re.Pattern[str] = NEVER) -> tuple[tuple[str, ...], Options]:
    """Take a BY clause, if one is here, and the options in it."""
    if cursor.take(BY, "BY") is None:
        return (), ()
    listed, given = names_and_options(cursor, stop)
    if not listed:
        raise cursor.unexpected()
    return listed, given


def aggregations(cursor: Cursor, unnamed: bool = False) -> tuple[tuple[Aggregation, ...], Options]:
    """Take the aggregations and the options between them.

    ``unnamed`` lets ``count(eval(...))`` go without an AS, as in chart.
    """
    aggregations: list[Aggregation] = []
    given: list[tuple[str, str]] = []
    while True:
        if (taken := option(cursor)) is not None:
            given.append(taken)
        elif (aggregation := _aggregation(cursor, unnamed)) is not None:
            aggregations.append(aggregation)
        else:
            break
        cursor.take(_COMMAS, "','")
    return tuple(aggregations), tuple(given)


def _aggregation(cursor: Cursor, unnamed: bool) -> Aggregation | None:
    start = cursor.position
    if cursor.peek(_END_OF_CLAUSE) or not cursor.peek(_FUNCTION):
        cursor.missed("an aggregation")
        return None
    if cursor.take(_SPARKLINE) is not None:
        return _sparkline(cursor, start)
    function = cursor.need(_FUNCTION, "an aggregation")
    field = expression = None
    opened = cursor.take(_OPEN, "'('")
    if function.lower() == "eval" and opened is not None and unnamed:
        expression = read_expression(cursor)
        cursor.need(_CLOSE, "')'")
    elif opened is not None and cursor.take(_CLOSE) is None:
        if cursor.take(_EVAL) is not None:
            expression = read_expression(cursor)
            cursor.need(_CLOSE, "')'")
        elif cursor.peek(_PREFIX):
            field = cursor.take(_PREFIX)
        else:
            field = argument(cursor)
        cursor.need(_CLOSE, "')'")
    if field is None and expression is None and function.lower() not in _NOTHING:
        message = f"'{function}' needs a field in parentheses; only count can do without"
        raise cursor.error(message, start)
    alias = _alias(cursor)
    if expression is not None and alias is None and not unnamed:
        message = f"{function.lower()}(eval(...)) needs a name: add 'as <name>'"
        raise cursor.error(message, start)
    return Aggregation(function.lower(), field, alias, expression, Span(start, cursor.last))


def _alias(cursor: Cursor) -> str | None:
    if cursor.take(_AS_BEHIND_COMMA) is None and cursor.take(AS, "AS") is None:
        return None
    if cursor.peek(BY):
        cursor.missed("a name")
        raise cursor.unexpected()
    return name(cursor)


def _sparkline(cursor: Cursor, start: int) -> Aggregation:
    """Take what stands behind the word sparkline; ``field`` is all between its parentheses: ``avg(x), 1h``."""
    inside = None
    if cursor.take(_OPEN) is not None:
        begin = cursor.position
        function = cursor.need(_FUNCTION, "an aggregation")
        if cursor.take(_OPEN) is not None:
            argument(cursor)
            cursor.need(_CLOSE, "')'")
        elif function.lower() not in _NOTHING:
            raise cursor.error(f"'{function}' needs a field in parentheses; only count can do without", begin)
        if cursor.take(_COMMAS) is not None:
            cursor.need(_ARGUMENT, "a name")
        inside = cursor.text[begin : cursor.last]
        cursor.need(_CLOSE, "')'")
    return Aggregation("sparkline", inside, _alias(cursor), None, Span(start, cursor.last))
