"""The vendored library is the published one, or there is no build."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from workbench.compiler import sdk
from workbench.compiler.finding import BuildError


@pytest.fixture
def sdist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for the published archive, in the folder where a download leaves it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name in ("splunklib/__init__.py", "splunklib/searchcommands/x.py", "setup.py", "splunklib/../../evil.sh"):
            entry = tarfile.TarInfo(f"splunk-sdk-2.1.1/{name}")
            entry.size = len(name)
            archive.addfile(entry, io.BytesIO(name.encode()))
    path = tmp_path / "sdk-download" / sdk.SDIST
    path.parent.mkdir()
    path.write_bytes(buffer.getvalue())
    monkeypatch.setattr(sdk, "SDIST_SHA256", hashlib.sha256(buffer.getvalue()).hexdigest())
    return path


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_only_the_library_is_unpacked(sdist: Path, tmp_path: Path) -> None:
    folder = sdk.sdk_folder(tmp_path, tmp_path / "sdk.txt")
    assert files_in(folder) == {"__init__.py", "searchcommands/x.py"}


def test_a_changed_copy_is_replaced(sdist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = sdk.sdk_folder(tmp_path, tmp_path / "sdk.txt")
    monkeypatch.setattr(sdk, "TREE_SHA256", sdk.tree_hash(folder))
    (folder / "searchcommands" / "x.py").write_text("changed")
    (folder / "added.py").write_text("")
    assert sdk.tree_hash(sdk.sdk_folder(tmp_path, tmp_path / "sdk.txt")) == sdk.TREE_SHA256
    assert files_in(folder) == {"__init__.py", "searchcommands/x.py"}


def test_an_untouched_copy_is_used_without_the_archive(
    sdist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = sdk.sdk_folder(tmp_path, tmp_path / "sdk.txt")
    monkeypatch.setattr(sdk, "TREE_SHA256", sdk.tree_hash(folder))
    sdist.unlink()
    assert sdk.sdk_folder(tmp_path, tmp_path / "sdk.txt") == folder


def test_the_hash_is_of_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1")
    first = sdk.tree_hash(tmp_path)
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert sdk.tree_hash(tmp_path) != first
    (tmp_path / "b.py").rename(tmp_path / "a.py")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_text("")
    assert sdk.tree_hash(tmp_path) == first


def test_another_archive_is_never_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def download(folder: Path, requirements: Path) -> None:
        folder.mkdir(parents=True)
        (folder / sdk.SDIST).write_bytes(b"something else")

    monkeypatch.setattr(sdk, "_download", download)
    with pytest.raises(
        BuildError, match=r"sdk\.txt:1:1: error NPM707: splunk-sdk: gave .* with sha256 .*; do not use it"
    ):
        sdk.sdk_folder(tmp_path, Path("sdk.txt"))
    assert not (tmp_path / "sdk").exists()


def test_a_failed_download_says_what_pip_said(tmp_path: Path) -> None:
    requirements = tmp_path / "sdk.txt"
    requirements.write_text(f"{tmp_path}/absent.tar.gz --hash=sha256:{'0' * 64}\n")
    with pytest.raises(BuildError, match=r"splunk-sdk: could not be fetched \(.*absent.*\); check the network"):
        sdk.sdk_folder(tmp_path, requirements)
