"""The build as a whole: content and app in, staged folder and package out, or every problem and nothing written."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.compiler.appfiles import app_files, check_identity
from workbench.compiler.archive import packed
from workbench.compiler.conf import render_conf
from workbench.compiler.problems import BuildError, Problem
from workbench.compiler.project import Project, read_project
from workbench.compiler.references import REFERENCE_CHECKS
from workbench.compiler.sdk import sdk_folder
from workbench.compiler.searches import SEARCH_CHECKS
from workbench.compiler.stanzas import analytic_stories, macros, saved_searches, transforms

# Where the licence texts of the checkout go in the package. The SDK has the same licence and brings no text along.
LICENCES = {"LICENSE.txt": "LICENSE", "NOTICE.txt": "NOTICE", "lib/LICENSE-splunk-sdk.txt": "LICENSE"}

# Where the searches write their tables; there from the start, so that the first run finds it.
EMPTY_FOLDERS = ("lookups",)


@dataclass(frozen=True)
class Package:
    """What a build made: the archive, its sha256, and the folder as it will be installed."""

    path: Path
    sha256: str
    staged: Path


def check_content(content: Path) -> tuple[Project, list[Problem]]:
    """The content as read, and everything that is wrong with it."""
    project, problems = read_project(content)
    problems += [problem for check in (*REFERENCE_CHECKS, *SEARCH_CHECKS) for problem in check(project)]
    return project, problems


def compile_content(content: Path) -> tuple[Project, dict[str, str]]:
    """The content and its compiled conf files by name; raises BuildError with every problem."""
    project, problems = check_content(content)
    if problems:
        raise BuildError(problems)
    return project, _compiled(project)


def _compiled(project: Project) -> dict[str, str]:
    return {
        "savedsearches.conf": render_conf(saved_searches(project)),
        "macros.conf": render_conf(macros(project)),
        "transforms.conf": render_conf(transforms(project)),
        "analyticstories.conf": render_conf(analytic_stories(project)),
    }


def build_package(checkout: Path, content: Path, out: Path) -> Package:
    """Compile, stage below checkout/build/stage and pack into out.

    Raises BuildError, with nothing written, if anything is wrong with the content or the app.
    """
    project, problems = check_content(content)
    files, refused = app_files(checkout / "app")
    licences, missing = _licences(checkout)
    problems += [*refused, *missing, *check_identity(project, files)]
    if problems:
        raise BuildError(problems)
    files |= {f"default/{name}": text.encode() for name, text in _compiled(project).items()}
    files |= {f"lookups/{table.name}": table.read_bytes() for table in _filled_tables(content / "lookups")}
    sdk = sdk_folder(checkout / "build", checkout / "requirements" / "sdk.txt")
    for path in sdk.rglob("*.py"):
        files[f"lib/splunklib/{path.relative_to(sdk).as_posix()}"] = path.read_bytes()
    return _written(project, {**files, **licences}, checkout, out)


def _filled_tables(lookups: Path) -> Iterator[Path]:
    """Tables that hold rows. One with a header only is filled on the search head, and a package that brought the
    empty file along would wipe out, at every upgrade, what was learned there.
    """
    yield from (
        table for table in lookups.rglob("*.csv") if len(table.read_text(encoding="utf-8-sig").splitlines()) > 1
    )


def _licences(checkout: Path) -> tuple[dict[str, bytes], list[Problem]]:
    missing = [name for name in sorted(set(LICENCES.values())) if not (checkout / name).is_file()]
    if missing:
        return {}, [Problem(name, 1, "file", "is missing; put it back into the checkout") for name in missing]
    return {target: (checkout / source).read_bytes() for target, source in LICENCES.items()}, []


def _written(project: Project, files: Mapping[str, bytes], checkout: Path, out: Path) -> Package:
    name, version = project.app.text("app", "appid"), project.app.text("app", "version")
    archive = packed(name, files, EMPTY_FOLDERS)
    staged = checkout / "build" / "stage" / name
    _stage(staged, files)
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{name}-{version}.spl"
    aside = out / f".{path.name}.new"
    aside.write_bytes(archive)
    aside.replace(path)
    return Package(path, hashlib.sha256(archive).hexdigest(), staged)


def _stage(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the app as it will be installed, aside first, so that nobody meets half of it."""
    aside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    for name in EMPTY_FOLDERS:
        (aside / name).mkdir(parents=True)
    for name, content in files.items():
        target = aside / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)
