"""What single fields of content files may hold where Splunk, Enterprise Security or ATT&CK decides it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.compiler.finding import Finding
from workbench.compiler.rule import ATTACK, CONTENTCTL, RISK, SAVED_SEARCHES, TIMES, rule
from workbench.compiler.valuechecks import WRONG_FORM, fitting, list_of, matching, one_of, text
from workbench.compiler.words import PRODUCTS
from workbench.compiler.yamlfile import Document, KeyPath
from workbench.spl.times import TimeError, cron_runs, instant, relative_time

# A Monday on which a month, a quarter and a year begin, so that all kinds of schedules run soon after it.
SOME_DAY = instant("2024-01-01")

WRONG_VERSION = rule(
    "NPM011",
    "wrong-version",
    what="A version is not a whole number from 1.",
    why="Sites compare versions to see whether a detection changed.",
    see=CONTENTCTL,
)
WRONG_TECHNIQUE = rule(
    "NPM108",
    "wrong-technique",
    what="An ATT&CK id is malformed, or listed beside its own sub-technique.",
    why="Enterprise Security counts both, and contentctl refuses the pair.",
    see=ATTACK,
)
WRONG_SCORE = rule(
    "NPM403",
    "wrong-score",
    what="A risk score is not a whole number from 1 to 100.",
    why="Enterprise Security adds scores up; a finding with another one never or always exceeds the limit.",
    see=RISK,
)
EMPTY_MESSAGE = rule(
    "NPM404",
    "empty-message",
    what="A risk message is empty, or consists of fields that can all be null.",
    why="An analyst sees a risk event without a word on what happened.",
    see=RISK,
)
WRONG_CRON = rule(
    "NPM501",
    "wrong-cron",
    what="A cron schedule does not parse.",
    why="Splunk would not run the search.",
    see=SAVED_SEARCHES,
)
WRONG_TIME = rule(
    "NPM502",
    "wrong-time",
    what="A relative time does not parse.",
    why="Splunk would not run the search.",
    see=TIMES,
)
WRONG_WINDOW = rule(
    "NPM503",
    "wrong-window",
    what="A schedule window is not auto, default or a number of minutes shorter than the time between runs.",
    why="Splunk ignores it, or a run starts after the one that should follow it.",
    see=SAVED_SEARCHES,
)

# Letters, digits and the four signs that become "_" in the file name and in the filter macro.
search_name = matching(
    r"[A-Za-z0-9](?:[A-Za-z0-9 ._/-]*[A-Za-z0-9])?",
    "letters, digits, blanks and - . / _ only, beginning and ending with a letter or digit",
    most=67,
)
word = matching(r"[A-Za-z0-9_]+", "letters, digits and _ only", most=99)
# Splunk takes any name for a field. What cannot be in it would end it where it is written: in a token, in a list.
search_field = matching(r'[^\s"$,]+', 'the name of a field of the search, without blanks and " $ ,', most=99)
risk_field = matching(r'[^\s"$](?:[^"$\n]*[^\s"$])?', 'the name of a field of the search, without " and $', most=99)


def _is_time(text: str) -> bool:
    try:
        relative_time(SOME_DAY, text)
    except TimeError:
        return False
    return True


time_modifier = fitting(_is_time, "a Splunk time such as -70m@m or now", rule=WRONG_TIME)
# In a drilldown a time can be a token of the finding, such as $info_min_time$.
drilldown_time = fitting(
    lambda text: re.fullmatch(r"\$\w+\$", text) is not None or _is_time(text),
    "a Splunk time such as -7d@h, or a token such as $info_min_time$",
    rule=WRONG_TIME,
)
schedule_window = matching(
    r"auto|default|\d{1,4}", "auto, default or a number of minutes, in quotes", rule=WRONG_WINDOW
)
products = list_of(one_of(PRODUCTS), least=1, distinct=True)
stories = list_of(text(lines=False), distinct=True)
cve = matching(r"CVE-[12]\d{3}-\d+", "an id such as CVE-2026-12345")
technique = matching(r"T\d{4}(?:\.\d{3})?", "an ATT&CK id such as T1048 or T1048.003", rule=WRONG_TECHNIQUE)


def cron_schedule(document: Document, key_path: KeyPath) -> Iterator[Finding]:
    """Check for a cron schedule: five fields without names, as Splunk takes them."""
    try:
        cron_runs(document.text(*key_path), SOME_DAY)
    except TimeError as error:
        message = f"is {document.get(*key_path)!r}, not a cron schedule ({error})"
        yield document.finding(WRONG_CRON, key_path, message, "write one such as 7 * * * *")


def default_match(document: Document, key_path: KeyPath) -> Iterator[Finding]:
    """Check for a single line; true and false, which YAML does not take for text, are meant as they are written."""
    if not isinstance(document.get(*key_path), bool):
        yield from matching(r"[^\n]*", "a single line")(document, key_path)


def collection_fields(document: Document, key_path: KeyPath) -> Iterator[Finding]:
    """Check for the fields of a KV store collection, its key first."""
    yield from list_of(search_field, least=1, distinct=True)(document, key_path)
    if document.items(*key_path) and document.get(*key_path, 0) != "_key":
        yield document.finding(WRONG_FORM, (*key_path, 0), f"is {document.get(*key_path, 0)!r}", "list _key first")
