"""The build as a whole: content and app in, staged folder and package out, or every finding and nothing written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from workbench import conf
from workbench.compiler.appfiles import (
    app_files,
    as_shipped,
    check_confs,
    check_identity,
    check_manifest,
    check_more_settings,
    more_settings,
)
from workbench.compiler.archive import packed
from workbench.compiler.finding import BuildError, Finding, errors_of, finding
from workbench.compiler.project import TEMPLATE, Project, shown_path
from workbench.compiler.rule import APP_CONF, rule
from workbench.compiler.run import check_folder
from workbench.compiler.sdk import sdk_folder
from workbench.compiler.security import Settings
from workbench.compiler.stanzas import analytic_stories, collections, macros, saved_searches, transforms
from workbench.compiler.template import made_files, template_files
from workbench.writing import folder_written_aside, written_aside

NO_LICENCE = rule(
    "NPM706",
    "no-licence",
    what="A licence text is missing from the checkout.",
    why="The package carries a library whose licence asks for its text.",
    see=APP_CONF,
)

# Where the licence texts of the checkout go in the package. The SDK has the same licence and brings no text along.
LICENCES = {"LICENSE.txt": "LICENSE", "NOTICE.txt": "NOTICE", "lib/LICENSE-splunk-sdk.txt": "LICENSE"}

# What contentctl has no keys for and our own tables have: nothing of this app runs on indexers, so no table goes into
# the bundle for them; and a search head that checks permissions for outputlookup (limits.conf) checks these.
OWN_TABLES = {"replicate": "false", "check_permission": "true"}

# Where the searches write their tables; there from the start, so that the first run finds it.
EMPTY_FOLDERS = ("lookups",)


@dataclass(frozen=True)
class Package:
    """What a build made: the archive, its sha256, the folder as it will be installed; and what it was warned of."""

    path: Path
    sha256: str
    staged: Path
    warnings: tuple[Finding, ...] = ()


def check_all(checkout: Path, content: Path) -> list[Finding]:
    """Return everything that is wrong with the content and the app around it, in order."""
    return sorted(set(_checked(checkout, content).findings))


@dataclass(frozen=True)
class _Checked:
    """Content and the hand-written part of its app, by path in the package, and everything that is wrong with both."""

    project: Project
    files: dict[str, bytes]
    findings: list[Finding]


def _checked(checkout: Path, content: Path) -> _Checked:
    """Return the content with its app: this one for our own content, else the template that the project brings."""
    if not _is_ours(checkout, content):
        project, findings = check_folder(content)
        files, refused = template_files(content)
        return _Checked(project, files, [*findings, *refused, *check_confs(files, shown_path(content / TEMPLATE))])
    project, findings = check_folder(content, checkout / "app")
    files, refused = app_files(checkout / "app")
    licences, missing = _licences(checkout)
    around = [*check_confs(files, "app"), *check_manifest(files), *check_identity(project, files)]
    around += check_more_settings(project, files)
    return _Checked(project, {**files, **licences}, [*findings, *refused, *missing, *around])


def _is_ours(checkout: Path, content: Path) -> bool:
    return content.resolve() == (checkout / "contentctl").resolve()


def compiled(
    project: Project,
    more: Mapping[str, Mapping[str, conf.Setting]] | None = None,
    tables: Settings | None = None,
) -> dict[str, str]:
    """Return the conf files of content by name, whatever was found wrong with its searches.

    more: settings that a search has beside, or instead of, those that its content gives it, by stanza. tables: settings
    of every CSV lookup that YAML cannot hold, OWN_TABLES for our own content.

    Raises ValueError or KeyError for content whose files lack what conf files are made of.
    """
    searches = saved_searches(project)
    for stanza, settings in (more or {}).items():
        searches[stanza] |= {key: setting.value for key, setting in settings.items()}
    confs = {
        "savedsearches.conf": conf.render(searches),
        "macros.conf": conf.render(macros(project)),
        "transforms.conf": conf.render(transforms(project, tables or {})),
        "analyticstories.conf": conf.render(analytic_stories(project)),
    }
    kept = collections(project)
    return confs | ({"collections.conf": conf.render(kept)} if kept else {})


def build_package(checkout: Path, content: Path, out: Path) -> Package:
    """Compile, stage below checkout/build/stage and pack into out.

    Raises BuildError, with nothing written, if anything is wrong with the content or the app.
    """
    checked = _checked(checkout, content)
    if errors_of(checked.findings):
        raise BuildError(checked.findings)
    files = dict(checked.files)
    ours = _is_ours(checkout, content)
    files |= _library(checkout) if ours else made_files(checked.project, files)
    confs = compiled(checked.project, more_settings(checked.files), OWN_TABLES) if ours else compiled(checked.project)
    files |= {f"default/{name}": text.encode() for name, text in confs.items()}
    files |= {f"lookups/{path.name}": as_shipped(path) for path in _lookup_files(content / "lookups")}
    package = _written(checked.project, files, checkout, out)
    return replace(package, warnings=tuple(sorted(set(checked.findings))))


def _library(checkout: Path) -> dict[str, bytes]:
    """Return the SDK that the commands of our app use, as it ships."""
    sdk = sdk_folder(checkout / "build", checkout / "requirements" / "sdk.txt")
    return {f"lib/splunklib/{path.relative_to(sdk).as_posix()}": path.read_bytes() for path in sdk.rglob("*.py")}


def _lookup_files(lookups: Path) -> Iterator[Path]:
    """Yield the models, and the tables that hold rows. One with a header only is filled on the search head, and a
    package that brought the empty file along would wipe out, at every upgrade, what was learned there.
    """
    yield from lookups.rglob("*.mlmodel")
    yield from (table for table in lookups.rglob("*.csv") if len(table.read_text(encoding="utf-8-sig").split()) > 1)


def _licences(checkout: Path) -> tuple[dict[str, bytes], list[Finding]]:
    missing = [name for name in sorted(set(LICENCES.values())) if not (checkout / name).is_file()]
    if missing:
        fix = "put it back into the checkout"
        return {}, [finding(NO_LICENCE, name, "file: is missing", fix) for name in missing]
    return {target: (checkout / source).read_bytes() for target, source in LICENCES.items()}, []


def _written(project: Project, files: Mapping[str, bytes], checkout: Path, out: Path) -> Package:
    name, version = project.about_app("appid"), project.about_app("version")
    archive = packed(name, files, EMPTY_FOLDERS)
    staged = checkout / "build" / "stage" / name
    _stage(staged, files)
    path = out / f"{name}-{version}.spl"
    with written_aside(path) as aside:
        aside.write_bytes(archive)
    return Package(path, hashlib.sha256(archive).hexdigest(), staged)


def _stage(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the app as it will be installed."""
    with folder_written_aside(folder) as aside:
        for name in EMPTY_FOLDERS:
            (aside / name).mkdir(parents=True)
        for name, content in files.items():
            target = aside / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
