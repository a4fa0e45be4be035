"""Options of a command, each told once: a field of a dataclass with its default, its help and how its text is read."""

import re
from dataclasses import field, fields
from typing import Any, Callable, Collection, Dict, List, Mapping, Set, Tuple, Type, TypeVar

from npmlib.errors import SearchError
from npmlib.numbers import parse_number

T = TypeVar("T")
Options = TypeVar("Options")
# Turns the text of an option into its value: takes the name of the option, the text, and a list to which it adds a
# message if the text is invalid.
Reader = Callable[[str, str, List[str]], Any]

_LOOKUP_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*\Z")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,15}\Z")


def option(default: T, meaning: str, read: Reader) -> T:
    """Declare an option as a field of a dataclass; ``meaning`` is what the help in Splunk Web says of it."""
    declared: T = field(default=default, metadata={"meaning": meaning, "read": read})
    return declared


def read_options(options: Type[Options], typed: Mapping[str, str]) -> Options:
    """Turn the texts of options, by name, into an instance of ``options``; those left out keep their default.

    Raises SearchError that lists everything wrong with them.
    """
    readers: Dict[str, Reader] = {each.name: each.metadata["read"] for each in fields(options)}  # type: ignore[arg-type]
    wrong = [
        f"there is no option '{name}' (there are: {', '.join(readers)})" for name in sorted(set(typed) - set(readers))
    ]
    values = {name: readers[name](name, text, wrong) for name, text in typed.items() if name in readers}
    if wrong:
        raise SearchError("; ".join(wrong))
    return options(**values)


def lookup_name(example: str) -> Reader:
    """Take the bare name of a lookup: without a folder, so it can only be in the lookups folder of the app."""

    def read(name: str, text: str, wrong: List[str]) -> str:
        if not _LOOKUP_NAME.match(text):
            wrong.append(
                f"{name}='{text}' must be the bare name of a lookup of this app, such as {example}"
                " (letters, digits, _ and -; no folder, no .csv)"
            )
        return text

    return read


def field_names(command: str, results: Collection[str]) -> Reader:
    """Take names separated by commas, none of them twice or in ``results``, the columns that ``command`` writes."""

    def read(name: str, text: str, wrong: List[str]) -> Tuple[str, ...]:
        names = tuple(part.strip() for part in text.split(","))
        if not all(names):
            wrong.append(f'{name}="{text}" must be field names with commas between, none empty')
        seen: Set[str] = set()
        for each in filter(None, names):
            if each in seen:
                wrong.append(f"{name} names '{each}' twice")
                break
            seen.add(each)
            if each in results:
                wrong.append(f"{name} names '{each}', which is a column that {command} writes; rename it before")
        return names

    return read


def number(wanted: str) -> Reader:
    """Take a number from 0 up; ``wanted`` describes it in the message."""

    def read(name: str, text: str, wrong: List[str]) -> float:
        value = parse_number(text)
        if value is None or value < 0:
            wrong.append(f"{name}='{text}' must be {wanted}")
            return 0.0
        return value

    return read


def amounts(example: str) -> Reader:
    """Take ``name=number`` with commas between, no name twice; an empty text is none."""

    def read(name: str, text: str, wrong: List[str]) -> Tuple[Tuple[str, float], ...]:
        found: Dict[str, float] = {}
        for each in text.split(",") if text else ():
            key, _, amount = each.strip().partition("=")
            value = parse_number(amount)
            if not key or key in found or value is None or value < 0:
                wrong.append(f'{name}="{text}" must name each metric once, with a number from 0 up, such as {example}')
                break
            found[key] = value
        return tuple(found.items())

    return read


def whole_number(example: int) -> Reader:
    """Take a whole number from 0 up, of at most 15 digits."""

    def read(name: str, text: str, wrong: List[str]) -> int:
        if not _WHOLE_NUMBER.match(text):
            wrong.append(f"{name}='{text}' must be a whole number from 0 up, such as {example}")
            return 0
        return int(text)

    return read


def choice(*words: str) -> Reader:
    """Take one of ``words``."""

    def read(name: str, text: str, wrong: List[str]) -> str:
        if text not in words:
            wrong.append(f"{name}='{text}' must be {' or '.join(words)}")
        return text

    return read
