"""The building blocks from which the forms of the content files are made: each checks one kind of value.

A check gets the file and the place, and yields what is wrong there. Checks are tolerant of each other: every
one looks at its own place only, so one run finds all problems of a file.
"""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from urllib.parse import urlsplit

from workbench.compiler.problems import Problem
from workbench.compiler.yamlfile import Document, Place

Check = Callable[[Document, Place], Iterator[Problem]]

# What a conf file cannot hold: control characters, and the separators some readers take for ends of lines.
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029]")


def as_number(value: object) -> int | None:
    """A whole number, also in quotes as contentctl takes it; None if it is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]+", value):
        return int(value)
    return None


def as_flag(value: object) -> bool | None:
    """true or false, also in quotes as contentctl takes it; None if it is neither."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None


def did_you_mean(name: str, known: Sequence[str] | Mapping[str, object]) -> str:
    """' (did you mean x?)' if a known name is close, else ''."""
    close = get_close_matches(name, list(known), n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def text(least: int = 1, most: int = 10_000, lines: bool = True) -> Check:
    """Text of a length, that survives being written to a conf file; lines: may hold several lines."""

    def check(document: Document, place: Place) -> Iterator[Problem]:
        value = document.get(*place)
        if not isinstance(value, str):
            yield document.problem(place, f"must be text, is {_kind(value)}; put it in quotes if it is meant so")
            return
        length = len(value.strip())
        if length < least:
            yield document.problem(place, f"has {length} characters, needs at least {least}; write it out")
        if len(value) > most:
            yield document.problem(place, f"has {len(value)} characters, may have {most}; shorten it")
        if not lines and "\n" in value.strip():
            yield document.problem(place, "must be a single line; join its lines")
        for number, line in enumerate(value.strip().split("\n")):
            yield from _check_line(document, place, number, line)

    return check


def _check_line(document: Document, place: Place, number: int, line: str) -> Iterator[Problem]:
    if found := UNWRITABLE.search(line):
        code = f"U+{ord(found[0]):04X}"
        yield document.problem(place, f"holds the control character {code}; remove it", number)
    if line.endswith("\\"):
        # A conf file reads a backslash at the end of a line as "goes on below".
        yield document.problem(
            place,
            "has a line that ends in a backslash; Splunk would join lines there, so end it otherwise",
            number,
        )


def matching(pattern: str, wanted: str, most: int = 10_000) -> Check:
    """A single line of text that fits a pattern as a whole; wanted says the pattern in words."""
    plain = text(1, most, lines=False)

    def check(document: Document, place: Place) -> Iterator[Problem]:
        found = list(plain(document, place))
        yield from found
        if not found and not re.fullmatch(pattern, document.text(*place)):
            yield document.problem(place, f"is {document.text(*place)!r}; write {wanted}")

    return check


def one_of(allowed: Sequence[str]) -> Check:
    """One of some fixed words, written exactly so."""

    def check(document: Document, place: Place) -> Iterator[Problem]:
        value = document.get(*place)
        if value not in allowed:
            hint = did_you_mean(str(value), allowed)
            yield document.problem(place, f"is {value!r}{hint}; use one of: {', '.join(allowed)}")

    return check


def number(low: int, high: int) -> Check:
    """A whole number from low to high."""

    def check(document: Document, place: Place) -> Iterator[Problem]:
        value = as_number(document.get(*place))
        if value is None or not low <= value <= high:
            yield document.problem(place, f"is {document.get(*place)!r}; write a whole number from {low} to {high}")

    return check


def flag(document: Document, place: Place) -> Iterator[Problem]:
    """True or false."""
    if as_flag(document.get(*place)) is None:
        yield document.problem(place, f"is {document.get(*place)!r}; write true or false")


def identifier(document: Document, place: Place) -> Iterator[Problem]:
    """A UUID of any version in its usual form."""
    value = document.get(*place)
    try:
        written = str(uuid.UUID(str(value)))
    except ValueError:
        written = ""
    if written != str(value).lower():
        yield document.problem(place, f"is {value!r}, no UUID; make a new one, for example with uuidgen")


def past_date(document: Document, place: Place) -> Iterator[Problem]:
    """An ISO date that is not after today (UTC)."""
    value = document.text(*place)
    try:
        day = datetime.date.fromisoformat(value) if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else None
    except ValueError:
        day = None
    if day is None:
        yield document.problem(place, f"is {document.get(*place)!r}; write a date as YYYY-MM-DD")
    elif day > datetime.datetime.now(datetime.timezone.utc).date():
        yield document.problem(place, f"is {value}, after today (UTC); use a date up to today")


def url(document: Document, place: Place) -> Iterator[Problem]:
    """A web address."""
    value = document.text(*place)
    parts = urlsplit(value) if not re.search(r"\s", value) else urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        yield document.problem(place, f"is {document.get(*place)!r}; write an address that starts with https://")


def anything(document: Document, place: Place) -> Iterator[Problem]:
    """Any value: a field that is allowed but not compiled."""
    yield from ()


def list_of(item: Check, least: int = 0, distinct: bool = False) -> Check:
    """A list whose items all pass a check; distinct: none twice."""

    def check(document: Document, place: Place) -> Iterator[Problem]:
        value = document.get(*place)
        if not isinstance(value, list):
            yield document.problem(place, f"must be a list, is {_kind(value)}; write its items as `- item` lines")
            return
        if len(value) < least:
            yield document.problem(place, f"has {len(value)} items, needs at least {least}; add what is missing")
        for index, one in enumerate(value):
            yield from item(document, (*place, index))
            if distinct and one in value[:index]:
                yield document.problem((*place, index), f"repeats {one!r}; remove it")

    return check


def group(required: Mapping[str, Check], optional: Mapping[str, Check]) -> Check:
    """Named fields: all required ones, perhaps optional ones, nothing else."""
    known = {**required, **optional}

    def check(document: Document, place: Place) -> Iterator[Problem]:
        value = document.get(*place)
        if not isinstance(value, dict):
            yield document.problem(
                place, f"must hold fields, is {_kind(value)}; it needs: {', '.join(required) or 'nothing'}"
            )
            return
        for name in required:
            if name not in value:
                yield document.problem((*place, name), "is missing; add it")
        for name in value:
            if name in known:
                yield from known[name](document, (*place, name))
            else:
                hint = did_you_mean(name, [one for one in known if one not in value])
                yield document.problem((*place, name), f"is no field known here{hint}; correct or remove it")

    return check


def nullable(inner: Check) -> Check:
    """As inner, or null."""

    def check(document: Document, place: Place) -> Iterator[Problem]:
        if document.get(*place) is not None:
            yield from inner(document, place)

    return check


def _kind(value: object) -> str:
    names = {dict: "a group of fields", list: "a list", bool: "true/false", type(None): "empty", str: "text"}
    return names.get(type(value), f"the number {value}")
