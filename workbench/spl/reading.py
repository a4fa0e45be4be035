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
    text = "\n".join((_GRAMMARS / name).read_text("utf-8") for name in _FILES)
    return Lark(text, start=rule, parser="lalr", propagate_positions=True, maybe_placeholders=True)


def read(rule: str, text: str, span: Span, command: str) -> Tree[Token]:
    """Read ``text[span]`` by the grammar's ``rule``; offsets in the tree count from ``span.start``.

    What stands inside brackets is not read: the caller takes it from the text. Raises SplSyntaxError.
    """
    part = text[span.start : span.end]
    try:
        return _grammar(rule).parse(part)
    except UnexpectedInput as error:
        at, what = _place(error, part)
        raise SplSyntaxError(f"{command}: {what}{_expected(error)}", text, span.start + at) from None


def _place(error: UnexpectedInput, part: str) -> tuple[int, str]:
    at = len(part) if error.pos_in_stream is None else error.pos_in_stream
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return len(part.rstrip()), "the command ends too early"
    if isinstance(error, UnexpectedCharacters) and part[at] == "'" and "'" not in part[at + 1 :]:
        return at, "single quote is not closed"
    found = re.match(r"\w[\w.]*|.", part[at:], re.DOTALL)
    return at, f"unexpected '{found.group() if found else ''}'"


def _expected(error: UnexpectedInput) -> str:
    wanted: set[str] = set()
    if isinstance(error, UnexpectedToken):
        wanted = set(error.accepts or error.expected)
    elif isinstance(error, UnexpectedCharacters):
        wanted = set(error.allowed or ())
    names = list(dict.fromkeys(meaning for terminal, meaning in _MEANING.items() if terminal in wanted))
    return f", expected {' or '.join(names)}" if names else ""
