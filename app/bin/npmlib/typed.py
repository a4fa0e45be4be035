"""Forms of option texts that several of our commands take; what is wrong with one is added to a list of messages."""

import re
from typing import Collection, List, Set, Tuple

_LOOKUP_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*\Z")


def lookup_name(option: str, text: str, example: str, wrong: List[str]) -> str:
    """Return ``text``, the bare name of a lookup: no folder, and so none but the lookups folder of the app."""
    if not _LOOKUP_NAME.match(text):
        wrong.append(
            f"{option}='{text}' must be the bare name of a lookup of this app, such as {example}"
            " (letters, digits, _ and -; no folder, no .csv)"
        )
    return text


def field_names(option: str, text: str, command: str, results: Collection[str], wrong: List[str]) -> Tuple[str, ...]:
    """Return the names in ``text``, split at commas; ``results`` are columns that ``command`` writes itself."""
    names = tuple(name.strip() for name in text.split(","))
    if not all(names):
        wrong.append(f'{option}="{text}" must be field names with commas between, none empty')
    seen: Set[str] = set()
    for name in filter(None, names):
        if name in seen:
            wrong.append(f"{option} names '{name}' twice")
            break
        seen.add(name)
        if name in results:
            wrong.append(f"{option} names '{name}', which is a column that {command} writes; rename it before")
    return names
