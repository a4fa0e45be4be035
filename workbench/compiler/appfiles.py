"""The hand-written part of the app: which of its files ship, and whether they agree with the content.

Only files of known places and types ship. Anything else is refused rather than left out, so that nothing gets into
the package, or stays out of it, by accident.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from workbench.compiler.conf import read_conf
from workbench.compiler.problems import Problem
from workbench.compiler.project import Project

COMPILED = ("savedsearches.conf", "macros.conf", "transforms.conf", "analyticstories.conf")
_SHIPPED = re.compile(
    r"""app\.manifest | README\.(?:md|txt)
    | bin/(?:[a-z0-9_]+/)*[a-z0-9_]+\.py
    | default/[a-z]+\.conf
    | default/data/ui/(?:views|nav)/[a-z0-9_]+\.xml
    | metadata/default\.meta
    | static/[A-Za-z0-9_]+\.png
    | README/[a-z]+\.conf\.spec""",
    re.VERBOSE,
)


def app_files(app: Path) -> tuple[dict[str, bytes], list[Problem]]:
    """The files of app/ that ship, by their path in the package, and what is wrong with the others."""
    files: dict[str, bytes] = {}
    problems: list[Problem] = []
    for path in sorted(app.rglob("*")):
        name = path.relative_to(app).as_posix()
        if path.is_dir() and not path.is_symlink():
            continue
        # Python leaves caches behind when tests import the commands; lib/ is filled from the SDK alone.
        if name.startswith("lib/") or "__pycache__" in name.split("/"):
            continue
        if what := _refused(path, name):
            problems.append(Problem(f"app/{name}", 1, "file", what))
        else:
            files[name] = path.read_bytes()
    return files, problems


def _refused(path: Path, name: str) -> str:
    if path.is_symlink():
        return "is a symbolic link; put the file itself there"
    if name.startswith("default/") and path.name in COMPILED:
        return "is compiled; move what it holds into the content, and remove it"
    if name.startswith("lookups/"):
        return "lookups ship from the content; move it into lookups/ there"
    if not _SHIPPED.fullmatch(name):
        return "is of no place and type that ships; remove it, or let workbench/compiler/appfiles.py ship it"
    return ""


def check_identity(project: Project, files: dict[str, bytes]) -> Iterator[Problem]:
    """App id and version, which contentctl.yml gives, are the same in app.conf and app.manifest."""
    wanted = {"id": project.app.text("app", "appid"), "version": project.app.text("app", "version")}
    if not all(wanted.values()):
        return  # contentctl.yml has problems of its own
    yield from _check_app_conf(wanted, files.get("default/app.conf", b""))
    yield from _check_manifest(wanted, files.get("app.manifest", b""))


def _check_app_conf(wanted: dict[str, str], content: bytes) -> Iterator[Problem]:
    shown = "app/default/app.conf"
    try:
        stanzas = read_conf(content.decode())
    except ValueError as error:
        yield Problem(shown, 1, "file", f"cannot be read: {error}; correct it")
        return
    for stanza, key, what in (
        ("package", "id", "id"),
        ("id", "name", "id"),
        ("id", "version", "version"),
        ("launcher", "version", "version"),
    ):
        found = stanzas.get(stanza, {}).get(key)
        if found is None or found.value != wanted[what]:
            text = _differs(found.value if found else None, wanted, what)
            yield Problem(shown, found.line if found else 1, f"[{stanza}] {key}", text)


def _check_manifest(wanted: dict[str, str], content: bytes) -> Iterator[Problem]:
    shown = "app/app.manifest"
    try:
        identity = json.loads(content)["info"]["id"]
        found = {"id": identity["name"], "version": identity["version"]}
    except (ValueError, KeyError, TypeError) as error:
        what = f"holds no info.id.name and info.id.version ({type(error).__name__}: {error}); write it as JSON"
        yield Problem(shown, 1, "info.id", what)
        return
    for what, field in (("id", "info.id.name"), ("version", "info.id.version")):
        if found[what] != wanted[what]:
            yield Problem(shown, 1, field, _differs(found[what], wanted, what))


def _differs(found: object, wanted: dict[str, str], what: str) -> str:
    key = {"id": "appid", "version": "version"}[what]
    return f"is {found!r}, but app.{key} in contentctl.yml is {wanted[what]!r}; write that here"
