"""``python build.py`` as a person runs it, in copies of the checkout."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.compiler.content_samples import DETECTION, write_sample
from workbench.compiler.appfiles import check_confs

Copy = Callable[[Path], Path]
CHECKOUT = Path(__file__).parents[2]


def run(checkout: Path, *arguments: str, umask: int = 0o022, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(checkout / "build.py"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=checkout,
        umask=umask,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"} | environment,
    )


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, copy_checkout: Copy) -> Path:
    return copy_checkout(tmp_path_factory.mktemp("one") / "checkout")


def below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def test_it_prints_the_package_and_its_hash_and_keeps_the_staged_app(checkout: Path) -> None:
    done = run(checkout)
    assert (done.returncode, done.stderr) == (0, "")
    path, sha256 = done.stdout.splitlines()
    assert Path(path).parent == checkout / "dist"
    assert sha256 == f"sha256 {hashlib.sha256(Path(path).read_bytes()).hexdigest()}"
    assert (checkout / "build" / "stage" / "SA-npmanomaly" / "default" / "savedsearches.conf").is_file()
    assert not [name for name in below(checkout / "dist") | below(checkout / "build" / "stage") if name[0] == "."]


def test_two_builds_are_the_same_to_the_byte(checkout: Path, tmp_path: Path, copy_checkout: Copy) -> None:
    """Whatever the folder, the umask, the time zone and the seed of hashing."""
    other = copy_checkout(tmp_path / "a longer path" / "to the checkout")
    for path in other.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    first = run(checkout, "--out", str(tmp_path / "one"), PYTHONHASHSEED="1", TZ="UTC")
    second = run(
        other, "--out", str(tmp_path / "two"), umask=0o077, PYTHONHASHSEED="2", TZ="Asia/Tokyo", LANG="C.UTF-8"
    )
    assert (first.stderr, second.stderr) == ("", "")
    (one,) = (tmp_path / "one").iterdir()
    (two,) = (tmp_path / "two").iterdir()
    assert one.name == two.name
    assert one.read_bytes() == two.read_bytes()


def test_problems_end_with_status_1_and_nothing_written(checkout: Path, tmp_path: Path) -> None:
    content = write_sample(tmp_path / "content", (DETECTION, "version: 4", "version: four"))
    (content / "macros" / "more.yaml").write_text("name: more\n")
    before = below(checkout)
    done = run(checkout, "--content", str(content), "--out", str(tmp_path / "out"))
    assert (done.returncode, done.stdout) == (1, "")
    *findings, summary = [line for line in done.stderr.splitlines() if not line.startswith("    ")]
    files = [line.removeprefix(f"{content}/").split(":")[0] for line in findings]
    assert files == [DETECTION, "macros/more.yaml"]
    assert summary == "2 findings; nothing was written"
    assert not (tmp_path / "out").exists()
    assert below(checkout) == before


NO_PLACE = "is of no place and type that ships; remove it, or let workbench/compiler/appfiles.py ship it"


@pytest.mark.parametrize(
    ("file", "text", "problem"),
    [
        ("bin/helper.sh", "", NO_PLACE),
        ("default/.app.conf.swp", "", NO_PLACE),
        ("default/macros.conf", "", "is compiled; move what it holds into the content, and remove it"),
        ("lookups/npm_known_edges.csv", "", "lookups ship from the content; move it into lookups/ there"),
        ("local/app.conf", "", NO_PLACE),
    ],
)
def test_a_file_that_does_not_ship_is_refused(
    file: str, text: str, problem: str, tmp_path: Path, copy_checkout: Copy
) -> None:
    checkout = copy_checkout(tmp_path / "checkout")
    (checkout / "app" / file).parent.mkdir(exist_ok=True)
    (checkout / "app" / file).write_text(text)
    done = run(checkout)
    assert done.stderr.splitlines() == [
        f"app/{file}:1:1: error NPM704: file: {problem}",
        "1 finding; nothing was written",
    ]


@pytest.mark.parametrize(
    ("file", "broken", "line", "holds"),
    [
        ("default/commands.conf", lambda text: text.replace(b"\n", b"\r"), 1, "a carriage return"),
        ("default/commands.conf", lambda text: text.replace(b"\n", b"\r\r\n"), 1, "a carriage return"),
        ("default/commands.conf", lambda text: text.replace(b"\n", b"\r\n") + b"# \0\r\n", 1, "a carriage return"),
        ("default/searchbnf.conf", lambda text: text.replace(b"\n", b"\n#\0\n", 1), 2, "a NUL byte"),
        ("default/app.conf", lambda text: b"\xef\xbb\xbf" + text, 1, "a byte order mark"),
        ("metadata/default.meta", lambda text: text + b"\0", None, "a NUL byte"),
    ],
)
def test_a_conf_file_that_is_no_plain_text_is_refused(
    file: str, broken: Callable[[bytes], bytes], line: int | None, holds: str
) -> None:
    """Line ends of Windows are no fault: they ship as plain ones."""
    text = (CHECKOUT / "app" / file).read_bytes()
    at = text.count(b"\n") + 1 if line is None else line
    said = [str(each.line) + each.message for each in check_confs({file: broken(text)}, "app")]
    assert f"{at}holds {holds}" in said or f"{at}file: holds {holds}" in said


def test_a_symbolic_link_is_refused(tmp_path: Path, copy_checkout: Copy) -> None:
    checkout = copy_checkout(tmp_path / "checkout")
    (checkout / "app" / "bin" / "linked.py").symlink_to(checkout / "build.py")
    assert (
        "app/bin/linked.py:1:1: error NPM704: file: is a symbolic link; put the file itself there"
        in run(checkout).stderr
    )


def test_the_version_stands_in_one_place_and_the_others_must_agree(tmp_path: Path, copy_checkout: Copy) -> None:
    checkout = copy_checkout(tmp_path / "checkout")
    project = checkout / "contentctl" / "contentctl.yml"
    version = project.read_text().split("version: ")[1].split()[0]
    project.write_text(project.read_text().replace(f"version: {version}", "version: 99.0.0"))
    findings = [line for line in run(checkout).stderr.splitlines() if line.startswith("app/")]
    wanted = f"is '{version}', but app.version in contentctl.yml is '99.0.0'; write that here"
    assert [line.split(":", 1)[0] + ":" + line.split(":", 3)[3] for line in findings] == [
        f"app/app.manifest: error NPM701: info.id.version: {wanted}",
        f"app/default/app.conf: error NPM701: [id] version: {wanted}",
        f"app/default/app.conf: error NPM701: [launcher] version: {wanted}",
    ]


def test_a_manifest_that_is_no_json_is_named(tmp_path: Path, copy_checkout: Copy) -> None:
    checkout = copy_checkout(tmp_path / "checkout")
    (checkout / "app" / "app.manifest").write_text("{")
    (line, _) = run(checkout).stderr.splitlines()
    wanted = "error NPM702: info.id: holds no info.id.name and info.id.version (JSONDecodeError"
    assert line.startswith(f"app/app.manifest:1:1: {wanted}")


def test_caches_of_python_and_an_old_library_stay_out(tmp_path: Path, copy_checkout: Copy) -> None:
    checkout = copy_checkout(tmp_path / "checkout")
    for name in ("bin/__pycache__/x.cpython-311.pyc", "lib/splunklib/old.py"):
        (checkout / "app" / name).parent.mkdir(parents=True)
        (checkout / "app" / name).write_text("")
    assert run(checkout).returncode == 0
    staged = below(checkout / "build" / "stage" / "SA-npmanomaly")
    assert not [name for name in staged if "__pycache__" in name or "old.py" in name]
