"""The lock: a hash of each search with its version, so that no search changes without a new version.

``searches.lock.json`` lies in the content folder and is committed; ``python build.py --lock`` rewrites it. Searches
are known by their ids, so that renaming one loses nothing. Content without a lock file is not guarded.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from workbench.compiler.check import on_content
from workbench.compiler.content import Content
from workbench.compiler.finding import Finding, finding
from workbench.compiler.project import LOCK_FILE, Project, shown_path
from workbench.compiler.rule import HOUSE, Rule, rule
from workbench.compiler.valuechecks import as_number
from workbench.compiler.yamlfile import Document
from workbench.writing import write_text

_HOW = "run python build.py --lock (make lock)"


def search_hash(document: Document) -> str:
    """Return the sha256 of a search, as it is written to the conf file."""
    return hashlib.sha256(document.text("search").strip().encode()).hexdigest()


def locked_form(project: Project) -> str:
    """Return the text of the lock file for the searches as they are now."""
    locked = {
        document.text("id").lower(): {
            "name": document.text("name"),
            "version": as_number(document.get("version")),
            "sha256": search_hash(document),
        }
        for document in project.searches()
    }
    return json.dumps(dict(sorted(locked.items())), indent=2, ensure_ascii=False) + "\n"


def write_lock(project: Project) -> Path:
    """Rewrite the lock file of a content folder; returns its path."""
    path = project.root / LOCK_FILE
    write_text(path, locked_form(project))
    return path


@on_content(
    rule(
        "NPM602",
        "bad-lock",
        what="The lock file cannot be read.",
        why="Nothing guards the versions then.",
        see=HOUSE,
    )
)
def _bad_lock(rule: Rule, content: Content) -> Iterator[Finding]:
    try:
        _locked_versions(content.project)
    except _LockError as error:
        yield finding(
            rule, shown_path(content.project.root / LOCK_FILE), f"file: is not a lock of searches ({error})", _HOW
        )


@on_content(
    rule(
        "NPM601",
        "unbumped-version",
        what="A search is not as it was locked, and its version is not higher than it was then.",
        why="Sites would not know that the search changed.",
        see=HOUSE,
    )
)
def _unbumped_versions(rule: Rule, content: Content) -> Iterator[Finding]:
    try:
        locked = _locked_versions(content.project)
    except _LockError:
        return
    for document in content.project.searches():
        version = as_number(document.get("version"))
        before, sha256 = locked.get(document.text("id").lower(), (0, ""))
        if not before or version is None:
            continue
        if version < before:
            message = f"is {version}, but was {before} when it was locked"
            yield document.finding(rule, ("version",), message, f"write {before + 1} or more")
        elif version == before and search_hash(document) != sha256:
            message = f"is still {version}, but the search changed since it was locked"
            fix = f"write {before + 1} and a new date, then {_HOW}; or undo the change"
            yield document.finding(rule, ("version",), message, fix)


class _LockError(ValueError):
    """The lock file has another form."""


def _locked_versions(project: Project) -> dict[str, tuple[int, str]]:
    """Return version and hash of the locked searches by id; none without a lock file."""
    path = project.root / LOCK_FILE
    if not path.is_file():
        return {}
    try:
        locked = json.loads(path.read_text(encoding="utf-8"))
        return {str(key): (int(one["version"]), str(one["sha256"])) for key, one in locked.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _LockError(f"{type(error).__name__}: {error}") from error
