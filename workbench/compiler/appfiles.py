"""The hand-written part of the app: which of its files ship, and whether they agree with the content.

Only files of known places and types ship. Anything else is refused rather than left out, so that nothing gets into
the package, or stays out of it, by accident.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from workbench import conf
from workbench.compiler.deployments import stanza_name
from workbench.compiler.finding import Finding, finding
from workbench.compiler.project import Project
from workbench.compiler.rule import APP_CONF, CONF_FILES, rule
from workbench.conf import Setting

OTHER_IDENTITY = rule(
    "NPM701",
    "other-identity",
    what="App id or version differ between contentctl.yml, app.conf and app.manifest.",
    why="Splunk Cloud refuses the package, or an upgrade is taken for another app.",
    see=APP_CONF,
)
BAD_MANIFEST = rule(
    "NPM702",
    "bad-manifest",
    what="app.manifest is not JSON, or names no app.",
    why="Splunk Cloud reads dependencies and target from it, and refuses a package without.",
    see=APP_CONF,
)
BAD_CONF = rule(
    "NPM703",
    "bad-conf",
    what="A hand-written conf file cannot be read, is no plain text, or adds settings to a search that there is not.",
    why="Splunk skips what it cannot read, with a note in its log alone, and makes a search of nothing but settings.",
    see=CONF_FILES,
)
NOT_SHIPPED = rule(
    "NPM704",
    "not-shipped",
    what="A file of app/ is not of a place and type that ships.",
    why="It would get into the package, or stay out of it, by accident.",
    see=APP_CONF,
)

COMPILED = ("savedsearches.conf", "macros.conf", "transforms.conf", "analyticstories.conf", "collections.conf")
MORE_SETTINGS = "default/savedsearches.conf"
"""Settings of compiled searches that contentctl has no key for; the one compiled file that app/ may have too."""
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


def app_files(app: Path) -> tuple[dict[str, bytes], list[Finding]]:
    """Return the files of app/ that ship, by their path in the package, and what is wrong with the others."""
    files: dict[str, bytes] = {}
    findings: list[Finding] = []
    for path in sorted(app.rglob("*")):
        name = path.relative_to(app).as_posix()
        if path.is_dir() and not path.is_symlink():
            continue
        # Python leaves caches behind when tests import the commands; lib/ is filled from the SDK alone.
        if name.startswith("lib/") or "__pycache__" in name.split("/"):
            continue
        message, fix = _refused(path, name)
        if message:
            findings.append(finding(NOT_SHIPPED, f"app/{name}", f"file: {message}", fix))
        else:
            files[name] = as_shipped(path)
    return files, findings


def as_shipped(path: Path) -> bytes:
    """Return the bytes of a file as they ship: text with plain line ends, whatever system it was saved on."""
    content = path.read_bytes()
    return content if b"\0" in content else content.replace(b"\r\n", b"\n")


def is_compiled(name: str) -> bool:
    """Return whether a file of this path in the package is compiled from the content."""
    return name.removeprefix("default/") in COMPILED


def _refused(path: Path, name: str) -> tuple[str, str]:
    """Why a file does not ship, and what to do; "" if it does."""
    if path.is_symlink():
        return "is a symbolic link", "put the file itself there"
    if is_compiled(name) and name != MORE_SETTINGS:
        return "is compiled", "move what it holds into the content, and remove it"
    if name.startswith("lookups/"):
        return "lookups ship from the content", "move it into lookups/ there"
    if not _SHIPPED.fullmatch(name):
        return "is of no place and type that ships", "remove it, or let workbench/compiler/appfiles.py ship it"
    return "", ""


_NOT_PLAIN = {b"\xef\xbb\xbf": "a byte order mark", b"\0": "a NUL byte", b"\r": "a carriage return"}


def check_confs(files: Mapping[str, bytes], folder: str) -> Iterator[Finding]:
    """Check that the hand-written conf files can be read; folder: the one that they lie in, for messages."""
    for name in sorted(files):
        if name.endswith((".conf", ".meta")):
            content = files[name]
            problems = [
                conf.ConfProblem(content[: content.index(sign)].count(b"\n") + 1, f"holds {what}")
                for sign, what in _NOT_PLAIN.items()
                if sign in content
            ]
            try:
                problems += conf.parse(content.decode("utf-8-sig")).problems if name.endswith(".conf") else ()
            except UnicodeDecodeError as error:
                problems += [conf.ConfProblem(1, f"is not UTF-8: {error}")]
            for problem in problems:
                yield finding(BAD_CONF, f"{folder}/{name}", f"file: {problem.text}", "correct it", problem.line)


def more_settings(files: Mapping[str, bytes]) -> dict[str, dict[str, Setting]]:
    """Return what MORE_SETTINGS adds to compiled searches, by their stanzas."""
    return conf.parse(files.get(MORE_SETTINGS, b"").decode("utf-8-sig", "replace")).settings


def check_more_settings(project: Project, files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Check that MORE_SETTINGS is about searches of the content."""
    label = project.about_app("label")
    kinds = ("detections", "baselines")
    names = {stanza_name(label, kind, one.text("name")) for kind in kinds for one in project.kind(kind)}
    for stanza, settings in more_settings(files).items():
        if stanza not in names:
            line = min((one.line for one in settings.values()), default=1)
            message = f"file: [{stanza}] is no search of the content"
            yield finding(BAD_CONF, f"app/{MORE_SETTINGS}", message, "correct its name, or remove it", line)


