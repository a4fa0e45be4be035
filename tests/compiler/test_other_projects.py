"""Content of another project: it is checked and packed with the app that it brings, and nothing of ours."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.compiler.content_samples import DETECTION, write_sample
from workbench import conf
from workbench.compiler.build import Package, build_package, check_all
from workbench.compiler.finding import BuildError

CHECKOUT = Path(__file__).parents[2]
Copy = Callable[[Path], Path]
VIEW = "default/data/ui/views/start.xml"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, copy_checkout: Copy) -> Path:
    return copy_checkout(tmp_path_factory.mktemp("other") / "checkout")


def write_project(root: Path) -> Path:
    """The sample with an app_template: a command, a page, a picture, and what should stay out of the package."""
    write_sample(root, (DETECTION, "| rename", "| scorerows limit=3\n  | rename"))
    for name, content in {
        "default/commands.conf": b"[scorerows]\r\nchunked = true\r\nfilename = scorerows.py\r\n",
        "bin/scorerows.py": b"class ScoreRows(StreamingCommand):\n    pass\n",
        VIEW: b"<dashboard/>\n",
        "static/appIcon.png": b"\x89PNG\r\n\x1a\n\0\r\n",
        "default/app.conf": b"[id]\nname = old\n",
        "bin/__pycache__/scorerows.pyc": b"\0",
        ".DS_Store": b"\0",
    }.items():
        (root / "app_template" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "app_template" / name).write_bytes(content)
    return root


def build(checkout: Path, content: Path) -> Package:
    return build_package(checkout, content, content / "dist")


def staged_files(package: Package) -> set[str]:
    return {path.relative_to(package.staged).as_posix() for path in package.staged.rglob("*") if path.is_file()}


def test_it_is_packed_under_its_own_name_with_its_own_template(checkout: Path, tmp_path: Path) -> None:
    package = build(checkout, write_project(tmp_path))
    assert (package.path.name, package.staged.name) == ("SA-sample-1.2.3.spl", "SA-sample")
    assert staged_files(package) == {
        *("app.manifest", "metadata/default.meta", "static/appIcon.png", VIEW, "bin/scorerows.py"),
        *(f"default/{name}.conf" for name in ("app", "commands", "savedsearches", "macros", "transforms")),
        "default/analyticstories.conf",
    }


def test_app_conf_and_manifest_come_from_contentctl_yml(checkout: Path, tmp_path: Path) -> None:
    staged = build(checkout, write_project(tmp_path)).staged
    settings = conf.read(staged / "default" / "app.conf").require_clean().stanzas
    assert settings["id"] == {"name": "SA-sample", "version": "1.2.3"}
    assert settings["package"]["id"] == "SA-sample"
    assert settings["ui"] == {"is_visible": "1", "label": "Sample App"}
    manifest = json.loads((staged / "app.manifest").read_text())
    assert manifest["info"]["id"] == {"group": None, "name": "SA-sample", "version": "1.2.3"}
    assert manifest["info"]["author"] == [{"name": "Ann", "email": "ann@example.com", "company": "Example"}]


def test_what_contentctl_yml_does_not_say_of_the_app_is_what_contentctl_takes(checkout: Path, tmp_path: Path) -> None:
    write_sample(tmp_path)
    (tmp_path / "contentctl.yml").write_text("app:\n  appid: SA-sample\n  label: ESCU\n")
    assert check_all(CHECKOUT, tmp_path) == []
    manifest = json.loads((build(checkout, tmp_path).staged / "app.manifest").read_text())
    assert manifest["info"]["title"] == "Content Pack"
    assert manifest["info"]["id"]["version"] == "0.0.1"
    assert manifest["info"]["author"] == [
        {"name": "author name", "email": "author@contactemailaddress.com", "company": "author company"}
    ]


def test_text_ships_with_plain_line_ends_and_pictures_as_they_are(checkout: Path, tmp_path: Path) -> None:
    staged = build(checkout, write_project(tmp_path)).staged
    assert b"\r" not in (staged / "default" / "commands.conf").read_bytes()
    assert (staged / "static" / "appIcon.png").read_bytes() == b"\x89PNG\r\n\x1a\n\0\r\n"


def test_a_project_without_a_template_is_packed_too(checkout: Path, tmp_path: Path) -> None:
    staged = build(checkout, write_sample(tmp_path)).staged
    assert conf.read(staged / "default" / "app.conf").stanzas["ui"]["is_visible"] == "0"
    assert "export = system" in (staged / "metadata" / "default.meta").read_text()


def test_its_searches_know_the_commands_of_its_template_and_not_ours(tmp_path: Path) -> None:
    content = write_project(tmp_path)
    assert check_all(CHECKOUT, content) == []
    path = content / DETECTION
    path.write_text(path.read_text().replace("scorerows limit=3", "npmanomaly baseline=sample_table"))
    assert [one.rule for one in check_all(CHECKOUT, content)] == ["NPM202"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("default/macros.conf", "[a]\n", "file: is compiled, which replaces it"),
        ("default/nav.conf", "[a]\nb\n", "file: neither [stanza] nor key = value: 'b'"),
    ],
)
def test_what_is_wrong_with_the_template_is_named(
    name: str, text: str, message: str, checkout: Path, tmp_path: Path
) -> None:
    content = write_project(tmp_path)
    (content / "app_template" / name).write_text(text)
    with pytest.raises(BuildError) as refused:
        build(checkout, content)
    (finding,) = refused.value.findings
    assert (finding.file, finding.message) == (f"{content}/app_template/{name}", message)


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def test_a_checkout_by_git_for_windows_holds_the_same_bytes(tmp_path: Path) -> None:
    """So whoever builds the same commit gets the same package."""
    source, clone = tmp_path / "source", tmp_path / "clone"
    for folder in ("app", "contentctl"):
        shutil.copytree(CHECKOUT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__", "lib"))
    shutil.copy(CHECKOUT / ".gitattributes", source)
    git(source, "init")
    git(source, "add", "--force", ".")
    git(source, "commit", "-m", "All")
    git(tmp_path, "clone", "-c", "core.autocrlf=true", str(source), str(clone))
    files = [path.relative_to(source) for path in source.rglob("*") if path.is_file() and ".git" not in path.parts]
    assert len(files) > 50
    for name in files:
        assert (clone / name).read_bytes() == (source / name).read_bytes(), name
