"""Reads one command's text with its lark grammar, and turns what lark says of an error into our own words."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from workbench.spl.errors import SplSyntaxError
from workbench.spl.terms import Span

_GRAMMARS = Path(__file__).parent / "grammar"
_FILES = ("names.lark", "expression.lark", "filter.lark", "commands.lark")

# What a reader would call the terminals of the grammars, in the order in which an error names them.
_MEANING = {
    "NAME": "a value", "TERM_WORD": "a value", "FUNCTION": "an aggregation", "TARGET": "a field to assign to",
    "WORD": "a name", "AS": "AS", "BY": "BY", "WHERE": "WHERE", "OPTION": "an option",
    "SUBSEARCH": "[subsearch]", "LPAR": "'('", "RPAR": "')'", "EQUAL": "'='", "COMMA": "','", "COMPARE": "an operator",
    "RELATION": "an operator", "$END": "the end of the command",
}  # fmt: skip


@cache
def _grammar(rule: str) -> Lark:
    # One parser per rule, not one for all: with shared tables a word that is special in one command
    # ("by" in mstats) would become special in all of them.
    return Lark(_part(rule), start=rule, parser="lalr", propagate_positions=True, maybe_placeholders=True)


@cache
def _definitions() -> tuple[dict[str, str], str]:
    """Return the rules and terminals of the grammars by name, and the statements that belong to all."""
    text = "\n".join((_GRAMMARS / name).read_text("utf-8") for name in _FILES)
    definitions: dict[str, str] = {}
    statements = []
    for part in re.split(r"\n(?=[?!_A-Za-z%])", f"\n{text}"):
        found = re.match(r"[?!]*(\w+)(?:\.\d+)?\s*:", part)
        if found:
            definitions[found[1]] = part
        elif part.startswith("%"):
            statements.append(part)
    return definitions, "\n".join(statements)


def _part(rule: str) -> str:
    """Return the part of the grammars that a rule is made of: lark takes as long as its grammar is."""
    definitions, statements = _definitions()
    needed: dict[str, str] = {}
    waiting = [rule]
    while waiting:
        name = waiting.pop()
        needed[name] = definitions[name]
        body = re.sub(r'"(?:\\.|[^"\\])*"|/(?:\\.|[^/\\\n])+/|//.*', " ", definitions[name].partition(":")[2])
        waiting += [word for word in re.findall(r"\w+", body) if word in definitions and word not in needed]
    return "\n".join([*needed.values(), statements])


def read(rule: str, text: str, span: Span, command: str) -> Tree[Token]:
    """Read ``text[span]`` by the grammar's ``rule``; offsets in the tree count from ``span.start``.

    What stands inside brackets is not read: the caller takes it from the text. Raises SplSyntaxError.
    """
    part = text[span.start : span.end]
    try:
        return _grammar(rule).parse(part)
    except UnexpectedInput as error:
        at, what = _place(error, part)
        expected = _expected(_wanted(rule, part[:at], error))
        raise SplSyntaxError(f"{command}: {what}{expected}", text, span.start + at) from None


def _place(error: UnexpectedInput, part: str) -> tuple[int, str]:
    at = len(part) if error.pos_in_stream is None else error.pos_in_stream
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return len(part.rstrip()), "the command ends too early"
    if isinstance(error, UnexpectedCharacters) and part[at] == "'" and "'" not in part[at + 1 :]:
        return at, "single quote is not closed"
    found = re.match(r"\w[\w.]*|.", part[at:], re.DOTALL)
    return at, f"unexpected '{found.group() if found else ''}'"


def _wanted(rule: str, before: str, error: UnexpectedInput) -> set[str]:
    """Return the terminals that could go on behind the text before an error."""
    if isinstance(error, UnexpectedToken):
        return set(error.accepts or error.expected)
    try:
        parser = _grammar(rule).parse_interactive(before)
        parser.exhaust_lexer()
        return set(parser.accepts())  # type: ignore[no-untyped-call]
    except UnexpectedInput:
        return set()


def _expected(wanted: set[str]) -> str:
    names = list(dict.fromkeys(meaning for terminal, meaning in _MEANING.items() if terminal in wanted))
    return f", expected {' or '.join(names)}" if names else ""