def check_manifest(files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Check that app.manifest is JSON that names an app and a version."""
    message = _manifest(files)[1]
    if message:
        yield finding(BAD_MANIFEST, "app/app.manifest", f"info.id: {message}", "write it as JSON")


def check_identity(project: Project, files: Mapping[str, bytes]) -> Iterator[Finding]:
    """App id and version, which contentctl.yml gives, are the same in app.conf and app.manifest."""
    wanted = {"id": project.app.text("app", "appid"), "version": project.app.text("app", "version")}
    if not all(wanted.values()):
        return  # there is nothing to compare, or contentctl.yml has findings of its own
    yield from _check_app_conf(wanted, files.get("default/app.conf", b""))
    yield from _check_manifest(wanted, files)


def _check_app_conf(wanted: dict[str, str], content: bytes) -> Iterator[Finding]:
    try:
        stanzas = conf.parse(content.decode("utf-8-sig")).settings
    except UnicodeDecodeError:
        return  # said by check_app
    for stanza, key, what in (
        ("package", "id", "id"),
        ("id", "name", "id"),
        ("id", "version", "version"),
        ("launcher", "version", "version"),
    ):
        found = stanzas.get(stanza, {}).get(key)
        if found is None or found.value != wanted[what]:
            message = _differs(found.value if found else None, wanted, what)
            text = f"[{stanza}] {key}: {message}"
            line = found.line if found else 1
            length = len(f"{key} = {found.value}") if found else 0
            yield finding(OTHER_IDENTITY, "app/default/app.conf", text, "write that here", line, length=length)


def _check_manifest(wanted: dict[str, str], files: Mapping[str, bytes]) -> Iterator[Finding]:
    found, wrong = _manifest(files)
    for what, field in (("id", "info.id.name"), ("version", "info.id.version")):
        if not wrong and found[what] != wanted[what]:
            text = f"{field}: {_differs(found[what], wanted, what)}"
            yield finding(OTHER_IDENTITY, "app/app.manifest", text, "write that here")


def _manifest(files: Mapping[str, bytes]) -> tuple[dict[str, object], str]:
    """Return id and version in app.manifest, and what is wrong with it."""
    try:
        identity = json.loads(files.get("app.manifest", b""))["info"]["id"]
        return {"id": identity["name"], "version": identity["version"]}, ""
    except (ValueError, KeyError, TypeError) as error:
        return {}, f"holds no info.id.name and info.id.version ({type(error).__name__}: {error})"


def _differs(value: object, wanted: dict[str, str], what: str) -> str:
    key = {"id": "appid", "version": "version"}[what]
    return f"is {value!r}, but app.{key} in contentctl.yml is {wanted[what]!r}"
