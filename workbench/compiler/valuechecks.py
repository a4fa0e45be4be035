"""The building blocks from which the forms of the content files are made: each checks one kind of value.

A check gets the file and a key path in it, and yields what is wrong there. Checks are tolerant of each other: every
one looks at its own place only, so one run finds all problems of a file.
"""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from urllib.parse import urlsplit

from workbench.compiler.finding import Finding
from workbench.compiler.rule import CONTENTCTL, Rule, rule
from workbench.compiler.yamlfile import UNWRITABLE_TEXT, Document, KeyPath
from workbench.conf import UNWRITABLE

MISSING_FIELD = rule(
    "NPM004",
    "missing-field",
    what="A field that this kind of content needs is missing.",
    why="contentctl refuses the file, and the compiler has nothing to write in its place.",
    see=CONTENTCTL,
)
UNKNOWN_FIELD = rule(
    "NPM005",
    "unknown-field",
    what="A file has a field that this kind of content does not have.",
    why="A field that nobody reads is a typing error, or a setting that has no effect.",
    see=CONTENTCTL,
)
WRONG_KIND = rule(
    "NPM006",
    "wrong-kind",
    what="A field holds another kind of value than its readers expect, such as a number instead of text.",
    why="YAML takes yes for a truth value and 1.2 for a number, so what is compiled is not what was written.",
    see=CONTENTCTL,
)
WRONG_LENGTH = rule(
    "NPM007",
    "wrong-length",
    what="A text or list is empty, too short or too long.",
    why="contentctl refuses it, or Enterprise Security shows nothing, or cuts it.",
    see=CONTENTCTL,
)
WRONG_WORD = rule(
    "NPM008",
    "wrong-word",
    what="A field takes one of a few words, and holds another.",
    why="contentctl and Enterprise Security know these words only.",
    see=CONTENTCTL,
)
WRONG_NUMBER = rule(
    "NPM009",
    "wrong-number",
    what="A number is out of its range.",
    why="Splunk refuses or corrects it, and the setting is not what the file says.",
    see=CONTENTCTL,
)
WRONG_DATE = rule(
    "NPM010",
    "wrong-date",
    what="A date does not exist, is not written YYYY-MM-DD, or lies in the future.",
    why="The date is published as the time at which the detection last changed.",
    see=CONTENTCTL,
)
WRONG_UUID = rule(
    "NPM012",
    "wrong-uuid",
    what="An id is not a UUID.",
    why="Enterprise Security tells detections apart by it.",
    see=CONTENTCTL,
)
WRONG_FORM = rule(
    "NPM014",
    "wrong-form",
    what="A text has characters or a form that do not fit where it is written to.",
    why="It would break the stanza, the macro or the file name that is made of it.",
    see=CONTENTCTL,
)
WRONG_URL = rule(
    "NPM015",
    "wrong-url",
    what="A reference is not a web address.",
    why="Nobody can follow it.",
    see=CONTENTCTL,
)
REPEATED_ITEM = rule(
    "NPM020",
    "repeated-item",
    what="A list repeats an item.",
    why="One of the two was meant to be another, or is of no use.",
    see=CONTENTCTL,
)

Check = Callable[[Document, KeyPath], Iterator[Finding]]


def as_number(value: object) -> int | None:
    """Return a whole number, also one in quotes as contentctl takes it; None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]+", value):
        return int(value)
    return None


def as_flag(value: object) -> bool | None:
    """Return true or false, also in quotes as contentctl takes it; None for anything else."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None


