"""The files of the package: what is in it, what must not be, and that the command lives on them alone."""

from __future__ import annotations

import ast
import json
import re
import struct
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from workbench.compiler.sdk import TREE_SHA256, tree_hash

if TYPE_CHECKING:
    from workbench.compiler.build import Package

CHECKOUT = Path(__file__).parents[2]
Stanzas = dict[str, dict[str, str]]
ICONS = {
    "appIcon.png": (36, 36),
    "appIconAlt.png": (36, 36),
    "appIcon_2x.png": (72, 72),
    "appIconAlt_2x.png": (72, 72),
    "appLogo.png": (160, 40),
    "appLogo_2x.png": (320, 80),
}
ALLOWED = re.compile(
    r"(LICENSE|NOTICE|README)\.txt|app\.manifest|bin/.*\.py|default/\w+\.conf|default/data/ui/(nav|views)/\w+\.xml"
    r"|README/\w+\.conf\.spec|lib/LICENSE-splunk-sdk\.txt|lib/splunklib/.*\.py|lookups/\w+\.csv|metadata/default\.meta|static/\w+\.png"
)


def own_modules(app: Path) -> list[Path]:
    return sorted((app / "bin").rglob("*.py"))


def test_only_files_of_known_kinds_ship(app: Path) -> None:
    names = [path.relative_to(app).as_posix() for path in app.rglob("*") if path.is_file()]
    assert [name for name in names if not ALLOWED.fullmatch(name)] == []


def test_the_archive_holds_the_staged_app_and_nothing_else(built: Package) -> None:
    with tarfile.open(built.path) as archive:
        files = {one.name: archive.extractfile(one).read() for one in archive.getmembers() if one.isfile()}  # type: ignore[union-attr]
    staged = {
        f"SA-npmanomaly/{path.relative_to(built.staged).as_posix()}": path.read_bytes()
        for path in built.staged.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert files == staged


def test_one_version_everywhere(app: Path, built: Package, confs: dict[str, Stanzas]) -> None:
    version = confs["app"]["launcher"]["version"]
    manifest = json.loads((app / "app.manifest").read_text())
    newest = re.search(r"^## \[(\d+\.\d+\.\d+)\]", (CHECKOUT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest is not None
    assert {
        version,
        confs["app"]["id"]["version"],
        manifest["info"]["id"]["version"],
        newest[1],
        built.path.name.removeprefix("SA-npmanomaly-").removesuffix(".spl"),
    } == {version}


def test_one_name_everywhere(app: Path, confs: dict[str, Stanzas]) -> None:
    manifest = json.loads((app / "app.manifest").read_text())
    assert {
        app.name,
        confs["app"]["package"]["id"],
        confs["app"]["id"]["name"],
        manifest["info"]["id"]["name"],
    } == {"SA-npmanomaly"}
    assert manifest["targetWorkloads"] == ["_search_heads"]


@pytest.mark.parametrize(("name", "size"), ICONS.items())
def test_icons_have_the_size_that_splunk_shows(name: str, size: tuple[int, int], app: Path) -> None:
    header = (app / "static" / name).read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", header[16:24]) == size


def test_the_sdk_is_the_published_one(app: Path) -> None:
    assert tree_hash(app / "lib" / "splunklib") == TREE_SHA256
    assert "Apache License" in (app / "lib" / "LICENSE-splunk-sdk.txt").read_text()


def test_all_python_parses_with_the_grammar_of_3_9(app: Path) -> None:
    modules = sorted(app.rglob("*.py"))
    assert len(modules) > 27
    for path in modules:
        ast.parse(path.read_text(encoding="utf-8"), str(path), feature_version=(3, 9))


def test_the_command_imports_nothing_from_elsewhere(app: Path) -> None:
    allowed = set(sys.stdlib_module_names) | {"splunklib"} | {path.name for path in (app / "bin").iterdir()}
    for path in own_modules(app):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            assert {name.split(".")[0] for name in names} <= allowed, path.name
            # splunklib.results alone needs a package that does not ship
            assert "splunklib.results" not in names, path.name


def test_the_command_does_nothing_it_must_not(app: Path) -> None:
    """No network, processes, threads, evaluation of text, and no writing."""
    modules = {"socket", "ssl", "http", "urllib", "subprocess", "threading", "multiprocessing", "pickle", "ctypes"}
    for path in own_modules(app):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name.split(".")[0] for name in names} & modules, path.name
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec", "compile", "__import__"), path.name
                if node.func.id == "open":
                    mode = node.args[1] if len(node.args) > 1 else None
                    assert mode is None or (isinstance(mode, ast.Constant) and set(str(mode.value)) <= set("rbt"))


@pytest.mark.parametrize(("name", "kind"), [("npmanomaly", "stateful"), ("npmlearn", "events")])
def test_a_command_answers_with_only_bin_and_lib(app: Path, name: str, kind: str) -> None:
    """An interpreter without environment and site-packages, asked as Splunk asks what a command is."""
    about = dict.fromkeys(("sid", "app", "owner", "username", "session_key", "splunkd_uri", "search"), "x")
    about |= {"dispatch_dir": str(app.parent), "splunk_version": "9.4.0", "earliest_time": "0", "latest_time": "0"}
    searchinfo = about | {"command": name, "maxresultrows": 50000, "args": [], "raw_args": []}
    metadata = json.dumps({"action": "getinfo", "preview": False, "searchinfo": searchinfo}).encode()
    done = subprocess.run(
        [sys.executable, "-E", "-s", "-S", "-B", str(app / "bin" / f"{name}.py")],
        input=b"chunked 1.0,%d,0\n%s" % (len(metadata), metadata),
        capture_output=True,
        check=False,
        cwd=app.parent,
    )
    header, _, rest = done.stdout.partition(b"\n")
    length = int(re.fullmatch(rb"chunked 1\.0,(\d+),0", header)[1])  # type: ignore[index]
    answer = json.loads(rest[:length])
    assert "inspector" not in answer, answer
    assert answer["type"] == kind
    assert done.stderr == b""
