"""The arguments of a search command whose grammar is its own: words and ``name=value`` options.

Splunk parts them at blanks outside double quotes and hands them over without the quotes (recorded traffic,
reference/command-protocol.md section 10): ``by="a b"`` is one argument with the text ``by=a b``, and ``\\"`` inside
quotes becomes ``"``. So blanks around ``=`` make three arguments. Unverified without a live Splunk: a comma does not
part two arguments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_ARGUMENT = re.compile(r'(?:"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[^\s"])+', re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)


class ArgumentError(ValueError):
    """The arguments of a command cannot be read; the message says why."""


@dataclass(frozen=True)
class Argument:
    """One argument: as written, without its quotes, and its offsets within the arguments."""

    written: str
    text: str
    start: int
    end: int

    @property
    def name(self) -> str | None:
        """The name of an option; None for a word, and for a value without a name."""
        name, sign, _ = self.text.partition("=")
        return name if name and sign else None

    @property
    def value(self) -> str:
        """The value of an option, or the word."""
        return self.text.partition("=")[2] if self.name is not None else self.text

    @property
    def unquoted(self) -> str:
        """What is written outside of quotes; a quote that is not closed is in it."""
        return _QUOTED.sub("", self.written)


def arguments(text: str) -> list[Argument]:
    """Return the arguments in the text after a command's name; one whose quote is not closed reaches to the end."""
    return [
        Argument(match[0], _QUOTED.sub(lambda quoted: quoted[1].replace('\\"', '"'), match[0]), *match.span())
        for match in _ARGUMENT.finditer(text)
    ]


def closed_arguments(text: str) -> list[Argument]:
    """Return the arguments; ArgumentError when a quote is not closed."""
    given = arguments(text)
    if any('"' in argument.unquoted for argument in given):
        raise ArgumentError(f"a quote is not closed in the arguments: {text}")
    return given


def options(text: str) -> Mapping[str, str]:
    """Return the values of the options by name; ArgumentError for a word, an open quote, or an option given twice."""
    values: dict[str, str] = {}
    for argument in closed_arguments(text):
        if argument.name is None:
            raise ArgumentError(f"'{argument.written}' is not an option; write name=value")
        if argument.name in values:
            raise ArgumentError(f"the option {argument.name} is given twice")
        values[argument.name] = argument.value
    return values