def did_you_mean(name: str, known: Sequence[str] | Mapping[str, object]) -> str:
    """Return ' (did you mean x?)' if a known name is close, else ''."""
    close = get_close_matches(name, list(known), n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def text(
    least: int = 1, most: int = 10_000, lines: bool = True, rule: Rule = WRONG_LENGTH, markdown: bool = False
) -> Check:
    """Check for text of a length, that survives being written to a conf file; lines: may hold several lines.

    rule: which one a text of another length breaks. markdown: its lines may end in a backslash, see without_breaks.
    """

    def check(document: Document, key_path: KeyPath) -> Iterator[Finding]:
        value = document.get(*key_path)
        if not isinstance(value, str):
            fix = "put it in quotes if it is meant so"
            yield document.finding(WRONG_KIND, key_path, f"must be text, is {_kind(value)}", fix)
            return
        length = len(value.strip())
        if length < least:
            message = f"has {length} characters, needs at least {least}"
            yield document.finding(rule, key_path, message, "write it out")
        if len(value) > most:
            yield document.finding(
                rule, key_path, f"has {len(value)} characters, at most {most} are allowed", "shorten it"
            )
        if not lines and "\n" in value.strip():
            yield document.finding(WRONG_FORM, key_path, "must be a single line", "join its lines")
        yield from _unwritable(document, key_path, without_breaks(value) if markdown else value)

    return check


def without_breaks(markdown: str) -> str:
    """Return the text without the backslashes that mark a line break in Markdown, which a conf file cannot hold."""
    return re.sub(r"\\+(?=\n|\s*\Z)", "", markdown)


def _unwritable(document: Document, key_path: KeyPath, value: str) -> Iterator[Finding]:
    for found in UNWRITABLE.finditer(value):
        message = f"holds the control character U+{ord(found[0]):04X}"
        yield document.finding(UNWRITABLE_TEXT, key_path, message, "remove it", found.span())
    # A conf file reads a backslash at the end of a line as "goes on below".
    for found in re.finditer(r"\\(?=\n|\s*\Z)", value):
        message = "has a line that ends in a backslash, where Splunk would join lines"
        yield document.finding(UNWRITABLE_TEXT, key_path, message, "end the line otherwise", found.span())


def matching(pattern: str, wanted: str, most: int = 10_000, rule: Rule = WRONG_FORM) -> Check:
    """Check for a single line of text that fits a pattern as a whole; wanted says the pattern in words."""
    return fitting(lambda text: re.fullmatch(pattern, text) is not None, wanted, most, rule)


def fitting(fits: Callable[[str], bool], wanted: str, most: int = 10_000, rule: Rule = WRONG_FORM) -> Check:
    """Check for a single line of text for which ``fits`` is true; wanted says in words which text that is."""
    plain = text(1, most, lines=False)

    def check(document: Document, key_path: KeyPath) -> Iterator[Finding]:
        found = list(plain(document, key_path))
        yield from found
        if not found and not fits(document.text(*key_path)):
            yield document.finding(rule, key_path, f"is {document.text(*key_path)!r}", f"write {wanted}")

    return check


def one_of(allowed: Sequence[str]) -> Check:
    """Check for one of some fixed words, written exactly so."""

    def check(document: Document, key_path: KeyPath) -> Iterator[Finding]:
        value = document.get(*key_path)
        if value not in allowed:
            hint = did_you_mean(str(value), allowed)
            fix = f"use one of: {', '.join(allowed)}"
            yield document.finding(WRONG_WORD, key_path, f"is {value!r}{hint}", fix)

    return check


def number(low: int, high: int, rule: Rule = WRONG_NUMBER) -> Check:
    """Check for a whole number from low to high."""

    def check(document: Document, key_path: KeyPath) -> Iterator[Finding]:
        value = as_number(document.get(*key_path))
        if value is None or not low <= value <= high:
            fix = f"write a whole number from {low} to {high}"
            yield document.finding(rule, key_path, f"is {document.get(*key_path)!r}", fix)

    return check


def flag(document: Document, key_path: KeyPath) -> Iterator[Finding]:
    """Check for true or false."""
    if as_flag(document.get(*key_path)) is None:
        yield document.finding(WRONG_WORD, key_path, f"is {document.get(*key_path)!r}", "write true or false")


def identifier(document: Document, key_path: KeyPath) -> Iterator[Finding]:
    """Check for a UUID of any version in its usual form."""
    value = document.get(*key_path)
    try:
        written = str(uuid.UUID(str(value)))
    except ValueError:
        written = ""
    if written != str(value).lower():
        fix = "make a new one, for example with uuidgen"
        yield document.finding(WRONG_UUID, key_path, f"is {value!r}, not a UUID", fix)


def past_date(document: Document, key_path: KeyPath) -> Iterator[Finding]:
    """Check for an ISO date that is not after today (UTC)."""
    value = document.text(*key_path)
    try:
        day = datetime.date.fromisoformat(value) if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else None
    except ValueError:
        day = None
    if day is None:
        message = f"is {document.get(*key_path)!r}"
        yield document.finding(WRONG_DATE, key_path, message, "write a date as YYYY-MM-DD")
    elif day > datetime.datetime.now(datetime.timezone.utc).date():
        yield document.finding(WRONG_DATE, key_path, f"is {value}, after today (UTC)", "use a date up to today")


def url(document: Document, key_path: KeyPath) -> Iterator[Finding]:
    """Check for a web address."""
    value = document.text(*key_path)
    parts = urlsplit(value) if not re.search(r"\s", value) else urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        fix = "write an address that starts with https://"
        yield document.finding(WRONG_URL, key_path, f"is {document.get(*key_path)!r}", fix)


def anything(document: Document, key_path: KeyPath) -> Iterator[Finding]:
    """Accept any value: a field that is allowed but not compiled."""
    yield from ()


def list_of(item: Check, least: int = 0, distinct: bool = False) -> Check:
    """Check for a list whose items all pass a check; distinct: none twice."""

    def check(document: Document, key_path: KeyPath) -> Iterator[Finding]:
        value = document.get(*key_path)
        if not isinstance(value, list):
            fix = "write its items as `- item` lines"
            yield document.finding(WRONG_KIND, key_path, f"must be a list, is {_kind(value)}", fix)
            return
        if len(value) < least:
            message = f"has {len(value)} items, needs at least {least}"
            yield document.finding(WRONG_LENGTH, key_path, message, "add what is missing")
        for index, one in enumerate(value):
            yield from item(document, (*key_path, index))
            if distinct and one in value[:index]:
                yield document.finding(REPEATED_ITEM, (*key_path, index), f"repeats {one!r}", "remove it")

    return check


def group(required: Mapping[str, Check], optional: Mapping[str, Check], open_to_others: bool = False) -> Check:
    """Named fields: all required ones, perhaps optional ones, nothing else.

    open_to_others: fields of other readers may be there too; only one that looks like a misspelled field is reported.
    """
    known = {**required, **optional}

    def check(document: Document, key_path: KeyPath) -> Iterator[Finding]:
        value = document.get(*key_path)
        if not isinstance(value, dict):
            fix = f"it needs: {', '.join(required) or 'nothing'}"
            yield document.finding(WRONG_KIND, key_path, f"must hold fields, is {_kind(value)}", fix)
            return
        for name in required:
            if name not in value:
                yield document.finding(MISSING_FIELD, (*key_path, name), "is missing", "add it")
        for name in value:
            if name in known:
                yield from known[name](document, (*key_path, name))
            else:
                hint = did_you_mean(name, [one for one in known if one not in value])
                if open_to_others and not hint:
                    continue
                message = f"is not a known field{hint}"
                yield document.finding(UNKNOWN_FIELD, (*key_path, name), message, "correct or remove it", key=True)

    return check


def one_of_kinds(field: str, kinds: Mapping[str, Check]) -> Check:
    """Check a group whose form depends on one of its fields; a word of no kind is checked as the first kind."""
    first = next(iter(kinds.values()))

    def check(document: Document, key_path: KeyPath) -> Iterator[Finding]:
        yield from kinds.get(document.text(*key_path, field), first)(document, key_path)

    return check


def nullable(inner: Check) -> Check:
    """Check as ``inner`` does, but accept null."""

    def check(document: Document, key_path: KeyPath) -> Iterator[Finding]:
        if document.get(*key_path) is not None:
            yield from inner(document, key_path)

    return check


def _kind(value: object) -> str:
    names = {dict: "a group of fields", list: "a list", bool: "true/false", type(None): "empty", str: "text"}
    return names.get(type(value), f"the number {value}")
