"""The lock: a hash of each search with its version, so that no search changes without a new version.

``searches.lock.json`` lies in the content folder and is committed; ``python build.py --lock`` rewrites it. Searches
are known by their ids, so that renaming one loses nothing. Content without a lock file is not guarded.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from workbench.compiler import catalogue
from workbench.compiler.finding import Finding, finding
from workbench.compiler.project import LOCK_FILE, Project, shown_path
from workbench.compiler.rules.content import Content
from workbench.compiler.shapes import as_number
from workbench.compiler.yamlfile import Document

_HOW = "run python build.py --lock (make lock)"


def search_hash(document: Document) -> str:
    """The sha256 of a search, as it is written to the conf file."""
    return hashlib.sha256(document.text("search").strip().encode()).hexdigest()


def locked_form(project: Project) -> str:
    """The text of the lock file for the searches as they are now."""
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
    aside = path.with_name(f".{LOCK_FILE}.new")
    aside.write_text(locked_form(project), encoding="utf-8")
    aside.replace(path)
    return path


def check_lock(content: Content) -> Iterator[Finding]:
    """A search that is not as it was locked has a higher version than then."""
    path = content.project.root / LOCK_FILE
    if not path.is_file():
        return
    try:
        locked = json.loads(path.read_text(encoding="utf-8"))
        known = {str(key): (int(one["version"]), str(one["sha256"])) for key, one in locked.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"file: is no lock of searches ({type(error).__name__}: {error})"
        yield finding(catalogue.BAD_LOCK, shown_path(path), message, _HOW)
        return
    for document in content.project.searches():
        version = as_number(document.get("version"))
        before, sha256 = known.get(document.text("id").lower(), (0, ""))
        if not before or version is None:
            continue
        if version < before:
            message = f"is {version}, but was {before} when it was locked"
            yield document.finding(catalogue.UNBUMPED_VERSION, ("version",), message, f"write {before + 1} or more")
        elif version == before and search_hash(document) != sha256:
            message = f"is still {version}, but the search changed since it was locked"
            fix = f"write {before + 1} and a new date, then {_HOW}; or undo the change"
            yield document.finding(catalogue.UNBUMPED_VERSION, ("version",), message, fix)
